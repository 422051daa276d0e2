"""Where the time of a question goes: its stages, and what is beside encoder, stores and reader."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from embeddings.encoders import StaticEncoder
from embeddings.lexical import LexicalStore
from embeddings.stores.faiss import FaissStore
from qa import Assistant
from qa.blas import one_thread
from qa.questions import understand
from qa.reading import READ, reader
from qa.reading.reader import Reader
from qa.retrieval import DEPTH, retrieve
from tests.benchmarks.support.measuring import Figures

Interval = tuple[float, float]


@one_thread()  # as they run within an answer
def stages(assistant: Assistant, question: str) -> Figures:
    """Seconds of each part of a question that was not asked before; what `retrieve` does holds the first three."""
    index, asked = assistant.index, understand(question)
    clock = time.perf_counter
    t0 = clock()
    found = retrieve(index, asked.text, READ)
    t1 = clock()
    reader().read(asked, found)
    t2 = clock()
    index.encoder.encode_queries([asked.text])
    t3 = clock()
    index.dense(asked.text, DEPTH)
    t4 = clock()
    index.lexical(asked.content, DEPTH, singles=False)
    t5 = clock()
    return {
        "encode": t3 - t2,
        "dense": max(t4 - t3 - (t3 - t2), 1e-6),  # it encodes once more
        "lexical": t5 - t4,
        "retrieve": t1 - t0,
        "read": t2 - t1,
    }


def whole(assistant: Assistant, question: str) -> tuple[float, float]:
    """Seconds of an answer, and of them those beside the default encoder, the two stores and the reader.

    Stores count with what they add to FAISS and tantivy: exact scores of the best, terms of the question.
    """
    with _watched() as busy:
        started = time.perf_counter()
        assistant.ask(question)
        seconds = time.perf_counter() - started
    return seconds, seconds - _covered(busy)


@contextmanager
def _watched() -> Iterator[list[Interval]]:
    """A list of when encoder, stores and reader worked while inside, in whatever thread."""
    busy: list[Interval] = []

    def timed(work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return work(*given, **named)
            finally:
                busy.append((started, time.perf_counter()))

        return run

    parts = (
        (StaticEncoder, "encode_queries"),
        (StaticEncoder, "token_ids"),  # for the late interaction; the reader goes on with what these two find
        (StaticEncoder, "cosines"),
        (FaissStore, "search"),
        (LexicalStore, "search"),
        (Reader, "read"),
    )
    with ExitStack() as stack:
        for owner, name in parts:
            stack.enter_context(patch.object(owner, name, timed(getattr(owner, name))))
        yield busy


def _covered(intervals: list[Interval]) -> float:
    """How long at least one of them lasts."""
    seconds, end = 0.0, float("-inf")
    for start, stop in sorted(intervals):
        seconds += max(0.0, stop - max(start, end))
        end = max(end, stop)
    return seconds
