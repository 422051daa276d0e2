"""The project's own labelled questions, over small folders, in the form that `qa.training.reader` trains on.

`news_questions.jsonl` holds one folder a line: documents of the news in DATA by their pid, and questions about them as
people ask, in their own words, many of them close to what the documents say but not answered by them. The questions
over the seeds, in `seed_questions.jsonl`, are not those that the tests hold back, nor nearly (tests/test_seeds.py).
"""

import json
import random
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.documents import from_text
from embeddings.index import Index
from embeddings.normalize import fold
from embeddings.training.corpora import rows
from embeddings.types import Document
from qa.questions import Question, understand
from qa.reading.evidence import Evidence
from qa.reading.reader import READ, origins
from qa.retrieval import retrieve
from qa.training.examples import SHARES, Situation

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TESTS = ROOT / "tests" / "data"
FOLDERS = {  # questions, and what they are asked of
    TESTS / "seed_questions.jsonl": [ROOT / "seeds"],
    HERE / "seed_questions.jsonl": [ROOT / "seeds"],
    TESTS / "conversations.jsonl": [ROOT / "seeds", TESTS / "conversations"],
}
NEWS = HERE / "news_questions.jsonl"
ALSO_WITHOUT = 0.4  # of the answerable questions are asked again where the sentence or the document is missing

See = Callable[[Question, Evidence], NDArray[np.float32]]
"""What trees see of each sentence of the evidence."""


@dataclass
class _Rows:
    """What is collected; examples with the same number of `question` are never divided between folds."""

    see: See
    by_row: dict[str, list[Any]] = field(
        default_factory=lambda: {key: [] for key in ("rows", "labels", "candidate", "document", "group")}
    )
    by_example: dict[str, list[Any]] = field(
        default_factory=lambda: {key: [] for key in ("held_out", "situation", "question")}
    )

    def add(self, number: int, asked: dict[str, Any], evidence: Evidence, situation: Situation) -> None:
        """One question over some evidence."""
        if not evidence.sentences:
            return
        candidate, document = origins(evidence)
        labels = [_label(s.text, evidence.documents[s.document], asked) for s in evidence.sentences]
        group = np.full(len(labels), len(self.by_example["question"]), dtype=np.int32)
        table = self.see(understand(asked["question"]), evidence).astype(np.float16)
        for key, value in zip(self.by_row, (table, labels, candidate, document, group), strict=True):
            self.by_row[key].append(np.asarray(value))
        for key, known in zip(self.by_example, (True, list(SHARES).index(situation), number), strict=True):
            self.by_example[key].append(known)

    def table(self) -> dict[str, NDArray[Any]]:
        """Everything, joined."""
        result: dict[str, Any] = {key: np.concatenate(value) for key, value in self.by_row.items()}
        return result | {key: np.array(value) for key, value in self.by_example.items()}


def over_news(data: Path, see: See) -> dict[str, NDArray[Any]]:
    """What trees see, labels and origins of the questions over news; one folder's have one number."""
    lines = [json.loads(line) for line in NEWS.read_text("utf-8").splitlines()]
    wanted = {pid for line in lines for pid in line["documents"]}
    texts = {row["pid"]: row for row in rows(data, "crud_news.docs") if row["pid"] in wanted}
    found, rng = _Rows(see), random.Random(1)
    with tempfile.TemporaryDirectory() as place:
        for number, line in enumerate(lines):
            with Index.open(Path(place) / str(number)) as index:
                index.add_documents([_document(texts[pid]) for pid in line["documents"]])
                for asked in line["questions"]:
                    _ask(found, number, asked, index, rng)
    return found.table()


def over_tests(see: See) -> dict[str, NDArray[Any]]:
    """The same of the questions over the seeds and the fixtures; a question has one number in both scripts."""
    found, rng = _Rows(see), random.Random(2)
    with tempfile.TemporaryDirectory() as place:
        for n, (questions, paths) in enumerate(FOLDERS.items()):
            with Index.open(Path(place) / str(n)) as index:
                index.add(paths)
                for asked in complete(questions):
                    _ask(found, zlib.crc32(fold(asked["question"]).encode()) % 100_000, asked, index, rng)
    return found.table()


def _ask(found: _Rows, number: int, asked: dict[str, Any], index: Index, rng: random.Random) -> None:
    question = understand(asked["question"])
    candidates = retrieve(index, question.text, READ)
    answerable = asked["document"] is not None
    found.add(number, asked, Evidence(candidates), "small" if answerable else "small left out")
    if answerable and rng.random() < ALSO_WITHOUT:
        if rng.random() < 0.5:
            others = [c for c in candidates if c.passage.document != asked["document"]]
            found.add(number, asked, Evidence(others), "small left out")
        else:
            evidence = Evidence(candidates)
            evidence.sentences = tuple(
                s for s in evidence.sentences if not _label(s.text, evidence.documents[s.document], asked)
            )
            found.add(number, asked, evidence, "sentence left out")


def _document(row: dict[str, Any]) -> Document:
    return from_text(f"{row['title']}\n{row['text']}".strip(), row["pid"])


def complete(path: Path) -> Iterator[dict[str, Any]]:
    """Questions that are complete by themselves, each once; a follow-up as it is written out by hand."""
    seen = set()
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        for turn in row.get("turns", [row]):
            question = turn.get("complete", turn["question"])
            if question not in seen and not turn.get("optional"):
                seen.add(question)
                yield {**turn, "question": question}


def _label(text: str, document: str, asked: dict[str, Any]) -> int:
    """Whether the sentence holds one of the words; white space aside."""
    squeezed = "".join(text.split())
    wanted = ("".join(fold(word).split()) for word in asked.get("words", ()))
    return int(document == asked["document"] and any(word in squeezed for word in wanted))
