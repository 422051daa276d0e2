"""Reasons on the Chinese page are Chinese, every one of them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings.documents import parse
from embeddings.errors import DocumentError
from qa.web.reasons import reason
from tests import corpus

ROOT = Path(__file__).parents[1]
NAMES = re.compile(r"PDF|OCR|UTF-8|JSON|XML|NUL|GB18030|Unicode|Word|Excel|PowerPoint|Office|EPUB|epub|SQLite|MiB|MB")
COMMANDS = re.compile(r"ocrmypdf [-.\w ]+|qa add|\.\w+(, \w+)*")


def foreign(text: str) -> str:
    """Letters that are left when names of formats and commands are taken away."""
    return "".join(re.findall("[A-Za-z]+", NAMES.sub("", COMMANDS.sub("", text))))


@pytest.mark.parametrize("file", corpus.UNREADABLE, ids=lambda file: file.name)
def test_the_reason_of_every_unreadable_file_is_translated(file: corpus.Unreadable) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(file.data, file.name)
    english = str(caught.value)
    chinese = reason(english, "zh")
    assert chinese != english and foreign(chinese) == ""
    assert reason(english, "en") == english
    for number in re.findall(r"(?:byte|line|row) (\d+)", english):
        assert number in chinese


def raised() -> Iterator[str]:
    """The reasons that stand in the sources, with a number for every value that is filled in."""
    for path in (ROOT / "embeddings/documents").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "DocumentError":
                (message,) = node.args
                parts = message.values if isinstance(message, ast.JoinedStr) else [message]
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts)
                if " " in text:
                    yield text


def test_every_reason_in_the_sources_is_translated() -> None:
    found = set(raised())
    assert len(found) > 25
    assert {text for text in found if reason(text, "zh") == text} == set()


def test_what_is_not_in_the_table_stays_as_it_is() -> None:
    assert reason("unexpected ValueError: x", "zh") == "unexpected ValueError: x"
