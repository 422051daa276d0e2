import pytest

from embeddings.encoders import default_encoder
from embeddings.translation import LEXICON, STEM, WORDS, english_stem, lexicon, translated


def test_english_words_may_be_chinese_ones_of_the_same_meaning() -> None:
    words = ["hospital", "meeting", "vaccine", "school", "prison", "donated"]
    found = lexicon(default_encoder()).chinese(words)
    meant = ["医院", "会议", "疫苗", "学校", "监狱", "捐赠"]
    assert all(word in likely for word, likely in zip(meant, found, strict=True))
    assert all(0 < len(likely) <= WORDS for likely in found)


def test_translations_come_before_what_is_merely_near() -> None:
    (likely,) = lexicon(default_encoder()).chinese(["hospital"])
    learnt = translated("hospital")
    assert likely[: len(learnt)] == learnt
    assert len(likely) > len(learnt)  # the encoder adds some


@pytest.mark.parametrize("word", ["arteries", "Hospitals", "mayor's", "epidemics"])
def test_an_inflected_word_is_found_by_its_stem(word: str) -> None:
    assert translated(word)


def test_a_word_that_is_no_word_has_no_counterpart() -> None:
    assert lexicon(default_encoder()).chinese(["xqzvkjw", "hospital", "xqzvkjw"])[0] == ()


def test_every_line_of_the_lexicon_can_be_looked_up() -> None:
    lines = [line.split() for line in LEXICON.read_text(encoding="utf-8").splitlines()]
    words = [word for word, *_ in lines]
    assert words == sorted(set(words))
    assert all(chinese and len(set(chinese)) == len(chinese) for _, *chinese in lines)
    assert all(word == word.lower() for word in words)
    assert all(english_stem(word) for word in words if not word.startswith(STEM))
