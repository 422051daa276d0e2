"""Documents in the browser: seen, added with receipts, chosen, deleted."""

import re
from pathlib import Path

from pages import OUTPUT, OpenPage, Running, ask
from playwright.sync_api import expect
from scripted import CANTON, CHONGQING, GUANGZHOU, ScriptedAssistant


def test_the_table_tells_what_is_known(running: Running, assistant: ScriptedAssistant, open_page: OpenPage) -> None:
    page = open_page(running.url)
    page.get_by_role("button", name="管理全部文档").click()
    rows = page.locator("#library tbody tr")
    expect(rows).to_have_count(2)
    for row, info in zip(rows.all(), assistant.documents(), strict=True):
        expect(row).to_contain_text(info.name)
        expect(row).to_contain_text(f"{info.size:,}")
        expect(row).to_contain_text("可检索")
        expect(row.locator("td.date")).to_have_text("2026-01-01 加入")
        expect(row.locator(".facts")).to_be_hidden()
    rows.first.locator(".opener").click()
    expect(page.locator("#viewer article.source")).to_have_attribute("aria-label", CHONGQING)
    expect(rows.first.locator(".facts")).to_be_visible()  # beside a source the columns have no room
    expect(rows.first.locator("td.date")).to_be_hidden()
    page.screenshot(path=OUTPUT / "documents.png")


def test_a_phone_shows_the_same_under_the_name(running: Running, open_page: OpenPage) -> None:
    page = open_page(running.url, width=390)
    page.get_by_role("button", name="菜单").click()
    page.get_by_role("button", name="管理全部文档").click()
    row = page.locator("#library tbody tr").first
    expect(row.locator(".facts")).to_be_visible()
    expect(row.locator(".facts")).to_contain_text(re.compile(r"^2026-01-01 加入 · [\d,]+ 字 · 1 个段落$"))
    for column in ("date", "size", "passages", "status"):
        expect(row.locator(f"td.{column}")).to_be_hidden()
    expect(row.get_by_role("button", name="删除")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.screenshot(path=OUTPUT / "documents-phone.png")


def test_many_files_are_added_with_a_receipt_for_each(
    running: Running, assistant: ScriptedAssistant, tmp_path: Path, open_page: OpenPage
) -> None:
    (tmp_path / "馆.txt").write_text("馆长是欧阳文竹。[打印]", "utf-8")
    (tmp_path / "坏.exe").write_bytes(b"\x00")
    page = open_page(running.url)
    page.get_by_role("button", name="管理全部文档").click()
    files = [tmp_path / "馆.txt", tmp_path / "坏.exe"]
    page.locator("#library input[type=file]").set_input_files(files)
    receipts = page.locator(".receipts li")
    expect(receipts.first).to_have_text("已加入: 馆.txt未参与检索：打印按钮: [打印]")
    expect(receipts.nth(1)).to_have_text("没能读取: 坏.exe: no reader for .exe files")
    expect(page.locator("#library tbody tr")).to_have_count(3)
    expect(page.locator("#shelf")).to_contain_text("馆.txt")
    assert assistant.document("馆.txt").text == "馆长是欧阳文竹。[打印]"


def test_only_chosen_documents_are_asked_until_all_are_again(
    running: Running, assistant: ScriptedAssistant, open_page: OpenPage
) -> None:
    page = open_page(running.url)
    page.get_by_role("button", name="管理全部文档").click()
    page.get_by_label(f"只问 {CANTON}").check()
    expect(page.locator("#scope")).to_contain_text("选中的 1 份")
    page.get_by_role("button", name="返回对话").click()
    ask(page, GUANGZHOU)
    assert assistant.asked[-1][2] == [CANTON]
    page.reload()
    expect(page.locator("#scope")).to_contain_text("选中的 1 份")
    page.get_by_role("button", name="改为全部").click()
    expect(page.locator("#scope")).not_to_contain_text("选中")
    ask(page, GUANGZHOU)
    assert assistant.asked[-1][2] is None


def test_deleting_asks_first_and_then_leaves_nothing_to_see(
    running: Running, assistant: ScriptedAssistant, open_page: OpenPage
) -> None:
    page = open_page(running.url)
    ask(page, GUANGZHOU)
    page.get_by_role("button", name="管理全部文档").click()
    delete = page.get_by_role("button", name=f"删除 {CANTON}")
    delete.click()
    page.locator("dialog").get_by_role("button", name="取消").click()
    expect(page.locator("#library tbody tr")).to_have_count(2)
    delete.click()
    page.locator("dialog .danger").click()
    expect(page.locator("#library tbody tr")).to_have_count(1)
    assert [info.name for info in assistant.documents()] == [CHONGQING]
    assert "張碩輔" not in page.content()
