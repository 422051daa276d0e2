import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.normalize import View, fold, normalize
from embeddings.normalize.characters import REGIONAL, SIMPLE
from embeddings.normalize.glosses import is_reading, syllables
from embeddings.normalize.han import SIMPLIFIED, TRADITIONAL
from embeddings.normalize.view import _EASY_TEXT
from embeddings.training.han_table import conversions


@pytest.mark.parametrize(
    ("original", "view"),
    [
        ("強(qiáng)化擔(dān)當(dāng)", "强化担当"),
        ("企業(yè)(項(xiàng)目)", "企业(项目)"),
        ("企業（yè）（項（xiàng）目）", "企业(项目)"),
        ("重慶(chóng qìng)", "重庆"),
        ("重慶(chóngqìng)", "重庆"),
        ("西安(Xī'ān)", "西安(Xī'ān)"),
        ("西安(xī'ān)", "西安"),
        ("女(nǚ)兒(ér)", "女儿"),
        ("行(háng/xíng)", "行"),
        ("行(háng)(xíng)走", "行走"),
        ("花(huār)", "花"),
        ("強(qia\u0301ng)化", "强化"),
        ("漢(ㄏㄢˋ)字", "汉字"),
    ],
)
def test_readings_go(original: str, view: str) -> None:
    assert fold(original) == view


@pytest.mark.parametrize(
    "text",
    [
        "总值(GDP)",
        "小组(指挥部)",
        "人工智能(AI)",
        "选项(a)",
        "他(de)",
        "强(qiang2)",
        "咖啡(café)",
        "强(Qiáng)",
        "强 (qiáng)",
        "A(qiáng)",
        "(qiáng)",
        "强(qiáng",
        "强[qiáng]",
        "标准(bpmf)",
    ],
)
def test_what_is_no_reading_stays(text: str) -> None:
    assert fold(text) == text


@pytest.mark.parametrize(
    ("original", "view"),
    [
        ("<ruby>強<rp>(</rp><rt>qiáng</rt><rp>)</rp></ruby>化", "强化"),
        ("<ruby>強<rt>qiáng</rt>化<rt>huà</rt></ruby>", "强化"),
        ("<ruby>漢<rt>hàn<rp></ruby>字", "汉字"),
        ('<RUBY class="x">\n <rb>漢</rb>\n <rt>hàn</rt>\n</RUBY>字', "汉字"),
        ("the <ruby> tag", "the <ruby> tag"),
        ("<ruby>gem</ruby>", "<ruby>gem</ruby>"),
    ],
)
def test_ruby_is_reduced_to_its_base(original: str, view: str) -> None:
    assert fold(original) == view


@pytest.mark.parametrize(
    ("original", "view"),
    [
        ("ＡＢＣ１２３，！？：（ok）", "ABC123,!?:(ok)"),
        ("㈱½…㍿", "(株)1⁄2...株式会社"),
        ("e\u0301a\u0323\u0302", "éậ"),
        ("ﾊﾟﾝ", "パン"),
        ("\u1112\u1161\u11ab", "한"),
        ("soft\u00adhy\u200bphen\ufeff", "softhyphen"),
        ("葛\U000e0100城 ❤\ufe0f", "葛城 ❤"),
        ("  a \u3000\u00a0 b\t\n\r\n c \n", "a b\nc"),
        ("a \u200b b", "a b"),
        ("a\u2028b\x85c\x0cd", "a\nb\nc\nd"),
        ("ab\x00c\x07", "abc"),
        ("x ´ y", "x ´ y"),
        ("", ""),
        (" \n\u200b", ""),
    ],
)
def test_widths_marks_and_white_space(original: str, view: str) -> None:
    assert fold(original) == view


def test_the_table_is_opencc() -> None:
    assert dict(zip(TRADITIONAL, SIMPLIFIED, strict=True)) == conversions()


def test_a_folded_character_folds_to_itself() -> None:
    assert not {chr(code) for code in SIMPLE} & set(SIMPLE.values())
    assert all(unicodedata.is_normalized("NFKC", target) for target in SIMPLE.values())
    assert not set(REGIONAL) & set(TRADITIONAL)


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("廣州的會議由誰主持?", "广州的会议由谁主持?"),
        ("瞭解隨著時間髮展與發展", "了解随着时间发展与发展"),
        ("裏面、裡面、羣眾、麵條、乾隆", "里面、里面、群众、面条、乾隆"),
        ("臺灣「藉由」答覆衞生", "台湾「借由」答复卫生"),
    ],
)
def test_both_scripts_meet(traditional: str, simplified: str) -> None:
    assert fold(traditional) == fold(simplified)


def test_syllables_are_those_of_a_dictionary() -> None:
    assert len(syllables()) > 400
    assert {"qiang", "chuang", "lüe", "er", "nü"} <= syllables()
    assert not {"caf", "bong", "qang", "lv", "fe"} & syllables()
    assert is_reading("ɡuǎnɡ")
    assert is_reading("ńg")
    assert not is_reading("qiáǹg")
    assert not is_reading("bó̄")


def _units(view: View) -> list[int]:
    """All boundaries of a view."""
    inner = [i for i in range(1, len(view.text)) if view.ends[i - 1] <= view.starts[i]]
    return sorted({0, *inner, len(view.text)})


WORDS = (
    "強 强 化 擔 a e Z 1 ， 。 ( ) （ ） < > ! ㈱ ½ … ﬁ ㍿ ﷺ ´ ¨ Å が か ﾊ ﾟ 한 ᄒ ᅡ ᆫ 👩 👍🏽 ❤ क ि ् 々 〇 豈 "
    "(qiáng) （dān） (chóng\u00a0qìng) (ㄏㄢˋ) (GDP) (de) (指揮部) 強(qiáng) (qi\u200báng) (qia\u0301ng) "
    "<ruby>強<rt>qiáng</rt></ruby> <ruby>化<rp>(</rp><rt>huà</rt><rp>)</rp>力</ruby> <ruby> </ruby> <rt> "
    "</rt> <rp> <ruby>e<rt>x</rt></ruby> <ruby>\u0301<rt>x</rt></ruby>"
)
INVISIBLE = (
    " \n\t\r\u3000\u00a0\u2028\x85\x0c\x1c\x00\u200b\u200d\u00ad\ufeff\ufe0f\U000e0100"
    "\u0301\u0323\u0338\u3099\u0344"
)
PIECES = st.sampled_from([*WORDS.split(" "), *INVISIBLE])
MIXTURES = st.lists(st.one_of(PIECES, PIECES, PIECES, st.characters()), max_size=14).map("".join)


def _check_the_way_back(text: str) -> None:
    view = normalize(text)
    assert view.text == fold(text) == view.text.strip()
    assert len(view.starts) == len(view.ends) == len(view.text)
    assert (view.starts[1:] >= view.starts[:-1]).all()
    assert (view.ends[1:] >= view.ends[:-1]).all()
    assert (view.starts < view.ends).all()
    boundaries = _units(view)
    for a in boundaries:
        for b in boundaries:
            if a < b:
                start, end = view.to_original(a, b)
                assert fold(text[start:end]) == view.text[a:b].strip()
                assert view.to_view(start, end) == (a, b)


@given(MIXTURES)
@settings(max_examples=150, deadline=None)
def test_every_slice_finds_its_original(text: str) -> None:
    _check_the_way_back(text)


@given(st.text(max_size=12))
@settings(max_examples=60, deadline=None)
def test_every_slice_of_any_text_finds_its_original(text: str) -> None:
    _check_the_way_back(text)


@given(MIXTURES)
@settings(max_examples=60, deadline=None)
def test_slices_within_a_unit_widen_to_it(text: str) -> None:
    view = normalize(text)
    for a in range(len(view.text)):
        start, end = view.to_original(a, a + 1)
        first, last = view.to_view(start, end)
        assert first <= a < last
        assert fold(text[start:end]) == view.text[first:last].strip()


def test_a_slice_of_readings_points_at_the_characters_alone() -> None:
    text = "要強(qiáng)化擔(dān)當(dāng)。"
    view = normalize(text)
    at = view.text.index("强化")
    start, end = view.to_original(at, at + 2)
    assert text[start:end] == "強(qiáng)化"
    assert view.to_view(text.index("("), text.index(")") + 1) == (at + 1, at + 1)


def test_the_quick_way_is_the_same_way() -> None:
    easy = "".join(filter(_EASY_TEXT.fullmatch, map(chr, range(0x21, 0x10000))))
    assert len(easy) > 20_000
    assert fold(easy) == normalize(easy).text


def test_slices_out_of_range_are_refused() -> None:
    view = normalize("一二")
    for start, end in [(-1, 1), (0, 3), (2, 1)]:
        with pytest.raises(ValueError, match="is not within 0:2"):
            view.to_original(start, end)
        with pytest.raises(ValueError, match="is not within 0:2"):
            view.to_view(start, end)
    assert view.to_original(1, 1) == (1, 1)
    assert view.to_original(2, 2) == (2, 2)
    assert normalize("").to_original(0, 0) == (0, 0)


def test_the_traditional_seed(seeds: Path) -> None:
    text = (seeds / "004_c2e144bd2bb9c8b9.txt").read_text(encoding="utf-8")
    view = normalize(text)
    assert not re.search("[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]", view.text)
    for words in ("强化担当勇往直前", "张硕辅主持", "企业(项目)复工复产", "(指挥部)会议", "1+1+9"):
        assert words in view.text
    at = view.text.index("张硕辅主持")
    start, end = view.to_original(at, at + 5)
    assert text[start:end] == "張碩輔主持"


def test_the_simplified_seed_only_loses_white_space_and_widths(seeds: Path) -> None:
    text = (seeds / "000_fd077764cc2145f8.txt").read_text(encoding="utf-8")
    assert fold(text).split() == unicodedata.normalize("NFKC", text).split()
