# To be sourced: starts a comity binary on free loopback ports, ends it with the script, and sets `address` to that of HTTP.
# shellcheck shell=bash
log="$(mktemp)"
server=""
finish() {
    if [[ -n "$server" ]]; then kill "$server" 2>/dev/null || true; fi
    rm -f "$log"
}
trap finish EXIT
"${comity:?the binary to start}" serve --listen 127.0.0.1:0 --http-listen 127.0.0.1:0 --log-level warn,comity::serve=info 2>"$log" &
server=$!
address=""
for _ in $(seq 100); do
    address="$(sed -n 's/.*answering over HTTP.*address=\([0-9.:]*\).*/\1/p' "$log")"
    if [[ -n "$address" ]]; then break; fi
    if ! kill -0 "$server" 2>/dev/null; then echo "the server ended:" && cat "$log" && exit 1; fi
    sleep 0.1
done
