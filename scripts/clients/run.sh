#!/usr/bin/env bash
# Real, unmodified clients against a real service: scripts/clients/run.sh PATH_TO_COMITY
#
# Installs every client at its pinned version into target/clients (the first time: two minutes), starts the service on
# loopback (open, with tokens, with TLS), runs all cases, and prints one table. Exit code 0 only when every case passed.
# Needs curl, openssl, Python 3.11 or later and Node 20 or later with npm. README.md says more.
set -euo pipefail
if [[ $# != 1 || ! -x "$1" ]]; then
    echo "usage: scripts/clients/run.sh PATH_TO_COMITY" >&2
    exit 64
fi
binary="$(realpath "$1")"
cd "$(dirname "$0")/../.."

here="$PWD/scripts/clients"
made="$PWD/target/clients"
work="$(mktemp -d)"
# The longest that one client may take for all its cases.
client_limit_s=60
mkdir -p "$made/python" "$made/node"

finish() {
    # Only what was started here.
    for pid in $(jobs -p); do kill -KILL "$pid" 2>/dev/null || true; done
    if [[ -n "${keep:-}" ]]; then echo "logs are in $work"; else rm -rf "$work"; fi
}
trap finish EXIT
trap 'exit 130' INT TERM

# as_noted MARK TEXT: whether the mark of what was installed says the same.
as_noted() { [[ -f "$1" && "$(<"$1")" == "$2" ]]; }

install_python() {
    # pip is in one environment and installs into the others, which need none.
    local pip=("$made/pip/bin/python" -m pip --disable-pip-version-check --quiet)
    local list name wanted
    if [[ ! -x "${pip[0]}" ]]; then python3 -m venv "$made/pip"; fi
    wanted="$(python3 --version && cat "$here"/python/requirements/*.txt)"
    for list in "$here"/python/requirements/*.txt; do
        name="$(basename "$list" .txt)"
        if as_noted "$made/python/$name/noted" "$wanted"; then continue; fi
        python3 -m venv --clear --without-pip "$made/python/$name"
        "${pip[@]}" --python "$made/python/$name/bin/python" install --no-deps --only-binary :all: --no-compile \
            --requirement "$list"
        echo "$wanted" >"$made/python/$name/noted"
    done
}

# Copies what runs in Node, and begins to install what that needs, beside install_python.
begin_node() {
    cp "$here"/node/*.mjs "$here"/node/package*.json "$made/node/"
    # The example, where it finds both the packages and, three folders up, the contract.
    mkdir -p "$made/node/copy/examples/clients"
    cp -r examples/clients/node "$made/node/copy/examples/clients/"
    ln -sfn "$PWD/proto" "$made/node/copy/proto"
    node_wanted="$(node --version && cat "$here"/node/package*.json)"
    if as_noted "$made/node/noted" "$node_wanted"; then return; fi
    # Some packages ask for a later Node than they need: no warnings.
    npm --prefix "$made/node" ci --no-audit --no-fund --ignore-scripts --loglevel error >"$work/npm" 2>&1 &
    npm=$!
}

end_node() {
    if [[ -z "${npm:-}" ]]; then return; fi
    wait "$npm" || { cat "$work/npm" >&2 && return 1; }
    echo "$node_wanted" >"$made/node/noted"
}

# The contract for the clients that need it before they start: Python modules, and a set of descriptors.
generate() {
    local python="$made/python/grpc_client" common
    common="$("$python/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
    rm -rf "$made/stubs" && mkdir "$made/stubs"
    "$python/bin/python" -m grpc_tools.protoc --proto_path proto --proto_path "$common" \
        --python_out "$made/stubs" --grpc_python_out "$made/stubs" \
        --include_imports --descriptor_set_out "$made/stubs/contract.binpb" \
        proto/comity/moderation/v1/*.proto "$common/google/rpc/error_details.proto"
    # The rest of google.rpc comes with grpcio-status.
    rm -rf "$made/stubs/google"
}

# serve NAME GRPC HTTP ADMIN FLAG...: a service in the background; returns when it is ready.
serve() {
    local name="$1" admin="$4"
    "$binary" serve --listen "$2" --http-listen "$3" --admin-listen "$admin" "${@:5}" 2>"$work/$name.log" &
    local server=$!
    for _ in $(seq 200); do
        if curl -fsS "http://$admin/readyz" >/dev/null 2>&1; then return; fi
        if ! kill -0 "$server" 2>/dev/null; then break; fi
        sleep 0.05
    done
    echo "the service is not ready:" >&2 && cat "$work/$name.log" >&2 && return 1
}

free_addresses() {
    python3 - "$1" <<'PY'
import socket
import sys

sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(f"127.0.0.1:{held.getsockname()[1]}" for held in sockets))
PY
}

# make_certificate NAME: one for the clients that can ask no other name.
make_certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$1" \
        -addext "subjectAltName=DNS:$1" -addext keyUsage=critical,digitalSignature,keyCertSign \
        -keyout "$work/tls.key" -out "$work/tls.crt" 2>"$work/openssl" || { cat "$work/openssl" >&2 && return 1; }
}

# run CLIENT COMMAND...: its lines of JSON, its errors and its exit code, each in a file.
run() {
    local code=0
    timeout "$client_limit_s" "${@:2}" >"$work/$1.json" 2>"$work/$1.err" </dev/null || code=$?
    echo "$code" >"$work/$1.code"
}

begin_node
install_python
end_node
generate

read -r grpc http admin guarded_grpc guarded_http guarded_admin named_grpc named_http named_admin < <(free_addresses 9)
token="$(openssl rand -hex 16)"
echo "clients $token" >"$work/tokens"
secrets=("$(openssl rand -hex 32)" "$(openssl rand -hex 32)")
printf '%s\n' "${secrets[@]}" >"$work/coral-secrets"
origin="https://news.example"
serve open "$grpc" "$http" "$admin" --cors-origin "$origin" --coral-secrets "$work/coral-secrets" \
    --feedback "$work/feedback.jsonl"
serve guarded "$guarded_grpc" "$guarded_http" "$guarded_admin" --tokens "$work/tokens"
make_certificate commentanalyzer.googleapis.com
serve named "$named_grpc" "$named_http" "$named_admin" --tokens "$work/tokens" \
    --tls-cert "$work/tls.crt" --tls-key "$work/tls.key"

export COMITY_GRPC="$grpc" COMITY_HTTP="http://$http" COMITY_TOKEN="$token" COMITY_ORIGIN="$origin"
export COMITY_GUARDED_GRPC="$guarded_grpc" COMITY_GUARDED_HTTP="http://$guarded_http"
export COMITY_NAMED="$named_http" HTTPLIB2_CA_CERTS="$work/tls.crt"
export COMITY_CORAL_SECRETS="${secrets[*]}" COMITY_FEEDBACK="$work/feedback.jsonl" COMITY_COMMENTS="$here/comments.json"
export COMITY_PYTHON_EXAMPLE="$PWD/examples/clients/python/moderate.py"
export COMITY_NODE_EXAMPLE="$made/node/copy/examples/clients/node/moderate.js"
export COMITY_PROTO="$PWD/proto" COMITY_DESCRIPTORS="$made/stubs/contract.binpb"
export PYTHONPATH="$made/stubs" PYTHONPYCACHEPREFIX="$made/pycache"

for list in "$here"/python/requirements/*.txt; do
    name="$(basename "$list" .txt)"
    run "$name" "$made/python/$name/bin/python" "$here/python/$name.py"
done
for name in googleapis perspective_api_client grpc_js connect_web grpc_web coral_perspective coral_external; do
    run "$name" node "$made/node/$name.mjs"
done
python3 "$here/table.py" "$work" || { keep=1 && exit 1; }
