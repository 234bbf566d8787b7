"""What no ready-made tool checks of deploy/: Kubernetes manifests, and the alerts and the dashboard. See check.sh.

    check.py manifests FILE...   rendered manifests: the schemas, and that their parts find one another
    check.py observability OUT   alerts and dashboard; OUT gets the dashboard's queries as rules, for promtool
"""

import json
import re
import sys
from pathlib import Path

import kubernetes_validate
import yaml

ROOT = Path(__file__).resolve().parents[2]

# The oldest Kubernetes with native sidecars, and the newest one that the schemas know.
VERSIONS = ["1.29", "1.37"]
# Kinds of the Prometheus operator have no schema there; promtool reads the rules, `parts` looks at the rest.
OPERATOR = "monitoring.coreos.com/v1"

# What the program exports: a dashboard with a typing error shows an empty panel, and an alert with one is silent for ever.
METRICS = set(
    """
    grpc_server_started_total grpc_server_handled_total grpc_server_handling_seconds_bucket
    comity_verdicts_total comity_verdict_reasons_total
    comity_calls_in_flight comity_calls_in_flight_limit comity_calls_shed_total comity_calls_unauthenticated_total
    comity_serving comity_panics_total comity_connections comity_connections_limit comity_connections_refused_total
    comity_reloads_total comity_reload_failed comity_model_info comity_policy_info comity_build_info
    comity_log_lines_dropped_total
    """.split()
)

wrong = []


def expect(holds, message):
    if not holds:
        wrong.append(message)


def manifests(files):
    for file in files:
        documents = [d for d in yaml.safe_load_all(Path(file).read_text()) if d]
        expect(documents, f"{file}: empty")
        for document in documents:
            name = f"{file}: {document['kind']} {document['metadata']['name']}"
            for version in VERSIONS if document["apiVersion"] != OPERATOR else []:
                try:
                    kubernetes_validate.validate(document, version, strict=True)
                except kubernetes_validate.ValidationError as error:
                    path = ".".join(map(str, error.path))
                    wrong.append(f"{name}, Kubernetes {version}: {path}: {error.message}")
                except kubernetes_validate.SchemaNotFoundError as error:
                    wrong.append(f"{name}: {error.message}")
        parts(file, documents)


def parts(file, documents):
    """Selectors, ports, volumes and grace periods that name each other across the manifests."""
    kinds = {}
    for document in documents:
        kinds.setdefault(document["kind"], []).append(document)
    [deployment] = kinds["Deployment"]
    template = deployment["spec"]["template"]
    labels, pod = template["metadata"]["labels"], template["spec"]
    containers = pod["containers"] + pod.get("initContainers", [])
    [comity] = [c for c in containers if c["name"] == "comity"]
    ports = {port["name"]: port["containerPort"] for port in comity["ports"]}

    def selects(selector, labels, what):
        expect(selector and selector.items() <= labels.items(), f"{file}: {what} does not select {labels}")

    selects(deployment["spec"]["selector"]["matchLabels"], labels, "the Deployment")
    for service in kinds.get("Service", []):
        selects(service["spec"]["selector"], labels, "the Service")
        for test in kinds.get("Pod", []):
            expect(not service["spec"]["selector"].items() <= test["metadata"]["labels"].items(),
                   f"{file}: the Service selects the test's pod")
        for port in service["spec"]["ports"]:
            # A headless Service translates nothing.
            expect(ports.get(port["targetPort"]) == port["port"], f"{file}: no port {port} in the container")
        for monitor in kinds.get("ServiceMonitor", []):
            selects(monitor["spec"]["selector"]["matchLabels"], service["metadata"]["labels"], "the ServiceMonitor")
            names = {port["name"] for port in service["spec"]["ports"]}
            expect({e["port"] for e in monitor["spec"]["endpoints"]} <= names, f"{file}: the ServiceMonitor's port")
    for policy in kinds.get("NetworkPolicy", []):
        selects(policy["spec"]["podSelector"]["matchLabels"], labels, "the NetworkPolicy")
        opened = {port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]}
        expect(opened == set(ports), f"{file}: the NetworkPolicy opens {opened}, not {set(ports)}")
    for budget in kinds.get("PodDisruptionBudget", []):
        selects(budget["spec"]["selector"]["matchLabels"], labels, "the PodDisruptionBudget")
    for scaler in kinds.get("HorizontalPodAutoscaler", []):
        expect(scaler["spec"]["scaleTargetRef"]["name"] == deployment["metadata"]["name"], f"{file}: the HPA's target")
        expect("replicas" not in deployment["spec"], f"{file}: replicas are set although the HPA sets them")

    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    for container in containers:
        for mount in container["volumeMounts"]:
            expect(mount["name"] in volumes, f"{file}: no volume {mount['name']}")
            expect("subPath" not in mount, f"{file}: {mount['name']} is mounted by subPath, which never changes")
    maps = {config["metadata"]["name"] for config in kinds["ConfigMap"]}
    expect(volumes[next(v for v in volumes if v.endswith("policy"))]["configMap"]["name"] in maps, f"{file}: no policy")

    # The schemas take any text here, and without that word the pod would wait for the sidecar to end.
    expect(comity in pod["containers"] or comity.get("restartPolicy") == "Always", f"{file}: comity is no sidecar")

    hardened = {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"},
    }  # fmt: skip
    security = pod.get("securityContext", {}) | comity["securityContext"]
    expect(hardened.items() <= security.items(), f"{file}: comity's security context is {security}")

    drains = [int(s) for a in comity["args"] for s in re.findall(r"^--drain-(?:delay|timeout)=(\d+)s$", a)]
    grace = pod.get("terminationGracePeriodSeconds", 30)
    expect(drains and sum(drains) < grace, f"{file}: draining takes {drains} s, the grace period is {grace} s")

    [version] = re.findall(r'^version = "(.+)"$', (ROOT / "Cargo.toml").read_text(), re.M)[:1]
    tag = comity["image"].split("@")[0].rpartition(":")[2]
    expect(tag == version, f"{file}: the image is {tag}, Cargo.toml says {version}")


def known(expression, where):
    without_labels = re.sub(r"\{[^}]*\}|\b(by|on) \([^)]*\)", "", expression)
    for name in re.findall(r"\b(?:comity|grpc)_\w+", without_labels):
        expect(name in METRICS, f"{where}: no metric {name}")


def observability(out):
    page = ROOT / "docs/operations.md"
    headings = set(re.findall(r"^#+ (\w+)$", page.read_text().lower(), re.M)) if page.exists() else None
    for group in yaml.safe_load((ROOT / "deploy/alerts.yaml").read_text())["groups"]:
        for rule in group["rules"]:
            alert, notes = rule["alert"], rule["annotations"]
            known(rule["expr"], alert)
            expect(notes.get("summary") and notes.get("description"), f"{alert}: no summary or description")
            runbook = f"docs/operations.md#{alert.lower()}"
            expect(notes.get("runbook_url", "").endswith(runbook), f"{alert}: the runbook is not {runbook}")
            expect(headings is None or alert.lower() in headings, f"{alert}: docs/operations.md has no such heading")

    dashboard = json.loads((ROOT / "deploy/grafana-dashboard.json").read_text())
    panels = dashboard["panels"]
    expect(len({p["id"] for p in panels}) == len(panels), "the dashboard has two panels of one id")
    cells = set()
    for panel in panels:
        at = panel["gridPos"]
        area = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        expect(not cells & area and at["x"] + at["w"] <= 24, f"panel {panel['title']}: overlaps another, or the edge")
        cells |= area
    variables = {v["name"] for v in dashboard["templating"]["list"]}
    rules = []
    for panel in panels:
        for target in panel.get("targets", []):
            query = target["expr"]
            known(query, f"panel {panel['title']}")
            query = re.sub(r"\$__(rate_interval|range)", "5m", query)
            used = set(re.findall(r"\$\{?(\w+)", query))
            expect(used <= variables, f"panel {panel['title']}: no variable {used - variables}")
            rules.append({"record": f"panel:{panel['id']}:{target['refId']}", "expr": query})
    for metric in METRICS:
        expect(re.search(rf"\b{metric}\b", json.dumps(rules)), f"no panel shows {metric}")
    Path(out).write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))


if __name__ == "__main__":
    {"manifests": manifests, "observability": lambda files: observability(*files)}[sys.argv[1]](sys.argv[2:])
    sys.exit("\n".join(wrong) or 0)
