"""Words that nobody is said to have said, and slogans whose items are not spelled out."""

import time

import pytest

from qa.matching import flat, weights_of, words_of
from qa.questions import understand
from qa.reading.asked import explains, speaks

PAGE = [
    "市委书记陈敏尔出席会议并讲话。",
    "他强调,要打通“大动脉”。",
    "市长唐良智主持会议。",
    "落实“五个一”机制,按照省委“1+1+9”部署和市委“1+1+4”举措。",
    "打赢精准脱贫、污染防治、防范化解重大风险三大攻坚战。",
    "“四早”即早发现、早报告、早隔离、早治疗。",
]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("陈敏尔在会上讲了什么?", 1),
        ("陳敏爾對交通怎麼說?", 1),
        ("What did Chen Min'er say about traffic?", 1),
        ("唐良智在会上讲了什么话?", 0),
        ("唐良智的发言内容是什么?", 0),
        ("What did Tang Liangzhi say?", 0),
        ("陈敏尔针对交通讲了什么?", 1),
        ("市长做了什么?", -1),
        ("会议由谁主持?", -1),
        ("Who presided over the meeting?", -1),
    ],
)
def test_whether_somebody_is_said_to_have_spoken(question: str, expected: float) -> None:
    asked = understand(question)
    found = speaks(asked, words_of(asked, chinese=True), weights_of(asked), [flat(text) for text in PAGE])
    assert found == pytest.approx(expected)


def test_english_pages_report_words_too() -> None:
    asked, page = understand("What did the mayor say about schools?"), [flat("The mayor said schools would open.")]
    assert speaks(asked, words_of(asked), weights_of(asked), page) == pytest.approx(1)
    assert speaks(asked, words_of(asked), weights_of(asked), [flat("The mayor opened a school.")]) == 0


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("三大攻坚战是哪三个?", 1),
        ("“四早”分别指什么?", 1),
        ("“五个一”到底是哪五个?", 0),
        ("「1+1+4」裡的「4」代表什麼?", 0),
        ("“六稳”包括哪些?", -1),
        ("“五个一百工程”指什么?", -1),
        ("第一次会议是哪天?", -1),
        ("两个会议分别在哪里开?", -1),
        ("会议由谁主持?", -1),
    ],
)
def test_whether_a_slogan_is_explained(question: str, expected: float) -> None:
    assert explains(understand(question), PAGE) == expected


def test_a_long_question_takes_no_long_time() -> None:
    asked = understand("都" * 1990 + "讲了什么?")
    before = time.process_time()
    speaks(asked, words_of(asked), weights_of(asked), [flat(text) for text in PAGE])
    assert time.process_time() - before < 0.5
