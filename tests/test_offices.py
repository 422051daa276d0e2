"""Who holds which office: what sentences say of the person or the office that a question asks for."""

import pytest

from qa.questions import understand
from qa.reading.offices import PARTLY, tells_office


def told(question: str, *texts: str) -> list[float]:
    return tells_office(understand(question), texts)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("杭州市长是谁?", [1, 0, PARTLY, 0]),
        ("杭州的副市长叫什么名字?", [PARTLY, 0, 1, 0]),
        ("杭州市委書記是哪位?", [0, 1, 0, 0]),
        ("谁是浙江省委书记?", [0, PARTLY, 0, 0]),
        ("杭州一把手是谁?", [0, 1, 0, 0]),
        ("Who is the mayor of Hangzhou?", [1, 0, PARTLY, 0]),
        ("Who is the party secretary of Hangzhou?", [0, 1, 0, 0]),
    ],
)
def test_who_holds_an_office(question: str, expected: list[float]) -> None:
    texts = (
        "市委副秘书长、市长姚高员主持会议。",
        "会议由市委书记、领导小组组长刘捷召集。",
        "副市长胡伟作了汇报。",
        "市长公开电话全天开通,市民可以反映问题。",
    )
    assert told(question, *texts) == expected


@pytest.mark.parametrize(
    "question",
    [
        "刘捷担任什么职务?",
        "劉捷是誰?",
        "刘捷是干什么的?",
        "What post does Liu Jie hold?",
        "Who is Liu Jie?",
    ],
)
def test_which_office_a_person_holds(question: str) -> None:
    texts = ("市委书记刘捷出席会议。", "刘捷同志现任杭州市委书记。", "刘捷指出,要抓好落实。", "市长姚高员主持会议。")
    assert told(question, *texts) == [1, 1, 0, 0]


def test_english_sentences_are_read_for_english_questions() -> None:
    texts = ("The mayor, Anna Berg, opened the fair.", "Berg thanked all.", "Carl Holm, then mayor of Lund, was there.")
    assert told("Who was the mayor?", *texts) == [1, 0, 1]
    assert told("What position did Anna Berg hold?", *texts) == [1, 0, 0]
    assert told("市长是谁?", *texts) == [-1, -1, -1]


@pytest.mark.parametrize(
    "question", ["杭州的会议讨论了什么?", "What role do companies play?", "市长什么时候到的?", "会议有多少人参加?"]
)
def test_other_questions_ask_for_no_office(question: str) -> None:
    assert told(question, "市长姚高员主持会议。", "The mayor, Anna Berg, opened the fair.") == [-1, -1]
