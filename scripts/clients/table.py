"""Prints what the clients said as one table: table.py FOLDER, with CLIENT.json, CLIENT.err and CLIENT.code for each."""

import json
import sys
from pathlib import Path

HEADING = ("client", "version", "case", "result")


def rows(lines: Path) -> list[tuple[bool, tuple[str, ...]]]:
    """The cases of one client. One that did not run to its end, or told of no case, has failed."""
    cases = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    found = [(case["ok"], (case["client"], case["version"], case["case"], result(case))) for case in cases]
    code = int(lines.with_suffix(".code").read_text())
    if code != (0 if all(case["ok"] for case in cases) else 1) or not cases:
        said = lines.with_suffix(".err").read_text(encoding="utf-8").strip().splitlines()
        why = f"FAILED: exit code {code}" + (f", {said[-1]}" if said else "")
        client, version = (cases[0]["client"], cases[0]["version"]) if cases else (lines.stem, "")
        found.append((False, (client, version, "runs to its end", why)))
    return found


def result(case: dict) -> str:
    """One cell: how it ended, and the detail in one line."""
    detail = " ".join(case["detail"].split())
    return ("passed" if case["ok"] else "FAILED") + (f": {detail}" if detail else "")


def main() -> None:
    files = sorted(Path(sys.argv[1]).glob("*.json"))
    table = [row for file in files for row in rows(file)]
    cells = [HEADING, *(row for _, row in table)]
    widths = [max(map(len, column)) for column in zip(*cells)][:-1]
    for row in cells:
        print(" | ".join([cell.ljust(width) for cell, width in zip(row, widths)] + [row[-1]]))
    passed = sum(ok for ok, _ in table)
    print(f"\n{passed} passed, {len(table) - passed} failed")
    sys.exit(passed < len(table) or not table)


if __name__ == "__main__":
    main()
