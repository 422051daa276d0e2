"""One step of one system, in the Python of that system: index texts, answer questions, or a cold start.

    python worker.py SYSTEM MODEL STEP FOLDER

SYSTEM is a module of this folder and a class in it, as in wenju:Search. FOLDER holds passages.jsonl and
questions.jsonl; the index goes below it. The last line is one JSON object. The environments of the rivals run this
file, so it imports the standard library and one system, nothing else.
"""

import importlib
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any, Protocol

LIMIT = 10
WARMING = 20


class System(Protocol):
    """What every system can do; so a class of each module here."""

    def __init__(self, model: str, folder: Path) -> None:
        """With a model (a folder, "" for its own) and a place for the index; `index` finds the model loaded."""

    def index(self, names: list[str], texts: list[str]) -> None:
        """Index passages and write all that a later process needs."""

    def open(self) -> None:
        """Load the index, and the model if that is not done."""

    def search(self, question: str) -> list[str]:
        """Names of the LIMIT best passages, best first."""


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def processor_seconds() -> float:
    """Of this process, and of its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def index(system: System, folder: Path) -> dict[str, float]:
    passages = rows(folder / "passages.jsonl")
    started, cpu = time.perf_counter(), processor_seconds()
    system.index([row["name"] for row in passages], [row["text"] for row in passages])
    return {"index_seconds": time.perf_counter() - started, "index_cpu_seconds": processor_seconds() - cpu}


def ask(system: System, folder: Path) -> dict[str, float]:
    questions = rows(folder / "questions.jsonl")
    system.open()
    for row in questions[:WARMING]:
        system.search(row["question"])
    seconds, right, cpu = [], 0, time.process_time()
    for row in questions[WARMING:]:  # none was asked before
        started = time.perf_counter()
        found = system.search(row["question"])
        seconds.append(time.perf_counter() - started)
        right += bool(found) and found[0].partition("#")[0] == row["name"]
    seconds.sort()
    return {
        "question_ms": 1e3 * seconds[len(seconds) // 2],
        "question_p95_ms": 1e3 * seconds[int(len(seconds) * 0.95)],
        "question_cpu_ms": 1e3 * (time.process_time() - cpu) / len(seconds),
        "recall_at_1": right / len(seconds),
    }


def cold(system: System, folder: Path) -> dict[str, float]:
    """The first answer; how long the process took from its start is for its parent to say."""
    system.open()
    if not system.search(rows(folder / "questions.jsonl")[0]["question"]):
        raise SystemExit("nothing was found")
    return {}


def main() -> None:
    name, model, step, place = sys.argv[1:]
    folder = Path(place)
    module, _, kind = name.partition(":")
    (folder / module).mkdir(exist_ok=True)
    make: Any = getattr(importlib.import_module(module), kind)
    system: System = make(model, folder / module)
    figures = {"index": index, "ask": ask, "cold": cold}[step](system, folder)
    figures["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1e6 if sys.platform == "darwin" else 1e3
    )
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
