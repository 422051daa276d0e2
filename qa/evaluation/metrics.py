"""Numbers from outcomes, in numpy alone; every array is one value per question."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

BINS = 15
ROUNDS = 1000


def gain(rank: int | None, depth: int = 10) -> float:
    """nDCG at `depth` where one document is relevant, at this rank (1 is best, None: not found)."""
    return 1 / float(np.log2(1 + rank)) if rank is not None and rank <= depth else 0.0


def rank_of(found: Sequence[str], relevant: Sequence[str]) -> int | None:
    """The rank of the first relevant document; a document's rank is that of its first passage."""
    for rank, name in enumerate(dict.fromkeys(found), start=1):
        if name in relevant:
            return rank
    return None


def auroc(positive: Values, negative: Values) -> float:
    """The chance that a positive scores above a negative, ties counting half."""
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, "left") + np.searchsorted(ordered, positive, "right")
    return float(below.mean() / 2 / len(ordered))


def refused_at(positive: Values, negative: Values, false_refusals: float) -> float:
    """The share of negatives below the highest threshold that refuses at most this share of positives."""
    threshold = np.sort(positive)[int(false_refusals * len(positive))]
    return float((negative < threshold).mean())


@dataclass(frozen=True, slots=True)
class Bin:
    """The questions whose confidence falls into one of `BINS` equal parts of [0, 1]."""

    confidence: float  # mean
    accuracy: float
    count: int


def reliability(confidence: Values, correct: Values) -> list[Bin]:
    """Bins that are not empty, in order of confidence."""
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        Bin(float(confidence[place == n].mean()), float(correct[place == n].mean()), int((place == n).sum()))
        for n in np.unique(place)
    ]


def calibration_error(confidence: Values, correct: Values) -> float:
    """ECE: how far the bins' mean confidence is from their accuracy, on average over questions."""
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return float(np.abs(np.bincount(place, confidence - correct, BINS)).sum() / len(confidence))


def risks(confidence: Values, correct: Values) -> Values:
    """The share of wrong ones among the k most confident answers, for k = 1 … n; its mean is the area.

    Among equal confidences the order means nothing, so each counts as their mean.
    """
    _, group, counts = np.unique(-confidence, return_inverse=True, return_counts=True)
    mean = np.bincount(group, correct) / counts
    expected = np.repeat(mean, counts)
    return np.asarray(1 - np.cumsum(expected) / np.arange(1, len(expected) + 1), dtype=np.float64)


def interval(count: int, statistic: Callable[[NDArray[np.intp]], float]) -> tuple[float, float]:
    """A 95% bootstrap interval; `statistic` gets the drawn questions' positions, of `count`."""
    random = np.random.default_rng(0)
    drawn = [statistic(random.integers(count, size=count)) for _ in range(ROUNDS)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)
