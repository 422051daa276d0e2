"""The process behind `limits`: reads one file per line of JSON on stdin, answers in JSON lines.

It is killed by its own alarm when a file takes too long, whatever the parser is doing by then.
"""

import base64
import json
import os
import resource
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from embeddings.documents.reading import read
from embeddings.errors import DocumentError

_PATIENCE = 10  # times the processor time, for a parser that waits instead of working
_MEMORY = 3 * 2**30  # of address space


def main() -> None:
    """Serve until stdin ends."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a parser prints must not mix with the answers
    for line in sys.stdin.buffer:
        question = json.loads(line)
        signal.setitimer(signal.ITIMER_PROF, question["seconds"])
        signal.setitimer(signal.ITIMER_REAL, question["seconds"] * _PATIENCE)
        answer = _answer(question)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    path = Path(question["path"])
    try:
        if "page" in question:
            return {"picture": _picture(path, question["page"], question["quote"], question["width"])}
        return {"document": asdict(read(path, question["name"]))}
    except DocumentError as error:
        starved = isinstance(error.__cause__, MemoryError)
        return {"kind": "MemoryError" if starved else type(error).__name__, "reason": str(error)}


def _picture(path: Path, page: int, quote: str, width: int) -> dict[str, Any]:
    from embeddings.documents.pdf_picture import draw  # PDFium is only for workers that meet a PDF

    try:
        picture = draw(path.read_bytes(), page, quote, width)
    except OSError as error:
        raise DocumentError(f"cannot be opened ({error.strerror or error})") from error
    return {"png": base64.b64encode(picture.png).decode(), "boxes": picture.boxes}


if __name__ == "__main__":
    main()
