"""Reading a file in a worker process that has bounds on memory and time and may die.

The parsers of risky formats are large, partly written in C, and fed with files from anywhere. The
worker starts with the first such file, so that plain text never pays for it, and serves many.
"""

import atexit
import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

from embeddings.documents.picture import Picture
from embeddings.documents.reading import check_size, read
from embeddings.errors import DocumentError, UnsupportedFormat
from embeddings.types import Document, Heading, Place, SetAside

_RISKY = frozenset({".pdf", ".docx", ".pptx", ".xlsx", ".epub"})
_LARGE_ONLY = frozenset({".html", ".htm", ".xhtml", ".json", ".jsonl", ".ndjson", ".csv", ".tsv"})
_LARGE = 2**20
_SECONDS = 60  # of processor time, so that a busy machine reads what an idle one does
_SECONDS_PER_MIB = 30  # a tightly packed workbook or thousands of short pages need about half of it
_FILES_PER_WORKER = 500  # a fresh worker now and then returns what the parsers leaked
_TIME_IS_UP = (-signal.SIGPROF, -signal.SIGALRM)  # the worker asks to be killed by one of these
_COMMAND = [sys.executable, "-P", "-m", "embeddings.documents.worker"]
_PACKAGE_ROOT = str(Path(__file__).resolve().parents[2])


def read_limited(path: Path, name: str) -> Document:
    """Read one file; formats with complex parsers in the worker process. Raises as `read` does, and
    DocumentError where the worker ran out of time or memory.
    """
    suffix = path.suffix.lower()
    if suffix not in _RISKY and (suffix not in _LARGE_ONLY or check_size(path) <= _LARGE):
        return read(path, name)
    return _document(_WORKER.ask({"path": os.fspath(path.absolute()), "name": name}, path)["document"])


def page_picture(path: Path, page: int, quote: str, width: int = 1000) -> Picture:
    """A page of the PDF at `path` (the first is 1) as a PNG `width` pixels wide, with `quote` marked, drawn in
    the worker process. Raises DocumentError.
    """
    answer = _DRAWER.ask({"path": os.fspath(path.absolute()), "page": page, "quote": quote, "width": width}, path)
    values = answer["picture"]
    return Picture(base64.b64decode(values["png"]), tuple(tuple(box) for box in values["boxes"]))


def seconds_for(size: int) -> int:
    """Processor time that the worker may take for a file of so many bytes."""
    return _SECONDS + _SECONDS_PER_MIB * size // 2**20


class Worker:
    """One worker process, started when needed and again after it died; safe to share by threads."""

    def __init__(self) -> None:
        """No process yet."""
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._served = 0

    def ask(self, question: dict[str, Any], path: Path) -> dict[str, Any]:
        """The worker's answer to a question about this file; raises DocumentError where it failed."""
        limit = seconds_for(check_size(path))
        with self._lock:
            try:
                answer = self._ask(question | {"seconds": limit}, limit)
            except BaseException:  # an interrupt between question and answer: the next file must not get it
                self._end()
                raise
        if "reason" in answer:
            raise (UnsupportedFormat if answer["kind"] == "UnsupportedFormat" else DocumentError)(answer["reason"])
        return answer

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
        if code in _TIME_IS_UP:
            reason = f"took longer than {limit} s to read: split or simplify it"
        else:
            reason = "made its reader crash or run out of memory: save it anew in the program that made it"
        return {"kind": "DocumentError", "reason": reason}

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None:
            paths = [_PACKAGE_ROOT, *filter(None, [os.environ.get("PYTHONPATH")])]
            self._process = subprocess.Popen(
                _COMMAND,
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
_DRAWER = Worker()  # a reader of citations does not wait for an ingest under way
atexit.register(_WORKER.close)
atexit.register(_DRAWER.close)
