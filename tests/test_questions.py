import pytest

from qa.gazetteer import places
from qa.questions import Kind, understand


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


def test_what_an_answer_must_agree_with() -> None:
    question = understand("《红楼梦》1987年在北京拍摄时GDP是多少亿?")
    assert question.names == ("红楼梦",)
    assert question.numbers == ("1987",)
    assert question.places == ("北京",)
    assert question.latin == ("gdp",)
    assert question.focus == "亿"


def test_language_of_a_mixed_question_is_chinese() -> None:
    assert understand("What is 人工智能?").language == "zh"
    assert understand("What is AI?").language == "en"


def test_places_in_both_languages() -> None:
    assert places("从武汉到Guangzhou,再回武汉") == ["武汉", "guangzhou"]
