"""What one person waits for and needs: a cold `qa ask`, a second start of `qa chat`, a warm question; over the seeds.

    python tests/benchmarks/first_answer.py

Every start is a process of its own, on two cores; one before them, not timed, has the system read the files from its
disk. Beside them stands what importing sentence-transformers alone takes, which the embedded encoder does not need.
The last line is one JSON object.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import httpx

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from qa import Assistant  # noqa: E402
from tests.benchmarks.support.measuring import memory_of_children, use_cores  # noqa: E402

QUESTION = "广州的会议由谁主持?"
QUESTIONS = ROOT / "tests" / "data" / "seed_questions_unseen.jsonl"
ASKED, WARMING = 300, 20
IN_CHAT = 10  # questions; the chat lets nobody ask without end
IMPORT = "import sentence_transformers"
Spans = dict[str, list[float]]


def qa(*arguments: str) -> list[str]:
    """The command line of `qa`, from this interpreter."""
    return [sys.executable, "-m", "qa", *arguments]


def timed(command: Sequence[str], folder: Path) -> float:
    """Seconds of a whole process."""
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, env=surroundings())
    return time.perf_counter() - started


def surroundings() -> dict[str, str]:
    """The environment, with this checkout to be found from every folder."""
    return os.environ | {"PYTHONPATH": str(ROOT)}


@contextmanager
def chat(folder: Path) -> Iterator[tuple[str, float]]:
    """A chat over the seeds: its address, and seconds until it had answered a question."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = qa("chat", str(ROOT / "seeds"), "--port", str(port))
    started = time.perf_counter()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, env=surroundings()) as process:
        try:
            while not answered(address):
                if process.poll() is not None:
                    raise SystemExit("the chat did not start")
                time.sleep(0.02)
            yield address, time.perf_counter() - started
        finally:
            process.terminate()


def answered(address: str) -> bool:
    """Whether the chat answers by now."""
    try:
        return bool(httpx.post(f"{address}/api/ask", json={"question": QUESTION}, timeout=60).json()["answered"])
    except httpx.TransportError:
        return False


def starts(folder: Path, rounds: int) -> Spans:
    """Cold starts and second starts, in turns; and the most that the chat's processes held after some questions."""
    found: Spans = {"ask": [], "chat": [], "import": [], "chat_mb": []}
    timed(qa("add", str(ROOT / "seeds")), folder)
    timed(qa("ask", QUESTION), folder)
    with chat(folder):
        pass
    timed([sys.executable, "-c", IMPORT], folder)
    for _ in range(rounds):
        found["ask"].append(timed(qa("ask", QUESTION), folder))
        found["import"].append(timed([sys.executable, "-c", IMPORT], folder))
        with memory_of_children(os.getpid()) as held, chat(folder) as (address, seconds):
            for row in questions()[:IN_CHAT]:
                httpx.post(f"{address}/api/ask", json={"question": row}, timeout=60).raise_for_status()
        found["chat"].append(seconds)
        found["chat_mb"].append(max(held))
    return found


def questions() -> list[str]:
    """About the seeds, by several writers, spread over all there are."""
    rows = [json.loads(line)["question"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    return list(rows[:: len(rows) // (ASKED + WARMING)])[: ASKED + WARMING]


def warm(folder: Path) -> Spans:
    """Questions in a process that has answered some: new ones, and each at once again."""
    found: Spans = {"new": [], "again": []}
    with Assistant.open(folder / ".qa", read_only=True) as assistant:
        for number, question in enumerate(questions()):
            for name in found:
                started = time.perf_counter()
                assistant.ask(question)
                if number >= WARMING:
                    found[name].append(time.perf_counter() - started)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="starts of each kind")
    rounds = parser.parse_args().rounds
    cores = use_cores(2)
    with tempfile.TemporaryDirectory() as folder:
        found = starts(Path(folder), rounds) | warm(Path(folder))
    lines = {
        "ask": ("cold `qa ask`, s", 1.0),
        "import": ("`import sentence_transformers` alone, s", 1.0),
        "chat": ("second `qa chat` until it has answered, s", 1.0),
        "chat_mb": (f"… its memory, asked {IN_CHAT} questions, MB", 1.0),
        "new": ("warm question, new, ms", 1e3),
        "again": ("warm question, asked again, ms", 1e3),
    }
    for name, (label, unit) in lines.items():
        values = sorted(unit * value for value in found[name])
        print(f"{label:45} median {median(values):7.2f}   least {values[0]:7.2f}   most {values[-1]:7.2f}")
    print(json.dumps({"cores": cores, "rounds": rounds} | {name: median(values) for name, values in found.items()}))


if __name__ == "__main__":
    main()
