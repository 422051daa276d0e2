"""The first thing a newcomer does: the seeds, the real assistant, one question, one click."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import OUTPUT, OpenPage, ask
from playwright.sync_api import expect
from scripted import CANTON, GUANGZHOU, over

from qa import Assistant


@pytest.fixture(scope="module")
def real(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with Assistant.open(tmp_path_factory.mktemp("index")) as opened:
        opened.add(seeds)
        yield opened


@pytest.fixture(scope="module")
def address(real: Assistant) -> Iterator[str]:
    with over(real) as url:
        yield url


def test_who_presided_is_highlighted_in_the_original(address: str, real: Assistant, open_page: OpenPage) -> None:
    page = open_page(address)
    page.screenshot(path=OUTPUT / "welcome.png")
    ask(page, GUANGZHOU)
    best = real.ask(GUANGZHOU).citations[0]
    assert best.document == CANTON and best.answer_start is not None and best.answer_end is not None
    expect(page.locator("#viewer article.source")).to_have_attribute("aria-label", CANTON)
    current = page.locator("#viewer mark.current")
    assert current.text_content() == best.quote
    words = real.document(CANTON).text[best.answer_start : best.answer_end]
    expect(current.locator(".words")).to_have_text(words)
    assert "張碩輔" in words
    expect(current).to_be_in_viewport()
    page.screenshot(path=OUTPUT / "seeds.png")


def test_a_file_added_in_the_page_is_answered_from_and_a_deleted_one_is_not(
    address: str, tmp_path: Path, open_page: OpenPage
) -> None:
    (tmp_path / "馆.txt").write_text("水晶图书馆\n\n水晶图书馆的馆长是欧阳文竹,他在一九九八年上任。\n", "utf-8")
    page = open_page(address)
    page.get_by_role("button", name="管理全部文档").click()
    page.locator("#library input[type=file]").set_input_files([tmp_path / "馆.txt"])
    expect(page.locator("#library tbody tr")).to_have_count(3)
    page.get_by_role("button", name="返回对话").click()
    ask(page, "水晶图书馆的馆长是谁?")
    expect(page.locator(".turn").last.locator(".quotation").first).to_contain_text("欧阳文竹")
    page.get_by_role("button", name="管理全部文档").click()
    page.get_by_role("button", name="删除 馆.txt").click()
    page.locator("dialog .danger").click()
    expect(page.locator("#library tbody tr")).to_have_count(2)
    page.get_by_role("button", name="返回对话").click()
    ask(page, "水晶图书馆的馆长是谁?")
    assert "欧阳文竹" not in page.content()
