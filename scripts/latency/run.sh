#!/usr/bin/env bash
# How long comments:analyze takes on loopback, by wrk (Debian's package), one call after another on one connection, then
# eight connections at once. Usage: scripts/latency/run.sh COMITY_BINARY [SECONDS]
set -euo pipefail
cd "$(dirname "$0")/../.."
comity="$1"
seconds="${2:-5}"
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
    sleep 0.1
done
for connections in 1 8; do
    wrk --threads 1 --connections "$connections" --duration "${seconds}s" --latency \
        --script scripts/latency/analyze.lua "http://$address"
done
