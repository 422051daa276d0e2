from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings.documents import from_text
from embeddings.index import Index
from qa.questions import understand
from qa.reading.reader import Quotation, Reading
from qa.reading.runs import extended, item, run_length
from qa.types import Citation
from tests.fakes import HashingEncoder

NOTICE = """值班要求如下。
一是人员要到位。每班不少于三人。

夜间加派一人。
二是物资要备足。口罩每日清点。
三是信息要报送。有情况立即上报。
本通知自发布之日起执行。"""


def taken(text: str) -> str:
    return text[: run_length(text, text.index("。") + 1)]


def test_an_item_runs_to_the_next_one_over_its_paragraphs() -> None:
    text = NOTICE[NOTICE.index("一是") :]
    assert taken(text) == text[: text.index("二是")].rstrip()


def test_the_last_item_ends_with_its_line() -> None:
    text = NOTICE[NOTICE.index("三是") :]
    assert taken(text) == "三是信息要报送。有情况立即上报。"


def test_an_announcement_runs_over_all_items() -> None:
    assert taken(NOTICE) == NOTICE[: NOTICE.index("\n本通知")]


def test_a_plain_sentence_stays_alone() -> None:
    assert taken("会议在北京召开。市长出席。") == "会议在北京召开。"
    assert taken("只有一句。") == "只有一句。"


def test_traditional_items_run_too() -> None:
    text = "一要強(qiáng)化擔(dān)當(dāng)。認(rèn)真落實(shí)。二要加強(qiáng)監(jiān)督。"
    assert taken(text) == text[: text.index("二要")]


def test_a_run_has_a_bound() -> None:
    text = "一是要求。" + "内容很长很长很长很长。" * 200 + "二是要求。"
    assert 300 < len(taken(text)) <= 620


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一是防控要精准", ("han是", 1)),
        ("三要促进就业", ("han要", 3)),
        ("第二,加强管理", ("han,", 2)),
        ("(三)其他", ("bracket", 3)),
        ("2. Wash your hands", ("digit", 2)),
        ("Second, close the lid", ("word", 2)),
        ("2.5 metres", None),
        ("一般来说", None),
        ("今天开会", None),
    ],
)
def test_item(text: str, expected: tuple[str, int] | None) -> None:
    assert item(text) == expected


LONG = "县里提出三项任务。\n" + "\n".join(
    f"{n}要{what}。{'具体办法由各镇自己商定,每月上报一次。' * 12}"
    for n, what in (("一", "修好水渠"), ("二", "备足粮食"), ("三", "办好学校"))
)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.open(tmp_path / "index", encoder=HashingEncoder()) as opened:
        opened.add_documents([from_text(NOTICE, "notice"), from_text(LONG, "long")])
        yield opened


def quoted(index: Index, question: str, document: str, sentence: str, shown: str = "") -> list[str]:
    """What is shown where this sentence answers best, and that one was shown before."""
    text = index.document(document).text

    def span(words: str) -> tuple[int, int]:
        return text.index(words), text.index(words) + len(words)

    before = (Citation(document, *span(shown), shown),) if shown else ()
    reading = Reading((Quotation(document, *span(sentence), 0.9),), 0.9, (0,), before)
    return [text[q.start : q.end] for q in extended(understand(question), reading, index)]


def test_the_number_of_items_asked_for_gives_all_of_them(index: Index) -> None:
    whole = NOTICE[NOTICE.index("一是") : NOTICE.index("\n本通知")]
    assert quoted(index, "值班的三项要求是什么?", "notice", "二是物资要备足。") == [whole]
    item_alone = "二是物资要备足。口罩每日清点。"
    assert quoted(index, "物资方面有哪些要求?", "notice", "二是物资要备足。") == [item_alone]
    assert quoted(index, "值班的四项要求是什么?", "notice", "二是物资要备足。") == [item_alone]


def test_a_long_enumeration_is_quoted_by_its_heads(index: Index) -> None:
    heads = ["一要修好水渠。", "二要备足粮食。", "三要办好学校。"]
    assert quoted(index, "县里的三项任务都是什么?", "long", "二要备足粮食。") == heads
    lead = "县里提出三项任务。"
    assert quoted(index, "县里提出了哪些任务?", "long", lead) == [lead, *heads]


def test_what_was_shown_is_not_run_into(index: Index) -> None:
    shown = quoted(index, "值班的三项要求是什么?", "notice", "二是物资要备足。", shown="三是信息要报送。")
    assert shown == ["二是物资要备足。口罩每日清点。"]


@pytest.mark.parametrize(("text", "joined"), [("甲镇修了桥。桥长三里。", True), ("甲镇修了桥。\n桥长三里。", False)])
def test_a_doubtful_neighbour_is_shown_only_within_the_line(tmp_path: Path, text: str, joined: bool) -> None:
    with Index.open(tmp_path / "index", encoder=HashingEncoder()) as index:
        index.add_documents([from_text(text, "note")])
        second = text.index("桥长")
        reading = Reading((Quotation("note", 0, 6, 0.9), Quotation("note", second, len(text), 0.15)), 0.9, (0,))
        shown = extended(understand("甲镇修了什么?"), reading, index)
        assert [text[q.start : q.end] for q in shown] == [text if joined else "甲镇修了桥。"]
