"""What stands in a page is exactly the text, and never more than text."""

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from qa.web.markup import annotate, escape, glosses, without_glosses

HOSTILE = "<script>alert(1)</script> \" ' & ${alert(1)} {{7*7}} `x` \\(x\\) $$x$$ <img src=x onerror=alert(1)>"


def _shown(markup: str) -> str:
    """What a browser would show of markup made of tags and escaped text."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def test_nothing_of_a_text_can_act() -> None:
    escaped = escape(HOSTILE)
    assert not set(escaped) & set("<>\"'${}`\\")
    assert html.unescape(escaped) == HOSTILE


@given(st.text())
def test_escaping_keeps_every_character(text: str) -> None:
    assert html.unescape(escape(text)) == text.replace("\x00", "\ufffd").replace("\r", "\r")


def test_spans_nest_and_inner_ones_are_cut_at_the_border_of_outer_ones() -> None:
    outer = [(2, 6, "<a>", "</a>")]
    inner = [(0, 3, "<b>", "</b>"), (4, 8, "<b>", "</b>")]
    assert annotate("abcdefgh", 0, 8, [outer, inner]) == "<b>ab</b><a><b>c</b>d<b>ef</b></a><b>gh</b>"


_spans = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6)


@given(st.text("ab<&強(qiáng)\r\n", max_size=40), _spans, _spans)
def test_marks_change_no_character(text: str, first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    layers = [[(*span, "<i>", "</i>") for span in sorted(spans)] for spans in (first, second)]
    marked = annotate(text, 0, len(text), [*layers, glosses(text, 0, len(text))])
    assert _shown(marked) == text
    assert marked.count("<i>") == marked.count("</i>")


def test_pinyin_is_set_back_in_text_and_left_out_of_headings() -> None:
    text = "強(qiáng)化(GDP)选项(a)"
    assert [(start, end) for start, end, *_ in glosses(text, 0, len(text))] == [(1, 8)]
    assert without_glosses(text) == "強化(GDP)选项(a)"
