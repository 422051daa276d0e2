"""Two languages that say the same things."""

import re

import pytest

from qa.web.i18n import CHINESE, ENGLISH, choose


def test_every_word_is_there_in_both_languages_with_the_same_places_to_fill() -> None:
    assert CHINESE.keys() == ENGLISH.keys()
    for key in CHINESE:
        assert set(re.findall(r"{\w+}", CHINESE[key])) == set(re.findall(r"{\w+}", ENGLISH[key])), key


def test_words_need_no_escaping() -> None:
    assert not set("".join([*CHINESE.values(), *ENGLISH.values()])) & set("<>&\"'")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-TW", "zh"),
        ("en-GB,en;q=0.9", "en"),
        ("de-DE,de;q=0.9,zh;q=0.7,en;q=0.5", "zh"),
        ("en;q=0.3,zh;q=0.9", "zh"),
        ("fr", "en"),
        ("zh;q=x", "zh"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_browser_chooses(header: str | None, language: str) -> None:
    assert choose(header) == language
