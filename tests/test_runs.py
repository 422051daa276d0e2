import pytest

from qa.reading.runs import item, run_length

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
