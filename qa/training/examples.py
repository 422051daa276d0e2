"""Reading sets -> situations in which the reader has to decide: evidence, and which sentences answer.

Answerable questions alone teach a reader to always answer. So some are asked where their document is missing, where
only the sentence that answers is missing, or with a place, number or title exchanged; in those no sentence is right.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from embeddings.documents import from_text
from embeddings.index import Index
from embeddings.normalize import fold
from embeddings.training.corpora import held_out, reading, rows
from embeddings.types import Document
from qa.questions import Question, understand
from qa.reading.evidence import Evidence, Sentence
from qa.reading.reader import READ
from qa.retrieval import retrieve

Situation = Literal["asked", "small", "left out", "small left out", "sentence left out", "exchanged"]
SHARES: dict[Situation, float] = {
    "asked": 0.42,
    "small": 0.18,
    "left out": 0.14,
    "small left out": 0.08,
    "sentence left out": 0.09,
    "exchanged": 0.09,
}


@dataclass(frozen=True)
class Asked:
    """A question with the place of its answer: `document` text[start:end]."""

    qid: str
    question: str
    document: str
    start: int
    end: int
    answers: tuple[str, ...]
    held_out: bool


@dataclass
class Example:
    """One situation: per sentence 1 (answers), 0 (does not) or -1 (holds the answer elsewhere: not trained on)."""

    asked: Asked
    situation: Situation
    question: Question
    evidence: Evidence
    labels: list[int]


class ReadingSet:
    """One reading set as an index: half of the articles as one document each, the other half as paragraphs."""

    def __init__(self, data: Path, name: str, folder: Path, seed: int = 1) -> None:
        self.name = name
        texts, questions = reading(data, name)
        titles = {row["pid"]: row["title"] for row in rows(data, f"{name}.passages")}
        rng = random.Random(seed)
        articles: dict[str, list[str]] = defaultdict(list)
        for pid in texts:
            articles[titles[pid] or pid].append(pid)
        self.siblings: dict[str, list[str]] = {}
        place: dict[str, tuple[str, int]] = {}
        documents: list[Document] = []
        for title, pids in articles.items():
            shown_title = title if rng.random() < 0.5 else ""
            # An article is either wholly held out from joining or joined from training paragraphs only.
            joined = len(pids) > 1 and rng.random() < 0.5
            groups = (
                [[p for p in pids if not held_out(p)], *[[p] for p in pids if held_out(p)]]
                if joined
                else [[p] for p in pids]
            )
            names = [g[0] for g in groups if g]
            for group in (g for g in groups if g):
                text = ""
                for pid in group:
                    text += "\n\n" if text else ""
                    place[pid] = (group[0], len(text))
                    text += texts[pid]
                self.siblings[group[0]] = [n for n in names if n != group[0]]
                documents.append(_document(text, group[0], shown_title))
        self.texts = {d.name: d.text for d in documents}
        self.index = Index.open(folder)
        if not self.index.passage_count:
            self.index.add_documents(documents)
        self.questions = [a for q in questions if (a := _asked(q, texts, place)) is not None]
        self.names = list(self.texts)

    def examples(self, seed: int, held_out_only: bool = False) -> Iterator[tuple[int, Example]]:
        """Every question once, with its number, in a situation drawn at random."""
        for number, asked in enumerate(self.questions):
            if asked.held_out or not held_out_only:
                rng = random.Random(f"{seed} {self.name} {number}")
                situation = rng.choices(list(SHARES), list(SHARES.values()))[0]
                example = self.example(asked, situation, rng)
                if example is not None:
                    yield number, example

    def example(self, asked: Asked, situation: Situation, rng: random.Random) -> Example | None:
        """The question in this situation; None where it cannot be made."""
        text = asked.question
        if situation == "exchanged":
            text = self._exchanged(asked, rng)
            if text == asked.question:
                return None
        question = understand(text)
        documents: list[str] | None = None
        if situation.startswith("small"):
            others = rng.sample(self.names, k=min(len(self.names), rng.choice((1, 1, 2, 3, 6))))
            siblings = self.siblings[asked.document]
            documents = [asked.document, *others, *rng.sample(siblings, k=min(len(siblings), 3))]
        if situation.endswith("left out") and situation != "sentence left out":
            documents = [d for d in documents if d != asked.document] if documents is not None else None
        found = retrieve(self.index, question.text, READ * 3, documents=documents)
        if "left out" in situation and situation != "sentence left out":
            found = [c for c in found if c.passage.document != asked.document]
        evidence = Evidence(found[:READ])
        if situation == "sentence left out":
            evidence = _without(evidence, asked)
        if not evidence.sentences:
            return None
        right = situation in ("asked", "small")
        return Example(
            asked,
            situation,
            question,
            evidence,
            [_label(s, evidence, asked, right) for s in evidence.sentences],
        )

    def _exchanged(self, asked: Asked, rng: random.Random) -> str:
        """The question with a number, place or title that another question has instead of its own."""
        view = understand(asked.question)
        for attribute in rng.sample(["places", "numbers", "names", "latin"], k=4):
            mine: Sequence[str] = getattr(view, attribute)
            if not mine:
                continue
            for _ in range(40):
                other = getattr(understand(rng.choice(self.questions).question), attribute)
                fresh = [w for w in other if w not in view.text and fold(self.texts[asked.document]).find(w) < 0]
                if attribute == "numbers":
                    fresh = [w for w in fresh if len(w) == len(mine[0])]
                if fresh:
                    return _replaced(view.text, mine[0], fresh[0])
        return asked.question


def _replaced(view: str, old: str, new: str) -> str:
    """The view with `new` wherever `old` stands, in any case; nothing in `new` is a reference to a group."""
    return re.sub(re.escape(old), lambda _: new, view, flags=re.IGNORECASE)


def _document(text: str, name: str, title: str) -> Document:
    document = from_text(text, name)
    return Document(name=name, text=document.text, digest=document.digest, title=title.replace("_", " "))


def _asked(row: dict[str, Any], texts: dict[str, str], place: dict[str, tuple[str, int]]) -> Asked | None:
    text, answer = texts[row["pid"]], row["answers"][0]
    if not answer.strip():
        return None
    starts = [m.start() for m in re.finditer(re.escape(answer), text)]
    if not starts:
        return None
    start = min(starts, key=lambda s: abs(s - row["answer_start"][0]))
    document, offset = place[row["pid"]]
    return Asked(
        qid=row["qid"],
        question=row["question"],
        document=document,
        start=offset + start,
        end=offset + start + len(answer),
        answers=tuple(row["answers"]),
        held_out=held_out(row["pid"]),
    )


def _label(sentence: Sentence, evidence: Evidence, asked: Asked, right: bool) -> int:
    if evidence.documents[sentence.document] != asked.document:
        return 0
    if sentence.start < asked.end and asked.start < sentence.end:
        return int(right)
    if not right:
        return 0
    holds = any(len(fold(a)) > 1 and fold(a) in sentence.text for a in asked.answers)
    return -1 if holds else 0


def _without(evidence: Evidence, asked: Asked) -> Evidence:
    """The evidence without the sentences of the document that hold the answer."""
    answers = [fold(a) for a in asked.answers]
    kept = []
    for sentence in evidence.sentences:
        mine = evidence.documents[sentence.document] == asked.document
        inside = sentence.start < asked.end and asked.start < sentence.end
        if not (mine and (inside or any(a in sentence.text for a in answers))):
            kept.append(sentence)
    evidence.sentences = tuple(kept)
    return evidence
