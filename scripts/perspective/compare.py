"""Compares comity's scores with Perspective's on comments that carry the latter, and prints which threshold of ours flags
as many as one of theirs. README.md says how to run it and how to read it."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from scipy.stats import pearsonr, spearmanr

from agreement import match

ATTRIBUTES = ["toxicity", "severe_toxicity", "insult", "profanity", "threat", "identity_attack"]
THRESHOLDS = [0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]
RESAMPLES = 1000
SEED = 20261122

Row = dict


def read_rows(path: Path) -> list[Row]:
    """The rows of a file of JSON Lines."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def ask_comity(binary: str, rows: list[Row], attributes: list[str]) -> tuple[dict[str, np.ndarray], str]:
    """comity's probabilities by attribute, nan where unknown, and the model's name."""
    names = {f"ATTRIBUTE_{attribute.upper()}": attribute for attribute in attributes}
    requests = "\n".join(json.dumps({
        "comment": {"text": row["text"], "language": row["lang"]}, "attributes": list(names)}) for row in rows)
    done = subprocess.run([binary, "moderate"], input=requests, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        sys.exit(f"{binary} moderate ended with {done.returncode}: {done.stderr.strip()}")
    verdicts = [json.loads(line)["verdict"] for line in done.stdout.splitlines()]
    scores = {attribute: np.full(len(rows), np.nan) for attribute in attributes}
    for number, verdict in enumerate(verdicts):
        for score in verdict["scores"].get("civility", {}).get("attributes", []):
            if score.get("known"):
                scores[names[score["attribute"]]][number] = score.get("probability", 0.0)
    made = verdicts[0]["provenance"]
    return scores, f"{made['modelName']} {made['modelVersion']}, sha256 {made['modelSha256'][:12]}"


def report(attribute: str, theirs: np.ndarray, ours: np.ndarray) -> None:
    """Prints what is found for one attribute."""
    both = ~np.isnan(theirs) & ~np.isnan(ours)
    theirs, ours = theirs[both], ours[both]
    print(f"\n## {attribute.upper()}\n{len(theirs)} rows, Spearman {spearmanr(theirs, ours).statistic:.3f}, "
          f"Pearson {pearsonr(theirs, ours).statistic:.3f}\n")
    print("| decile | " + " | ".join(f"{tenth} %" for tenth in range(10, 100, 10)) + " |\n" + "|---" * 10 + "|")
    for name, scores in [("Perspective", theirs), ("comity", ours)]:
        print(f"| {name} | " + " | ".join(f"{value:.3f}" for value in np.quantile(scores, np.arange(1, 10) / 10)) + " |")
    print("\n| Perspective from | flagged | share | comity from | 95 % interval | kappa | only Perspective | only comity |\n"
          + "|---" * 8 + "|")
    for threshold in THRESHOLDS:
        m = match(theirs, ours, threshold, RESAMPLES, SEED)
        print(f"| {m.theirs:.2f} | {m.flagged} | {m.share:.1%} | {m.ours:.3f} | {m.low:.3f} to {m.high:.3f} | "
              f"{m.kappa:.2f} | {m.only_theirs} | {m.only_ours} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comity", required=True, help="the binary")
    parser.add_argument("--data", type=Path, required=True, help="comments with Perspective's scores, JSON Lines")
    parser.add_argument("--without", type=Path, help="JSON Lines: leave out rows whose text stands in it")
    args = parser.parse_args()
    for path in [args.data, args.without]:
        if path and not path.exists():
            print(f"skipped: {path} is not there")
            return
    rows = read_rows(args.data)
    if args.without:
        seen = {row["text"] for row in read_rows(args.without)}
        rows = [row for row in rows if row["text"] not in seen]
    attributes = [name for name in ATTRIBUTES if any(name in row["soft"] for row in rows)]
    ours, model = ask_comity(args.comity, rows, attributes)
    print(f"{len(rows)} comments, {model}")
    for attribute in attributes:
        report(attribute, np.array([row["soft"].get(attribute, np.nan) for row in rows]), ours[attribute])


if __name__ == "__main__":
    main()
