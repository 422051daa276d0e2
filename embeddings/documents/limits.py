"""Reading a file in a worker process that has bounds on memory and time and may die.

The parsers of risky formats are large, partly written in C, and fed with files from anywhere. The
worker starts with the first such file, so that plain text never pays for it, and serves many.
"""

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

from embeddings.documents.reading import check_size, read
from embeddings.errors import DocumentError, UnsupportedFormat
from embeddings.types import Document, Heading, Place, SetAside

_RISKY = frozenset({".pdf", ".docx", ".pptx", ".xlsx", ".epub"})
_LARGE_ONLY = frozenset({".html", ".htm", ".xhtml", ".json", ".jsonl", ".ndjson", ".csv", ".tsv"})
_LARGE = 2**20
_SECONDS = 30
_SECONDS_PER_MIB = 10  # a tightly packed workbook reads at about .3 MiB a second
_FILES_PER_WORKER = 500  # a fresh worker now and then returns what the parsers leaked
_ALARM = 14  # SIGALRM: the worker asks to be killed by it when its time is up
_PACKAGE_ROOT = str(Path(__file__).resolve().parents[2])


def read_limited(path: Path, name: str) -> Document:
    """Read one file; formats with complex parsers in the worker process. Raises as `read` does, and
    DocumentError where the worker ran out of time or memory.
    """
    suffix = path.suffix.lower()
    if suffix in _RISKY:
        check_size(path)
    elif suffix not in _LARGE_ONLY or check_size(path) <= _LARGE:
        return read(path, name)
    return _WORKER.read(path, name)


def seconds_for(size: int) -> int:
    """How long the worker may take for a file of so many bytes."""
    return _SECONDS + _SECONDS_PER_MIB * size // 2**20


class Worker:
    """One worker process, started when needed and again after it died; safe to share by threads."""

    def __init__(self) -> None:
        """No process yet."""
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._served = 0

    def read(self, path: Path, name: str) -> Document:
        """Have the worker read this file."""
        limit = seconds_for(check_size(path))
        question = {"path": os.fspath(path.absolute()), "name": name, "seconds": limit}
        with self._lock:
            try:
                answer = self._ask(question, limit)
            except BaseException:  # an interrupt between question and answer: the next file must not get it
                self._end()
                raise
        if "document" in answer:
            return _document(answer["document"])
        kind = UnsupportedFormat if answer["kind"] == "UnsupportedFormat" else DocumentError
        raise kind(answer["reason"])

    def close(self) -> None:
        """End the process; the next file starts another."""
        with self._lock:
            self._end()

    def _ask(self, question: dict[str, Any], limit: int) -> dict[str, Any]:
        process = self._started()
        requests, answers = _pipes(process)
        self._served += 1
        with contextlib.suppress(OSError):  # a dead worker answers with an empty line
            requests.write(json.dumps(question).encode() + b"\n")
            requests.flush()
        line = answers.readline()
        if line.endswith(b"\n"):
            answer: dict[str, Any] = json.loads(line)
            if answer.get("kind") == "MemoryError" or self._served >= _FILES_PER_WORKER:
                self._end()
            return answer
        code = process.wait()
        self._end()
        if code == -_ALARM:
            reason = f"took longer than {limit} s to read: split or simplify it"
        else:
            reason = "made its reader crash or run out of memory: save it anew in the program that made it"
        return {"kind": "DocumentError", "reason": reason}

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            paths = [_PACKAGE_ROOT, *filter(None, [os.environ.get("PYTHONPATH")])]
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "embeddings.documents.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
            )
            self._served = 0
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            requests, answers = _pipes(process)
            process.kill()
            process.wait()
            answers.close()
            with contextlib.suppress(OSError):
                requests.close()


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the worker was started without pipes")
    return process.stdin, process.stdout


def _document(values: dict[str, Any]) -> Document:
    return Document(
        **values
        | {
            "set_aside": tuple(SetAside(**span) for span in values["set_aside"]),
            "headings": tuple(Heading(**heading) for heading in values["headings"]),
            "places": tuple(Place(**place) for place in values["places"]),
        }
    )


_WORKER = Worker()
atexit.register(_WORKER.close)
