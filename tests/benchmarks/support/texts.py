"""Texts and questions to measure with, from the folder of public data sets, as many as are asked for.

First come the passages of CMRC 2018 dev, so that its questions have answers; then news, then laws. Where those
end, windows of the same news stand in: stretches of real text that begin elsewhere and run on into the next article.
"""

import json
import lzma
from collections.abc import Iterator
from itertools import chain, count, islice
from pathlib import Path
from typing import NamedTuple


class Text(NamedTuple):
    """A document to be."""

    name: str
    text: str
    stands_in: bool  # it is a window of texts that came before


class Question(NamedTuple):
    """A question and the name of the text that answers it."""

    question: str
    name: str


def texts(data: Path) -> Iterator[Text]:
    """Documents without end; data is the folder that holds `train` and `eval`."""
    for row in _rows(data / "eval" / "cmrc2018.dev.passages.jsonl.xz"):
        yield Text(f"{row['pid']}.txt", row["text"], False)
    for kind in ("crud_news", "laws_cn"):
        for row in _rows(data / "train" / f"{kind}.docs.jsonl.xz"):
            yield Text(f"{kind}/{row['pid']}.txt", row["text"], False)
    for number in count(1):
        yield from _windows(data, number)


def questions(data: Path, limit: int) -> list[Question]:
    """Questions from all over CMRC 2018 dev."""
    found = [
        Question(r["question"], f"{r['pid']}.txt") for r in _rows(data / "eval" / "cmrc2018.dev.questions.jsonl.xz")
    ]
    return found[:: max(1, len(found) // limit)][:limit]


def _windows(data: Path, number: int) -> Iterator[Text]:
    """The news once more, each document from a later place of an article to that place of the next."""
    news = (row["text"] for row in _rows(data / "train" / "crud_news.docs.jsonl.xz"))
    share = (number * 0.381966) % 1  # golden section: no two rounds begin at the same place
    before = next(news)
    for at, text in enumerate(chain(news, [before])):
        begin, end = int(share * len(before)), int(share * len(text))
        yield Text(f"windows/{number}/{at}.txt", f"{before[begin:]}\n{text[:end]}", True)
        before = text


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with lzma.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def other_texts(data: Path, limit: int) -> list[Text]:
    """Documents that `texts` never gives: every article of some news read from its second sentence on."""
    rows = islice(_rows(data / "train" / "crud_news.docs.jsonl.xz"), limit)
    return [Text(f"other/{n}.txt", row["text"].partition("。")[2] or row["text"], True) for n, row in enumerate(rows)]
