"""Fit the weight of the dense score in the fused ranking (`qa.retrieval.DENSE_SHARE`) on held-out questions.

    python -m qa.training.fusion DATA/train --work WORK

Prints recall at 1 and 10 by document for every weight, over each reading set and over the mean of the sets; the
constant is set by hand to the best mean. WORK holds the indexes that `qa.training.reader` made.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from embeddings.normalize import fold
from embeddings.training.corpora import HELD_OUT, READING_SETS
from qa.questions import understand
from qa.retrieval import DEPTH, fused
from qa.training.examples import ReadingSet

WEIGHTS = tuple(round(w * 0.05, 2) for w in range(21))


def main() -> None:
    """Search once per question, fuse with every weight."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    table: dict[str, dict[float, tuple[float, float]]] = {}
    for name in (*READING_SETS, HELD_OUT):
        reading_set = ReadingSet(options.data, name, options.work / f"{name}.index")
        ranks: dict[float, list[int]] = {weight: [] for weight in WEIGHTS}
        for asked in (a for a in reading_set.questions if a.held_out):
            view = fold(asked.question)
            dense = dict(reading_set.index.dense(view, DEPTH))
            lexical = dict(reading_set.index.lexical(understand(view).content, DEPTH))
            for weight in WEIGHTS:
                scores = fused(dense, lexical, weight)
                ids = sorted(scores, key=lambda i: (-scores[i], i))
                names = dict.fromkeys(p.document for p in reading_set.index.passages(ids))
                ranks[weight].append(list(names).index(asked.document) if asked.document in names else DEPTH)
        reading_set.index.close()
        table[name] = {w: (float(np.mean(np.array(r) < 1)), float(np.mean(np.array(r) < 10))) for w, r in ranks.items()}
    for weight in WEIGHTS:
        row = {name: [round(v, 4) for v in found[weight]] for name, found in table.items()}
        mean = float(np.mean([found[weight][0] for found in table.values()]))
        print(json.dumps({"weight": weight, "mean": round(mean, 4), **row}))


if __name__ == "__main__":
    main()
