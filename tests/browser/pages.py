"""What the browser tests share: a server in a thread, and the moves of a person."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import uvicorn
from playwright.sync_api import Page
from starlette.types import ASGIApp

OUTPUT = Path(__file__).parents[1] / ".output"


class Running:
    """A web application served from a thread of this process."""

    def __init__(self, application: ASGIApp) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as probe:
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._server = uvicorn.Server(uvicorn.Config(application, port=self.port, log_level="warning", lifespan="on"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        deadline = time.monotonic() + 30
        while not self._server.started:
            assert self._thread.is_alive() and time.monotonic() < deadline, "the server did not start"
            time.sleep(0.02)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)


OpenPage = Callable[..., Page]


def ask(page: Page, question: str) -> None:
    """Ask in the composer and wait for the whole answer."""
    before = page.locator(".turn").count()
    page.locator("#composer textarea").fill(question)
    page.keyboard.press("Enter")
    page.locator(".turn").nth(before).locator(".answer[aria-busy=false]").wait_for()
