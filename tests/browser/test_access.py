"""The chat for everybody: by keyboard, on a phone, with a screen reader, behind a sign-in."""

from pages import OUTPUT, OpenPage, Running, ask
from playwright.sync_api import expect
from scripted import GUANGZHOU, made, seeds_scripted, serving

PASSWORD = "correct horse"


def test_everything_can_be_done_by_keyboard(running: Running, open_page: OpenPage) -> None:
    page = open_page(running.url)
    ask(page, GUANGZHOU)
    marker = page.locator("a.cite").nth(2)
    marker.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#viewer mark.current .words")).to_have_text("唐良智")
    expect(page.locator("#viewer .original")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#viewer .steps")).to_contain_text("1 / 3")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#viewer .steps")).to_contain_text("3 / 3")
    page.keyboard.press("Escape")
    expect(page.locator("#viewer article.source")).not_to_be_visible()
    expect(marker).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#viewer article.source")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#composer textarea")).to_be_focused()


def test_every_control_has_a_name(running: Running, open_page: OpenPage) -> None:
    page = open_page(running.url)
    ask(page, GUANGZHOU)
    expect(page.get_by_role("log")).to_have_count(1)
    expect(page.get_by_role("button", name="提问", exact=True)).to_be_visible()
    page.locator("#shelf .manage").click()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, a, input, textarea, summary")]
        .filter((e) => e.checkVisibility({visibilityProperty: true}))
        .filter((e) => !(e.innerText || e.ariaLabel || e.labels?.[0]?.textContent || e.title))
        .map((e) => e.outerHTML)"""
    )
    assert nameless == []
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


def test_on_a_phone_one_panel_is_shown_at_a_time(running: Running, open_page: OpenPage) -> None:
    page = open_page(running.url, width=390)
    ask(page, GUANGZHOU)
    expect(page.locator("#viewer article.source")).not_to_be_visible()
    page.screenshot(path=OUTPUT / "phone.png")
    page.locator("a.cite").first.click()
    expect(page.locator("#viewer mark.current")).to_be_in_viewport()
    page.get_by_role("button", name="关闭原文").click()
    expect(page.locator("#viewer article.source")).not_to_be_visible()
    expect(page.locator("#conversations")).not_to_be_in_viewport()
    page.get_by_role("button", name="菜单").click()
    expect(page.locator("#conversations .choose").first).to_be_in_viewport()
    page.locator("#shelf .opener").first.click()
    expect(page.locator("#viewer article.source")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_words_are_those_of_the_browser(running: Running, open_page: OpenPage) -> None:
    page = open_page(running.url, locale="en-GB", dark=True)
    expect(page.locator(".welcome h1")).to_have_text("Ask your documents")
    expect(page.locator("#composer textarea")).to_have_attribute("placeholder", "Ask a question about these documents")
    ask(page, GUANGZHOU)
    expect(page.locator(".verdict")).to_have_text("Quoted from 2 documents · confident")
    page.screenshot(path=OUTPUT / "dark.png")


def test_enter_within_an_input_method_does_not_send(running: Running, open_page: OpenPage) -> None:
    page = open_page(running.url)
    page.locator("#composer textarea").focus()
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "guangzhou", "selectionStart": 9, "selectionEnd": 9})
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(0)


def test_a_shared_server_is_entered_by_signing_in(open_page: OpenPage) -> None:
    service = serving(seeds_scripted())
    service.accounts.add("anna", PASSWORD)
    service.accounts.add("boris", PASSWORD)
    server = Running(made(service, shared=True))
    page = open_page(server.url, ready="form")
    page.screenshot(path=OUTPUT / "door.png")
    page.get_by_label("账号").fill("anna")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_selector(".welcome")
    ask(page, GUANGZHOU)
    expect(page.locator("#brand")).to_contain_text("anna")
    address = page.url
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_selector("form")

    page.get_by_label("账号").fill("boris")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_selector(".welcome")
    expect(page.locator("#conversations li")).to_have_count(0)
    page.goto(address)
    expect(page.locator(".welcome")).to_be_visible()
    server.stop()
    service.close()


def test_back_takes_away_what_covers_the_chat(running: Running, open_page: OpenPage) -> None:
    page = open_page(running.url, width=390)
    ask(page, GUANGZHOU)
    address = page.url
    source, table = page.locator("#viewer article.source"), page.locator("#library table")
    page.locator("a.cite").first.click()
    expect(source).to_be_visible()
    page.get_by_role("button", name="下一条引文").click()
    expect(page.locator("#viewer .steps")).to_contain_text("2 / 3")
    page.go_back()
    expect(source).not_to_be_visible()
    expect(page.locator("a.cite").first).to_be_focused()
    page.go_forward()
    expect(source).to_be_visible()
    page.go_back()
    expect(source).not_to_be_visible()

    page.get_by_role("button", name="菜单").click()
    page.get_by_role("button", name="管理全部文档").click()
    page.locator("#library .opener").first.click()
    expect(source).to_be_visible()
    page.go_back()
    expect(source).not_to_be_visible()
    expect(table).to_be_visible()
    page.go_back()
    expect(table).not_to_be_visible()
    expect(page.locator(".turn")).to_have_count(1)
    assert page.url == address


def test_back_from_the_documents_leaves_the_source_beside_the_chat(running: Running, open_page: OpenPage) -> None:
    page = open_page(running.url)
    ask(page, GUANGZHOU)
    source, table = page.locator("#viewer article.source"), page.locator("#library table")
    expect(source).to_be_visible()
    page.get_by_role("button", name="管理全部文档").click()
    expect(table).to_be_visible()
    page.go_back()
    expect(table).not_to_be_visible()
    expect(source).to_be_visible()

    page.get_by_role("button", name="管理全部文档").click()
    page.locator("#library .opener").first.click()
    page.wait_for_function("history.state?.covers.length === 2")
    page.get_by_role("button", name="返回对话").click()
    page.wait_for_function("history.state === null")
    expect(source).not_to_be_visible()


def test_what_is_closed_by_hand_leaves_nothing_to_go_back_to(running: Running, open_page: OpenPage) -> None:
    page = open_page(running.url)
    ask(page, GUANGZHOU)  # the source beside the chat opened by itself: no step of its own
    steps = page.evaluate("history.length")
    page.keyboard.press("Escape")
    for _ in range(3):
        page.locator("a.cite").first.click()
        expect(page.locator("#viewer article.source")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#viewer article.source")).not_to_be_visible()
        page.wait_for_function("history.state === null")
    assert page.evaluate("history.length") <= steps + 1
    first = page.url
    # Leaving documents and source for a new conversation closes both, and names the new one in the address.
    page.locator("#shelf .manage").click()
    page.locator("#library .opener").first.click()
    expect(page.locator("#viewer article.source")).to_be_visible()
    page.locator("#brand .new").click()
    expect(page.locator("#viewer article.source")).not_to_be_visible()
    expect(page.locator(".welcome")).to_be_visible()
    expect(page).to_have_url(running.url + "/")
    assert page.evaluate("history.state") is None
    ask(page, GUANGZHOU)
    assert page.url not in (first, running.url + "/")
    page.locator("a.cite").first.click()
    expect(page.locator("#viewer article.source")).to_be_visible()
    page.reload()
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator("#viewer article.source")).not_to_be_visible()
    page.go_back()
    expect(page.locator(".turn")).to_have_count(1)
