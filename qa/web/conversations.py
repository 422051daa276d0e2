"""Conversations kept on the server, each with its user; deleted documents vanish from them."""

import json
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from embeddings.errors import WenjuError
from qa.types import Answer
from qa.web import records
from qa.web.records import Lookup, Loss
from qa.web.store import Store

LONGEST_TITLE = 120


class ConversationNotFound(WenjuError):
    """This user has no such conversation."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A row of the list of conversations; `scope` names the documents it asks, () for all."""

    id: str
    title: str
    updated: str  # ISO 8601, UTC
    scope: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation and what came of it; `answer` is None while it is awaited."""

    number: int  # from 1, within the conversation
    question: str
    answer: Answer | None = None
    failure: str = ""  # why there is no answer, or no whole one
    done: bool = True
    rating: str = ""  # "up", "down" or ""
    lost: dict[int, Loss] = field(default_factory=dict)  # citations, from 0, that cannot be shown any more


class Conversations:
    """All conversations of an index; every call names the user, who sees only their own."""

    def __init__(self, store: Store, lookup: Lookup) -> None:
        """Conversations in this store about the documents that `lookup` finds."""
        self._store = store
        self._lookup = lookup

    def start(self, user: str, question: str, scope: Sequence[str] = ()) -> Conversation:
        """A new conversation, named after its first question."""
        now = _now()
        title = " ".join(question.split())[:LONGEST_TITLE]
        started = Conversation(secrets.token_urlsafe(12), title, now, tuple(scope))
        with self._store.transaction() as database:
            database.execute(
                "INSERT INTO conversation VALUES (?, ?, ?, ?, ?, ?)",
                (started.id, user, title, json.dumps(list(scope)), now, now),
            )
        return started

    def of(self, user: str, limit: int = 200) -> list[Conversation]:
        """A user's conversations, the latest first."""
        query = "SELECT * FROM conversation WHERE user = ? ORDER BY updated DESC, rowid DESC LIMIT ?"
        return [_conversation(row) for row in self._store.rows(query, user, limit)]

    def get(self, user: str, id: str) -> Conversation:
        """One conversation; ConversationNotFound, also for somebody else's."""
        rows = self._store.rows("SELECT * FROM conversation WHERE id = ? AND user = ?", id, user)
        if not rows:
            raise ConversationNotFound("there is no such conversation")
        return _conversation(rows[0])

    def rename(self, user: str, id: str, title: str) -> None:
        """Give a conversation another name; an empty one is ignored."""
        title = " ".join(title.split())[:LONGEST_TITLE]
        if title:
            self._change(user, id, "title = ?", title)

    def set_scope(self, user: str, id: str, scope: Sequence[str]) -> None:
        """Choose the documents that its next questions are put to; none means all."""
        self._change(user, id, "scope = ?", json.dumps(list(scope)))

    def _change(self, user: str, id: str, assignment: str, value: str) -> None:
        self.get(user, id)
        with self._store.transaction() as database:
            database.execute(f"UPDATE conversation SET {assignment} WHERE id = ?", (value, id))

    def delete(self, user: str, id: str) -> None:
        """Forget a conversation with all its turns."""
        self.get(user, id)
        with self._store.transaction() as database:
            database.execute("DELETE FROM conversation WHERE id = ?", (id,))

    def turns(self, user: str, id: str) -> list[Turn]:
        """The turns in order, quotations looked up in the documents as they are now."""
        self.get(user, id)
        query = (
            "SELECT turn.*, feedback.rating FROM turn LEFT JOIN feedback "
            "ON feedback.conversation = turn.conversation AND feedback.turn = turn.number "
            "WHERE turn.conversation = ? ORDER BY turn.number"
        )
        return [
            self._turn(row["number"], row["question"], json.loads(row["record"]), row["rating"] or "")
            for row in self._store.rows(query, id)
        ]

    def _turn(self, number: int, question: str, record: dict[str, Any], rating: str) -> Turn:
        failure = record.get("failure", "")
        if "text" not in record:
            return Turn(number, question, failure=failure)
        restored = records.restore(question, record, self._lookup)
        return Turn(number, question, restored.answer, failure, rating=rating, lost=dict(restored.lost))

    def put(self, id: str, turn: Turn, context: Iterable[str] = ()) -> None:
        """Store a turn, replacing the one of its number; `context`: documents that earlier turns cited.

        Nothing is stored in a conversation that has been deleted.
        """
        record = records.store(turn.answer, self._lookup, context) if turn.answer else {}
        if turn.failure:
            record["failure"] = turn.failure
        with self._store.transaction() as database:
            database.execute(
                "INSERT OR REPLACE INTO turn SELECT id, ?, ?, ?, ? FROM conversation WHERE id = ?",
                (turn.number, turn.question, _json(record), _now(), id),
            )
            database.execute("UPDATE conversation SET updated = ? WHERE id = ?", (_now(), id))

    def forget_deleted(self, existing: Collection[str]) -> None:
        """Remove what may still be worded after documents that are not among the existing ones."""
        with self._store.transaction() as database:
            for row in database.execute("SELECT conversation, number, record FROM turn").fetchall():
                changed = records.forget(json.loads(row["record"]), existing)
                if changed is not None:
                    key = (row["conversation"], row["number"])
                    database.execute(
                        "UPDATE turn SET record = ? WHERE conversation = ? AND number = ?",
                        (_json(changed), *key),
                    )

    def drop_last(self, user: str, id: str) -> str | None:
        """Remove the last turn, to ask it again; returns its question."""
        self.get(user, id)
        with self._store.transaction() as database:
            row = database.execute(
                "SELECT number, question FROM turn WHERE conversation = ? ORDER BY number DESC LIMIT 1", (id,)
            ).fetchone()
            if row is None:
                return None
            database.execute("DELETE FROM turn WHERE conversation = ? AND number = ?", (id, row["number"]))
        return str(row["question"])


def history(past: Sequence[Turn]) -> list[tuple[str, Answer]]:
    """What a question comes after, without quotations of documents that have gone or changed."""
    answered = []
    for turn in past:
        if turn.answer is not None:
            citations = tuple(c for at, c in enumerate(turn.answer.citations) if at not in turn.lost)
            answered.append((turn.question, replace(turn.answer, citations=citations)))
    return answered


def documents_cited(past: Sequence[Turn]) -> set[str]:
    """The documents that earlier answers quote."""
    return {citation.document for turn in past if turn.answer for citation in turn.answer.citations}


def _conversation(row: Any) -> Conversation:
    return Conversation(row["id"], row["title"], row["updated"], tuple(json.loads(row["scope"])))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _json(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False)
