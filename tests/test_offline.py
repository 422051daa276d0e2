"""The network block itself: a suite that only looks offline would prove nothing."""

import socket
import subprocess
import sys
from collections.abc import Callable

import network_block
import pytest


def _leave() -> None:
    # 192.0.2.0/24 is set aside for documentation: nothing answers there.
    with socket.socket() as outside:
        outside.settimeout(0.01)
        outside.connect(("192.0.2.1", 80))


@pytest.mark.parametrize(
    "leave",
    [_leave, lambda: socket.getaddrinfo("example.org", 80), lambda: socket.gethostbyname("example.org")],
)
def test_leaving_this_machine_raises_and_is_recorded(
    leave: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts: list[str] = []
    monkeypatch.setattr(network_block, "attempts", attempts)
    with pytest.raises(network_block.NetworkBlocked):
        leave()
    assert len(attempts) == 1


def test_loopback_works() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


def test_subprocesses_are_blocked_too() -> None:
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=0.01)"
    outcome = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "NetworkBlocked" in outcome.stderr
