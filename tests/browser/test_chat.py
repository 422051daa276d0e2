"""The chat as a person uses it: ask, read, click, check."""

import threading

import pytest
from pages import OUTPUT, OpenPage, Running, ask
from playwright.sync_api import expect
from scripted import GUANGZHOU, ScriptedAssistant

from qa.web.service import Service


def test_a_citation_opens_its_document_at_the_place(
    running: Running, assistant: ScriptedAssistant, open_page: OpenPage
) -> None:
    page = open_page(running.url)
    ask(page, GUANGZHOU)
    citations = assistant.ask(GUANGZHOU).citations
    markers = page.locator("a.cite")
    expect(markers).to_have_count(len(citations))
    for number, citation in enumerate(citations):
        assert markers.nth(number).get_attribute("title") == citation.quote
        markers.nth(number).click()
        current = page.locator("#viewer mark.quote.current")
        expect(page.locator("#viewer article.source")).to_have_attribute("aria-label", citation.document)
        expect(current).to_have_text(citation.quote, use_inner_text=False)
        assert current.text_content() == citation.quote
        assert citation.answer_start is not None and citation.answer_end is not None
        words = assistant.document(citation.document).text[citation.answer_start : citation.answer_end]
        expect(current.locator("mark.words")).to_have_text(words)
        expect(current).to_be_in_viewport()
        assert page.locator("#viewer .original").text_content() == assistant.document(citation.document).text
    page.screenshot(path=OUTPUT / "citation.png")


def test_what_is_asked_while_the_page_still_fills_itself_stays(
    running: Running, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, examples = threading.Event(), Service.examples

    def slow(service: Service, language: str) -> list[str]:
        assert asked.wait(20)
        return examples(service, language)

    monkeypatch.setattr(Service, "examples", slow)
    page = open_page(running.url, ready="#composer textarea")
    ask(page, GUANGZHOU)
    asked.set()
    expect(page.locator("#shelf")).not_to_be_empty()  # now it has filled itself
    page.wait_for_timeout(300)
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator("a.cite").first).to_be_visible()
    page.reload()
    expect(page.locator(".turn")).to_have_count(1)


def test_the_best_quotation_opens_by_itself_beside_the_chat(running: Running, open_page: OpenPage) -> None:
    page = open_page(running.url)
    ask(page, GUANGZHOU)
    expect(page.locator("#viewer mark.current")).to_be_in_viewport()
    chat, source = page.locator("#talk").bounding_box(), page.locator("#source").bounding_box()
    assert chat and source and chat["x"] + chat["width"] <= source["x"] + 1


def test_next_and_previous_walk_through_the_quotations(running: Running, open_page: OpenPage) -> None:
    page = open_page(running.url)
    ask(page, GUANGZHOU)
    steps = page.locator("#viewer .steps")
    expect(steps).to_contain_text("1 / 3")
    page.get_by_role("button", name="下一条引文").click()
    expect(steps).to_contain_text("2 / 3")
    page.get_by_role("button", name="上一条引文").click()
    page.get_by_role("button", name="上一条引文").click()
    expect(steps).to_contain_text("3 / 3")
    expect(page.locator("#viewer mark.current .words")).to_have_text("唐良智")


def test_a_refusal_folds_the_nearest_passages_in(running: Running, open_page: OpenPage) -> None:
    page = open_page(running.url)
    ask(page, "火星上有多少人?")
    expect(page.locator(".refusal")).to_be_visible()
    passage = page.locator(".nearest .passage").first
    expect(passage).not_to_be_visible()
    page.locator(".nearest summary").click()
    expect(passage).to_be_visible()
    passage.locator("a.origin").click()
    expect(page.locator("#viewer mark.current")).to_be_in_viewport()
    page.screenshot(path=OUTPUT / "refusal.png")


def test_the_list_of_documents_opens_them(running: Running, assistant: ScriptedAssistant, open_page: OpenPage) -> None:
    page = open_page(running.url, locale="en-GB", dark=True)
    for info in assistant.documents():
        page.locator("#shelf button").filter(has_text=info.name).click()
        expect(page.locator("#viewer article.source")).to_have_attribute("aria-label", info.name)
    page.get_by_role("button", name="Close the source").click()
    expect(page.locator("#viewer article.source")).not_to_be_visible()
    expect(page.locator("#shelf")).to_contain_text("Documents")


def test_an_example_question_asks_itself(running: Running, open_page: OpenPage) -> None:
    page = open_page(running.url)
    example = page.locator(".examples button").first
    question = example.inner_text()
    example.click()
    expect(page.locator(".question p")).to_have_text(question)
    expect(page.locator(".quotation").first).to_be_visible()


def test_a_long_conversation_scrolls_and_covers_nothing(running: Running, open_page: OpenPage) -> None:
    page = open_page(running.url)
    for _ in range(4):
        ask(page, GUANGZHOU)
    expect(page.locator(".turn").last.locator(".verdict")).to_be_in_viewport()
    expect(page.locator(".turn").first).not_to_be_in_viewport()
    expect(page.locator("#composer textarea")).to_be_in_viewport()
    panels = {name: page.locator(name).bounding_box() for name in ("#brand", "#conversations", "#shelf")}
    for above, below in (("#brand", "#conversations"), ("#conversations", "#shelf")):
        upper, lower = panels[above], panels[below]
        assert upper and lower and upper["y"] + upper["height"] <= lower["y"] + 1, (above, below)
    assert page.evaluate("document.documentElement.scrollHeight") <= 900
