"""Fit what passages are ranked by (`qa.retrieval.DENSE_SHARE`, `ALIGNED` and `WEIGHTS`) on held-out questions.

    python -m qa.training.fusion DATA/train --work WORK

Prints recall at 1 by passage for every share of the dense score in the fused one, for every share of the late
interaction in the dense score, then the weights by which the best of the fused passages
are scored anew (listwise logistic regression) and, in two folds, recall at 1 before and after. The constants
are set by hand to what is printed. WORK holds the indexes, made by whichever of the training commands comes first.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from embeddings.encoders import default_encoder
from embeddings.training.corpora import HELD_OUT
from qa.questions import understand
from qa.retrieval import DENSE_SHARE, DEPTH, SCORED_ANEW, WEIGHTS, aligned, fused, signals
from qa.training.examples import Asked, ReadingSet

SETS = ("cmrc2018.train", "drcd.train", "squad_en.train", HELD_OUT)
ALIGNED_SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
SHARES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0)
RIDGE = 0.001


@dataclass(frozen=True)
class Ranked:
    """One question: the signals of its best passages, and which of them hold the answer."""

    name: str
    signals: NDArray[np.float32]
    right: NDArray[np.bool_]
    first_right: dict[float, bool]  # by share of the dense score
    first_aligned: dict[float, bool]  # of the dense search alone, by share of the late interaction


def ranked(reading_set: ReadingSet, asked: Asked) -> Ranked:
    """Search, fuse with every share, and look at the best."""
    question, index = understand(asked.question), reading_set.index
    dense = dict(index.dense(question.text, DEPTH))
    lexical = dict(index.lexical(question.content, DEPTH, singles=False))
    orders = {}
    for share in {*SHARES, DENSE_SHARE}:
        scores = fused(dense, lexical, share)
        orders[share] = sorted(scores, key=lambda i: (-scores[i], i))
    first = orders[DENSE_SHARE][:SCORED_ANEW]
    passages = index.passages(first)
    nearest = {}
    for share in ALIGNED_SHARES:
        scores = aligned(index, question, dense, default_encoder(), share)
        nearest[share] = max(scores, key=lambda i: (scores[i], -i))
    holds = {
        p.id: p.document == asked.document and p.start < asked.end and asked.start < p.end
        for p in index.passages(list({*first, *(o[0] for o in orders.values()), *nearest.values()}))
    }
    return Ranked(
        reading_set.name,
        signals(question, passages, dense, lexical),
        np.array([holds[p.id] for p in passages]),
        {share: holds[order[0]] for share, order in orders.items()},
        {share: holds[best] for share, best in nearest.items()},
    )


def fit(questions: list[Ranked]) -> NDArray[np.float64]:
    """The weights that make the passages with the answer likeliest."""

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = RIDGE * len(questions) * float(weights @ weights), 2 * RIDGE * len(questions) * weights
        for asked in questions:
            scores = asked.signals @ weights
            odds = np.exp(scores - scores.max())
            among = odds * asked.right / (odds @ asked.right)
            total -= float(np.log(odds @ asked.right / odds.sum()))
            slope = slope + (odds / odds.sum() - among) @ asked.signals
        return total, slope

    found: NDArray[np.float64] = minimize(loss, np.array(list(WEIGHTS.values())), jac=True, method="L-BFGS-B").x
    return found


def main() -> None:
    """Search once per question, then fit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    questions: list[Ranked] = []
    for name in SETS:
        reading_set = ReadingSet(options.data, name, options.work / f"{name}.index")
        questions += [ranked(reading_set, a) for a in reading_set.questions if a.held_out]
        reading_set.index.close()
    for share in SHARES:
        print(json.dumps({"dense share": share} | _by_set([(q.name, q.first_right[share]) for q in questions])))
    for share in ALIGNED_SHARES:
        print(json.dumps({"aligned": share} | _by_set([(q.name, q.first_aligned[share]) for q in questions])))
    usable = [q for q in questions if q.right.any()]
    after: list[tuple[str, Any]] = []
    for half in range(2):
        weights = fit([q for q in questions[half::2] if q.right.any()])
        after += [(q.name, q.right[int((q.signals @ weights).argmax())]) for q in questions[1 - half :: 2]]
    print(json.dumps({"weights": {name: round(float(w), 2) for name, w in zip(WEIGHTS, fit(usable), strict=True)}}))
    print(json.dumps({"scored anew": True} | _by_set(after)))


def _by_set(found: list[tuple[str, Any]]) -> dict[str, float]:
    names = {name: [right for n, right in found if n == name] for name in dict.fromkeys(n for n, _ in found)}
    return {name: round(float(np.mean(rights)), 4) for name, rights in names.items()}


if __name__ == "__main__":
    main()
