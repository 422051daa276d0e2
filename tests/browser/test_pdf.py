"""A quotation from a PDF: its page as a picture with the quotation marked, its text one click away."""

from collections.abc import Iterator

import pytest
from pages import OUTPUT, OpenPage, ask
from playwright.sync_api import Page, expect
from scripted import over

from qa import Assistant
from tests import corpus

FACT = corpus.fact(3)
QUESTION = "云台镇的粮仓由谁看守?"
MARKED_PIXELS = """picture => {
  const [width, height] = [picture.naturalWidth, picture.naturalHeight];
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d");
  pen.drawImage(picture, 0, 0);
  const values = pen.getImageData(0, 0, width, height).data;
  let count = 0;
  for (let at = 0; at < values.length; at += 4) count += values[at] - values[at + 2] > 40;
  return count;
}"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("docs")
    pages = [corpus.wrapped(corpus.FILLER * 9), corpus.wrapped(corpus.FILLER * 4 + FACT + corpus.FILLER * 3)]
    (folder / "年报 2020.pdf").write_bytes(corpus.pdf_file(pages, head="云台镇年报", title="云台镇2020年年报"))
    with Assistant.open(tmp_path_factory.mktemp("index")) as opened:
        opened.add(folder)
        yield opened


@pytest.fixture(scope="module")
def address(assistant: Assistant) -> Iterator[str]:
    with over(assistant) as url:
        yield url


def asked(open_page: OpenPage, address: str) -> Page:
    page = open_page(address)
    ask(page, QUESTION)
    return page


def test_the_page_is_shown_with_the_quotation_marked_and_its_text_by_choice(address: str, open_page: OpenPage) -> None:
    page = asked(open_page, address)
    picture = page.locator("#viewer .pages img")
    expect(picture).to_be_visible()
    expect(picture).to_have_attribute("alt", "年报 2020.pdf 第 2 页")
    picture.evaluate("picture => picture.decode()")
    assert picture.evaluate(MARKED_PIXELS) > 5000
    page.screenshot(path=OUTPUT / "pdf.png")
    mark = page.locator("#viewer mark.current")
    expect(mark).to_be_hidden()
    page.locator("#viewer").get_by_role("button", name="文字").click()
    expect(picture).to_be_hidden()
    expect(mark).to_be_in_viewport()
    assert FACT[:-1] in (mark.text_content() or "")
    page.locator(".turn a.cite").first.click()  # the same quotation again
    expect(picture).to_be_visible()
    page.locator("#viewer").get_by_role("button", name="文字").click()
    page.locator("#viewer").get_by_role("button", name="页面").click()
    expect(picture).to_be_visible()


def test_without_a_picture_the_text_is_shown(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    page.route("**/api/pages/**", lambda route: route.fulfill(status=200, body="no picture"))
    ask(page, QUESTION)
    expect(page.locator("#viewer mark.current")).to_be_in_viewport()
    expect(page.locator("#viewer .faces")).to_be_hidden()
