"""One server and one Chromium for all browser tests; every page is watched for errors and for leaks."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import OpenPage, Running
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, expect, sync_playwright
from scripted import ScriptedAssistant, made, seeds_scripted, serving

expect.set_options(timeout=20_000)

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def chromium() -> str | None:
    """The Chromium on the PATH, or None for the one that Playwright downloaded."""
    found = map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    return next((path for path in found if path), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the shared server keeps conversations."""
    return tmp_path_factory.mktemp("index")


@pytest.fixture(scope="session")
def _served(folder: Path) -> Iterator[tuple[ScriptedAssistant, Running]]:
    assistant = seeds_scripted()
    service = serving(assistant, folder)
    server = Running(made(service))
    yield assistant, server
    server.stop()
    service.close()


@pytest.fixture
def assistant(_served: tuple[ScriptedAssistant, Running]) -> ScriptedAssistant:
    """The assistant behind the shared server, with its two documents as they were."""
    _served[0].reset()
    return _served[0]


@pytest.fixture
def running(_served: tuple[ScriptedAssistant, Running], assistant: ScriptedAssistant) -> Running:
    """The shared server."""
    return _served[1]


def _said(message: ConsoleMessage) -> str:
    where = message.location
    return f"{message.type}: {message.text} ({where['url']}:{where['lineNumber']})"


def _refused(response: Response) -> str:
    request = response.request
    return f"{response.status} to {request.method} {request.url} {(request.post_data or '')[:500]}"


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Open an address in a fresh context; the test fails on script errors and on foreign requests."""
    contexts = []
    problems: list[str] = []

    def open_at(
        url: str,
        *,
        locale: str = "zh-CN",
        width: int = 1440,
        dark: bool = False,
        ready: str = ".welcome, .turn",
    ) -> Page:
        context = browser.new_context(
            locale=locale,
            color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": 900},
            reduced_motion="reduce",
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: problems.append(_said(m)) if m.type in ("error", "warning") else None)
        page.on("response", lambda r: problems.append(_refused(r)) if r.status >= 400 else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda dialog: problems.append(f"dialog: {dialog.message}"))
        own = re.compile(re.escape(re.match(r"https?://[^/]+", url)[0]) + "|data:|blob:")  # type: ignore[index]
        page.on("request", lambda r: None if own.match(r.url) else problems.append(f"outside: {r.url}"))
        page.goto(url)
        page.wait_for_selector(ready)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert problems == []
