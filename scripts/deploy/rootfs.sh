#!/usr/bin/env bash
# Tries a built binary where the image would run it, without Docker: scripts/deploy/rootfs.sh BINARY
#
# The root holds the binary, the shared libraries that it names, and one user, as deploy/Dockerfile makes it: no shell, no
# /proc, no /dev, read-only, all by uid 65532. /run/comity alone is writable, as the sidecar's shared volume is. The
# server must become ready, hold its Unix socket, and exit 0 on SIGTERM.
set -euo pipefail

binary="$(realpath "${1:?usage: rootfs.sh BINARY}")"
port="${COMITY_ROOTFS_PORT:-50161}"
admin="127.0.0.1:$((port + 1))"

if ((EUID != 0)); then echo "rootfs: skipped, needs root for chroot" && exit 0; fi
if ! unshare --mount true 2>/dev/null; then echo "rootfs: skipped, no mount namespaces here" && exit 0; fi

root="$(mktemp -d)"
log="$(mktemp)"
server=""
finish() {
    if [[ -n "$server" ]]; then kill -KILL "$server" 2>/dev/null || true; fi
    # The mounts went with their namespace: what is left is plain files.
    rm -rf "$root" "$log"
}
trap finish EXIT
fail() {
    echo "rootfs: FAILED, $1" >&2
    cat "$log" >&2
    exit 1
}

chmod 0755 "$root"
install -D "$binary" "$root/usr/bin/comity"
# A static binary names none.
libraries="$(ldd "$binary" 2>/dev/null | grep -o '/[^ ]*' || true)"
for library in $libraries; do
    install -D "$(realpath "$library")" "$root$library"
done
install -d "$root/etc" "$root/run/comity"
echo "nonroot:x:65532:65532:nonroot:/:/sbin/nologin" >"$root/etc/passwd"
echo "nonroot:x:65532:" >"$root/etc/group"

# Each step replaces its process, so that $! is the server itself. The mounts are its own.
within() {
    # shellcheck disable=SC2016  # expanded by the inner shell
    exec unshare --mount sh -euc '
        root="$1"; shift
        mount --bind "$root" "$root"
        mount -o remount,bind,ro "$root"
        mount -t tmpfs -o mode=1777,size=1m none "$root/run/comity"
        exec env -i "$(command -v chroot)" --userspec=65532:65532 --groups= "$root" /usr/bin/comity "$@"' sh "$root" "$@"
}

(within model show) >/dev/null 2>"$log" || fail "\`comity model show\` ended with $?"

within serve --listen "127.0.0.1:$port" --listen unix:/run/comity/comity.sock --admin-listen "$admin" 2>"$log" &
server=$!
ready=""
for _ in $(seq 100); do
    if curl --fail --silent --max-time 1 --output /dev/null "http://$admin/readyz"; then ready=yes && break; fi
    if ! kill -0 "$server" 2>/dev/null; then
        wait "$server" && code=0 || code=$?
        server=""
        fail "the server ended with $code before it was ready"
    fi
    sleep 0.1
done
[[ -n "$ready" ]] || fail "not ready after 10 s"

user="$(awk '/^Uid:/ { print $2 }' "/proc/$server/status")"
[[ "$user" == 65532 ]] || fail "it runs as uid $user"
[[ -S "/proc/$server/root/run/comity/comity.sock" ]] || fail "no Unix socket"

kill -TERM "$server"
wait "$server" && code=0 || code=$?
server=""
((code == 0)) || fail "SIGTERM gave exit code $code"
echo "rootfs: ok, ready as uid 65532 on a read-only root of $(du -sh "$root" | cut -f1), exit 0 on SIGTERM"
