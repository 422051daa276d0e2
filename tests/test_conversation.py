import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from embeddings.normalize import fold
from qa.conversation import quoted_before, resolve
from tests.turns import Turn, turn, understood

DATA = Path(__file__).parent / "data"
CONVERSATIONS = [json.loads(line) for line in (DATA / "conversations.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("南桥镇的图书馆有多少册藏书？", "那青岛呢?", "青岛的南桥镇的图书馆有多少册藏书"),
        ("济南的地铁哪年通车？", "青岛呢", "青岛的地铁哪年通车"),
        ("濟南的地鐵哪年通車？", "那青島的呢？", "青岛的地铁哪年通车"),
        ("济南2021年建了几所学校？", "那2022年呢", "济南2022年建了几所学校"),
        ("济南2021年建了几所学校？", "2022呢", "济南2022年建了几所学校"),
        ("图书馆周六几点开门？", "周日呢？", "图书馆周日几点开门"),
        ("《茶经》的作者是谁？", "那《农政全书》呢？", "《农政全书》的作者是谁"),
        ("陈立群教什么课？", "周晓呢", "周晓教什么课"),
        ("蓝色按钮有什么用？", "红色按钮呢", "红色按钮有什么用"),
        ("食堂的早餐几点供应？", "晚餐呢？", "食堂的晚餐几点供应"),
        ("美术馆怎么去？", "电话呢？", "美术馆的电话是什么"),
        ("Who opened the fair in London?", "And in Paris?", "Who opened the fair in Paris"),
        ("How many ships sailed in 1912?", "What about 1913?", "How many ships sailed in 1913"),
        ("Who opened the fair?", "And in Paris?", "Who opened the fair in Paris"),
        ("How much is a day pass?", "And a week pass?", "How much is a week pass"),
    ],
)
def test_a_fragment_takes_the_place_of_its_like(before: str, question: str, expected: str) -> None:
    assert understood(question, turn(before)) == expected


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        (
            [turn("图书馆的馆长是谁？", "馆长为郭守一，副馆长为许静。", "郭守一")],
            "他是哪里人？",
            "郭守一是哪里人",
        ),
        ([turn("图书馆的馆长是谁？", "馆长郭守一在会上讲话。")], "他还说了什么?", "郭守一还说了什么"),
        ([turn("郭守一是哪年来的？", "郭守一2003年来馆工作。")], "他的专业是什么", "郭守一的专业是什么"),
        ([turn("钟楼是哪年建的？", "钟楼建于1905年。")], "它有多高？", "钟楼有多高"),
        ([turn("最老的桥是哪座？", "最老的是安澜桥。", "安澜桥")], "它有多长", "安澜桥有多长"),
        ([turn("济南有几条地铁？", "共三条。")], "那里的机场叫什么？", "济南的机场叫什么"),
        ([turn("晨星公司的总部在哪里？", "晨星公司总部在济南。")], "该公司有多少人", "晨星公司有多少人"),
        ([turn("济南的会议几点开始？", "九点开始。")], "这次会议谁参加了？", "济南的会议谁参加了"),
        ([turn("Who built it?", "Jane Porter did.")], "When was she born?", "When was Jane Porter born"),
        ([turn("Who built the old mill?", "Jane Porter.")], "How tall is it?", "How tall is the old mill"),
        ([turn("When was the old mill built?", "1850.")], "Who owns it?", "Who owns the old mill"),
    ],
)
def test_a_pronoun_is_written_out(history: Sequence[Turn], question: str, expected: str) -> None:
    assert understood(question, *history) == expected


def test_the_same_pronoun_keeps_its_person() -> None:
    first = turn("许静是做什么的？", "许静是副馆长。")
    second = turn("她的老师是谁？", "许静的老师是郭守一。", "郭守一", "许静的老师是谁？")
    assert understood("她住在哪里？", first, second) == "许静住在哪里"


@pytest.mark.parametrize("joined", ["和", "跟", "与", "还有", "以及", "至于", "那么和"])
def test_a_word_that_joins_is_no_part_of_what_is_joined(joined: str) -> None:
    before = turn("济南的地铁哪年通车？", "2019年通车。")
    assert understood(f"{joined}青岛呢？", before) == "青岛的地铁哪年通车"
    assert quoted_before(f"{joined}青岛呢？", [before]) == ()


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("济南的地铁哪年通车？", "以及青岛?", "青岛的地铁哪年通车"),
        ("济南的地铁哪年通车？", "青岛和大连呢", "青岛和大连的地铁哪年通车"),
        ("济南的地铁哪年通车？", "青岛也有吗？", "青岛的地铁哪年通车"),
        ("济南的地铁哪年通车？", "再说说青岛", "青岛的地铁哪年通车"),
        ("济南的书展由谁主办？", "那青岛呢？什么时候？", "青岛的书展什么时候"),
        ("解放路有多长？", "和平路呢", "和平路有多长"),
        ("古镇的早餐多少钱？", "以及游船？", "古镇的游船多少钱"),
    ],
)
def test_one_more_or_two_more_take_the_place_of_the_first(before: str, question: str, expected: str) -> None:
    assert understood(question, turn(before, "在济南。")) == expected


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("济南的地铁哪年通车？", "And in Qingdao?", "青岛的地铁哪年通车"),
        ("济南的地铁哪年通车？", "What about Qingdao and Dalian?", "青岛和大连的地铁哪年通车"),
        ("济南2019年修了几条路？", "And in 2021?", "济南2021年修了几条路"),
        ("图书馆搬家了吗？", "Why?", "为什么图书馆搬家"),
        ("济南的会议由谁主持？", "When was that?", "济南的会议什么时候召开"),
        ("镇里修了哪些路？", "Anything else?", "镇里还修了哪些路"),
        ("Who opened the fair in London?", "那青岛呢？", "Who opened the fair in Qingdao"),
        ("When was the old mill built?", "为什么？", "Why was the old mill built"),
        ("Who built the mill?", "还有谁？", "Who else built the mill"),
        ("Who opened the fair in London?", "西安呢？", "Who opened the fair in Xi'an"),
    ],
)
def test_a_follow_up_takes_the_language_of_the_question_before_it(before: str, question: str, expected: str) -> None:
    assert understood(question, turn(before, "书展在济南开幕。")) == expected


def test_a_place_without_a_name_in_the_other_language_is_kept() -> None:
    assert understood("And in Ballyvaughan?", turn("济南的地铁哪年通车？")) == "Ballyvaughan的地铁哪年通车"


@pytest.mark.parametrize(
    ("between", "question", "expected"),
    [
        ("许文静是谁？", "那他主持了什么?", "许文静主持了什么"),
        ("谁是许文静？", "她主持了什么?", "许文静主持了什么"),
        ("拿破仑是谁？", "他哪年出生的？", "拿破仑哪年出生的"),
        ("大连市长是谁？", "他说了什么？", "大连市长说了什么"),
        ("谁主持大连的会议？", "他说了什么？", "主持大连的会议的人说了什么"),
        ("Who is Napoleon?", "When was he born?", "When was Napoleon born"),
        ("Who chaired the fair in Paris?", "What did he say?", "What did the one who chaired the fair in Paris say"),
    ],
)
def test_a_pronoun_after_a_refusal_means_nobody_older(between: str, question: str, expected: str) -> None:
    first = turn("图书馆的馆长是谁？", "馆长为郭守一。", "郭守一")
    assert understood(question, first, turn(between)) == expected


def test_who_a_person_is_names_that_person() -> None:
    asked = turn("谁是许静？", "馆长郭守一、副馆长许静出席。", "馆长郭守一")
    assert understood("她说了什么？", asked) == "许静说了什么"


@pytest.mark.parametrize(
    ("question", "expected"),
    [("前者有多高？", "济南的塔有多高"), ("后者呢？", "青岛的塔哪年建的"), ("前者呢？", "济南的塔哪年建的")],
)
def test_the_former_and_the_latter(question: str, expected: str) -> None:
    assert understood(question, turn("济南的塔哪年建的？"), turn("青岛的塔哪年建的？")) == expected


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("郭守一教了什么课？", "什么时候？", "郭守一什么时候教了课"),
        ("沈园是谁设计的？", "什么时候？", "沈园什么时候设计的"),
        ("沈园在哪里？", "为什么？", "为什么沈园在那里"),
        ("沈园的收入是多少？", "为什么？", "为什么沈园的收入是这么多"),
        ("谁主持了书展？", "什么时候？", "什么时候主持了书展"),
        ("谁主持了书展？", "还有谁？", "还有谁主持了书展"),
        ("书展由谁主持？", "还有谁？", "书展由谁主持,还有谁"),
        ("镇领导捐款了吗？", "谁捐了？", "镇领导谁捐了"),
        ("Who built the mill?", "When was that?", "When was the mill built"),
        ("Who wrote the report?", "And when?", "When was the report written"),
        ("Did the mayor resign?", "Why was that?", "Why did the mayor resign"),
        ("Who built the mill?", "Why?", "Why was it someone who built the mill"),
    ],
)
def test_an_interrogative_alone_asks_of_the_whole_question(before: str, question: str, expected: str) -> None:
    assert understood(question, turn(before)) == expected


def test_why_is_asked_of_the_person_who_was_the_answer() -> None:
    assert understood("为什么？", turn("书展由谁主持？", "郭守一主持。", "郭守一")) == "为什么书展由郭守一主持"


def test_who_else_goes_back_to_the_question_who() -> None:
    first, second = turn("Who built the mill?", "Jane Porter."), turn("When was the mill built?")
    assert understood("Who else?", first, second) == "Who else built the mill"


@pytest.mark.parametrize(
    ("question", "more"),
    [
        ("还有呢?", True),
        ("他還說了什麼?", True),
        ("除此之外呢", True),
        ("What else did she say?", True),
        ("Anything else?", True),
        ("那广州呢?", False),
        ("还有广州呢?", False),
        ("还有别的吗?", True),
        ("还款日期是哪天?", False),
        ("他还是会长吗?", False),
        ("什么时候归还?", False),
        ("Where does she live?", False),
    ],
)
def test_who_asks_for_more_has_seen_what_was_quoted(question: str, more: bool) -> None:
    history = [turn("他说了什么？", "他说要修路。"), turn("她呢？")]
    assert quoted_before(question, history) == (history[0][1].citations if more else ())


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("济南的书展由谁主办？", "什么时候？", "济南的书展什么时候"),
        ("济南的书展是哪天开幕的？", "在哪里？", "济南的书展在哪里开幕的"),
        ("图书馆搬家了吗？", "为什么？", "为什么图书馆搬家"),
        ("济南的书展由谁主办？", "谁参加的？", "济南的书展谁参加的"),
        ("济南的书展是哪天开幕的？", "书展有多少人参加？", "济南的书展有多少人参加"),
        ("美术馆怎么去？", "门票多少钱？", "美术馆的门票多少钱"),
        ("镇里修了哪些路？", "还有呢？", "镇里还修了哪些路"),
        ("镇里还修了哪些路？", "还有呢？", "镇里还修了哪些路"),
        ("哪些路要修？", "还有呢？", "哪些路要修,还有呢"),
        ("Is the mill open?", "Anything else?", "Is the mill open; anything else"),
        ("镇里修了哪些路？", "详细说说", "详细说说:镇里修了哪些路"),
        ("When was the old mill built?", "Why?", "Why was the old mill built"),
        ("Is the mill closed on Mondays?", "Why?", "Why is the mill closed on Mondays"),
        ("What does the mill sell?", "Anything else?", "What else does the mill sell"),
        ("What does the mill promise?", "The second one?", "What does the mill promise, the second one"),
    ],
)
def test_what_was_left_out_is_put_back(before: str, question: str, expected: str) -> None:
    assert understood(question, turn(before, "书展在济南开幕。")) == expected


@pytest.mark.parametrize(
    "question",
    [
        "如何做红烧肉？",
        "李白的代表作有哪些",
        "珠穆朗玛峰有多高？",
        "Python语言的作者是谁",
        "光合作用的原理是什么？",
        "其他国家怎么做？",
        "那座塔叫什么名字",
        "这本书多少钱",
        "换个话题,谁发明了电灯？",
        "第二次世界大战什么时候结束？",
        "吉他怎么调音？",
        "六稳",
        "Who wrote Hamlet?",
        "What time is it in Tokyo?",
        "Is it possible to grow tea in Sweden?",
        "How do I install Docker on Ubuntu?",
        "。。。",
        "",
    ],
)
def test_a_new_topic_stays_as_it_is(question: str) -> None:
    history = [turn("济南的书展由谁主办？", "济南的书展由市图书馆主办。")]
    assert resolve(question, history) is question


@pytest.mark.parametrize(
    "question", ["那广州呢?", "他还说了什么?", "第二点呢?", "为什么?", "And in Guangzhou?", "Why?"]
)
def test_without_a_history_nothing_is_guessed(question: str) -> None:
    assert resolve(question, []) is question


def test_an_unknown_person_is_not_guessed() -> None:
    assert resolve("他是谁?", [turn("济南有几条地铁？")]) == "他是谁?"


def test_the_most_recent_question_of_the_kind_is_used() -> None:
    history = [turn("济南的地铁哪年通车？"), turn("蓝色按钮有什么用？")]
    assert understood("那青岛呢？", *history) == "青岛的地铁哪年通车"


def test_a_refused_question_still_gives_its_topic() -> None:
    first = turn("济南的地铁哪年通车？", "2019年通车。")
    second = turn("青岛呢", understood="青岛的地铁哪年通车？")
    assert understood("那大连呢", first, second) == "大连的地铁哪年通车"


def test_the_script_of_the_question_is_kept() -> None:
    assert resolve("那廣州呢？", [turn("重慶的會議由誰主持？")]) == "廣州的會議由誰主持？"


def test_turns_beyond_the_last_four_are_forgotten() -> None:
    history = [turn("济南的地铁哪年通车？")] + [turn("蓝色按钮有什么用？")] * 4
    assert "地铁" not in resolve("那青岛呢？", history)


def test_the_set_is_well_formed() -> None:
    assert len(CONVERSATIONS) >= 60
    assert sum(c["held_out"] for c in CONVERSATIONS) >= 32
    folders = (DATA / "conversations", DATA.parents[1] / "seeds")
    views = {path.name: fold(path.read_text(encoding="utf-8")) for f in folders for path in f.iterdir()}
    for conversation in CONVERSATIONS:
        assert 2 <= len(conversation["turns"]) <= 4
        for number, asked in enumerate(conversation["turns"]):
            assert number == 0 or asked["complete"]
            missing = [w for w in asked.get("words", []) if w not in views[asked["document"]]]
            assert missing == [], asked["question"]


def test_new_topics_of_the_set_are_left_alone() -> None:
    for conversation in CONVERSATIONS:
        if conversation["kind"] == "new topic":
            *before, last = [asked["question"] for asked in conversation["turns"]]
            assert resolve(last, [turn(question) for question in before]) is last
