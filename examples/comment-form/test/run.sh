#!/usr/bin/env bash
# Tests the comment form in a real browser, against a real service:
# examples/comment-form/test/run.sh COMITY [SCREENSHOT_FOLDER]
#
# Needs Node.js 20 or later, Python 3 and Chromium (CHROMIUM says where, else /usr/bin/chromium; on Debian it is installed
# when it is missing). Tools from npm are pinned in package-lock.json and live in target/browser.
set -euo pipefail
comity="$(realpath "${1:?which comity? give the path of the binary}")"
shots="${2:+$(realpath --canonicalize-missing "$2")}"
cd "$(dirname "$0")/../../.."

here=examples/comment-form/test
tools="$PWD/target/browser"
export CHROMIUM="${CHROMIUM:-/usr/bin/chromium}"

if [[ ! -x "$CHROMIUM" ]]; then
    if ! command -v apt-get >/dev/null || ((EUID != 0)); then echo "there is no $CHROMIUM" >&2 && exit 69; fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
fi
# npm writes its own lock once everything is there: another list installs anew.
if [[ ! -e "$tools/done" ]] || ! cmp --quiet "$here/package-lock.json" "$tools/package-lock.json"; then
    mkdir -p "$tools"
    rm -f "$tools/done"
    cp "$here/package.json" "$here/package-lock.json" "$tools"
    npm ci --prefix "$tools" --silent --ignore-scripts --no-audit --no-fund
    touch "$tools/done"
fi

# The tests and all that they start are one process group, which ends with this script, whatever happens.
work="$(mktemp -d)"
tests=""
finish() {
    if [[ -n "$tests" ]]; then kill -KILL -- "-$tests" 2>/dev/null || true; fi
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
set -m
TMPDIR="$work" BROWSER_TOOLS="$tools" node "$here/main.mjs" "$comity" "$shots" &
tests=$!
wait "$tests"
