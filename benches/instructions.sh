#!/usr/bin/env bash
# Instructions for one comment, by step and sort: two runs of different length under callgrind, and their difference, so
# that start-up and loading of models cancel. Needs valgrind. Optional arguments: steps and sorts to keep to.
#   benches/instructions.sh ["verdict rustrict" ["english-420 korean-420"]]
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(cargo bench --quiet --profile profiling --bench instructions --no-run --message-format json |
    sed -n 's/.*"executable":"\([^"]*instructions-[^"]*\)".*/\1/p' | tail -1)
steps=${1:-$("$program" | sed -n 1p)}
sorts=${2:-$("$program" | sed -n 2p)}
few=2 many=12

count() { # STEP SORT TIMES
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" "$3" 2>&1 |
        sed -n 's/.*Collected : *//p'
}

printf '%-18s' step
printf ' %13s' $sorts
printf '\n'
for step in $steps; do
    printf '%-18s' "$step"
    for sort in $sorts; do
        case $sort in *-2000) comments=1 ;; *) comments=3 ;; esac
        more=$(count "$step" "$sort" $many)
        less=$(count "$step" "$sort" $few)
        printf ' %13d' $(((more - less) / ((many - few) * comments)))
    done
    printf '\n'
done
