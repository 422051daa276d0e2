"""Answers as they are stored: offsets into documents instead of text, looked up again when shown."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from embeddings.errors import DocumentNotFound
from embeddings.types import Document, Hit
from qa.types import Answer, Citation

Loss = Literal["deleted", "changed"]
Lookup = Callable[[str], Document]
"""A document by name; raises DocumentNotFound."""

_SLOT = re.compile(r"\x02(\d+)\x03")  # stands for a quotation in a stored answer text


@dataclass(frozen=True, slots=True)
class Restored:
    """An answer from the store, and which of its citations can no longer be shown, by index from 0."""

    answer: Answer
    lost: Mapping[int, Loss] = field(default_factory=dict)


def store(answer: Answer, lookup: Lookup, context: Iterable[str] = ()) -> dict[str, Any]:
    """A JSON-ready record of an answer, without any text of a document.

    What a follow-up was understood as may hold a name from an earlier answer; `context` names the documents
    that those answers cited, so that `forget` can tell.
    """
    text = answer.text
    for number, citation in sorted(enumerate(answer.citations), key=lambda item: -len(item[1].quote)):
        text = text.replace(citation.quote, f"\x02{number}\x03")
    return {
        "text": text,
        "answered": answer.answered,
        "confidence": answer.confidence,
        "understood": "" if answer.understood == answer.question else answer.understood,
        "context": sorted(set(context)),
        "citations": [
            {
                **_where(citation, lookup),
                "answer_start": citation.answer_start,
                "answer_end": citation.answer_end,
            }
            for citation in answer.citations
        ],
        "nearest": [_where(hit, lookup) for hit in answer.nearest],
    }


def _where(found: Citation | Hit, lookup: Lookup) -> dict[str, Any]:
    return {
        "document": found.document,
        "digest": _digest(found.document, lookup),
        "start": found.start,
        "end": found.end,
        "place": found.place,
        "score": found.score,
    }


def _digest(name: str, lookup: Lookup) -> str:
    try:
        return lookup(name).digest
    except DocumentNotFound:  # deleted while it was being answered from
        return ""


def restore(question: str, record: Mapping[str, Any], lookup: Lookup) -> Restored:
    """The answer of a record, every quotation read from its document again."""
    lost: dict[int, Loss] = {}
    citations = []
    for number, stored in enumerate(record["citations"]):
        text, loss = _text(stored, lookup)
        if loss:
            lost[number] = loss
        citations.append(
            Citation(
                stored["document"],
                stored["start"],
                stored["end"],
                text,
                None if loss else stored["answer_start"],
                None if loss else stored["answer_end"],
                stored["place"],
                stored["score"],
            )
        )
    nearest = []
    for stored in record["nearest"]:
        text, loss = _text(stored, lookup)
        if not loss:
            span = (stored["document"], stored["start"], stored["end"])
            nearest.append(Hit(*span, text, stored["score"], stored["place"]))
    text = _SLOT.sub(lambda slot: citations[int(slot[1])].quote, record["text"])
    answer = Answer(
        question,
        text,
        record["answered"],
        record["confidence"],
        tuple(citations),
        tuple(nearest),
        record["understood"] or question,
    )
    return Restored(answer, lost)


def _text(stored: Mapping[str, Any], lookup: Lookup) -> tuple[str, Loss | None]:
    try:
        document = lookup(stored["document"])
    except DocumentNotFound:
        return "", "deleted"
    if document.digest != stored["digest"]:
        return "", "changed"
    return document.text[stored["start"] : stored["end"]], None


def forget(record: Mapping[str, Any], existing: Collection[str]) -> dict[str, Any] | None:
    """The record without words that may stem from documents that no longer exist; None if it has none."""
    changed = dict(record)
    if record.get("understood") and not set(record["context"]) <= set(existing):
        changed["understood"] = ""
    cited = {citation["document"] for citation in record.get("citations", ())}
    if not cited <= set(existing):
        changed["text"] = "\n".join(slot[0] for slot in _SLOT.finditer(record["text"]))
    return None if changed == record else changed
