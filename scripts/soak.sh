#!/usr/bin/env bash
# Minutes of load on the released binary while its policy is rewritten a hundred times, then SIGTERM under load.
#
#     scripts/soak.sh [MINUTES]        # 5 unless said; at least 1
#
# Passes, with exit code 0, when no call failed, every reload was taken, memory stayed flat, nothing panicked, and SIGTERM
# ended with exit code 0 within the drain limit. Needs cargo, curl and awk; the load comes from examples/load.rs.
# COMITY_SOAK_RELOADS changes the number of reloads, COMITY_SOAK_CALLS how many calls each of the two loads has
# outstanding.
set -euo pipefail
cd "$(dirname "$0")/.."

minutes="${1:-5}"
reloads="${COMITY_SOAK_RELOADS:-100}"
calls="${COMITY_SOAK_CALLS:-8}"
drain_limit_s=10
sample_every_s=5
if ! [[ "$minutes" =~ ^[1-9][0-9]{0,2}$ && "$reloads" =~ ^[1-9][0-9]*$ && "$calls" =~ ^[1-9][0-9]*$ ]]; then
    echo "usage: scripts/soak.sh [MINUTES]: whole numbers from 1 are needed" >&2
    exit 64
fi
seconds=$((minutes * 60))
pause="$(awk -v s="$seconds" -v n="$reloads" 'BEGIN { printf "%.3f", s * 0.95 / n }')"
if awk -v p="$pause" 'BEGIN { exit !(p < 0.4) }'; then
    echo "$reloads reloads in $seconds s are too many: a file must be left alone for 0.2 s to be read" >&2
    exit 64
fi

cargo build --release --bin comity --example load
# Copies, so that a build during the soak changes nothing.
dir="$(mktemp -d)"
cp target/release/comity target/release/examples/load deploy/policy.toml "$dir/"

server=""
finish() {
    # Only what was started here.
    for pid in $(jobs -p); do kill -KILL "$pid" 2>/dev/null || true; done
    if [[ -n "${keep:-}" ]]; then echo "logs are in $dir"; else rm -rf "$dir"; fi
}
trap finish EXIT

# The lines of calls are written as in production, and dropped here.
"$dir/comity" serve --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 --policy "$dir/policy.toml" \
    --drain-timeout "${drain_limit_s}s" 2> >(grep --line-buffered -v ' judged ' >"$dir/log") &
server=$!
address="" admin=""
for _ in $(seq 200); do
    address="$(sed -n 's/.*listening.* address=\([0-9.:]*\).*/\1/p' "$dir/log" | head -n 1)"
    admin="$(sed -n 's/.*answering the operator.* address=\([0-9.:]*\).*/\1/p' "$dir/log" | head -n 1)"
    if [[ -n "$address" && -n "$admin" ]] && curl -fsS "http://$admin/readyz" >/dev/null 2>&1; then break; fi
    if ! kill -0 "$server" 2>/dev/null; then echo "the server ended:" >&2 && cat "$dir/log" >&2 && exit 1; fi
    sleep 0.05
done

# The sum of a metric over its labels; a part of its labels may be given.
metric() {
    curl -fsS "http://$admin/metrics" | awk -v name="$1" -v labels="${2:-}" '
        index($1, name) == 1 && (labels == "" || index($0, labels)) { sum += $NF } END { printf "%d", sum }'
}
rss_kib() { awk '/^VmRSS:/ { print $2 }' "/proc/$server/status" 2>/dev/null; }

failures=()
check() { # NAME FOUND WANTED HOLDS
    local word=ok
    if [[ "$4" != 0 ]]; then word=FAIL && failures+=("$1"); fi
    printf '%-34s %-44s %-28s %s\n' "$1" "$2" "$3" "$word"
}
holds() { awk "BEGIN { exit !($1) }" && echo 0 || echo 1; }

echo "soak: $minutes min, $reloads reloads, 2 x $calls calls outstanding, server $server at $address"
for mode in unary stream; do
    "$dir/load" --address "http://$address" --mode "$mode" --concurrency "$calls" --connections 2 \
        --duration "${seconds}s" --warm-up 0s --strict >"$dir/$mode" 2>&1 &
    declare "load_$mode=$!"
done

(
    trap - EXIT
    for n in $(seq "$reloads"); do
        # Another minimum each time, so that no two files in a row are the same; moved into place, so that it is whole.
        sed "s/^length = { min = [0-9]*,/length = { min = $((30 + n % 50)),/" deploy/policy.toml >"$dir/next.toml"
        mv "$dir/next.toml" "$dir/policy.toml"
        sleep "$pause"
    done
) &
rewriter=$!

samples=()
began=$SECONDS
while ((SECONDS - began < seconds)); do
    sleep "$sample_every_s"
    samples+=("$(rss_kib || echo 0)")
    if ! kill -0 "$server" 2>/dev/null; then break; fi
done
status_unary=0 && wait "$load_unary" || status_unary=$?
status_stream=0 && wait "$load_stream" || status_stream=$?
wait "$rewriter"
# The last change has had time to be read.
sleep 1
kept="$(metric comity_reloads_total 'what="moderator",result="ok"')"
refused="$(metric comity_reloads_total 'result="failed"')"
panics="$(metric comity_panics_total)"
dropped="$(metric comity_log_lines_dropped_total)"

# SIGTERM while calls and streams are on the way.
for mode in unary stream; do
    "$dir/load" --address "http://$address" --mode "$mode" --concurrency "$calls" --connections 2 \
        --duration 4s --warm-up 0s >"$dir/end-$mode" 2>&1 &
    declare "end_$mode=$!"
done
sleep 2
term_ns="$(date +%s%N)"
kill -TERM "$server"
code=0 && wait "$server" || code=$?
took="$(awk -v a="$term_ns" -v b="$(date +%s%N)" 'BEGIN { printf "%.2f", (b - a) / 1e9 }')"
wait "$end_unary" || true
wait "$end_stream" || true

echo
for mode in unary stream; do tail -n +2 "$dir/$mode"; done
echo
echo "memory, MiB, every $sample_every_s s:" \
    "$(printf '%s\n' "${samples[@]}" | awk '{ printf "%.1f ", $1 / 1024 }')"
# The median of the last quarter against that of the second: the first is warming up.
read -r early late < <(printf '%s\n' "${samples[@]}" | awk '
    { kib[NR] = $1 }
    function median(from, to,    n, i, j, t, part) {
        for (i = from; i <= to; i++) part[++n] = kib[i]
        for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (part[j] < part[i]) { t = part[i]; part[i] = part[j]; part[j] = t }
        return part[int((n + 1) / 2)] / 1024
    }
    END { q = int(NR / 4); if (q < 1) q = 1; printf "%.1f %.1f\n", median(q + 1, 2 * q), median(NR - q + 1, NR) }')
echo
printf '%-34s %-44s %-28s %s\n' "check" "found" "wanted" ""
codes() { tail -n +3 "$dir/$1" | awk '!/^memory/ { $1 = ""; print }' | grep -oE '([A-Z][A-Za-z]+ [0-9]+(, )?)+$' || echo none; }
check "unary calls" "$(codes unary)" "all Ok" "$status_unary"
check "comments of streams" "$(codes stream)" "all Ok" "$status_stream"
check "reloads under load" "$kept" "$reloads" "$(holds "$kept >= $reloads")"
check "reloads refused" "$refused" "0" "$(holds "$refused == 0")"
check "panics" "$panics" "0" "$(holds "$panics == 0")"
check "memory, MiB" "$early early, $late late" "within 10 % and 4 MiB" "$(holds "$late <= $early * 1.1 + 4")"
check "exit code after SIGTERM" "$code" "0" "$(holds "$code == 0")"
drained="$(grep -cE 'INFO drained$' "$dir/log" || true)"
check "drained without cutting calls off" "$([[ "$drained" == 1 ]] && echo yes || echo no)" "yes" "$(holds "$drained == 1")"
check "seconds from SIGTERM to the end" "$took" "at most $drain_limit_s" "$(holds "$took <= $drain_limit_s + 0.5")"
printf '%-34s %s\n' "codes while it ended, unary" "$(codes end-unary)"
printf '%-34s %s\n' "codes while it ended, streams" "$(codes end-stream)"
printf '%-34s %s\n' "log lines dropped" "$dropped"
if ((${#failures[@]} > 0)); then
    echo "FAIL: ${failures[*]}"
    keep=1
    exit 1
fi
echo PASS
