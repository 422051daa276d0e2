from pathlib import Path

import pytest

from embeddings.encoders import default_encoder
from embeddings.translation import ENOUGH, GLOSSARY, LEXICON, STEM, WORDS, english_stem, lexicon, translated


def test_english_words_may_be_chinese_ones_of_the_same_meaning() -> None:
    words = ["hospital", "meeting", "vaccine", "school", "prison", "donated"]
    found = lexicon(default_encoder()).chinese(words)
    meant = ["医院", "会议", "疫苗", "学校", "监狱", "捐赠"]
    assert all(word in likely for word, likely in zip(meant, found, strict=True))
    assert all(0 < len(likely) <= WORDS for likely in found)


def test_the_encoder_adds_to_words_of_which_little_is_known() -> None:
    assert len(translated("hospital")) >= ENOUGH and len(translated("donations")) >= ENOUGH
    found = lexicon(default_encoder()).chinese(["hospital", "teapot", "donations"])
    assert found[0] == translated("hospital")[:WORDS] and found[2] == translated("donations")[:WORDS]
    rare = translated("teapot")
    assert len(rare) < ENOUGH and len(found[1]) > len(rare) and found[1][: len(rare)] == rare


@pytest.mark.parametrize("word", ["arteries", "Hospitals", "mayor's", "epidemics"])
def test_an_inflected_word_is_found_by_its_stem(word: str) -> None:
    assert translated(word)


def test_a_word_that_is_no_word_has_no_counterpart() -> None:
    assert lexicon(default_encoder()).chinese(["xqzvkjw", "hospital", "xqzvkjw"])[0] == ()


@pytest.mark.parametrize("path", [LEXICON, GLOSSARY])
def test_every_line_can_be_looked_up(path: Path) -> None:
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    words = [word for word, *_ in lines]
    assert words == sorted(set(words))
    assert all(chinese and len(set(chinese)) == len(chinese) for _, *chinese in lines)
    assert all(word == word.lower() for word in words)
    assert all(english_stem(word) for word in words if not word.startswith(STEM))
