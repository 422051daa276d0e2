"""A temporary index over what is to be evaluated."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from embeddings.documents import from_text
from embeddings.errors import QuestionsError
from embeddings.types import Document, Receipt
from qa.assistant import Assistant
from qa.evaluation.questions import Source

Progress = Callable[[int, int, str], None]


@contextmanager
def over_files(
    path: Path, model: str | None = None, progress: Progress | None = None
) -> Iterator[tuple[Assistant, tuple[str, ...]]]:
    """An assistant over a file or folder, and notes on what could not be read; PathNotFound, ModelError."""
    with _empty(model) as assistant:
        receipt = assistant.add(path, progress)
        yield assistant, _checked(receipt, str(path))


@contextmanager
def over_sources(
    sources: Sequence[Source],
    titles: bool = False,
    model: str | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[Assistant, tuple[str, ...]]]:
    """The same over passages, each a document; with titles only if asked: published figures have none."""

    def documents() -> Iterator[Document]:
        for done, source in enumerate(sources):
            if progress is not None:
                progress(done, len(sources), source.name)
            document = from_text(source.text, source.name)
            yield replace(document, title=source.title.replace("_", " ")) if titles else document

    with _empty(model) as assistant:
        receipt = assistant.index.add_documents(documents())
        if progress is not None:
            progress(len(sources), len(sources), "")
        yield assistant, _checked(receipt, "the passages")


@contextmanager
def _empty(model: str | None) -> Iterator[Assistant]:
    with (
        TemporaryDirectory(prefix="qa-evaluate-") as folder,
        Assistant.open(folder, model=model) as assistant,
    ):
        yield assistant


def _checked(receipt: Receipt, what: str) -> tuple[str, ...]:
    if not receipt.added:
        reason = f": {receipt.failed[0]}" if receipt.failed else ""
        raise QuestionsError(f"nothing in {what} could be indexed{reason}")
    if not receipt.failed:
        return ()
    return (f"{len(receipt.failed)} documents could not be read, the first: {receipt.failed[0]}",)
