import pytest

from qa.questions import understand
from qa.reading.spans import answer_span


@pytest.mark.parametrize(
    ("question", "quote", "words"),
    [
        ("会议由谁主持?", "市委書記、領(lǐng)導(dǎo)小組組長(zhǎng)張碩輔主持。", "張碩輔"),
        ("会议由谁主持?", "張碩輔主持", "張碩輔"),
        ("会议是哪天召开的?", "2月26日,廣州市召開市委常委會(huì)會(huì)議。", "2月26日"),
        ("有多少人参加?", "全市共有３２０人參加,歷時(shí)兩天。", "３２０人"),
        ("When was it signed?", "The treaty was signed in 1898 in Paris.", "1898"),
    ],
)
def test_the_words_that_answer(question: str, quote: str, words: str) -> None:
    span = answer_span(understand(question), quote)
    assert span is not None
    assert quote[slice(*span)] == words


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("要采取哪些措施?", "一是加强管理。"),
        ("会议由谁主持?", "会议强调要抓好落实。"),
        ("会议是哪天召开的?", "会议按期召开。"),
    ],
)
def test_unsure_where_nothing_fits(question: str, quote: str) -> None:
    assert answer_span(understand(question), quote) is None
