"""What the verbs show: answers, receipts, tables and progress."""

import re
import sys
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from embeddings.types import Receipt
    from qa.types import Answer, Citation

# What a document could use to command the terminal: control characters and changes of direction.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

_NEAREST = {"zh": "最接近的段落:", "en": "The nearest passages:"}


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int, str], None] | None]:
    """A bar on standard error, or None where that is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1, label=label, show_pos=True, file=sys.stderr) as bar:

        def progress(done: int, total: int, name: str) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield progress


def print_receipt(receipt: "Receipt") -> None:
    """What became of every file, unchanged ones only counted."""
    print_changes(receipt)
    click.echo(_counts(receipt))


def print_changes(receipt: "Receipt") -> None:
    """A line for every file that something became of."""
    for verb, names in (("added", receipt.added), ("updated", receipt.updated)):
        for name in names:
            click.echo(f"{verb:8} {printable(name)}")
            for stretch in receipt.set_aside.get(name, ()):
                click.echo(f"         set aside {printable(_shorten(stretch, 80))}")
    for name, old in receipt.renamed.items():
        click.echo(f"renamed  {printable(name)} (was {printable(old)})")
    for name in receipt.vanished:
        verb = "removed" if name in receipt.removed else "vanished"
        click.echo(f"{verb:8} {printable(name)}")
    for failure in receipt.failed:
        click.echo(f"failed   {printable(str(failure))}")


def _counts(receipt: "Receipt") -> str:
    always = {
        "added": len(receipt.added),
        "updated": len(receipt.updated),
        "unchanged": len(receipt.skipped),
        "failed": len(receipt.failed),
    }
    seldom = {
        "renamed": len(receipt.renamed),
        "vanished": len(receipt.vanished),
        "removed": len(receipt.removed),
    }
    counts = always | {what: count for what, count in seldom.items() if count}
    return ", ".join(f"{count} {what}" for what, count in counts.items())


def print_answer(answer: "Answer") -> None:
    """The answer, then where its quotations stand; of a refusal, the nearest passages.

    The answering words are bold on a terminal; click drops the bold elsewhere. A quotation that the answer
    does not show by itself follows its place.
    """
    from qa.questions import language_of

    text, shown = _emphasised(answer)
    click.echo(text)
    if answer.citations:
        click.echo()
    for number, citation in enumerate(answer.citations, start=1):
        click.echo(f"[{number}] {_where(citation.document, citation.place)}")
        if citation not in shown:
            click.echo(textwrap.indent(_bold_answer(citation), "    "))
    if answer.nearest:
        click.echo(f"\n{_NEAREST[language_of(answer.question)]}")
    for hit in answer.nearest:
        click.echo(f"  {_where(hit.document, hit.place)}: {printable(_shorten(hit.text, 60))}")


def _where(document: str, place: str) -> str:
    return printable(f"{document}, {place}" if place else document)


def _emphasised(answer: "Answer") -> tuple[str, list["Citation"]]:
    """The answer's text with the answering words of its quotations bold, and the citations it quotes."""
    parts, shown, rest = [], [], answer.text
    for citation in answer.citations:
        before, quote, after = rest.partition(citation.quote)
        if quote:
            parts += [printable(before), _bold_answer(citation)]
            shown.append(citation)
            rest = after
    return "".join(parts) + printable(rest), shown


def _bold_answer(citation: "Citation") -> str:
    if citation.answer_start is None or citation.answer_end is None:
        return printable(citation.quote)
    start, end = citation.answer_start - citation.start, citation.answer_end - citation.start
    before, words, after = citation.quote[:start], citation.quote[start:end], citation.quote[end:]
    return printable(before) + click.style(printable(words), bold=True) + printable(after)


def printable(text: str) -> str:
    """The text without what could command the terminal."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _shorten(text: str, limit: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Aligned columns under a header on a terminal; elsewhere tabs and rows alone, for other programs."""
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join(printable(" ".join(cell.split())) for cell in row))
        return
    cells = [[printable(_shorten(cell, 60)) for cell in row] for row in (header, *rows)]
    widths = [max(map(_columns, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (cell + " " * (width - _columns(cell)) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def _columns(text: str) -> int:
    """Terminal columns, a Han character being two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
