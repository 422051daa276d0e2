"""The words of a sentence that answer, and how likely any do: the span model over the sentences that matter."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.encoders import StaticEncoder
from qa.questions import KINDS, Kind, Question
from qa.reading.atoms import CENTRE, Atoms, best_span, kind_vector, seen
from qa.reading.evidence import Evidence
from qa.reading.marking import MARKS, tidied
from qa.reading.network import Network

LOOKED_AT = 2
"""Sentences of one question that the span model sees."""
UNSEEN = -12.0
"""Stands for the log-odds of a sentence that it has not seen."""
COLUMNS = ("answers", "answers_below_best", "certainty")
"""Names of the columns of `columns`."""
SHORT: frozenset[Kind] = frozenset({"who", "when", "where", "number", "what"})
"""Kinds of questions that a few words answer."""


@dataclass(frozen=True, slots=True)
class Span:
    """What the model says of one sentence: the likeliest words, as offsets into the original document."""

    words: tuple[int, int] | None  # none where they are the whole sentence, or a clause where a place is asked for
    answers: float  # log-odds that the sentence answers
    certainty: float  # log-probability of the words among all that it saw


def spans(
    question: Question, evidence: Evidence, which: Sequence[int], network: Network, encoder: StaticEncoder
) -> dict[int, Span]:
    """The span of each of these sentences, by their position in the evidence."""
    if not which:
        return {}
    asked, passages, offsets = zip(*(seen(question, evidence, i, encoder) for i in which), strict=True)
    found = network(asked, passages, kind_vector(question, KINDS), encoder)
    return {
        i: _span(question.kind, evidence, i, passage, offset, *ends)
        for i, passage, offset, ends in zip(which, passages, offsets, found, strict=True)
    }


def _span(
    kind: Kind,
    evidence: Evidence,
    i: int,
    passage: Atoms,
    offset: int,
    first: NDArray[np.float32],
    last: NDArray[np.float32],
    answers: float,
) -> Span:
    """What the network found in sentence `i`, whose atoms' offsets count from `offset` in its candidate's view."""
    inside = passage.flags[:, CENTRE] > 0
    sentence = evidence.sentences[i]
    if not inside.any():
        return Span(None, answers, UNSEEN)
    a, b = best_span(first, last, inside)
    certainty = float(_log_softmax(first)[a] + _log_softmax(last)[b])
    base = evidence.candidates[sentence.candidate].passage.start
    view = evidence.views[sentence.candidate]
    words = tidied(kind, view.text, offset + int(passage.starts[a]), offset + int(passage.ends[b]))
    if words is None or view.text[slice(*words)].strip(MARKS) == sentence.text.strip(MARKS):
        return Span(None, answers, certainty)
    start, end = view.to_original(*words)
    return Span((base + start, base + end), answers, certainty)


def columns(found: dict[int, Span], rows: int) -> NDArray[np.float32]:
    """What the trees see of the spans, shape (rows, len(COLUMNS))."""
    table = np.full((rows, len(COLUMNS)), UNSEEN, dtype=np.float32)
    best = max((span.answers for span in found.values()), default=0.0)
    for i, span in found.items():
        table[i] = span.answers, span.answers - best, span.certainty
    return table


def _log_softmax(x: NDArray[np.float32]) -> NDArray[np.float32]:
    shifted: NDArray[np.float32] = x - x.max()
    total: NDArray[np.float32] = np.log(np.exp(shifted).sum())
    return shifted - total
