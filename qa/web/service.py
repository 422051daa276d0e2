"""What the chat page and the HTTP interface have in common: the assistant, and what is kept beside it."""

import re
import tempfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from embeddings.types import Document, Failure, Hit, Receipt
from qa.types import Answer
from qa.web.accounts import Accounts
from qa.web.answering import InProgress
from qa.web.conversations import Conversations
from qa.web.examples import example_questions
from qa.web.feedback import Cited, Feedback, Rating, check
from qa.web.limits import Gate, Limits, Rate
from qa.web.store import FILE_NAME, Store

if TYPE_CHECKING:
    from qa.assistant import Assistant

Mode = Literal["reranked", "hybrid", "dense", "lexical"]
History = Sequence[tuple[str, Answer]]

_UNFIT = re.compile("[\x00-\x1f\x7f/\\\\\ud800-\udfff]")
LONGEST_NAME = 180  # bytes; file systems take 255


class Service:
    """The assistant, with the limits of a shared server around it."""

    def __init__(self, assistant: "Assistant", folder: Path | None = None, limits: Limits | None = None) -> None:
        """Keep accounts, conversations and feedback in a folder; None keeps them in memory."""
        self.assistant = assistant
        self.limits = limits or Limits()
        self.store = Store(folder / FILE_NAME if folder else None)
        self.accounts = Accounts(self.store)
        self.conversations = Conversations(self.store, self.document)
        self.feedback = Feedback(self.store)
        self.answering = InProgress()
        self._questions = Rate(self.limits.questions_per_minute, "questions")
        self._ratings = Rate(self.limits.ratings_per_minute, "ratings")
        self._files = Rate(self.limits.files_per_minute, "files")
        self._gate = Gate(self.limits.questions_at_once, self.limits.questions_waiting, self.limits.wait_seconds)
        self._examples: dict[str, tuple[object, list[str]]] = {}
        self.forget_deleted()

    def document(self, name: str) -> Document:
        """A whole document; DocumentNotFound."""
        return self.assistant.document(name)

    def ask(self, user: str, question: str, history: History = (), documents: Collection[str] | None = None) -> Answer:
        """Ask, within the user's limits; LimitReached."""
        self._questions.spend(user)
        with self._gate.passing():
            return self.assistant.ask(question, history=history, documents=documents)

    def stream(
        self, user: str, question: str, history: History = (), documents: Collection[str] | None = None
    ) -> Iterator[Answer]:
        """The same as `ask`, as it comes."""
        self._questions.spend(user)
        with self._gate.passing():
            yield from self.assistant.stream(question, history=history, documents=documents)

    def retrieve(
        self, user: str, question: str, limit: int, mode: Mode, documents: Collection[str] | None = None
    ) -> list[Hit]:
        """The nearest passages, within the user's limits; LimitReached."""
        self._questions.spend(user)
        with self._gate.passing():
            return self.assistant.retrieve(question, limit=limit, mode=mode, documents=documents)

    def rate(self, user: str, question: str, rating: Rating, places: Sequence[Cited], comment: str) -> None:
        """Store what somebody thought of an answer; NotCitable, LimitReached."""
        self._ratings.spend(user)
        check(places, self.document)
        self.feedback.give(user, question, rating, places, comment=comment)

    def upload(self, user: str, name: str, data: bytes) -> Receipt:
        """Read one file into the index, under its file name; LimitReached."""
        self._files.spend(user)
        fit = file_name(name)
        if not fit:
            return Receipt(failed=[Failure(name, "this is not a file name; rename the file")])
        if len(data) > self.limits.file_bytes:
            megabytes = self.limits.file_bytes // 2**20
            return Receipt(failed=[Failure(fit, f"larger than {megabytes} MB; split it or use qa add")])
        with tempfile.TemporaryDirectory(prefix="wenju-") as folder:
            path = Path(folder) / fit
            path.write_bytes(data)
            return self.assistant.add([path])

    def examples(self, language: str) -> list[str]:
        """Questions that the documents as they are now answer, those in the language first."""
        state = tuple((info.name, info.digest) for info in self.assistant.documents())
        if language not in self._examples or self._examples[language][0] != state:
            self._examples[language] = (state, example_questions(self.assistant, language))
        return self._examples[language][1]

    def remove(self, name: str) -> None:
        """Delete a document and what conversations remember of its words; DocumentNotFound."""
        self.assistant.remove(name)
        self.forget_deleted()

    def scope(self, names: Sequence[str]) -> list[str] | None:
        """The chosen documents that still exist; None, for all, where none is chosen or left."""
        if not names:
            return None
        existing = {info.name for info in self.assistant.documents()}
        return [name for name in names if name in existing] or None

    def forget_deleted(self) -> None:
        """Remove from conversations the words of documents that are no longer there."""
        self.conversations.forget_deleted({info.name for info in self.assistant.documents()})

    def close(self) -> None:
        """Stop answering and close the store; the assistant is its owner's to close."""
        self.answering.close()
        self.store.close()


def file_name(name: str) -> str:
    """The last part of an uploaded file's name, without what no file system or list can show; may be ""."""
    last = PurePosixPath(name.replace("\\", "/")).name
    last = _UNFIT.sub("", last).strip().lstrip(".")
    while len(last.encode("utf-8", "replace")) > LONGEST_NAME:
        stem, dot, suffix = last.rpartition(".")
        last = f"{stem[:-1]}{dot}{suffix}" if dot and len(suffix) < 10 and stem else last[:-1]
    return last
