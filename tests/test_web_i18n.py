"""Two languages that say the same things."""

import re

import pytest

from qa.web.i18n import CHINESE, ENGLISH, choose, place_in


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


@pytest.mark.parametrize(
    ("label", "chinese"),
    [
        ("page 3", "第 3 页"),
        ("slide 12", "第 12 张幻灯片"),
        ("row 14", "第 14 行"),
        ("sheet Costs, 2020, row 14", "工作表 Costs, 2020,第 14 行"),
        ("sheet 费用", "工作表 费用"),
        ("section 第一章 总则", "第一章 总则"),
        ("of another kind", "of another kind"),
    ],
)
def test_places_are_told_in_the_words_of_the_page(label: str, chinese: str) -> None:
    assert place_in(label, CHINESE) == chinese
    assert place_in(label, ENGLISH) == label
