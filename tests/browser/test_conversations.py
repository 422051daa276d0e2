"""Conversations stay, can be named, judged, copied, exported, stopped and deleted."""

import json
import re
from dataclasses import replace
from pathlib import Path

from pages import OUTPUT, OpenPage, Running, ask
from playwright.sync_api import Locator, Page, expect
from scripted import CANTON, GUANGZHOU, ScriptedAssistant, made, serving

from qa.web.feedback import export


def test_a_conversation_is_whole_after_refresh_and_restart(
    running: Running, assistant: ScriptedAssistant, folder: Path, open_page: OpenPage
) -> None:
    page = open_page(running.url)
    ask(page, GUANGZHOU)
    ask(page, "火星上有多少人?")
    before = page.locator("#thread").inner_text()
    page.reload()
    expect(page.locator(".turn")).to_have_count(2)
    assert page.locator("#thread").inner_text() == before

    service = serving(assistant, folder)
    again = Running(made(service))
    page = open_page(page.url.replace(running.url, again.url))
    assert page.locator("#thread").inner_text() == before
    page.locator("a.cite").first.click()
    expect(page.locator("#viewer mark.current .words")).to_have_text("張碩輔")
    again.stop()
    service.close()


def test_a_follow_up_brings_what_came_before(
    running: Running, assistant: ScriptedAssistant, open_page: OpenPage
) -> None:
    page = open_page(running.url)
    ask(page, GUANGZHOU)
    ask(page, "那重庆呢?")
    question, history, _ = assistant.asked[-1]
    assert question == "那重庆呢?"
    assert history == [(GUANGZHOU, replace(assistant.ask(GUANGZHOU), understood=GUANGZHOU))]


def test_conversations_are_listed_renamed_and_deleted(running: Running, open_page: OpenPage) -> None:
    page = open_page(running.url)
    ask(page, GUANGZHOU)
    first = page.url
    page.get_by_role("button", name="新对话").first.click()
    expect(page.locator(".welcome")).to_be_visible()
    ask(page, "陈敏尔指出了什么？")
    listed = page.locator("#conversations li")
    count = listed.count()
    expect(listed.first).to_contain_text("陈敏尔指出了什么？")

    listed.first.hover()
    listed.first.locator("summary").click()
    listed.first.get_by_role("button", name="重命名").click()
    page.locator("dialog input").fill("重庆 <b>会议</b>")
    page.locator("dialog input").press("Enter")
    expect(listed.first.locator(".choose")).to_have_text("重庆 <b>会议</b>")

    listed.nth(1).locator(".choose").click()
    expect(page.locator(".question p")).to_have_text(GUANGZHOU)
    expect(page).to_have_url(first)

    listed.first.hover()
    listed.first.locator("summary").click()
    listed.first.get_by_role("button", name="删除").click()
    expect(page.locator("dialog")).to_contain_text("重庆 <b>会议</b>")
    page.screenshot(path=OUTPUT / "dialog.png")
    page.locator("dialog .danger").click()
    expect(listed).to_have_count(count - 1)
    expect(page.locator(".question p")).to_have_text(GUANGZHOU)


def test_a_conversation_is_exported_with_its_citations(
    running: Running, assistant: ScriptedAssistant, open_page: OpenPage
) -> None:
    page = open_page(running.url)
    ask(page, GUANGZHOU)
    listed = page.locator("#conversations li").first
    listed.hover()
    listed.locator("summary").click()
    with page.expect_download() as download:
        listed.get_by_text("导出 JSON").click()
    exported = json.loads(Path(download.value.path()).read_text("utf-8"))
    expected = json.loads(json.dumps(assistant.ask(GUANGZHOU).to_dict()))["citations"]
    assert exported["turns"][0]["answer"]["citations"] == expected
    with page.expect_download() as download:
        listed.get_by_text("导出 Markdown").click()
    assert "> 張碩輔主持" in Path(download.value.path()).read_text("utf-8")


def test_a_judgement_is_kept_and_can_be_taken_back(running: Running, folder: Path, open_page: OpenPage) -> None:
    page = open_page(running.url)
    ask(page, GUANGZHOU)
    conversation = page.url.split("c=")[1]
    thumb = page.get_by_role("button", name="没帮助")
    thumb.click()
    expect(thumb).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(thumb).to_have_attribute("aria-pressed", "true")
    (given,) = [row for row in export(folder) if row["conversation"] == conversation]
    assert (given["question"], given["rating"]) == (GUANGZHOU, "down")
    assert given["citations"][0]["document"] == CANTON
    thumb.click()
    expect(thumb).to_have_attribute("aria-pressed", "false")
    assert [row for row in export(folder) if row["conversation"] == conversation] == []


def test_a_judgement_stays_with_the_answer_that_is_asked_for_again(
    running: Running, assistant: ScriptedAssistant, folder: Path, open_page: OpenPage
) -> None:
    page = open_page(running.url)
    turn = ask_slowly(page)
    stop(page, turn)
    conversation = page.url.split("c=")[1]
    page.get_by_role("button", name="没帮助").click()
    expect(page.get_by_role("button", name="没帮助")).to_have_attribute("aria-pressed", "true")
    other = page.context.new_page()
    other.goto(page.url)
    other.locator(".quotation").wait_for()

    assistant.go_on.set()
    page.get_by_role("button", name="重新回答").click()
    expect(turn.locator(".answer[aria-busy=false] .quotation")).to_have_count(2)
    expect(page.get_by_role("button", name="没帮助")).to_have_attribute("aria-pressed", "false")
    # A page that still shows the first answer cannot judge the second one, but is shown it.
    other.get_by_role("button", name="有帮助").click()
    expect(other.locator(".quotation")).to_have_count(2)
    expect(other.get_by_role("button", name="有帮助")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="有帮助").click()
    expect(page.get_by_role("button", name="有帮助")).to_have_attribute("aria-pressed", "true")
    given = [row for row in export(folder) if row["conversation"] == conversation]
    assert [(row["rating"], row["replaced"], len(row["citations"])) for row in given] == [
        ("down", True, 1),
        ("up", False, 2),
    ]


def test_copying_brings_the_sources_along(running: Running, open_page: OpenPage) -> None:
    page = open_page(running.url)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, GUANGZHOU)
    page.get_by_role("button", name="复制答案和出处").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    copied = page.locator("[data-copy]").get_attribute("data-copy") or ""
    assert copied.startswith(GUANGZHOU) and "張碩輔主持" in copied and f"[2] ({CANTON})" in copied


def test_asking_again_replaces_the_answer(running: Running, assistant: ScriptedAssistant, open_page: OpenPage) -> None:
    page = open_page(running.url)
    ask(page, GUANGZHOU)
    asked = len(assistant.asked)
    page.get_by_role("button", name="重新回答").click()
    for _ in range(1000):  # until it is asked, the old answer is shown, which looks the same
        if len(assistant.asked) > asked:
            break
        page.wait_for_timeout(20)
    expect(page.locator(".answer[aria-busy=false] .quotation")).to_have_count(3)
    expect(page.locator(".turn")).to_have_count(1)
    assert [question for question, *_ in assistant.asked[asked:]] == [GUANGZHOU]


def ask_slowly(page: Page, number: int = 0) -> Locator:
    """Ask what is answered piece by piece, up to the first piece; the turn of this number."""
    page.locator("#composer textarea").fill("慢慢说,由谁主持?")
    page.keyboard.press("Enter")
    turn = page.locator(".turn").nth(number)
    expect(turn.locator(".answer[aria-busy=true] .quotation")).to_have_count(1)
    return turn


def stop(page: Page, turn: Locator) -> None:
    page.locator("#composer .stop-button").click()
    expect(turn.locator(".failure")).to_have_text("已停止。")


def test_an_answer_comes_piece_by_piece_and_can_be_stopped(
    running: Running, assistant: ScriptedAssistant, open_page: OpenPage
) -> None:
    page = open_page(running.url)
    stop(page, ask_slowly(page))
    expect(page.locator("#composer .submit-button")).to_be_visible()
    page.reload()
    expect(page.locator(".answer[aria-busy=false] .quotation")).to_have_count(1)
    expect(page.locator(".failure")).to_have_text("已停止。")
    assistant.go_on.set()
    page.get_by_role("button", name="重新回答").click()
    expect(page.locator(".answer[aria-busy=false] .quotation")).to_have_count(2)
    expect(page.locator(".failure")).to_have_count(0)


def test_stopping_and_asking_again_at_once_gives_the_whole_answer(
    running: Running, assistant: ScriptedAssistant, open_page: OpenPage
) -> None:
    page = open_page(running.url)
    for number in range(4):
        assistant.go_on.clear()
        turn = ask_slowly(page, number)
        stop(page, turn)
        assistant.go_on.set()
        page.get_by_role("button", name="重新回答").click()
        expect(turn.locator(".answer[aria-busy=false] .quotation")).to_have_count(2)
        expect(page.locator(".failure")).to_have_count(0)


def test_an_answer_that_its_page_does_not_wait_for_is_kept(
    running: Running, assistant: ScriptedAssistant, open_page: OpenPage
) -> None:
    page = open_page(running.url)
    ask_slowly(page)
    page.get_by_role("button", name="新对话").first.click()
    expect(page.locator(".welcome")).to_be_visible()
    assistant.go_on.set()
    ask(page, GUANGZHOU)
    expect(page.locator(".turn")).to_have_count(1)
    page.locator("#conversations .choose").filter(has_text="慢慢说").first.click()
    expect(page.locator(".answer[aria-busy=false] .quotation")).to_have_count(2)
    expect(page.locator(".failure")).to_have_count(0)


def test_a_deleted_document_disappears_from_old_answers(
    running: Running, assistant: ScriptedAssistant, open_page: OpenPage
) -> None:
    page = open_page(running.url)
    ask(page, GUANGZHOU)
    assistant.remove(CANTON)
    page.reload()
    expect(page.locator(".lost")).to_have_count(2)
    expect(page.locator(".lost").first).to_contain_text("所引文档已删除")
    assert "張碩輔" not in page.content()


def test_an_address_of_somebody_else_shows_nothing(running: Running, open_page: OpenPage) -> None:
    page = open_page(f"{running.url}/?c=not-mine")
    expect(page.locator(".welcome")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/$"))
