"""Remove and update documents at random and search every byte of the index for what should be gone.

    python tests/benchmarks/forget.py                  # 300 changes
    python tests/benchmarks/forget.py --changes 50 --seed 3

Every paragraph of every version of a document begins with a word of its own. After each removal or update no
file of the open index (the catalog, its -wal, FAISS, tantivy) may hold such a word or its passage's vector,
FAISS none of the passage ids, tantivy's dictionaries none of the words. The last line is one JSON object.
"""

import argparse
import hashlib
import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from embeddings.catalog import sqlite  # noqa: E402
from embeddings.documents import from_text  # noqa: E402
from embeddings.index import Index, dense_side  # noqa: E402
from embeddings.lexical import LexicalStore  # noqa: E402
from embeddings.stores.faiss import FaissStore, read_base  # noqa: E402
from embeddings.types import Vectors  # noqa: E402
from tests.fakes import HashingEncoder  # noqa: E402

dense_side.BASE_MINIMUM = 200
sqlite.SMALL_FILE = 0  # what a large catalog does: unused bytes are overwritten in place
FILLER = "会议讨论了预算与交通规划的若干问题，并就来年的安排交换了意见。"


def word(random_: random.Random) -> str:
    """A word that nothing else contains; vowels between, so that no stemmer touches it."""
    return "".join(random_.choice("bdgkmprtvz") + random_.choice("aou") for _ in range(8)) + "x"


class ScatteringEncoder(HashingEncoder):
    """Another vector for every text."""

    def _encode(self, texts: Sequence[str]) -> Vectors:
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") for text in texts]
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for row, seed in zip(vectors, seeds, strict=True):
            row[:] = np.random.default_rng(seed).standard_normal(self.dimension)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


class Sample:
    """One version of a document and the traces it would leave."""

    def __init__(self, random_: random.Random) -> None:
        count = random_.choice([1, 2, 3, 5, 9, 30])
        self.words = [word(random_) for _ in range(count)]
        self.text = "\n\n".join(f"{unique} {FILLER * random_.randint(1, 9)}" for unique in self.words)


def traces(folder: Path, gone: list[Sample], vectors: list[bytes], ids: set[int], dimension: int) -> list[str]:
    """What the files of the index still hold of samples that are gone."""
    held = []
    for file in folder.rglob("*"):
        data = file.read_bytes() if file.is_file() else b""
        held += [f"{file.name}: {w}" for sample in gone for w in sample.words if w.encode() in data]
        held += [f"{file.name}: a vector" for vector in vectors if vector in data]
    for file in folder.glob("vectors-*.faiss"):
        held += [f"{file.name}: id {id}" for id in FaissStore(dimension, read_base(file, dimension)).ids() & ids]
    lexical = LexicalStore(folder / "lexical")
    words = {w for sample in gone for w in sample.words}
    held += [f"lexical: {w}" for w in words if lexical._searcher.doc_freq("text", w)]
    return held


def main() -> None:
    """Change and search as often as asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--changes", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    random_ = random.Random(arguments.seed)
    encoder = ScatteringEncoder(dimension=128)
    present: dict[str, Sample] = {}
    scanned, passages, started = 0, 0, time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "index"
        with Index.open(folder, encoder=encoder) as index:
            for _ in range(arguments.changes):
                document = f"{random_.randrange(16)}.txt"
                old = present.pop(document, None)
                was = index.all_passages(document) if old else []
                was = [p for p in was if old and any(w in p.text for w in old.words)]
                if old and random_.random() < 0.6:
                    index.remove(document)
                else:
                    present[document] = Sample(random_)
                    index.add_document(from_text(present[document].text, document))
                if old:
                    texts = [f"{p.context}\n{p.text}" if p.context else p.text for p in was]
                    halves = [vector.astype("<f2").tobytes() for vector in encoder.encode_queries(texts)]
                    found = traces(folder, [old], halves, {p.id for p in was}, 128)
                    assert found == [], found
                    scanned += sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
                    passages += len(was)
            assert index.verify() == []
            held = traces(folder, list(present.values()), [], set(), 128)
            assert len(held) >= sum(len(sample.words) for sample in present.values()), "the scan finds nothing"
    seconds = round(time.monotonic() - started, 1)
    told = {
        "changes": arguments.changes,
        "passages_gone": passages,
        "bytes_searched": scanned,
        "seconds": seconds,
    }
    print(json.dumps({**told, "traces": 0}))


if __name__ == "__main__":
    main()
