"""`qa watch` and `qa chat --watch` as processes of their own: what a person sees in two terminals."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

import httpx
import pytest
from click.testing import CliRunner

from qa.cli import main
from tests.processes import heed_interrupts

MARKET = "白沙镇的集市每月逢五开市,由商会管理。"


@contextmanager
def running(*arguments: object) -> Iterator[tuple["subprocess.Popen[str]", IO[str]]]:
    """A verb under way and what it prints; interrupted at the end, it must end in order."""
    command = [sys.executable, "-m", "qa", *map(str, arguments)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=heed_interrupts
    ) as process:
        assert process.stdout is not None
        yield process, process.stdout
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert (process.returncode, rest.strip()) == (130, "")


def names(port: int) -> list[str]:
    return [row["name"] for row in httpx.get(f"http://127.0.0.1:{port}/api/documents", timeout=30).json()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "market.txt").write_text(MARKET, encoding="utf-8")
    return tmp_path / "docs"


@pytest.fixture
def port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        number: int = probe.getsockname()[1]
        return number


def test_watch_prints_a_line_for_every_change_and_the_chat_shows_it(folder: Path, tmp_path: Path, port: int) -> None:
    index = tmp_path / "index"
    with running("watch", folder, "--index", index) as (watch, said):
        start = [said.readline() for _ in range(3)]
        assert start == [
            "added    market.txt\n",
            "1 added, 0 updated, 0 unchanged, 0 failed\n",
            "watching (Ctrl+C ends it)\n",
        ]
        with running("chat", "--index", index, "--port", port) as (_, told):
            note, ready = told.readline(), told.readline()
            assert f"is being written by process {watch.pid}" in note and "follows it" in note
            assert str(port) in ready
            (folder / "market.txt").rename(folder / "fair.txt")
            assert said.readline() == "renamed  fair.txt (was market.txt)\n"
            assert names(port) == ["fair.txt"]
            refused = httpx.post(
                f"http://127.0.0.1:{port}/api/documents", files={"files": ("a.txt", b"text")}, timeout=30
            )
            assert refused.status_code == 409
        (folder / "fair.txt").unlink()
        assert said.readline() == "removed  fair.txt\n"


def test_the_chat_itself_keeps_in_step(folder: Path, tmp_path: Path, port: int) -> None:
    with running("chat", folder, "--watch", "--index", tmp_path / "index", "--port", port) as (_, said):
        assert [said.readline() for _ in range(2)][0] == "added    market.txt\n"
        assert str(port) in said.readline()
        (folder / "new.txt").write_text("柳河镇的水渠已经修好。", encoding="utf-8")
        assert said.readline() == "added    new.txt\n"
        uploaded = httpx.post(
            f"http://127.0.0.1:{port}/api/documents", files={"files": ("a.txt", MARKET.encode())}, timeout=30
        ).json()
        assert uploaded["added"] == ["a.txt"]
        assert names(port) == ["a.txt", "market.txt", "new.txt"]


def test_watching_in_the_chat_needs_paths() -> None:
    outcome = CliRunner().invoke(main, ["chat", "--watch"])
    assert outcome.exit_code == 2 and "PATHS" in outcome.stderr
