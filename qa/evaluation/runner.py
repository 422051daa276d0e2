"""Ask every question in every situation, and keep what came of it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from qa.assistant import Assistant, Mode
from qa.evaluation.matching import contains, span_scores
from qa.evaluation.metrics import rank_of
from qa.evaluation.questions import Query
from qa.types import Answer, Citation

Measure = Literal["retrieval", "answer", "given", "refusal"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
MODES: tuple[Mode, ...] = get_args(Mode)
Progress = Callable[[int, int, str], None]

DEPTH = 10
"""Ranks up to here count."""
_FIRST_LOOK, _LAST_LOOK = 50, 1600


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of one question in one situation; the best quotation is known even where it was refused."""

    shown: bool  # False: refused
    confidence: float
    quote: str  # the first quotation; "" if there is none
    document: str
    marked: str | None  # the words marked in it as the answer
    right: bool  # the quotation holds a gold answer
    f1: float  # of the marked words, else of the quotation
    exact: float
    true_quotes: int  # citations that equal their slice of the document, and whose marks lie within
    quotes: int
    milliseconds: float


@dataclass(slots=True)
class Outcome:
    """All that came of one question; a situation it was not asked in is None."""

    query: Query
    present: Asked | None = None  # everything is in the index
    given: Asked | None = None  # only the gold documents
    left_out: Asked | None = None  # everything but the gold documents
    ranks: dict[Mode, int | None] = field(default_factory=dict)  # of the best gold document, up to `DEPTH`


Pair = tuple[Asked, Asked]


def answerable(outcomes: Sequence[Outcome]) -> list[Asked]:
    """What came of the questions that have an answer, everything being in the index."""
    return [one.present for one in outcomes if one.present is not None and one.query.answers]


def pairs(outcomes: Sequence[Outcome]) -> list[Pair]:
    """The same beside what came of them with their documents left out, where they were asked so."""
    return [(one.present, one.left_out) for one in outcomes if one.present and one.left_out]


def run(
    assistant: Assistant,
    queries: Sequence[Query],
    measures: Sequence[Measure] = MEASURES,
    modes: Sequence[Mode] = MODES,
    progress: Progress | None = None,
) -> list[Outcome]:
    """Ask all questions, one situation after another, so that a latency is that of a fresh question."""
    outcomes = [Outcome(query) for query in queries]
    known = [outcome for outcome in outcomes if outcome.query.answers and outcome.query.documents]
    passes = _passes(assistant, outcomes, known, measures, modes)
    total, done = sum(len(over) for _, over, _ in passes), 0
    if passes and queries:
        assistant.retrieve(queries[0].question, mode="hybrid")  # loads the encoder and opens the stores
        if any(name != "retrieval" for name in measures):
            assistant.ask(queries[0].question)  # and loads the reader
    for label, over, step in passes:
        for outcome in over:
            step(outcome)
            done += 1
            if progress is not None:
                progress(done, total, label)
    return outcomes


Pass = tuple[str, list[Outcome], Callable[[Outcome], None]]


def _passes(
    assistant: Assistant,
    outcomes: list[Outcome],
    known: list[Outcome],
    measures: Sequence[Measure],
    modes: Sequence[Mode],
) -> list[Pass]:
    def present(outcome: Outcome) -> None:
        outcome.present = ask(assistant, outcome.query)

    def left_out(outcome: Outcome) -> None:
        outcome.left_out = ask(assistant, outcome.query, without=outcome.query.documents)

    def given(outcome: Outcome) -> None:
        outcome.given = ask(assistant, outcome.query, documents=outcome.query.documents)

    def ranked(mode: Mode) -> Callable[[Outcome], None]:
        def step(outcome: Outcome) -> None:
            outcome.ranks[mode] = rank(assistant, outcome.query, mode)

        return step

    passes: list[Pass] = []
    if "answer" in measures or "refusal" in measures:
        passes.append(("asked", outcomes, present))
    if "refusal" in measures:
        passes.append(("left out", known, left_out))
    if "given" in measures:
        passes.append(("given", known, given))
    if "retrieval" in measures:
        passes += [(mode, known, ranked(mode)) for mode in modes]
    return passes


def ask(
    assistant: Assistant,
    query: Query,
    documents: Sequence[str] | None = None,
    without: Sequence[str] = (),
) -> Asked:
    """Ask once for the best quotation, however unsure; whether it would be shown is kept beside it."""
    started = time.perf_counter()
    answer = assistant.ask(query.question, documents=documents, without=without, threshold=0.0)
    milliseconds = 1000 * (time.perf_counter() - started)
    first = answer.citations[0] if answer.citations else None
    quote = first.quote if first else ""
    marked = _marked(first)
    f1, exact = span_scores(marked if marked is not None else quote, query.answers)
    return Asked(
        shown=answer.answered and answer.confidence >= assistant.threshold,
        confidence=answer.confidence,
        quote=quote,
        document=first.document if first else "",
        marked=marked,
        right=contains(quote, query.answers),
        f1=f1,
        exact=exact,
        true_quotes=_true_quotes(assistant, answer),
        quotes=len(answer.citations),
        milliseconds=milliseconds,
    )


def _marked(citation: Citation | None) -> str | None:
    if citation is None or citation.answer_start is None or citation.answer_end is None:
        return None
    return citation.quote[citation.answer_start - citation.start : citation.answer_end - citation.start]


def _true_quotes(assistant: Assistant, answer: Answer) -> int:
    return sum(
        assistant.index.slice(citation.document, citation.start, citation.end) == citation.quote
        and (citation.answer_start is None or citation.start <= citation.answer_start)
        and (citation.answer_end is None or citation.answer_end <= citation.end)
        for citation in answer.citations
    )


def rank(assistant: Assistant, query: Query, mode: Mode) -> int | None:
    """The rank of the best gold document among distinct documents; None beyond `DEPTH`.

    Many passages of one document may crowd the list, so more are asked for until enough documents are seen.
    """
    limit = _FIRST_LOOK
    while True:
        found = [hit.document for hit in assistant.retrieve(query.question, limit=limit, mode=mode)]
        place = rank_of(found, query.documents)
        if place is not None or len(found) < limit or len(set(found)) >= DEPTH or limit >= _LAST_LOOK:
            return place if place is not None and place <= DEPTH else None
        limit *= 2
