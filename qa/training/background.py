"""Count how many windows of the training corpora hold each lexical term; write qa/reader_model/background.npz.

    python -m qa.training.background DATA/train

Takes about two minutes. Terms seen in fewer than MINIMUM windows count as unseen.
"""

import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from embeddings.analysis import terms
from embeddings.normalize import fold
from embeddings.training.corpora import READING_SETS, reading, rows
from qa.background import STEP, TABLE

WINDOW = 200  # characters, about one passage
MINIMUM = 6
EVERY = {"crud_news.docs": 4, "laws_cn.docs": 6}  # a sample is enough for frequencies


def texts(folder: Path) -> Iterator[str]:
    """Chinese and English running text, a few tens of millions of characters."""
    for name, every in EVERY.items():
        for number, row in enumerate(rows(folder, name)):
            if number % every == 0:
                yield row["text"]
    for number, row in enumerate(rows(folder, "laws_tw_zh_en.pairs")):
        if number % 20 == 0:
            yield row["positive"]
    for name in READING_SETS:
        yield from reading(folder, name)[0].values()


def main(folder: Path) -> None:
    """Count and write."""
    counts: Counter[str] = Counter()
    windows = 0
    for text in texts(folder):
        view = fold(text)
        step = WINDOW * 4 if view.isascii() else WINDOW
        for start in range(0, len(view), step):
            counts.update(set(terms(view[start : start + step])))
            windows += 1
    kept = [(zlib.crc32(term.encode()), n) for term, n in counts.items() if n >= MINIMUM]
    kept.sort()
    hashes = np.array([h for h, _ in kept], dtype=np.uint32)
    frequency = np.array([n for _, n in kept], dtype=np.float64)
    idf = np.log1p((windows - frequency + 0.5) / (frequency + 0.5))
    unseen = float(np.log1p((windows - MINIMUM / 2) / (MINIMUM / 2 + 0.5)))
    steps = np.clip(np.rint(idf / STEP), 0, 255).astype(np.uint8)
    np.savez_compressed(TABLE, hashes=hashes, idf=steps, unseen=np.float32(unseen))
    print(f"{windows} windows, {len(kept)} terms, unseen {unseen:.2f} nats, {TABLE.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
