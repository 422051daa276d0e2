"""What an index of 1,000 to 1,000,000 passages costs to build, ask, open, change and keep.

    python tests/benchmarks/growth.py DATA                                    # 1,000 and 10,000 passages
    python tests/benchmarks/growth.py DATA --sizes 1000 10000 100000 1000000 --work growth --chart growth.svg

DATA is the folder of data sets with `train` and `eval` (support/texts.py says which, and what stands in where they
end). Each step of each size is a process of its own on two cores. Results are kept in the folder --work, so that
a run that was cut short goes on where it stopped: what is to be measured anew needs a new folder. The last line is
one JSON object.

A "new" question was never asked; of its passages, some may have been read for others: of 1,000 nearly all.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, count, cycle, islice, tee
from pathlib import Path
from statistics import median

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from embeddings.catalog.sqlite import SqliteCatalog  # noqa: E402
from embeddings.documents import from_text  # noqa: E402
from embeddings.helpers import Helpers  # noqa: E402
from embeddings.index import Index  # noqa: E402
from embeddings.index.adding import cut  # noqa: E402
from embeddings.normalize import fold  # noqa: E402
from embeddings.types import Document, Vectors  # noqa: E402
from qa import Assistant  # noqa: E402
from tests.benchmarks.support import charts  # noqa: E402
from tests.benchmarks.support.measuring import (  # noqa: E402
    Figures,
    Stopwatch,
    load,
    memory_of_children,
    peak_memory,
    processor_seconds,
    size_of,
    spread,
    use_cores,
)
from tests.benchmarks.support.raw import raw_build  # noqa: E402
from tests.benchmarks.support.stages import stages, whole  # noqa: E402
from tests.benchmarks.support.texts import other_texts, questions, texts  # noqa: E402

SIZES = (1_000, 10_000)
TEXTS = "texts.jsonl"
CHANGED = 1_000  # documents added and deleted
_EQUAL = 1e-5  # scores closer than that; sums of floats in two orders differ so much
ASKED, WARMING, CHECKED = 300, 20, 100  # questions timed, asked before, and compared with an exact search


def gather(data: Path, folder: Path, size: int) -> Figures:
    """Write a file of as many texts as make so many passages: what comes packed would take time to read."""
    passages = stand_ins = 0
    helpers = Helpers()
    helpers.start()
    ahead, source = tee(texts(data))
    chunks = ([from_text(text.text, text.name) for text in islice(ahead, 200)] for _ in count())
    with open(folder / TEXTS, "w", encoding="utf-8") as file:
        for found in chain.from_iterable(helpers.map(cut, chunks)):
            text = next(source)
            file.write(json.dumps({"name": text.name, "text": text.text}, ensure_ascii=False) + "\n")
            passages, stand_ins = passages + len(found), stand_ins + text.stands_in
            if passages >= size:
                break
    helpers.close()
    return {"stand_in_documents": stand_ins}


def build(data: Path, folder: Path, size: int) -> Figures:
    """Index the texts; a build that was killed goes on."""
    progress = folder / "progress.json"
    before = json.loads(progress.read_text()) if progress.exists() else {"seconds": 0.0, "cpu_seconds": 0.0}
    wall, cpu = time.perf_counter(), processor_seconds()

    def spent() -> Figures:
        return {
            "seconds": before["seconds"] + time.perf_counter() - wall,
            "cpu_seconds": before["cpu_seconds"] + processor_seconds() - cpu,
        }

    with Index.open(folder / "index") as index, memory_of_children(os.getpid()) as held:
        known = {info.name for info in index.documents()}

        def documents() -> Iterator[Document]:
            with open(folder / TEXTS, encoding="utf-8") as file:
                for number, row in enumerate(map(json.loads, file)):
                    if row["name"] not in known:
                        yield from_text(row["text"], row["name"])
                    if number % 2_000 == 0:
                        progress.write_text(json.dumps(spent()))

        index.add_documents(documents())
        passages, documents_in_all = index.passage_count, len(index.documents())
    took = spent()
    index_folder = folder / "index"
    return {
        "passages": passages,
        "documents": documents_in_all,
        **took,
        "passages_per_second": passages / took["seconds"],
        "build_memory_mb": peak_memory() + max(held, default=0),
        "disk_mb": size_of(index_folder),
        "disk_catalog_mb": size_of(index_folder / "catalog.sqlite"),
        "disk_lexical_mb": size_of(index_folder / "lexical"),
        "disk_vectors_mb": sum(size_of(file) for file in index_folder.glob("vectors-*")),
    }


def raw(data: Path, folder: Path, size: int) -> Figures:
    """The same passages through encoder, FAISS and tantivy alone."""
    return raw_build(folder / "index")


def ask(data: Path, folder: Path, size: int) -> Figures:
    """Open, then questions whole and by stage, and how much of an exact search the dense part finds."""
    asked = [question.question for question in questions(data, ASKED + WARMING)]
    started = time.perf_counter()
    with Assistant.open(folder / "index") as assistant:
        assistant.retrieve(asked[0], mode="hybrid")
        reopen = time.perf_counter() - started
        for question in asked[:WARMING]:
            assistant.ask(question)
        taken: dict[str, list[float]] = {}
        for whole_ones, question in zip(cycle([True, False]), asked[WARMING:]):
            parts = {} if whole_ones else stages(assistant, question)
            for name in ("new", "again") if whole_ones else ():
                seconds, rest = whole(assistant, question)
                parts |= {f"ask_{name}": seconds, f"rest_of_{name}": rest / seconds}
            for name, value in parts.items():
                taken.setdefault(name, []).append(value)
        figures = {"reopen_seconds": reopen, "ask_memory_mb": peak_memory()}
        for name, values in taken.items():
            figures |= {name: median(values)} if name.startswith("rest") else spread(name, values)
        figures["recall_at_10"] = _recall(assistant.index, folder / "index", asked[:CHECKED])
    return figures


def _recall(index: Index, folder: Path, asked: Sequence[str]) -> float:
    """The share of the 10 nearest passages of an exact search that the index finds among its 10.

    Passages of the same text are equally near: what counts is how near those are that are found.
    """
    queries = index.encoder.encode_queries([fold(question) for question in asked])
    best = np.full((len(asked), 10), -2.0, np.float32)
    for _, vectors in _vectors(folder):
        best = np.sort(np.concatenate([best, queries @ vectors.T], axis=1), axis=1)[:, -10:]
    found = [[score for _, score in index.dense(fold(question), 10)] for question in asked]
    return float(
        np.mean(
            [np.sum(np.array(scores) > least - _EQUAL) / 10 for scores, least in zip(found, best[:, 0], strict=True)]
        )
    )


def _vectors(folder: Path) -> Iterator[tuple[np.ndarray[tuple[int], np.dtype[np.int64]], Vectors]]:
    catalog = SqliteCatalog(folder / "catalog.sqlite", read_only=True)
    after = 0
    while len((found := catalog.vectors(after, 5_000))[0]):
        yield found
        after = int(found[0][-1])
    catalog.close()


def change(data: Path, folder: Path, size: int) -> Figures:
    """One document more, until it is found; then a thousand files more, and gone again."""
    figures: Figures = {}

    def timed(name: str, work: Callable[[], object]) -> None:
        watch = Stopwatch()
        with watch.running():
            work()
        figures[f"{name}_seconds"], figures[f"{name}_cpu_seconds"] = watch.seconds, watch.cpu

    with Assistant.open(folder / "index") as assistant, tempfile.TemporaryDirectory() as files:
        assistant.retrieve("谁主持会议?", mode="hybrid")  # as after some questions

        def add_one() -> None:
            assistant.add_text("紫罗兰号探测器于九月在文昌发射，负责人是欧阳雪梅。", "one.txt")
            found = assistant.retrieve("紫罗兰号探测器在哪里发射?", mode="hybrid", limit=1)
            if found[0].document != "one.txt":
                raise SystemExit("a document that was just added is not found")

        timed("add_one", add_one)
        for text in other_texts(data, CHANGED):
            path = Path(files, text.name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text.text, encoding="utf-8")
        timed("add_1000", lambda: assistant.index.add(files))
        for path in Path(files).rglob("*.txt"):
            path.unlink()
        timed("delete_1000", lambda: assistant.index.add(files, prune=True))
        timed("delete_one", lambda: assistant.remove("one.txt"))
        gone = assistant.retrieve("紫罗兰号探测器在哪里发射?", mode="lexical", limit=1)
        if any(hit.document == "one.txt" for hit in gone):
            raise SystemExit("a document that was deleted is still found")
        figures["change_memory_mb"] = peak_memory()
    return figures


STEPS: dict[str, Callable[[Path, Path, int], Figures]] = {
    "gather": gather,
    "build": build,
    "raw": raw,
    "ask": ask,
    "change": change,
}

FITTED = (
    "seconds",
    "encode_ms",
    "dense_ms",
    "lexical_ms",
    "retrieve_ms",
    "read_ms",
    "ask_new_ms",
    "ask_again_ms",
    "build_memory_mb",
    "ask_memory_mb",
    "disk_mb",
    "reopen_seconds",
    "add_one_seconds",
    "add_1000_seconds",
    "delete_1000_seconds",
)


def measure(arguments: argparse.Namespace, size: int) -> Figures:
    """All steps of one size, each in a process of its own unless its result is there already."""
    figures: Figures = {}
    folder = arguments.work / str(size)
    folder.mkdir(parents=True, exist_ok=True)
    for step in STEPS:
        result = folder / f"{step}.json"
        if not result.exists():
            print(f"# {size:,} passages: {step}", file=sys.stderr, flush=True)
            command = [sys.executable, __file__, str(arguments.data), "--work", str(arguments.work)]
            subprocess.run([*command, "--sizes", str(size), "--step", step], check=True)
        figures |= json.loads(result.read_text())
    figures["build_over_raw"] = figures["seconds"] / figures["raw_seconds"]
    figures["build_over_raw_cpu"] = figures["cpu_seconds"] / figures["raw_cpu_seconds"]
    return figures


def exponents(found: dict[int, Figures]) -> Figures:
    """The power of the number of passages that each figure grows with, fitted over all sizes."""
    if len(found) < 2:
        return {}
    places = np.log([figures["passages"] for figures in found.values()])
    return {
        name: float(np.polyfit(places, np.log([figures[name] for figures in found.values()]), 1)[0]) for name in FITTED
    }


def chart(found: dict[int, Figures]) -> str:
    """Stages of a question in milliseconds over the number of passages."""
    labels = {"encode": "encode", "dense": "dense (FAISS)", "lexical": "lexical (tantivy)", "retrieve": "all retrieval"}
    labels |= {"read": "read", "ask_new": "a new question", "ask_again": "asked again"}
    series = {
        label: [(figures["passages"], figures[f"{name}_ms"]) for figures in found.values()]
        for name, label in labels.items()
    }
    return charts.log_log("A warm question, by stage", "passages", "milliseconds (median)", series)


def table(found: dict[int, Figures], fitted: Figures) -> str:
    """All figures, a row each."""
    names = list(dict.fromkeys(name for figures in found.values() for name in figures))
    lines = ["| | " + " | ".join(f"{size:,}" for size in found) + " | exponent |", "|---" * (len(found) + 2) + "|"]
    for name in names:
        cells = [f"{figures[name]:,.4g}" for figures in found.values()]
        exponent = f"{fitted[name]:.2f}" if name in fitted else ""
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {exponent} |")
    return "\n".join(lines)


def main() -> None:
    """Measure what was asked for, or one step of it in this process."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--work", type=Path, help="folder for indexes and results, kept; a temporary one if not given")
    parser.add_argument("--chart", type=Path, help="SVG file to write")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    cores = use_cores(2)
    if arguments.step:
        (size,) = arguments.sizes
        folder = arguments.work / str(size)
        before = load()
        figures = STEPS[arguments.step](arguments.data, folder, size)
        figures[f"{arguments.step}_load"] = max(before, load())
        (folder / f"{arguments.step}.json").write_text(json.dumps(figures))
        return
    with tempfile.TemporaryDirectory() as temporary:
        arguments.work = arguments.work or Path(temporary)
        found = {size: measure(arguments, size) for size in sorted(arguments.sizes)}
    fitted = exponents(found)
    print(table(found, fitted))
    if arguments.chart:
        arguments.chart.write_text(chart(found), encoding="utf-8")
    print(json.dumps({"cores": cores, "sizes": found, "exponents": fitted}))


if __name__ == "__main__":
    main()
