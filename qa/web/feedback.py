"""Thumbs up and down, with the question and what was cited; exported by `qa feedback`."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from embeddings.errors import DocumentNotFound, WenjuError
from qa.types import Answer, Citation
from qa.web.records import Lookup
from qa.web.store import FILE_NAME, Store

Rating = Literal["up", "down"]
LONGEST_COMMENT = 2000


class NotCitable(WenjuError):
    """A place that no answer can have quoted."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A quotation by its place; its text stays in the document."""

    document: str
    start: int
    end: int


def check(cited: Sequence[Cited], lookup: Lookup) -> None:
    """NotCitable for a place that lies in no document."""
    for place in cited:
        try:
            size = len(lookup(place.document).text)
        except DocumentNotFound as error:
            raise NotCitable(str(error)) from error
        if not 0 <= place.start < place.end <= size:
            raise NotCitable(
                f"{place.document!r} has {size} characters: nothing can be quoted from {place.start} to {place.end}"
            )


class Feedback:
    """The feedback given on one index."""

    def __init__(self, store: Store) -> None:
        """Feedback in this store."""
        self._store = store

    def give(
        self,
        user: str,
        question: str,
        rating: Rating,
        cited: Sequence[Cited],
        *,
        comment: str = "",
        answered: bool | None = None,
        turn: tuple[str, int] | None = None,
    ) -> None:
        """Store a rating; one on the same turn, (conversation, number), replaces the earlier one."""
        conversation, number = turn or (None, None)
        record = {"answered": answered, "citations": [asdict(place) for place in cited]}
        with self._store.transaction() as database:
            database.execute(
                "INSERT OR REPLACE INTO feedback "
                "(user, conversation, turn, question, rating, comment, record, created) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    user,
                    conversation,
                    number,
                    question,
                    rating,
                    comment[:LONGEST_COMMENT],
                    json.dumps(record, ensure_ascii=False),
                    datetime.now(UTC).isoformat(timespec="seconds"),
                ),
            )

    def leave_behind(self, conversation: str, turn: int) -> None:
        """Keep the rating of an answer that another one is about to replace: it was of that answer only."""
        with self._store.transaction() as database:
            database.execute(
                "UPDATE feedback SET turn = NULL, "
                "record = json_set(record, '$.turn', turn, '$.replaced', json('true')) "
                "WHERE conversation = ? AND turn = ?",
                (conversation, turn),
            )

    def withdraw(self, conversation: str, turn: int) -> None:
        """Forget the rating of a turn."""
        with self._store.transaction() as database:
            database.execute("DELETE FROM feedback WHERE conversation = ? AND turn = ?", (conversation, turn))

    def all(self) -> Iterator[dict[str, Any]]:
        """Every rating, oldest first, JSON-ready; "replaced" are those of answers that were asked for again."""
        for row in self._store.rows("SELECT * FROM feedback ORDER BY id"):
            fields = ("created", "user", "question", "rating", "comment", "conversation", "turn")
            yield {key: row[key] for key in fields} | {"replaced": False} | json.loads(row["record"])


def of_answer(answer: Answer) -> str:
    """What tells an answer from the one that asking again brings: a mark of what it cites."""
    record = [answer.answered, [asdict(place) for place in cited(answer.citations)]]
    return sha256(json.dumps(record).encode()).hexdigest()[:16]


def cited(citations: Sequence[Citation]) -> list[Cited]:
    """The places of these citations."""
    return [Cited(citation.document, citation.start, citation.end) for citation in citations]


def export(index: Path) -> Iterator[dict[str, Any]]:
    """All feedback on the index in a folder, JSON-ready, oldest first; nothing if there is none."""
    file = index / FILE_NAME
    if not file.is_file():
        return
    store = Store(file)
    try:
        yield from Feedback(store).all()
    finally:
        store.close()
