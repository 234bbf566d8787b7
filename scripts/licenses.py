"""Holds the dependencies to deny.toml: their licences, their source, and which are banned.

cargo-deny reads the same file and checks more (advisories among it), but takes minutes to build and a database from the
network. This needs Python 3.11 and the package license-expression.
"""

import json
import subprocess
import sys
import tomllib

from license_expression import get_spdx_licensing

rules = tomllib.load(open("deny.toml", "rb"))
allowed = set(rules["licenses"]["allow"])
banned = {entry["name"] for entry in rules["bans"]["deny"]}
registries = {f"registry+{url}" for url in rules["sources"]["allow-registry"]}
spdx = get_spdx_licensing()


def permits(expression):
    """Whether some choice of an SPDX expression's licences is allowed."""
    if hasattr(expression, "args") and expression.args:
        choices = [permits(arg) for arg in expression.args]
        return any(choices) if expression.operator.strip() == "OR" else all(choices)
    # "Apache-2.0 WITH LLVM-exception" grants more than the licence alone.
    return str(expression).split(" WITH ")[0] in allowed


command = ["cargo", "metadata", "--format-version=1", "--all-features", "--locked"]
packages = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)["packages"]
complaints = []
for package in packages:
    name = f"{package['name']} {package['version']}"
    if package["source"] is None:
        continue
    licence = (package["license"] or "").replace("/", " OR ")
    if not licence or not permits(spdx.parse(licence)):
        complaints.append(f"{name}: licence {licence or 'not given'}")
    if package["source"] not in registries:
        complaints.append(f"{name}: from {package['source']}")
    if package["name"] in banned:
        complaints.append(f"{name}: banned in deny.toml")
print("\n".join(complaints) or f"licenses: ok, {len(packages)} packages")
sys.exit(bool(complaints))
