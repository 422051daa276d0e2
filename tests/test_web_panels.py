"""What the table of documents tells of each."""

import re
from datetime import datetime

import pytest

from embeddings.types import DocumentInfo
from qa.web import panels
from qa.web.i18n import CHINESE, ENGLISH, Words

NOON = "2026-05-06T12:00:00+00:00"


def _cells(words: Words, *, passages: int = 13, **metadata: str) -> tuple[str, str]:
    """The date as shown in its column, and the line under the name that stands for the columns on a phone."""
    table = panels.library([DocumentInfo("a.txt", "A", metadata, "0" * 64, 2043, passages, NOON)], [], words)
    date, facts = (
        re.search(pattern, table) for pattern in (r'<td class="date">(.*?)</td>', r'<p class="facts">(.*?)</p>')
    )
    assert date and facts
    return _text(date[1]), _text(facts[1])


def _text(html: str) -> str:
    return re.sub("<[^>]+>", "", html)


def test_a_document_has_the_date_that_it_gives_itself() -> None:
    assert _cells(CHINESE, date="2020-02-27") == ("2020-02-27", "2020-02-27 · 2,043 字 · 13 个段落")


@pytest.mark.parametrize(
    ("words", "date", "facts"),
    [
        (CHINESE, "2026-05-06 加入", "2026-05-06 加入 · 2,043 字 · 13 个段落"),
        (ENGLISH, "added 2026-05-06", "added 2026-05-06 · 2,043 characters · 13 passages"),
    ],
)
def test_a_document_without_a_date_has_that_of_its_adding_marked_as_such(words: Words, date: str, facts: str) -> None:
    here = datetime.fromisoformat(NOON).astimezone().date().isoformat()
    assert _cells(words) == (date.replace("2026-05-06", here), facts.replace("2026-05-06", here))


def test_one_passage_and_none_are_told_so() -> None:
    assert _cells(ENGLISH, passages=1, date="2020")[1] == "2020 · 2,043 characters · 1 passage"
    assert _cells(ENGLISH, passages=0, date="2020")[1] == "2020 · 2,043 characters · No searchable text"


def test_a_hostile_date_is_only_shown() -> None:
    assert _cells(CHINESE, date="<b>&")[0] == "&lt;b&gt;&amp;"
