from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.normalize import fold
from embeddings.passages import sentences, split
from embeddings.types import Document, Heading, Passage, Place, SetAside, search_text


def _texts(view: str) -> list[str]:
    return [view[start:end] for start, end in sentences(view)]


@pytest.mark.parametrize(
    "expected",
    [
        ["会议结束了。", "他走了!", "真的吗?", "是。"],
        ["他说:“快跑!快跑!”", "然后走了。"],
        ["“你好。”他说。", "她没有回答。"],
        ["“你去哪儿?”的问题没有人回答。", "好。"],
        ["他读了《你好!再见。》一书。", "好看。"],
        ["等等......他还没说完。", "“我......”", "停住了。"],
        ["1.会议结束了.", "他走了.", "版本3.11.7发布。"],
        ["Mr. Smith met Dr. J. R. Jones in the U.S. on Jan. 5.", "He paid $3.5 million, i.e. a lot."],
        ["It works in the U.S.", "The company grew.", "See Fig. 3."],
        ['"Hello." she said.', "Visit http://a.b/c?d=1.", "OK!", "No."],
        ["The case Brown v. Board of Education.", "It was decided."],
        ["第一句。 。", "第二句。”", "后"],
        ["Yahoo! is big.", "What?!", "He wonders... and waits."],
    ],
)
def test_where_sentences_end(expected: list[str]) -> None:
    view = expected[0]
    for sentence in expected[1:]:
        view += sentence if view[-1] in "。”" or sentence[0] > "\u2e80" else f" {sentence}"
    assert _texts(view) == expected


def test_lines_of_their_own_are_sentences() -> None:
    lines = ["标题", "1. 第一项", "2. 第二项", "- item one", "| a | b |", "| 1 | 2 |", "A heading", "正文。"]
    assert _texts("\n".join(lines)) == lines


def test_hard_wrapped_lines_are_joined() -> None:
    english = (
        "The quick brown fox jumps over the lazy dog and then it\n"
        "runs away from the big bad wolf that has been chasing the\n"
        "Brown bear for a very long time in the dark forest. Then\n"
        "it stops.\nNew paragraph here."
    )
    assert [text.split()[-1] for text in _texts(english)] == ["forest.", "stops.", "here."]
    chinese = (
        "为了进一步提高城市防洪排涝的能力水平市政府决定在\n"
        "今后三年内投入资金对全市主要河道开展一次全面的疏\n"
        "浚整治并同步新建一批雨水泵站和地下调蓄水池以保障\n"
        "市民的生命财产安全。\n第二段。"
    )
    assert [text[-6:] for text in _texts(chinese)] == ["命财产安全。", "第二段。"]


def test_a_long_sentence_is_cut_at_its_clauses() -> None:
    clause = "各地区各部门要结合实际制定“周密、可行,稳妥”的方案(含预算,见表)并抓好落实"
    view = ",".join([clause] * 8) + "。"
    found = _texts(view)
    assert len(found) > 1
    assert all(len(text.encode()) <= 360 for text in found)
    assert all(text.startswith("各地区") and text[-1] in ",。" for text in found)
    assert "".join(found) == view


def test_items_of_an_enumeration_stand_alone() -> None:
    items = [
        "会议强调三点:一是加强领导,落实责任,完善各项机制和制度建设;",
        "二是加强监督,严格检查,确保各项措施落到实处不走样;",
        "三是加强保障,落实经费,提供支持。",
    ]
    assert _texts("".join(items)) == items
    assert _texts("一是快;二是好;三是省。") == ["一是快;二是好;三是省。"]


def test_numbers_and_words_are_not_cut() -> None:
    found = _texts("增长1,234,567元" * 60)
    assert all(text.startswith("增长1,234,567元") or text[0] in "元长" for text in found)
    assert all(
        word == "antidisestablishment"
        for text in _texts("antidisestablishment " * 80)
        for word in text.split()
    )


@given(st.text(st.sampled_from(" \n。!?.,;:“”()《》\"'一二是要说强a B1"), max_size=600))
@settings(max_examples=150, deadline=None)
def test_sentences_cover_everything_once(view: str) -> None:
    position = 0
    for start, end in sentences(view):
        assert position <= start < end
        assert not view[position:start].strip()
        assert view[start:end] == view[start:end].strip()
        assert len(view[start:end].encode()) <= 400
        position = end
    assert not view[position:].strip()


def _document(text: str, **fields: Any) -> Document:
    return Document(name="a.txt", text=text, digest="", **fields)


def _check(document: Document) -> list[Passage]:
    """What holds for the passages of every document."""
    passages = split(document)
    covered = [False] * len(document.text)
    for passage in passages:
        assert passage.text
        assert fold(document.text[passage.start : passage.end]) == passage.text
        covered[passage.start : passage.end] = [True] * (passage.end - passage.start)
        for aside in document.set_aside:
            assert passage.end <= aside.start or aside.end <= passage.start
    for before, after in zip(passages, passages[1:], strict=False):
        assert before.start < after.start
        assert before.end < after.end
    start = 0
    for end, following in [(a.start, a.end) for a in document.set_aside] + [(len(document.text), 0)]:
        if fold(document.text[start:end]):
            assert all(covered[i] or document.text[i].isspace() for i in range(start, end))
        start = following
    return passages


def _shared(document: Document, passages: list[Passage]) -> Iterator[tuple[Passage, Passage, str]]:
    for before, after in zip(passages, passages[1:], strict=False):
        yield before, after, fold(document.text[after.start : before.end]) if after.start < before.end else ""


@pytest.mark.parametrize("name", ["000_fd077764cc2145f8.txt", "004_c2e144bd2bb9c8b9.txt"])
def test_the_seeds(seeds: Path, name: str) -> None:
    document = _document((seeds / name).read_text(encoding="utf-8"))
    passages = _check(document)
    assert len(passages) > 5
    assert all(120 <= len(passage.text) <= 260 for passage in passages)
    for before, after, shared in _shared(document, passages):
        assert len(sentences(shared)) == 1
        assert before.text.endswith(shared)
        assert after.text.startswith(shared)


SENTENCES = st.sampled_from(
    [
        "強(qiáng)化責任擔(dān)當。",
        "他表示：“一切順利！”",
        "市政府召開會議，研究部署下一階段的工作，要求各部門抓好落實(shí)。",
        "It was a bright cold day in April, and the clocks were striking thirteen. ",
        "see e.g. Fig. 3\n",
        "㈱…",
        "長" * 200,
        "word " * 100,
        "\n\n",
        "\n",
        "\u3000\u3000\u200b",
        "[打印]",
        "(zhuó)",
        "\ufeff",
        "ᄒ",
        "ᅡ",
    ]
)


@given(st.lists(SENTENCES, max_size=40), st.data())
@settings(max_examples=100, deadline=None)
def test_passages_reconstruct_any_document(parts: list[str], data: st.DataObject) -> None:
    text = "".join(parts)
    marks = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    kinds = data.draw(st.lists(st.sampled_from(["aside", "heading", ""]), min_size=8, max_size=8))
    spans = list(zip(marks, marks[1:], kinds, strict=False))
    _check(
        _document(
            text,
            set_aside=tuple(
                SetAside(start, end, "furniture") for start, end, kind in spans if kind == "aside"
            ),
            headings=tuple(
                Heading(start, end, 1 + end % 3) for start, end, kind in spans if kind == "heading"
            ),
        )
    )


def test_neighbours_share_one_sentence() -> None:
    document = _document(
        "".join(f"这是第{number}句话,它说明了一件与众不同的小事情。" for number in range(60))
    )
    passages = _check(document)
    for before, after, shared in _shared(document, passages):
        assert len(sentences(shared)) == 1
        assert before.text.endswith(shared) and after.text.startswith(shared)
        assert 150 <= len(before.text) <= 270


def test_english_passages_have_about_120_words() -> None:
    document = _document("The council met on Monday to discuss the new bridge over the river. " * 60)
    passages = _check(document)
    assert all(100 <= len(passage.text.split()) <= 150 for passage in passages[:-1])


def _with_headings(*lines: tuple[int, str], title: str = "") -> Document:
    text, headings = "", []
    for level, line in lines:
        if level:
            headings.append(Heading(len(text), len(text) + len(line), level))
        text += line + "\n"
    return _document(text, headings=tuple(headings), title=title)


BODY = "這裡說明了一件事情，並且給出了詳細的理由和依據。" * 6


def test_headings_stay_with_what_follows_and_give_context() -> None:
    document = _with_headings(
        (1, "年度報告"), (0, BODY), (2, "財務"), (0, BODY * 3), (3, "支出"), (0, BODY), (2, "人事"),
        (0, BODY), title="年度報告",
    )  # fmt: skip
    passages = _check(document)
    contexts = [(passage.text[:4], passage.context) for passage in passages]
    assert contexts[0] == ("年度报告", "")
    assert ("财务\n这", "年度报告") in contexts
    assert ("这里说明", "年度报告 > 财务") in contexts
    assert ("支出\n这", "年度报告 > 财务") in contexts
    assert contexts[-1] == ("人事\n这", "年度报告")
    for passage in passages:
        assert passage.text.split("\n")[-1] not in ("财务", "支出", "人事")


def test_small_sections_share_a_passage() -> None:
    document = _with_headings((1, "甲"), (0, "短文。"), (1, "乙"), (0, "短文。"), (1, "丙"), (0, BODY))
    assert _check(document)[0].text.startswith("甲\n短文。\n乙\n短文。\n丙\n这里")


def test_the_title_is_context_once() -> None:
    plain = _document(BODY * 3, title="標題")
    assert [passage.context for passage in split(plain)] == ["标题"] * len(split(plain))
    first_line = _document("標題\n" + BODY * 3, title="標題")
    assert [passage.context for passage in split(first_line)][:2] == ["", "标题"]
    markdown = _with_headings((1, "# 標題"), (0, BODY * 3), title="標題")
    assert [passage.context for passage in split(markdown)][:2] == ["", "标题"]


def test_search_text_puts_the_context_first() -> None:
    assert search_text(Passage("a", 0, 1, "文", "标题")) == "标题\n文"
    assert search_text(Passage("a", 0, 1, "文")) == "文"


def test_set_aside_text_is_in_no_passage() -> None:
    text = "第一句。[打印]第二句。"
    document = _document(text, set_aside=(SetAside(4, 8, "print button"),))
    assert [passage.text for passage in _check(document)] == ["第一句。", "第二句。"]


def test_a_passage_knows_its_place() -> None:
    document = _document(f"{BODY}\n\n{BODY * 2}", places=(Place(0, "page 1"), Place(len(BODY) + 2, "page 2")))
    assert [passage.place for passage in split(document)] == ["page 1", "page 2"]
    aside = SetAside(len(BODY), len(BODY) + 2, "furniture")
    apart = _document(document.text, places=document.places, set_aside=(aside,))
    assert [passage.place for passage in split(apart)] == ["page 1", "page 2"]


def test_nothing_to_search_gives_no_passages() -> None:
    assert split(_document("")) == split(_document(" \n\u200b")) == []
    assert split(_document("广告", set_aside=(SetAside(0, 2, "furniture"),))) == []


def test_readings_and_invisible_characters_at_the_edges_belong_to_the_passage() -> None:
    text = "\ufeff 會議強(qiáng)\u200b \n"
    (passage,) = _check(_document(text))
    assert text[passage.start : passage.end] == text.rstrip()
