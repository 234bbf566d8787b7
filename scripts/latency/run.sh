#!/usr/bin/env bash
# How long comments:analyze takes on loopback, by wrk (Debian's package), one call after another on one connection, then
# eight connections at once. Usage: scripts/latency/run.sh COMITY_BINARY [SECONDS]
set -euo pipefail
cd "$(dirname "$0")/../.."
comity="$1"
seconds="${2:-5}"
source scripts/serving.sh
for connections in 1 8; do
    wrk --threads 1 --connections "$connections" --duration "${seconds}s" --latency \
        --script scripts/latency/analyze.lua "http://$address"
done
