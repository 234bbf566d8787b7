"""How far two graders of the same comments agree: at which threshold the second flags as many as the first, and
whether they are the same ones. Pure functions over arrays; a comment is flagged when its score reaches the threshold."""

from dataclasses import dataclass

import numpy as np

DECIMALS = 3


@dataclass(frozen=True)
class Match:
    """The second grader's threshold that matches one of the first."""
    theirs: float
    ours: float
    low: float
    high: float
    flagged: int
    share: float
    kappa: float
    only_theirs: int
    only_ours: int


def same_share(ours: np.ndarray, count: int) -> float:
    """The threshold, to three decimals, from which `count` of the scores are flagged: halfway between the last that is
    and the first that is not. Scores closer than the rounding may fall on the other side."""
    descending = np.sort(ours)[::-1]
    if count == 0:
        return 1.0
    below = descending[count] if count < len(descending) else 0.0
    return round(float(descending[count - 1] + below) / 2, DECIMALS)


def kappa(one: np.ndarray, other: np.ndarray) -> float:
    """Cohen's kappa of two yes-or-no gradings; nan when chance alone would agree everywhere."""
    observed = np.mean(one == other)
    chance = one.mean() * other.mean() + (1 - one.mean()) * (1 - other.mean())
    return float((observed - chance) / (1 - chance)) if chance < 1 else float("nan")


def match(theirs: np.ndarray, ours: np.ndarray, threshold: float, resamples: int, seed: int) -> Match:
    """Our threshold for theirs, with a 95 % bootstrap interval over comments, and how well both then agree."""
    flagged = theirs >= threshold
    found = same_share(ours, int(flagged.sum()))
    rng = np.random.default_rng(seed)
    draws = []
    for _ in range(resamples):
        rows = rng.integers(0, len(theirs), len(theirs))
        draws.append(same_share(ours[rows], int(flagged[rows].sum())))
    low, high = np.quantile(draws, [0.025, 0.975])
    also = ours >= found
    return Match(threshold, found, round(float(low), DECIMALS), round(float(high), DECIMALS), int(flagged.sum()),
                 float(flagged.mean()), kappa(flagged, also), int((flagged & ~also).sum()), int((also & ~flagged).sum()))
