import re
from collections import Counter

import pytest

from qa.background import idf
from qa.gazetteer import mentions, other_names, places
from qa.matching import flat, holds, in_chinese, weights_of, words_for, words_of
from qa.questions import LOOKED_AT, Kind, understand
from qa.romanized import names


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("广州的会议由谁主持?", "who"),
        ("廣州的會議由誰主持？", "who"),
        ("重庆的会议是哪天召开的", "when"),
        ("会议是几月几号开的?", "when"),
        ("一共捐了多少钱?", "number"),
        ("几个区县参加了会议", "number"),
        ("分会场设在哪里?", "where"),
        ("位于哪个城市?", "where"),
        ("哪些市领导为抗疫捐了款?", "who"),
        ("哪个省委发了通知?", "what"),
        ("哪个区疫情最重?", "where"),
        ("为什么说疫情可能反弹?", "reason"),
        ("要采取哪些防控措施?", "list"),
        ("怎样促进就业?", "method"),
        ("副市长有没有参加?", "yes-no"),
        ("唐良智是什么职务", "what"),
        ("市长强调的是什么?", "what"),
        ("会议说了些什么", "what"),
        ("这样行么?", "yes-no"),
        ("会议开了多长时间?", "number"),
        ("十几年来打击哪些罪行?", "list"),
        ("视频会几号开的", "when"),
        ("会是上午还是下午开的", "when"),
        ("会上讲了几点", "number"),
        ("支援了哪几个城市", "where"),
        ("抓哪几个环节", "list"),
        ("嗰個會邊個主持", "who"),
        ("防护物资不够咋办", "method"),
        ("领导捐了没", "yes-no"),
        ("支不支持打零工", "yes-no"),
        ("Who chaired the meeting?", "who"),
        ("In what year was it signed?", "when"),
        ("How many people live there?", "number"),
        ("How does it work?", "method"),
        ("Is it open on Sundays?", "yes-no"),
        ("Which treaty ended the war?", "what"),
    ],
)
def test_kind(question: str, kind: Kind) -> None:
    assert understand(question).kind == kind


def test_scripts_and_widths_are_understood_alike() -> None:
    assert understand("廣州的會議由誰主持？") == understand("广州的会议由谁主持?")


def test_interrogatives_are_no_content() -> None:
    terms = understand("广州的会议由谁主持?").terms
    assert {"会议", "主持"} <= set(terms)  # the place tells where to look
    assert "谁" not in terms
    assert "由谁" not in terms


@pytest.mark.parametrize(
    ("question", "content"),
    [
        ("重庆那个视频会几号开的", "重庆 视频会 开的"),
        ("广州疫情啥形势 好转没", "广州疫情 形势 好转"),
        ("重庆支不支持灵活就业", "重庆支持灵活就业"),
        ("广州盯紧哪几个环节?", "广州盯紧 环节"),
        ("几内亚的首都叫什么名字", "几内亚的首都"),
        ("广州哪天开的会?", "广州 召开 会议"),
        ("重庆召开的会议的日期", "重庆召开的会议"),
        ("重庆会议的日期是哪一天?", "重庆会议"),
        ("重庆会议的时间是几月几号", "重庆会议"),
        ("市长离开会场的原因", "市长离开会场的原因"),
        ("张硕辅担任什么职务呀", "张硕辅"),
        ("唐良智的职务是什么?", "唐良智"),
        ("哪座城市的会议由市长主持?", "的会议由市长主持"),
        ("要管好哪些人员?", "要管好 人员"),
    ],
)
def test_what_only_makes_it_a_question_is_no_content(question: str, content: str) -> None:
    assert understand(question).content.replace(",", " ").split() == content.split()


def test_the_end_of_a_word_and_the_start_of_another_are_no_word() -> None:
    question = understand("陈敏尔提出促进消费的措施")
    by_term = dict(zip(question.terms, question.whole, strict=True))
    assert by_term["消费"]
    assert by_term["敏尔"]  # perhaps a name
    assert not by_term["进消"]
    assert not by_term["费的"]


def test_what_an_answer_must_agree_with() -> None:
    question = understand("《红楼梦》1987年在北京拍摄时GDP是多少亿?")
    assert question.names == ("红楼梦",)
    assert question.numbers == ("1987",)
    assert question.places == ("北京",)
    assert question.latin == ("gdp",)
    assert question.focus == "亿"


@pytest.mark.parametrize(
    ("question", "found", "numbers"),
    [
        ("广州支援的是荆州还是孝感?", ("广州",), ()),
        ("2月26日开会的是广州还是重庆?", (), ("2", "26")),
        ("重庆的会是26号还是27号开的?", ("重庆",), ()),
        ("Was it Guangzhou or Chongqing that met on 26 February?", (), ("26",)),
        ("广州还是那样吗?", ("广州",), ()),
    ],
)
def test_what_it_asks_to_choose_between_is_in_no_answer(
    question: str, found: tuple[str, ...], numbers: tuple[str, ...]
) -> None:
    assert (understand(question).places, understand(question).numbers) == (found, numbers)


def test_language_of_a_mixed_question_is_chinese() -> None:
    assert understand("What is 人工智能?").language == "zh"
    assert understand("What is AI?").language == "en"


def test_places_in_both_languages() -> None:
    assert places("从武汉到Guangzhou,再回武汉") == ["武汉", "guangzhou"]


def test_every_mention_of_a_place_counts() -> None:
    assert Counter(mentions("来渝人员到重庆后,从武汉前往 Guangzhou。")) == {"重庆": 2, "武汉": 1, "广州": 1}
    assert mentions("渝字怎么写,京剧在哪里演?") == ()


def test_a_place_has_a_name_in_the_other_language() -> None:
    assert other_names("武汉") == ("wuhan",)
    assert other_names("guangzhou") == ("广州",)
    assert set(other_names("suzhou")) == {"苏州", "宿州"}
    assert other_names("atlantis") == ()


@pytest.mark.parametrize(
    ("question", "character_names", "others"),
    [
        ("What did Zhang Shuofu say?", ["张硕辅", "章朔甫"], ["张硕", "李硕辅"]),
        ("what is chen min'er's title", ["陈敏尔"], ["陈敏"]),
        ("tang liangzhi chairs what", ["唐良智"], ["唐良"]),
        ("He can do that, can you?", [], ["和灿"]),
        ("Is the long song sung?", [], ["龙宋"]),
    ],
)
def test_a_name_in_pinyin(question: str, character_names: list[str], others: list[str]) -> None:
    patterns = list(names(question).values())
    assert bool(patterns) == bool(character_names)
    for pattern in patterns:
        assert all(re.search(pattern, name) for name in character_names)
        assert not any(re.search(pattern, other) for other in others)


def test_only_english_words_are_looked_for_by_what_they_may_be_in_chinese() -> None:
    likely = in_chinese(understand("What did the hospital tell 陈敏尔 on day 27 of the meeting?"))
    assert "医院" in likely["hospit"]
    assert "会议" in likely["meet"]
    assert not {"陈敏", "敏尔", "27"} & set(likely)


@pytest.mark.parametrize("given", ["a" * 5000, "aieo" * 200, "b" * 3000, "a'" * 500])
def test_a_long_word_behind_a_surname_is_no_name(given: str) -> None:
    assert names(f"Zhang {given}") == {}


def test_of_a_pasted_text_the_beginning_is_the_question() -> None:
    found = understand("广州的会议由谁主持？" + "《" * 100_000)
    assert found.text.startswith("广州的会议由谁主持?") and len(found.text) == LOOKED_AT
    assert len(understand("\ufdfa" * 100_000).text) == LOOKED_AT  # one that is 18 characters when folded


def test_words_of_a_question_are_found_in_a_text_of_the_other_language() -> None:
    question = understand("Did Zhang Shuofu chair the meeting in Guangzhou?")
    text = flat("广州市委书记张硕辅主持会议。")
    assert {t for t, w in zip(question.terms, words_of(question), strict=True) if holds(text, w)} == {"zhang", "shuofu"}
    assert [holds(text, word) for word in words_for(question.places)] == [True]
    assert not any(holds(flat("深圳市委书记王伟中主持会议。"), word) for word in words_for(question.places))


def test_words_that_only_shape_a_question_count_less() -> None:
    question = understand("重庆打算怎么稳住外贸?")
    weight = dict(zip(question.terms, weights_of(question), strict=True))
    (shaping, asked) = idf(["打算", "外贸"])
    assert weight["打算"] < 0.5 * shaping
    assert weight["外贸"] == asked


@pytest.mark.parametrize("text", ["The city was asleep.", "Two cities merged."])
def test_a_stem_is_found_in_all_its_words(text: str) -> None:
    question = understand("Which cities did they visit?")
    assert [t for t, w in zip(question.terms, words_of(question), strict=True) if holds(flat(text), w)] == ["citi"]
