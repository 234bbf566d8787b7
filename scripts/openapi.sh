#!/usr/bin/env bash
# Calls made by schemathesis from the OpenAPI document that the service shows, right and wrong ones.
# Usage: scripts/openapi.sh COMITY_BINARY
set -euo pipefail
cd "$(dirname "$0")/.."
comity="$1"
tools="$PWD/target/openapi"
if [[ ! -x "$tools/bin/schemathesis" ]]; then
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check schemathesis==4.32.5
fi

log="$(mktemp)"
server=""
finish() {
    if [[ -n "$server" ]]; then kill "$server" 2>/dev/null || true; fi
    rm -f "$log"
}
trap finish EXIT
"$comity" serve --listen 127.0.0.1:0 --http-listen 127.0.0.1:0 --log-level warn,comity::serve=info 2>"$log" &
server=$!
address=""
for _ in $(seq 100); do
    address="$(sed -n 's/.*answering over HTTP.*address=\([0-9.:]*\).*/\1/p' "$log")"
    if [[ -n "$address" ]]; then break; fi
    if ! kill -0 "$server" 2>/dev/null; then echo "the server ended:" && cat "$log" && exit 1; fi
    sleep 0.1
done

# Left out: whether every call that the schema permits is taken, because sizes are bounded in bytes, which JSON Schema
# cannot say, and names of policies are the operator's own.
"$tools/bin/schemathesis" run "http://$address/openapi.json" \
    --checks all --exclude-checks positive_data_acceptance,unsupported_method,missing_required_header,ignored_auth \
    --max-examples "${COMITY_EXAMPLES:-60}" --seed 1 --no-color
kill -0 "$server"
