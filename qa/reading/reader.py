"""Question and candidate passages -> quotations that answer, best first, and how sure that is.

Boosted trees give every sentence of the candidates the log-odds that it answers: first by words alone; then, with
what a small neural network says of the best of them, by words, meaning and the words that would answer. A third
ensemble looks at the best sentence and what competes with it, and says how likely the documents answer at all; two
numbers turn that into the probability that the sentence is right (Platt's scaling).
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
from qa.blas import one_thread
from qa.questions import KINDS, Kind, Question
from qa.reading.evidence import Evidence
from qa.reading.features import NAMES, features
from qa.reading.network import Network
from qa.reading.spans import COLUMNS as SPAN_COLUMNS
from qa.reading.spans import LOOKED_AT, SHORT, Span, columns, spans
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
    answer: tuple[int, int] | None = None  # the shortest words in it that do, where they are sure


@dataclass(frozen=True, slots=True)
class Reading:
    """What came out of reading: quotations best first, and the order the passages deserve."""

    quotations: tuple[Quotation, ...]
    confidence: float  # calibrated probability that the first quotation answers
    order: tuple[int, ...]  # positions of the candidates that were read, best first
    shown: tuple[Citation, ...] = ()  # what counted as if it did not answer


class Reader:
    """The trained reader; safe to share by threads."""

    def __init__(self, folder: Path = MODEL) -> None:
        self._words = Trees.load(folder / "words.npz")
        self._sentences = Trees.load(folder / "sentences.npz")
        self._confidence = Trees.load(folder / "confidence.npz")
        self._network = Network.load(folder / "spans.npz")
        config = _config(folder)
        self.threshold = float(config["threshold"])
        self._slope, self._offset = (float(value) for value in config["calibration"])

    @one_thread()
    def read(
        self, question: Question, candidates: Sequence[Candidate], shown: Collection[Citation] = ()
    ) -> Reading:
        """Read the candidates, given in retrieval order, as if the sentences already `shown` did not answer."""
        evidence = Evidence(candidates)
        rest = evidence.beyond(shown)
        if not rest:
            return Reading((), 0.0, tuple(range(len(candidates))))
        seen = features(question, evidence, default_encoder())
        kept = promising(seen, rest, self._words)
        rows, found = seen_rows(question, evidence, seen, kept, self._words, self._network)
        scores = self._sentences.predict(rows[:, RANKED])
        ranked = np.argsort(-scores, kind="stable")
        if (best := kept[int(ranked[0])]) not in found and question.kind in SHORT:
            found |= spans(question, evidence, [best], self._network, default_encoder())  # for its words alone
        evidence.sentences = tuple(evidence.sentences[i] for i in kept)
        competing = competition(rows, scores, *origins(evidence), len(evidence.documents))[:, JUDGED]
        answerable = self._confidence.predict(competing)
        # Marks, or words that only make a question, ask for nothing that a document could say.
        asked = bool(question.terms)
        confidence = float(probability(self._slope * answerable + self._offset)[0]) if asked else 0.0
        quotations = tuple(
            Quotation(
                document=evidence.documents[evidence.sentences[i].document],
                start=evidence.sentences[i].start,
                end=evidence.sentences[i].end,
                probability=float(probability(scores[i])),
                answer=marked(question, found.get(kept[i])),
            )
            for i in ranked
        )
        return Reading(quotations, confidence, passage_order(evidence, scores), tuple(shown))


def _config(folder: Path) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
    return config


@lru_cache(maxsize=1)
def fitted_with() -> str:
    """The fingerprint of the encoder that confidence and threshold were fitted with."""
    return str(_config(MODEL)["encoder"])


@lru_cache(maxsize=1)
def reader() -> Reader:
    """The embedded reader, loaded once per process."""
    return Reader()


def promising(seen: NDArray[np.float32], rest: Sequence[int], words: Trees) -> list[int]:
    """Of the sentences `rest`, the positions of those that are worth a closer look, in order.

    These are the KEPT that the first of the word trees put highest, and the NEAREST by each of NEARNESS.
    """
    table = seen[rest]
    orders = [(words.predict(table[:, WORDS], first=EARLY), KEPT)]
    orders += [(table[:, NAMES.index(name)], NEAREST) for name in NEARNESS]
    chosen = {int(i) for by, most in orders for i in np.argsort(-by, kind="stable")[:most]}
    return sorted(rest[i] for i in chosen)


def seen_rows(
    question: Question,
    evidence: Evidence,
    seen: NDArray[np.float32],
    kept: Sequence[int],
    words: Trees,
    network: Network,
) -> tuple[NDArray[np.float32], dict[int, Span]]:
    """What the second trees see of each kept sentence, one row each, and the spans of the best of them by words.

    `seen` are the features of all sentences of the evidence, `kept` positions among these, as are the spans' keys.
    """
    rows = with_words(seen[kept], words)
    below = rows[:, -1]
    best = [int(i) for i in np.argsort(-below, kind="stable")[:LOOKED_AT] if below[i] > -FAR]
    found = spans(question, evidence, [kept[i] for i in best], network, default_encoder())
    answers = columns({i: found[kept[i]] for i in best}, len(rows))
    return np.concatenate([rows, answers, fits(rows)[:, None]], axis=1), found


def fits(rows: NDArray[Any]) -> NDArray[np.float32]:
    """Whether a sentence has what the kind of question asks for, from its features; -1 where that has no form."""
    result = np.full(len(rows), -1, dtype=np.float32)
    kind = rows[:, NAMES.index("kind")]
    for name, shown in FORMS.items():
        has = sum(rows[:, NAMES.index(column)] > 0 for column in shown)
        result = np.where(kind == KINDS.index(name), np.minimum(has, 1), result).astype(np.float32)
    # A number of something else is none: "how many people" wants people counted, "how much money" an amount of it.
    focus, measure = rows[:, NAMES.index("focus")], rows[:, NAMES.index("measure")]
    other = (kind == KINDS.index("number")) & (measure != 1) & ((measure == 0) | (focus == 0))
    return np.where(other, 0, result).astype(np.float32)


FORMS: dict[Kind, tuple[str, ...]] = {
    "number": ("numbers", "word_numbers"),
    "when": ("dates",),
    "who": ("persons", "capitals", "organizations"),
    "where": ("places", "capitals", "named_places"),
}
"""Columns that show what a kind of question asks for."""


def with_words(rows: NDArray[np.float32], words: Trees) -> NDArray[np.float32]:
    """The features with two more columns: what trees say that see words alone, and how far below the best that is."""
    score = words.predict(rows[:, WORDS])
    return np.concatenate([rows, score[:, None], (score - score.max())[:, None]], axis=1)


ALONE = ("speaks", "explains")
"""Columns that only the confidence is judged by: they are the same for all sentences of a document."""
MEANING = ("similarity", "alignment", "worst_alignment")
LATER = (
    *("speech", "organizations", "means", "measure", "score_below_best", "prominence", "reworded", "office"),
    *("named_places", *ALONE),
)
WORDS = tuple(i for i, name in enumerate(NAMES) if not name.startswith((*MEANING, *LATER)))
"""Columns that the first trees see: none from the encoder, which has seen the questions they are trained on, and none
of LATER, which the project's own questions are needed to learn from."""
COLUMNS = (*NAMES, "words", "words_below_best", *SPAN_COLUMNS, "fits")
"""Names of the columns of `seen_rows`."""
RANKED = tuple(i for i, name in enumerate(COLUMNS) if name not in ALONE)
"""Columns that the second trees see."""
KEPT, EARLY = 20, 50
"""Sentences that are looked at closely, and the word trees that choose them."""
NEARNESS, NEAREST = ("alignment", "similarity", "reworded_share"), 6
"""Columns by which some more are, for what a text says in other words: the word trees let 8 of 409 answers go by."""
FAR = 2.5
"""Log-odds below the best by words from which a sentence is not worth the span model's time."""
CERTAIN = -3.0
"""Log-probability from which the words of a span are marked."""


def marked(question: Question, span: Span | None) -> tuple[int, int] | None:
    """The words to mark, where the question is one that few words answer, and they are certain and part of more."""
    if span is None or question.kind not in SHORT or span.certainty < CERTAIN:
        return None
    return span.words


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
    documents: int,
) -> NDArray[np.float32]:
    """One row: the features of the best sentence, its score, and the scores of what competes with it.

    `candidate` and `document` tell of each sentence which passage and document it is from, `documents` of how many
    the candidates are.
    """
    best = int(scores.argmax())
    ordered = np.sort(scores)[::-1]
    elsewhere = scores[candidate != candidate[best]]
    other = scores[document != document[best]]
    competitors = [
        ordered[0],
        ordered[min(1, len(ordered) - 1)],
        ordered[min(2, len(ordered) - 1)],
        max(elsewhere.max(initial=NONE), NONE),
        max(other.max(initial=NONE), NONE),
        np.log(np.exp(ordered[:20]).sum()),
        documents > FEW,
    ]
    return np.concatenate([rows[best], np.array(competitors, dtype=np.float32)])[None, :]


NONE = -5.0
"""Log-odds of a competitor that does not exist, or is none."""
FEW = 6
"""Documents; among more, a near miss is likelier to be found."""

COMPETITORS = ("best", "second", "third", "best_elsewhere", "best_other_document", "sum", "many_documents")
"""Names of the features that `competition` adds to those of the sentence."""

JUDGED_NAMES = (
    *("words", "share_document", "share_document_short", "share_around", "share_passage"),
    *("rarest_missing_document", "rarest_missing_around", "places_missing_document", "places_missing_passage"),
    *("prominence", "numbers_missing_document", "numbers_missing_around"),
    *("names_missing_document", "latin_missing_document"),
    *ALONE,
    *("office", "office_document"),
    *("reworded_share", "reworded_share_around", "reworded_share_document"),
    *("reworded_rarest_missing_around", "reworded_rarest_missing_document"),
    *("similarity_around", "similarity_passage", "alignment", "alignment_around", "alignment_passage"),
    *("worst_alignment", "worst_alignment_passage"),
    *("question_idf", "question_length", "focus", "kind", "numbers", "dates", "persons", "measure"),
    *("answers", "certainty", "fits"),
    *("best", "second", "best_elsewhere", "best_other_document", "many_documents"),
)
"""What the confidence is judged by: what keeps its meaning from one kind of documents to another."""
JUDGED = tuple((*COLUMNS, *COMPETITORS).index(name) for name in JUDGED_NAMES)


RETRIEVED = 0.3
"""Weight of a passage's retrieval score, which is on the scale of log-odds too, beside its best sentence's."""


def passage_order(evidence: Evidence, scores: NDArray[np.float32]) -> tuple[int, ...]:
    """Positions of the candidates, best first: by the log-odds of their best sentence and what they were found by."""
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
    found = np.array([c.score for c in evidence.candidates])
    return tuple(int(i) for i in np.argsort(-(best + RETRIEVED * found), kind="stable"))
