"""Which point of a list a follow-up means: "第二点呢?", "the next one?"."""

import time
from dataclasses import replace

import pytest

from embeddings.errors import DocumentNotFound
from embeddings.normalize import fold
from embeddings.types import Hit
from qa.conversation import resolve
from qa.types import Answer, Citation
from tests.turns import Turn, turn, understood

DOCUMENT = """镇长说，要做好三项工作：

一是修路，南街先动工。二是种树，沿河种柳树两千棵；三是通水。

养护办法
1. 打开盖子。
2. 冲洗滤网，晾干以后装回去。

会上还定了两件事。（一）道路由镇里修。
（二）路灯由各村自己管，电费由镇里出。

县里也讲三件事。一要修桥，先修东门外的石桥。东门的桥由石匠来修，要用到秋天。二要养蚕，每户养两张。三要办学。

修桥以后要抓三样：
深化测量，请老师傅来看。
深化用料，石头从北山运。
深化记录，每天写下来。

The fair makes three promises. First, tea is free. Second, every child gets a balloon. Third, dogs may come in.
"""


def about(question: str, quote: str) -> Turn:
    """A turn that was answered by one quotation from the document."""
    start = DOCUMENT.index(quote)
    return question, Answer(question, quote, True, 0.9, (Citation("a.txt", start, start + len(quote), quote),))


def read(name: str, start: int, end: int) -> str:
    return DOCUMENT[start:end]


@pytest.mark.parametrize(
    ("before", "quote", "question", "expected"),
    [
        (
            "镇里要做哪些工作？",
            "一是修路，南街先动工。二是种树，沿河种柳树两千棵；三是通水。",
            "第二点呢?",
            "二是种树,沿河种柳树两千棵",
        ),
        ("镇里要做哪些工作？", "镇长说，要做好三项工作：", "第二个工作是什么", "二是种树,沿河种柳树两千棵"),
        ("镇里要做哪些工作？", "一是修路，南街先动工。", "第三点呢", "镇里要做哪些工作,三是通水"),
        ("怎么养护？", "1. 打开盖子。", "第二步呢？", "2.冲洗滤网,晾干以后装回去"),
        ("会上定了什么？", "（一）道路由镇里修。", "第二條呢？", "(二)路灯由各村自己管"),
        ("镇里要做哪些工作？", "三是通水。", "第五点呢", "镇里要做哪些工作,第五点是什么"),
        ("石桥由谁修？", "东门的桥由石匠来修，要用到秋天。", "第二点呢", "二要养蚕,每户养两张"),
        ("石桥由谁修？", "东门的桥由石匠来修，要用到秋天。", "And the second point?", "二要养蚕,每户养两张"),
        ("Who mends the bridge?", "东门的桥由石匠来修，要用到秋天。", "point two", "二要养蚕,每户养两张"),
        ("石桥由谁修？", "东门的桥由石匠来修，要用到秋天。", "最后一点呢", "石桥由谁修,三要办学"),
        ("怎么修桥？", "修桥以后要抓三样：", "第二点呢", "深化用料,石头从北山运"),
        (
            "What does the fair promise?",
            "First, tea is free.",
            "And the third?",
            "What does the fair promise, the third one: dogs may come in",
        ),
    ],
)
def test_a_point_is_found_in_the_list_around_the_quotation(
    before: str, quote: str, question: str, expected: str
) -> None:
    resolved = fold(resolve(question, [about(before, quote)], read)).rstrip("?")
    assert resolved == expected


def test_a_point_that_the_quotation_itself_shows_needs_no_document() -> None:
    before = turn("镇里要做哪些工作？", "要做好三项工作:一是修路,二是种树,三是通水。")
    assert understood("第二点呢?", before) == "镇里要做哪些工作,二是种树"
    assert understood("第二点呢?", turn("镇里要做哪些工作？", "修路和种树。")) == "镇里要做哪些工作,第二点是什么"


@pytest.mark.parametrize("changed", [True, False])
def test_a_document_that_changed_or_went_is_not_looked_at(changed: bool) -> None:
    def other(name: str, start: int, end: int) -> str:
        if changed:
            return "一是别的，二是另一件完全不同的事情。"
        raise DocumentNotFound("no document 'a.txt'")

    asked = about("镇里要做哪些工作？", "一是修路，南街先动工。")
    assert fold(resolve("第二点呢?", [asked], other)) == "镇里要做哪些工作,第二点是什么?"


def test_the_next_point_follows_the_one_before() -> None:
    first = about("镇里要做哪些工作？", "一是修路，南街先动工。")
    asked, answer = about("下一点呢", "二是种树，沿河种柳树两千棵；")
    second = (asked, replace(answer, understood=resolve(asked, [first], read)))
    assert fold(second[1].understood) == "二是种树,沿河种柳树两千棵?"
    assert fold(resolve("下一点呢", [first, second], read)) == "二是种树,沿河种柳树两千棵,三是通水?"


@pytest.mark.parametrize("question", ["下一点呢", "the next one?"])
def test_after_the_tenth_point_comes_none(question: str) -> None:
    tenth = turn("镇里要做哪些工作？", understood="镇里要做哪些工作，第十点是什么？")
    assert "九" not in resolve(question, [tenth]) and "ninth" not in resolve(question, [tenth])


def test_a_point_of_a_place_is_found_in_a_document_in_english() -> None:
    text = "Dublin plans. First, the roads are mended. Second, the harbour is dredged. Third, trees are planted."
    start = text.index("First")
    near = Hit("a.txt", start, start + 30, text[start : start + 30], 1.0)
    refused = Answer("What will London do?", "", False, 0.1, (), (near,), "What will London do?")

    def of(place: str) -> str:
        document = text.replace("Dublin", place)
        return resolve("And the second one?", [(refused.question, refused)], lambda _, a, b: document[a:b])

    assert "harbour" in of("London") and "harbour" not in of("Dublin")


def test_a_long_question_before_it_takes_no_time() -> None:
    before = turn("的" * 100_000 + "书谁写的？")
    began = time.process_time()
    for question in ("为什么？", "什么时候？", "它多大？", "Why?"):
        resolve(question, [before])
    assert time.process_time() - began < 2


def test_the_point_is_one_of_the_place_now_spoken_of() -> None:
    first = about("济南要做哪些工作？", "一是修路，南街先动工。")
    start = DOCUMENT.index("三要办学")
    near = Hit("a.txt", start, start + 5, DOCUMENT[start : start + 5], 1.0)
    refused = Answer("青岛要做哪些工作？", "", False, 0.1, (), (near,), "青岛要做哪些工作？")

    def of_qingdao(name: str, start: int, end: int) -> str:
        return "青岛" + DOCUMENT[:398] if (start, end) == (0, 400) else DOCUMENT[start:end]

    history = [first, ("那青岛呢？", refused)]
    assert fold(resolve("第二点呢？", history, of_qingdao)) == "二要养蚕,每户养两张?"
    assert fold(resolve("第二点呢？", history, read)) == "青岛要做哪些工作,第二点是什么?"


@pytest.mark.parametrize("question", ["五个一机制是什么？", "第三产业是什么？", "三项决议是什么？"])
def test_a_number_that_is_part_of_a_name_is_no_point(question: str) -> None:
    assert resolve(question, [about("第三产业的比重是多少？", "一是修路，南街先动工。")], read) is question
