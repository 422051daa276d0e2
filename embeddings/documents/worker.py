"""The process behind `limits`: reads one file per line of JSON on stdin, answers in JSON lines.

It is killed by its own alarm when a file takes too long, whatever the parser is doing by then.
"""

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
        signal.setitimer(signal.ITIMER_REAL, question["seconds"])
        answer = _answer(Path(question["path"]), question["name"])
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def _answer(path: Path, name: str) -> dict[str, Any]:
    try:
        document = read(path, name)
        return {"document": asdict(document) | {"metadata": dict(document.metadata)}}
    except DocumentError as error:
        starved = isinstance(error.__cause__, MemoryError)
        return {"kind": "MemoryError" if starved else type(error).__name__, "reason": str(error)}


if __name__ == "__main__":
    main()
