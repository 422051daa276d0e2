"""Question and candidate passages -> quotations that answer, best first, and how sure that is.

Boosted trees give every sentence of the candidates the log-odds that it answers: first by words alone, then by that
and by meaning. A third ensemble looks at the best sentence and what competes with it, and gives the probability that
it is right at all.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.encoders import default_encoder
from qa.questions import Question
from qa.reading.evidence import Evidence
from qa.reading.features import NAMES, features
from qa.reading.trees import Trees
from qa.retrieval import Candidate
from qa.types import Citation

MODEL = Path(__file__).parents[1] / "reader_model"

READ = 12
"""How many of the retrieved passages are read."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """A stretch of a document that may answer; offsets into the original text."""

    document: str
    start: int
    end: int
    probability: float  # that this stretch answers the question


@dataclass(frozen=True, slots=True)
class Reading:
    """What came out of reading: quotations best first, and the order the passages deserve."""

    quotations: tuple[Quotation, ...]
    confidence: float  # calibrated probability that the first quotation answers
    order: tuple[int, ...]  # positions of the candidates that were read, best first


class Reader:
    """The trained reader; safe to share by threads."""

    def __init__(self, folder: Path = MODEL) -> None:
        self._words = Trees.load(folder / "words.npz")
        self._sentences = Trees.load(folder / "sentences.npz")
        self._confidence = Trees.load(folder / "confidence.npz")
        self._encoder = default_encoder()
        self.threshold = float(json.loads((folder / "config.json").read_text("utf-8"))["threshold"])

    def read(
        self, question: Question, candidates: Sequence[Candidate], shown: Collection[Citation] = ()
    ) -> Reading:
        """Read the candidates, given in retrieval order, as if the sentences already `shown` did not answer."""
        evidence = Evidence(candidates)
        rest = evidence.beyond(shown)
        if not rest:
            return Reading((), 0.0, tuple(range(len(candidates))))
        rows = with_words(features(question, evidence, self._encoder)[rest], self._words)
        evidence.sentences = tuple(evidence.sentences[i] for i in rest)
        scores = self._sentences.predict(rows)
        ranked = np.argsort(-scores, kind="stable")
        seen = competition(rows, scores, *origins(evidence))[:, JUDGED]
        confidence = float(probability(self._confidence.predict(seen))[0])
        quotations = tuple(
            Quotation(
                document=evidence.documents[evidence.sentences[i].document],
                start=evidence.sentences[i].start,
                end=evidence.sentences[i].end,
                probability=float(probability(scores[i])),
            )
            for i in ranked
        )
        return Reading(quotations, confidence, passage_order(evidence, scores))


@lru_cache(maxsize=1)
def reader() -> Reader:
    """The embedded reader, loaded once per process."""
    return Reader()


def with_words(rows: NDArray[np.float32], words: Trees) -> NDArray[np.float32]:
    """The features with two more columns: what trees say that see words alone, and how far below the best that is."""
    score = words.predict(rows[:, WORDS])
    return np.concatenate([rows, score[:, None], (score - score.max())[:, None]], axis=1)


MEANING = ("similarity", "alignment", "worst_alignment")
WORDS = tuple(i for i, name in enumerate(NAMES) if not name.startswith(MEANING))
"""Columns that do not come from the encoder, which has seen the questions that most trees are trained on."""
COLUMNS = (*NAMES, "words", "words_below_best")
"""Names of the columns of `with_words`."""


def origins(evidence: Evidence) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Of each sentence, its candidate's and its document's position."""
    pairs = np.array([(s.candidate, s.document) for s in evidence.sentences], dtype=np.int16)
    return pairs[:, 0], pairs[:, 1]


def probability(log_odds: NDArray[np.float32] | np.float32) -> NDArray[np.float32]:
    """The logistic function."""
    return np.asarray(1 / (1 + np.exp(-log_odds)), dtype=np.float32)


def competition(
    rows: NDArray[np.float32],
    scores: NDArray[np.float32],
    candidate: NDArray[np.integer[Any]],
    document: NDArray[np.integer[Any]],
) -> NDArray[np.float32]:
    """One row: the features of the best sentence, its score, and the scores of what competes with it.

    `candidate` and `document` tell of each sentence which passage and document it is from.
    """
    best = int(scores.argmax())
    ordered = np.sort(scores)[::-1]
    elsewhere = scores[candidate != candidate[best]]
    other = scores[document != document[best]]
    competitors = [
        ordered[0],
        ordered[min(1, len(ordered) - 1)],
        ordered[min(2, len(ordered) - 1)],
        elsewhere.max() if len(elsewhere) else NONE,
        other.max() if len(other) else NONE,
        np.log(np.exp(ordered[:20]).sum()),
    ]
    return np.concatenate([rows[best], np.array(competitors, dtype=np.float32)])[None, :]


NONE = -10.0
"""Log-odds of a competitor that does not exist."""

COMPETITORS = ("best", "second", "third", "best_elsewhere", "best_other_document", "sum")
"""Names of the features that `competition` adds to those of the sentence."""

JUDGED_NAMES = (
    *("words", "share_document", "share_document_short", "share_around", "share_passage"),
    *("rarest_missing_document", "rarest_missing_around", "places_missing_document", "places_missing_passage"),
    *("numbers_missing_document", "numbers_missing_around", "names_missing_document", "latin_missing_document"),
    *("similarity_around", "similarity_passage", "alignment_around", "worst_alignment"),
    *("focus", "kind", "numbers", "dates", "persons"),
    *("best", "second", "best_elsewhere", "best_other_document"),
)
"""What the confidence is judged by: what keeps its meaning from one kind of documents to another."""
JUDGED = tuple((*COLUMNS, *COMPETITORS).index(name) for name in JUDGED_NAMES)


def passage_order(evidence: Evidence, scores: NDArray[np.float32]) -> tuple[int, ...]:
    """Positions of the candidates, best first: by their best sentence, then as they were retrieved."""
    best = np.full(len(evidence.candidates), -np.inf)
    for sentence, score in zip(evidence.sentences, scores, strict=True):
        for c, candidate in enumerate(evidence.candidates):
            passage = candidate.passage
            if (
                passage.document == evidence.documents[sentence.document]
                and passage.start <= sentence.start
                and sentence.end <= passage.end
            ):
                best[c] = max(best[c], score)
    return tuple(int(i) for i in np.argsort(-best, kind="stable"))
