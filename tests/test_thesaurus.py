"""What stands for a question's words in a document that says it otherwise."""

import numpy as np
import pytest

from embeddings.normalize import fold
from qa.matching import flat, present, reworded_presence, rewordings, words_of
from qa.questions import understand
from qa.thesaurus import LONGEST, SHORTEST, THESAURUS, reworded, synonyms


def test_every_line_is_a_group_of_chinese_words_in_simplified_characters() -> None:
    lines = [line.split() for line in THESAURUS.read_text(encoding="utf-8").splitlines()]
    assert len(lines) > 1000 and len({frozenset(line) for line in lines}) == len(lines)
    for words in lines:
        assert len(words) > 1 and len(set(words)) == len(words), words
        assert all(SHORTEST <= len(w) <= LONGEST and fold(w) == w and min(w) >= "\u4e00" for w in words), words


def test_words_stand_for_each_other_but_not_for_a_part_of_themselves() -> None:
    assert "就业" in synonyms("找工作") and "工作" not in synonyms("找工作")
    assert "找工作" in synonyms("就业")
    assert synonyms("天地玄黄宇宙") == ()


def test_the_longest_word_at_each_place_is_taken() -> None:
    assert [word for word, _ in reworded("帮大学生找工作")] == ["大学生", "找工作"]
    assert reworded("") == reworded("。?") == ()


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("重庆怎么帮大学生找工作?", "注重做好高校毕业生就业相关工作。"),
        ("那場會是用視訊開的嗎?", "会议以视频形式召开。"),
        ("Where do the students live?", "本科生住在校内。"),
    ],
)
def test_terms_are_found_where_a_text_says_them_otherwise(question: str, text: str) -> None:
    asked, texts = understand(question), [flat(text), flat("树上有三只鸟。")]
    here = present(words_of(asked, chinese=True), texts)
    found = reworded_presence(rewordings(asked), here, texts)
    assert found[:, 0].sum() > here[:, 0].sum()
    assert np.array_equal(found[:, 1], here[:, 1])
    assert (found >= here).all()
