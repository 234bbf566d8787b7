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

source scripts/serving.sh

# Left out: whether every call that the schema permits is taken, because sizes are bounded in bytes, which JSON Schema
# cannot say, and names of policies are the operator's own.
"$tools/bin/schemathesis" run "http://$address/openapi.json" \
    --checks all --exclude-checks positive_data_acceptance,unsupported_method,missing_required_header,ignored_auth \
    --max-examples "${COMITY_EXAMPLES:-60}" --seed 1 --no-color
kill -0 "$server"
