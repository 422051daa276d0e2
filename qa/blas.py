"""The products behind a question are so small that the threads of BLAS cost more than they bring.

After each product they spin for a while, beside FAISS, tantivy and the next question: a search of a million passages
between two readings takes 21 ms with them and 16 without.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


@contextmanager
def one_thread() -> Iterator[None]:
    """Meanwhile numpy's BLAS keeps to one thread; then it has its own again.

    The limit is of the process: where several threads answer, the first of them sets it and takes it back.
    """
    with _controller().limit(limits=1):
        yield


@cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(internal_api="openblas")  # numpy's; a model's own threads stay
