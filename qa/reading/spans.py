"""The words of a sentence that answer, and how likely any do: the span model over the sentences that matter."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.analysis import LETTER
from embeddings.encoders import StaticEncoder
from qa.questions import KINDS, Kind, Question
from qa.reading.atoms import CENTRE, Atoms, best_span, kind_vector, seen
from qa.reading.evidence import Evidence
from qa.reading.network import Network
from qa.reading.patterns import SURNAMES

LOOKED_AT = 2
"""Sentences of one question that the span model sees."""
UNSEEN = -12.0
"""Stands for the log-odds of a sentence that it has not seen."""
COLUMNS = ("answers", "answers_below_best", "certainty")
"""Names of the columns of `columns`."""
SHORT: frozenset[Kind] = frozenset({"who", "when", "where", "number", "what"})
"""Kinds of questions that a few words answer."""
_TITLES = (
    "(?:书记|[市省县区镇村州校院局处科部司厅会社行所台组队厂店]长|主任|主席|总理|总统|教授|博士|医生|记者|委员|干事|董事|经理)"
)
_TITLE = re.compile(rf"[^、,;和与及]*{_TITLES}(?={LETTER}{{2,4}}$)")
_RANK = re.compile(rf"[^、]*{_TITLES}、(?=.{{2}})")
_TITLE_END = re.compile(rf"(?:{_TITLES}|[、,;:\s])$")
"""What stands before a name and is not part of it."""
_VERB = re.compile(r"(?<=.{2})(?:主持|出席|表示|指出|强调|介绍|认为|说)(?:会议|讲话)?$")


_MARKS = " \n。,;:、!?."
"""No part of an answer at its end."""


@dataclass(frozen=True, slots=True)
class Span:
    """What the model says of one sentence: the likeliest words, as offsets into the original document."""

    start: int
    end: int
    whole: bool  # they are the whole sentence
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
        return Span(sentence.start, sentence.end, True, answers, UNSEEN)
    a, b = best_span(first, last, inside)
    certainty = float(_log_softmax(first)[a] + _log_softmax(last)[b])
    base = evidence.candidates[sentence.candidate].passage.start
    view = evidence.views[sentence.candidate]
    start, end = offset + int(passage.starts[a]), offset + int(passage.ends[b])
    end = start + max(1, len(view.text[start:end].rstrip(_MARKS)))
    if kind == "who":
        start, end = _name(view.text, start, end)
    whole = view.text[start:end].strip(_MARKS) == sentence.text.strip(_MARKS)
    start, end = view.to_original(start, end)
    return Span(base + start, base + end, whole, answers, certainty)


def _name(view: str, start: int, end: int) -> tuple[int, int]:
    """The name alone, where the model marked a title or a verb with it, or all but the surname."""
    for reach in (end, end + 1):  # the model may cut a verb in two
        if (verb := _VERB.search(view[start:reach])) and start + verb.start() < end:
            end = start + verb.start()
            break
    while rank := _RANK.match(view[start:end]):
        start += rank.end()
    if title := _TITLE.match(view[start:end]):
        start += title.end()
    elif start and end - start <= 2 and view[start - 1] in SURNAMES and _TITLE_END.search(view[: start - 1]):
        start -= 1
    return start, end


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
