"""The project's own labelled questions, over small folders, in the form that `qa.training.reader` trains on."""

import json
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.encoders import default_encoder
from embeddings.index import Index
from qa.questions import understand
from qa.reading.evidence import Evidence
from qa.reading.features import features
from qa.reading.reader import READ, origins
from qa.retrieval import retrieve
from qa.training.examples import SHARES

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
FOLDERS = {"seed_questions": [ROOT / "seeds"], "conversations": [ROOT / "seeds", DATA / "conversations"]}


def own_questions() -> dict[str, NDArray[Any]]:
    """Features, labels and origins of all of them; a question's number is the same in both scripts."""
    by_row: dict[str, list[Any]] = {key: [] for key in ("rows", "labels", "candidate", "document", "group")}
    by_example: dict[str, list[Any]] = {key: [] for key in ("held_out", "situation", "question")}
    with tempfile.TemporaryDirectory() as folder:
        for name, paths in FOLDERS.items():
            with Index.open(Path(folder) / name) as index:
                index.add(paths)
                for row in _rows(name):
                    question = understand(row["question"])
                    evidence = Evidence(retrieve(index, question.text, READ))
                    candidate, document = origins(evidence)
                    labels = [_label(s.text, evidence.documents[s.document], row) for s in evidence.sentences]
                    group = np.full(len(labels), len(by_example["question"]), dtype=np.int32)
                    values = (features(question, evidence, default_encoder()), labels, candidate, document, group)
                    for key, value in zip(by_row, values, strict=True):
                        by_row[key].append(np.asarray(value))
                    by_example["held_out"].append(True)
                    by_example["situation"].append(list(SHARES).index("small" if row["document"] else "small left out"))
                    by_example["question"].append(zlib.crc32(question.text.encode()) % 100_000)
    result: dict[str, Any] = {key: np.concatenate(value) for key, value in by_row.items()}
    return result | {key: np.array(value) for key, value in by_example.items()}


def _rows(name: str) -> Iterator[dict[str, Any]]:
    """Questions that are complete by themselves, each once; a follow-up as it is written out by hand."""
    seen = set()
    for line in (DATA / f"{name}.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        for turn in row.get("turns", [row]):
            question = turn.get("complete", turn["question"])
            if question not in seen and not turn.get("optional"):
                seen.add(question)
                yield {**turn, "question": question}


def _label(text: str, document: str, row: dict[str, Any]) -> int:
    return int(document == row["document"] and any(word in text for word in row.get("words", ())))
