"""The rows that our trainer fits on, read as corpus.rs, annotations.rs, sets.rs and civility.rs of src/trainer do."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple


class Row(NamedTuple):
    """A labelled comment."""

    id: str
    text: str
    civil: int | None = None
    labels: dict[str, Any] = {}
    soft: dict[str, float] = {}

    def number(self, path: str) -> float | None:
        """The number at `civil`, `labels.NAME`, `labels.NAME=CLASS`, `soft.NAME` or `constant.N`."""
        kind, _, name = path.partition(".")
        if kind == "constant":
            return float(name)
        if "=" in name:
            name, _, of_class = name.partition("=")
            classes = self.labels.get(name)
            return None if classes is None else float(of_class in classes)
        value = self.civil if kind == "civil" else {"labels": self.labels, "soft": self.soft}[kind].get(name)
        return float(value) if isinstance(value, (int, float)) else None


def lines_of(path: Path) -> list[str]:
    """The lines of a file; a text may hold separators other than the line feed."""
    return [line for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def read_rows(path: Path) -> list[Row]:
    """The rows of a file of JSON Lines, or of a .tsv whose first line names the fields."""
    if path.suffix != ".tsv":
        return [Row(row.get("id", ""), row["text"], row.get("civil"), row.get("labels") or {}, row.get("soft") or {})
                for row in map(json.loads, lines_of(path))]
    header, *lines = lines_of(path)
    names, rows = header.split("\t"), []
    for line in lines:
        fields = dict(zip(names, line.split("\t", len(names) - 1)))
        numbers = {name: int(value) for name, value in fields.items() if re.fullmatch("-?[0-9]+", value)}
        rows.append(Row(fields.get("group", ""), fields["text"], numbers.get("civil"), numbers))
    return rows


def read_annotations(path: Path, texts: list[Row]) -> list[Row]:
    """The excerpts that a file of annotations grades; a text that is no longer there is left out."""
    by_hash = {hashlib.sha256(row.text.encode()).hexdigest(): row for row in texts}
    header, *lines = lines_of(path)
    names, rows = header.split("\t")[3:], []
    for line in lines:
        name, start, end, digits = line.split("\t")
        if source := by_hash.get(name):
            rows.append(Row(source.id, source.text[int(start):int(end)], labels=dict(zip(names, map(int, digits)))))
    return rows


def letters(text: str) -> str:
    """Letters and digits only, to recognise a text that was typed anew."""
    return "".join(filter(str.isalnum, text)).lower()


class Sets(dict[str, list[Row]]):
    """The sets of a configuration by name, each read when it is first asked for."""

    def __init__(self, config: dict[str, Any], data: Path, own: Path) -> None:
        super().__init__()
        self.config, self.data, self.own = {entry["name"]: entry for entry in config["sets"]}, data, own

    def __missing__(self, name: str) -> list[Row]:
        entry = self.config[name]
        path = (self.own if entry.get("ours") else self.data) / entry["file"]
        sources = entry.get("labels_of")
        rows = read_annotations(path, sum((self[s] for s in sources), [])) if sources else read_rows(path)
        if "without" in entry:
            measured = {letters(row.text) for row in read_rows(self.data / entry["without"])}
            rows = [row for row in rows if letters(row.text) not in measured]
        return self.setdefault(name, rows)


def comment_name(row: Row) -> str:
    """The comment from which a row comes, as in src/trainer/civility.rs: the first long number of its identifier, else
    its text."""
    parts = (part for part in re.split("[-_]", row.id) if re.fullmatch("(?=.*[0-9])[0-9a-fA-F]{6,}", part))
    return next(parts, row.text)


def is_held_out(name: str, share: float) -> bool:
    """Whether our trainer keeps a comment from the fit of the heads that it calibrates."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) < share * 2**32


def samples(head: dict[str, Any], sets: Sets, share: float, limit: int | None) -> Iterator[tuple[str, float, float]]:
    """Text, soft label and weight of the rows that our trainer fits a head on."""
    calibrating = [row for source in head["rows"] if source.get("calibrates") for row in sets[source["set"]]]
    held_out = {name for name in map(comment_name, calibrating) if is_held_out(name, share)}
    for source in head["rows"]:
        seen: set[tuple[str, float]] = set()
        for row in sets[source["set"]][:limit]:
            value = row.number(source["label"])
            if value is None or not row.text.strip() or comment_name(row) in held_out:
                continue
            label = min(max(value / source.get("over", 1.0), 0.0), 1.0)
            if abs(source.get("only", label) - label) < 1e-9 and (row.text, label) not in seen:
                seen.add((row.text, label))
                yield row.text, label, source.get("weight", 1.0)
