"""Compares our civility heads on the development sets with scikit-learn's logistic regression, fitted on the same
rows, and with alt-profanity-check as published. README.md says how to run it and how to read it."""

import argparse
import json
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from profanity_check import predict_prob
from scipy.sparse import csr_matrix, vstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import FeatureUnion

from rows import Sets, read_rows, samples

# The tasks of src/trainer/evaluate.rs: development set, label, head. A label counts as positive from AT_LEAST.
TASKS: dict[str, dict[str, dict[str, str]]] = {
    "en": {
        "ucc.val": {"labels.hostile": "hostile", "labels.antagonize": "antagonising",
                    "labels.condescending": "condescending", "labels.dismissive": "dismissive",
                    "labels.sarcastic": "sarcastic", "labels.generalisation_unfair": "generalising",
                    "civil": "toxicity"},
        "c3": {"civil": "toxicity", "labels.constructive_binary": "constructive"},
        "ctc": {"civil": "toxicity"},
        "fox": {"civil": "toxicity"},
        "jigsaw_wiki.test": {"labels.toxic": "toxicity", "labels.severe_toxic": "severe_toxicity",
                             "labels.obscene": "profanity", "labels.insult": "insult", "labels.threat": "threat",
                             "labels.identity_hate": "identity_attack"},
        "wiki_tox.test": {"civil": "toxicity"},
        "wiki_tox_fuzzed.test": {"civil": "toxicity"},
        "madlibs": {"civil": "toxicity"},
    },
    "ko": {
        "beep.dev": {"civil": "toxicity"},
        "kmhas.test": {"civil": "toxicity", "labels.classes=profanity": "profanity"},
    },
}
AT_LEAST = 0.5
# The heads whose tasks are near enough to what alt-profanity-check looks for.
PROFANITY_LIKE = {"toxicity", "severe_toxicity", "insult", "profanity", "hostile"}
# The difference in AUC beyond which a peer counts as better.
MARGIN = 0.003

Scorer = Callable[[list[str]], dict[str, np.ndarray]]


def say(message: str) -> None:
    """Tells of progress, apart from the table."""
    print(message, file=sys.stderr, flush=True)


def vectorizer(language: str) -> FeatureUnion:
    """TF-IDF of words and of characters within words; for Korean of characters alone."""
    def tfidf(analyzer: str, shortest: int, longest: int, fewest: int) -> TfidfVectorizer:
        return TfidfVectorizer(analyzer=analyzer, ngram_range=(shortest, longest), min_df=fewest, sublinear_tf=True,
                               dtype=np.float32)
    if language == "ko":
        return FeatureUnion([("chars", tfidf("char_wb", 1, 4, 3))])
    return FeatureUnion([("words", tfidf("word", 1, 2, 3)), ("chars", tfidf("char_wb", 2, 5, 5))])


def fit(matrix: csr_matrix, drawn: list[tuple[int, float, float]], l2: float) -> LogisticRegression:
    """Fits a head to (row of the matrix, soft label p, weight w), once as positive with w * p and once as negative with
    w * (1 - p)."""
    texts, labels, weights = (np.array(column) for column in zip(*drawn))
    positive, negative = labels > 0, labels < 1
    rows = vstack([matrix[texts[positive]], matrix[texts[negative]]], format="csr")
    truth = np.repeat([1, 0], [positive.sum(), negative.sum()])
    shares = np.concatenate([(weights * labels)[positive], (weights * (1 - labels))[negative]])
    return LogisticRegression(C=1 / l2, max_iter=200).fit(rows, truth, sample_weight=shares)


def fit_heads(config: dict[str, Any], sets: Sets, limit: int | None) -> Scorer:
    """Fits scikit-learn's heads over one vectorizer; what is returned scores texts with each of them."""
    places: dict[str, int] = {}
    drawn = {head["attribute"]: [(places.setdefault(text, len(places)), label, weight) for text, label, weight
                                 in samples(head, sets, config["held_out"], limit)] for head in config["heads"]}
    union = vectorizer(config["language"])
    matrix = union.fit_transform(list(places)).tocsr()
    say(f"{matrix.shape[0]} texts, {matrix.shape[1]} n-grams")
    asked, fitted = {head for tasks in TASKS[config["language"]].values() for head in tasks.values()}, {}
    for head in config["heads"]:
        if (name := head["attribute"]) in asked:
            fitted[name] = fit(matrix, drawn[name], head["l2"])
            say(f"{name}: {len(drawn[name])} rows, {fitted[name].n_iter_[0]} iterations")

    def score(texts: list[str]) -> dict[str, np.ndarray]:
        features = union.transform(texts)
        return {name: model.decision_function(features) for name, model in fitted.items()}
    return score


def table(language: str, data: Path, figures: dict[tuple[str, str], float], peer: Scorer) -> str:
    """Every task with the AUC of each model as Markdown, and where scikit-learn is better than ours."""
    lines = ["| set | label | rows | ours | scikit-learn | alt-profanity-check |", "|---|---|--:|--:|--:|--:|"]
    compared, better = 0, []
    for name, tasks in TASKS[language].items():
        rows = read_rows(data / "dev" / f"{name}.jsonl")
        texts = [row.text for row in rows]
        scores, profanity = peer(texts), predict_prob(texts)
        for path, head in tasks.items():
            values = [row.number(path) for row in rows]
            known = np.array([value is not None for value in values])
            labels = np.array([value >= AT_LEAST for value in values if value is not None])
            label = path.removeprefix("labels.")
            ours, theirs = figures.get((name, f"{label} AUC")), roc_auc_score(labels, scores[head][known])
            like = language == "en" and head in PROFANITY_LIKE
            aucs = (ours, theirs, roc_auc_score(labels, profanity[known]) if like else None)
            shown = " | ".join("-" if value is None else f"{value:.4f}" for value in aucs)
            lines.append(f"| {name} | {label} | {len(labels)} | {shown} |")
            if ours is not None:
                compared += 1
                better += [f"{name} {label} (+{theirs - ours:.4f})"] if theirs - ours > MARGIN else []
    count = f"scikit-learn is better than ours by more than {MARGIN} on {len(better)} of {compared} tasks"
    return "\n".join([*lines, "", ": ".join([count, ", ".join(better)] if better else [count]) + ".", ""])


def main() -> None:
    """Reads the command line, compares, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder with train/ and dev/")
    parser.add_argument("--config", type=Path, required=True, help="what our model is fitted on: models/english.toml")
    parser.add_argument("--figures", type=Path, required=True, help="our model's figures: models/english.json")
    parser.add_argument("--out", type=Path, help="a file for the table as well")
    parser.add_argument("--limit", type=int, help="the most rows of a training set, for a trial")
    args = parser.parse_args()
    if not (args.data / "train").is_dir():
        print(f"skipped: {args.data} has no folder train/")
        return
    try:
        config = tomllib.loads(args.config.read_text(encoding="utf-8"))
        measured = json.loads(args.figures.read_text(encoding="utf-8"))["figures"]
        figures = {(figure["set"], figure["what"]): figure["value"] for figure in measured}
        scorer = fit_heads(config, Sets(config, args.data, args.config.parent), args.limit)
        result = table(config["language"], args.data, figures, scorer)
    except OSError as error:
        sys.exit(f"cannot read {error.filename}: {error.strerror}")
    print(result, end="")
    if args.out:
        args.out.write_text(result, encoding="utf-8")


if __name__ == "__main__":
    main()
