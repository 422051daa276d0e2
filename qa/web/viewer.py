"""The source viewer: a whole document in its original characters, with quotations marked in place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from embeddings.types import Document
from qa.web.i18n import Words
from qa.web.markup import Span, annotate, escape, glosses, without_glosses
from qa.web.pages import Stretch, stretches

METADATA_SHOWN = ("date", "source", "author", "editor")


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch `text[start:end]` to mark, and the words inside it that answer; `current` was asked for."""

    start: int
    end: int
    answer_start: int | None = None
    answer_end: int | None = None
    current: bool = False


@dataclass(frozen=True, slots=True)
class Position:
    """Where the shown quotation stands among those of its answer, for the previous and next buttons."""

    turn: int
    number: int  # from 1
    total: int


def page(document: Document, marks: Sequence[Mark], words: Words, key: str, position: Position | None = None) -> str:
    """The viewer's HTML; the text of `mark.quote.current` is exactly the quotation.

    A quotation from a PDF is shown on the pictures of its pages, and the text by choice or where there are no
    pictures. By `key` the page in the browser knows what is open, so that it can show that again at once.
    """
    shown = [part for mark in marks if mark.current for part in stretches(document, mark.start, mark.end)]
    return (
        f'<article class="source{" paged" if shown else ""}" data-key="{escape(key)}" '
        f'aria-label="{escape(document.name)}">{_heading(document, words, position)}'
        f"{_pictures(document, shown, words)}"
        f'<div class="original" tabindex="0" role="document">{_body(document, marks, words)}</div></article>'
    )


def _pictures(document: Document, shown: Sequence[Stretch], words: Words) -> str:
    if not shown:
        return ""
    figures = ""
    for part in shown:
        address = escape(part.address(document.name))
        label = escape(words["page_picture"].format(n=part.page, name=document.name))
        figures += f'<a href="{address}" target="_blank"><img src="{address}" alt="{label}" title="{label}"></a>'
    return (
        f'<div class="faces"><button type="button" class="to-page" data-do="toPage">{words["show_page"]}</button>'
        f'<button type="button" class="to-text" data-do="toText">{words["show_text"]}</button></div>'
        f'<div class="pages" tabindex="0">{figures}</div>'
    )


def empty(words: Words) -> str:
    """What the viewer shows before anything is opened."""
    return f'<div class="source-empty"><p>{words["viewer_empty"]}</p></div>'


def notice(text: str, words: Words) -> str:
    """The viewer with a sentence where the document would be."""
    return (
        f'<article class="source"><header><div class="bar">{_close(words)}</div></header>'
        f'<p class="notice" role="alert">{escape(text)}</p></article>'
    )


def _close(words: Words) -> str:
    return f'<button type="button" class="icon close" data-do="close" aria-label="{words["close"]}">×</button>'


def _heading(document: Document, words: Words, position: Position | None) -> str:
    facts = [document.metadata[key] for key in METADATA_SHOWN if document.metadata.get(key)]
    details = "".join(f"<span>{escape(fact)}</span>" for fact in [document.name, *facts])
    return (
        f'<header><div class="bar"><h2>{escape(without_glosses(document.title) or document.name)}</h2>'
        f"{_steps(position, words)}{_close(words)}</div>"
        f'<p class="facts">{details}</p></header>'
    )


def _steps(position: Position | None, words: Words) -> str:
    if position is None or position.total < 2:
        return ""
    before = (position.number - 2) % position.total + 1
    after = position.number % position.total + 1
    shown = words["position"].format(i=position.number, n=position.total)
    button = f'<button type="button" class="icon" data-event="open" data-turn="{position.turn}"'
    return (
        f'<nav class="steps">{button} data-cite="{before}" '
        f'aria-label="{words["previous"]}">‹</button><span>{shown}</span>'
        f'{button} data-cite="{after}" '
        f'aria-label="{words["next"]}">›</button></nav>'
    )


def _body(document: Document, marks: Sequence[Mark], words: Words) -> str:
    quotes: list[Span] = []
    answers: list[Span] = []
    for mark in _in_order(marks):
        kind = "quote current" if mark.current else "quote"
        quotes.append((mark.start, mark.end, f'<mark class="{kind}">', "</mark>"))
        if mark.answer_start is not None and mark.answer_end is not None:
            answers.append((mark.answer_start, mark.answer_end, '<mark class="words">', "</mark>"))
    aside: list[Span] = [
        (span.start, span.end, f'<span class="aside" title="{words["set_aside"]}">', "</span>")
        for span in document.set_aside
    ]
    headings: list[Span] = [
        (heading.start, heading.end, '<span class="heading">', "</span>") for heading in document.headings
    ]
    text = document.text
    layers = [quotes, answers, headings, aside, glosses(text, 0, len(text))]
    return annotate(text, 0, len(text), layers)


def _in_order(marks: Iterable[Mark]) -> list[Mark]:
    """Marks in the order of the text; of overlapping ones the current mark stays, the others give way."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (not mark.current, mark.start)):
        if all(mark.end <= other.start or mark.start >= other.end for other in kept):
            kept.append(mark)
    return sorted(kept, key=lambda mark: mark.start)
