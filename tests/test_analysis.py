import re

from hypothesis import given
from hypothesis import strategies as st

from embeddings.analysis import CJK, _stem, terms


def test_chinese_becomes_unigrams_and_bigrams() -> None:
    assert terms("市委召开") == ["市", "市委", "委", "委召", "召", "召开", "开"]


def test_punctuation_separates_and_spaces_do_not() -> None:
    assert terms("张轩,王 炯") == ["张", "张轩", "轩", "王", "王炯", "炯"]


def test_numbers_are_whole_and_pair_with_their_unit() -> None:
    assert terms("27日") == ["27", "27日", "日"]
    assert terms("3.5%") == ["3.5"]


def test_english_is_stemmed_without_stop_words() -> None:
    assert terms("The companies were running") == ["compani", "run"]
    assert terms("Company's") == ["compani"]


def test_mixed_words_pair_with_chinese_only() -> None:
    assert terms("AI技术") == ["ai", "ai技", "技", "技术", "术"]
    assert terms("deep learning") == ["deep", "learn"]
    assert terms("会议with企业") == ["会", "会议", "议", "企", "企业", "业"]


_ATOM = re.compile(rf"[{CJK}]|\d+(?:[.,:]\d+)*|[^\W\d_{CJK}]+(?:['’][^\W\d_]+)?")


def terms_one_by_one(view: str) -> list[str]:
    """The definition, atom after atom; the module takes runs of CJK characters at once."""
    found: list[str] = []
    previous, previous_end, previous_spaced = "", -1, False
    for match in _ATOM.finditer(view):
        atom, start = match.group(), match.start()
        spaced = len(atom) > 1 or atom.isascii() or re.match(rf"[^\W\d_{CJK}]", atom) is not None
        atom = atom.lower() if spaced else atom
        term = _stem(atom) if spaced and not atom[0].isdigit() else atom
        if term and previous and not (spaced and previous_spaced) and not view[previous_end:start].strip():
            found.append(previous + atom)
        if term:
            found.append(term)
        previous, previous_end, previous_spaced = (atom if term else ""), match.end(), spaced
    return found


PIECES = st.one_of(
    st.sampled_from(["市", "委", "々", "〇", "カ", "한", "𠀀", " ", "\n", "\u3000", "\x85", "\x1c", "，", "_", "·"]),
    st.sampled_from(["the", "Running", "it's", "it’s好", "AI", "é", "ß", "٣", "٣٤", "3", "3.5", ":", "²", "ⅷ"]),
    st.characters(),
)


@given(st.lists(PIECES, max_size=25).map("".join))
def test_runs_give_the_terms_that_single_atoms_give(view: str) -> None:
    assert terms(view) == terms_one_by_one(view)
