"""Where the time of a question goes: each stage by itself, and what a whole question takes beside the named ones."""

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
    """Seconds of each part of one question; encoding, the two searches and the rest of retrieval, and reading."""
    index, asked = assistant.index, understand(question)
    clock = time.perf_counter
    t0 = clock()
    index.encoder.encode_queries([asked.text])
    t1 = clock()
    index.dense(asked.text, DEPTH)
    t2 = clock()
    index.lexical(asked.content, DEPTH, singles=False)
    t3 = clock()
    found = retrieve(index, asked.text, READ)
    t4 = clock()
    reader().read(asked, found)
    t5 = clock()
    return {
        "encode": t1 - t0,
        "dense": max(t2 - t1 - (t1 - t0), 1e-6),  # it encodes once more
        "lexical": t3 - t2,
        "retrieve": t4 - t3,
        "read": t5 - t4,
    }


def whole(assistant: Assistant, question: str) -> tuple[float, float]:
    """Seconds of an answer, and of them those beside the default encoder, FAISS, tantivy and the reader."""
    with _watched() as busy:
        started = time.perf_counter()
        assistant.ask(question)
        seconds = time.perf_counter() - started
    return seconds, seconds - _covered(busy)


@contextmanager
def _watched() -> Iterator[list[Interval]]:
    """A list of when encoder, searches and reader ran while inside, in whatever thread."""
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
