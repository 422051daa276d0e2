"""A server as it runs: asked by gradio's own client, protected, ended in order."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from gradio_client import Client
from pages import Running
from scripted import GUANGZHOU, ScriptedAssistant, as_assistant, made, seeds_scripted, serving

from qa.web.server import NotProtected, serve

TESTS = Path(__file__).parent


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[str, str]]:
    """The address of a shared server, and a token for it."""
    service = serving(seeds_scripted())
    token = service.accounts.add("anna", "correct horse")
    server = Running(made(service, shared=True))
    yield server.url, token
    server.stop()
    service.close()


def test_gradios_client_gets_the_quotations(running: tuple[str, str]) -> None:
    url, token = running
    client = Client(url, headers={"authorization": f"Bearer {token}"}, verbose=False, analytics_enabled=False)
    text = client.predict(GUANGZHOU, api_name="/chat")
    client.close()
    for citation in seeds_scripted().ask(GUANGZHOU).citations:
        assert citation.quote in text and citation.document in text


def test_chat_is_the_only_endpoint_for_programs(running: tuple[str, str]) -> None:
    url, token = running
    info = httpx.get(f"{url}/gradio_api/info", headers={"authorization": f"Bearer {token}"}).json()
    assert list(info["named_endpoints"]) == ["/chat"] and not info["unnamed_endpoints"]
    assert len(info["named_endpoints"]["/chat"]["parameters"]) == 1


def _with_index(folder: Path) -> ScriptedAssistant:
    assistant = seeds_scripted()
    assistant.__dict__["index"] = SimpleNamespace(info=lambda: {"path": str(folder)})
    return assistant


def test_nobody_serves_others_without_accounts(tmp_path: Path) -> None:
    with pytest.raises(NotProtected, match="qa user add"):
        serve(as_assistant(_with_index(tmp_path)), host="0.0.0.0", port=0)


def test_an_occupied_port_is_told_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as occupant:
        port = occupant.getsockname()[1]
        with pytest.raises(OSError, match=f"port {port} .*--port"):
            serve(as_assistant(_with_index(tmp_path)), port=port)


PROGRAM = """
import sys, threading, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from test_web_server import _with_index
from qa.web.server import serve

def second():
    before = time.process_time()
    time.sleep(1)
    return time.process_time() - before

def tell_rest():
    sys.stdin.readline()
    print(min(second() for _ in range(4)), flush=True)

threading.Thread(target=tell_rest, daemon=True).start()
serve(_with_index(Path(sys.argv[2])))
"""


@contextmanager
def _served_alone(folder: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The address and the process of a server that answers; killed at the end if it still runs."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = os.environ | {
        "GRADIO_SERVER_PORT": str(port),
        "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS / "browser"), os.environ["PYTHONPATH"]]),
    }
    command = [sys.executable, "-c", PROGRAM, str(TESTS), str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == f"The chat is at http://127.0.0.1:{port} (Ctrl+C ends it)\n"
            url = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + 60
            while True:
                try:
                    assert httpx.get(f"{url}/api/health", timeout=10).json() == {"status": "ok"}
                    break
                except httpx.ConnectError:
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
            yield url, process
        finally:
            process.kill()


def test_a_server_says_where_it_is_and_ends_when_told(tmp_path: Path) -> None:
    with (
        _served_alone(tmp_path) as (url, process),
        # An open page holds a stream that never ends by itself.
        httpx.stream("GET", f"{url}/gradio_api/heartbeat/abc", timeout=10) as stream,
    ):
        assert stream.status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) in (0, -signal.SIGTERM)


def test_a_chat_that_nobody_asks_rests(tmp_path: Path) -> None:
    with _served_alone(tmp_path) as (_, process):
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write("how busy?\n")
        process.stdin.flush()
        # Seconds of processor time in the quietest second; gradio's own pace takes 0.07 to 0.1.
        assert float(process.stdout.readline()) < 0.045
