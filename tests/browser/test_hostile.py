"""Text, titles, names and questions that would like to be more than text stay text."""

import csv
import io
from collections.abc import Iterator

import pytest
from pages import OpenPage, Running, ask
from playwright.sync_api import expect
from scripted import ScriptedAssistant, made, serving

from embeddings.documents import parse
from qa.web.conversations import Turn
from qa.web.service import Service

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "![x](https://outside.example/leak.png)",
    "<style>body{background:url(https://outside.example/leak)}</style>",
    "<link rel=stylesheet href=https://outside.example/leak.css>",
    "<meta http-equiv=refresh content='0;url=https://outside.example'>",
    "</mark></div></article><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "' autofocus onfocus='alert(1)' x='",
    "${alert(1)}",
    "`${alert(1)}`",
    "{{constructor.constructor('alert(1)')()}}",
    "{{#with this}}{{lookup this 'x'}}{{/with}}",
    "$$\\href{javascript:alert(1)}{x}$$",
    "\\(\\unicode{<img src=x onerror=alert(1)>}\\)",
    "<math><mtext><img src=x onerror=alert(1)></mtext></math>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<details open ontoggle=alert(1)>",
    "=cmd|' /C calc'!A1,<img src=x onerror=alert(1)>,@SUM(1)",
    "<form action=https://outside.example><button>x</button></form>",
    "@children <base href=https://outside.example/>",
    "&lt;img src=x onerror=alert(1)&gt;",
]


ALL = " | ".join(PAYLOADS)
ACTING = ":is(img, iframe, svg, form, style, link, base, meta, math, [href^=javascript], [onerror], [onload])"


def _name(number: int, payload: str) -> str:
    return f"{number} {payload}.txt"


def _table() -> str:
    """What the program reads of a table whose header and cells are hostile."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(["编号", f"名称 {PAYLOADS[0]}"])
    rows.writerows((number, payload) for number, payload in enumerate(PAYLOADS))
    return parse(written.getvalue().encode(), "cells.csv").text


@pytest.fixture(scope="module")
def hostile() -> ScriptedAssistant:
    texts = {_name(n, payload): f"{payload}\n正文 {payload} 结束。" for n, payload in enumerate(PAYLOADS)}
    script = {
        f"{payload}?": [(_name(n, payload), f"正文 {payload} 结束。", payload)] for n, payload in enumerate(PAYLOADS)
    }
    texts["all.txt"] = f"{ALL}\n正文 {ALL} 结束。"
    script["全部?"] = [("all.txt", f"正文 {ALL} 结束。", ALL)]
    texts["cells.csv"] = _table()
    script["表格?"] = [("cells.csv", payload, payload) for payload in PAYLOADS[-2:]]
    return ScriptedAssistant(texts, script)


@pytest.fixture(scope="module")
def service(hostile: ScriptedAssistant) -> Iterator[Service]:
    opened = serving(hostile)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def address(service: Service, hostile: ScriptedAssistant) -> Iterator[str]:
    """A page with one turn for every payload."""
    kept = service.conversations
    id = kept.start("", PAYLOADS[0]).id
    for number, payload in enumerate(PAYLOADS, 1):
        question = f"{payload}?"
        kept.put(id, Turn(number, question, hostile.ask(question)))
    server = Running(made(service))
    yield f"{server.url}/?c={id}"
    server.stop()


def test_hostile_questions_quotations_and_names_are_only_shown(address: str, open_page: OpenPage) -> None:
    page = open_page(address)  # fails on any dialog, script error, foreign request
    turns = page.locator(".turn")
    assert turns.locator(".question p").all_text_contents() == [f"{payload}?" for payload in PAYLOADS]
    assert turns.locator(".quotation strong").all_text_contents() == PAYLOADS
    names = [_name(number, payload) for number, payload in enumerate(PAYLOADS)]
    assert turns.locator(".origin .name").all_text_contents() == names
    titles = [marker.get_attribute("title") for marker in turns.locator("a.cite").all()]
    assert titles == [f"正文 {payload} 结束。" for payload in PAYLOADS]
    for panel in ("#thread", "#side", "#library"):
        assert page.locator(f"{panel} {ACTING}").count() == 0, panel


def test_hostile_text_is_only_shown_in_the_viewer(
    address: str, hostile: ScriptedAssistant, open_page: OpenPage
) -> None:
    page = open_page(address)
    ask(page, "全部?")
    current = page.locator("#viewer mark.current")
    expect(current.locator(".words")).to_have_text(ALL)
    assert current.text_content() == f"正文 {ALL} 结束。"
    assert page.locator("#viewer .original").text_content() == hostile.document("all.txt").text
    page.locator("a.cite").last.hover()
    assert page.locator(f"#viewer {ACTING}").count() == 0


def test_hostile_cells_of_a_table_are_only_shown(address: str, hostile: ScriptedAssistant, open_page: OpenPage) -> None:
    page = open_page(address)
    ask(page, "表格?")
    text = hostile.document("cells.csv").text
    assert all(" ".join(payload.split()) in text for payload in PAYLOADS)
    expect(page.locator("#viewer article.source")).to_have_attribute("aria-label", "cells.csv")
    assert page.locator("#viewer .original").text_content() == text
    assert page.locator(".turn").last.locator(".quotation strong").all_text_contents() == PAYLOADS[-2:]
    assert page.locator(f":is(#viewer, #thread) {ACTING}").count() == 0


def test_hostile_names_are_only_shown_in_table_and_dialog(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    page.locator("#shelf .manage").click()
    names = [_name(number, payload) for number, payload in enumerate(PAYLOADS)]
    assert page.locator("#library tbody .name").all_text_contents() == [*names, "all.txt", "cells.csv"]
    page.locator("#library [data-event=remove]").first.click()
    expect(page.locator("dialog label")).to_contain_text(PAYLOADS[0])
    page.keyboard.press("Escape")
    page.locator("#library tbody input").first.check()
    expect(page.locator("#scope")).to_contain_text("1")


def test_a_hostile_address_does_nothing(address: str, open_page: OpenPage) -> None:
    root = address.split("?")[0]
    page = open_page(f"{root}?c=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E&__theme=%3Cscript%3E")
    expect(page.locator(".welcome")).to_be_visible()
