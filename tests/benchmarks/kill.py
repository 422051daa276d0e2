"""Kill a writing process at random moments and look at what is left.

A child adds, updates, renames, removes, compacts, rebuilds and reindexes without end; it is sent SIGKILL at a
random moment, then another process opens the index and checks: every document is as before or as after the
operation in flight, the catalog agrees with vectors and lexical terms, no removed passage is left in a file,
and bringing the index in step embeds only what was never committed.

    python tests/benchmarks/kill.py               # 200 kills, some minutes
    python tests/benchmarks/kill.py --kills 20 --seed 7

The last line is one JSON object. POSIX only (it forks).
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from embeddings.catalog.sqlite import SqliteCatalog  # noqa: E402
from embeddings.index import Index, adding, dense_side, reindexing  # noqa: E402
from embeddings.lexical import LexicalStore  # noqa: E402
from tests.fakes import HashingEncoder  # noqa: E402

# Small, so that every kind of work happens often.
dense_side.BASE_MINIMUM = 30
adding._BATCH_PASSAGES = 12
reindexing._BATCH_PASSAGES = 12

NAMES = [f"{folder}{number}.txt" for folder in ("", "sub/") for number in range(8)]
State = dict[str, int]  # name -> version of its text


def text_of(name: str, version: int) -> str:
    """Texts of a few passages that say which document and version they are."""
    paragraphs = 1 + (len(name) * 7 + version * 5) % 9
    return "\n\n".join(
        f"文件 {name} 的第 {version} 版, 第 {number} 段。" + "会议讨论了预算与交通规划的若干问题。" * 8
        for number in range(paragraphs)
    )


def version_of(text: str) -> int:
    """The version that `text_of` was asked for."""
    return int(text.split("第", 1)[1].split("版", 1)[0])


IN_BYTES = re.compile("文件 [-./0-9a-z]+ 的第 [0-9]+ 版".encode())


class Workplace:
    """An index, the folder of its files, and a journal of what the child was doing."""

    def __init__(self, root: Path) -> None:
        self.docs, self.index, self.journal = root / "docs", root / "index", root / "journal"
        self.docs.mkdir(parents=True)

    def files(self) -> State:
        """What the folder holds now."""
        found = [path for path in self.docs.rglob("*.txt")]
        return {path.relative_to(self.docs).as_posix(): version_of(path.read_text(encoding="utf-8")) for path in found}

    def write(self, name: str, version: int) -> None:
        """Put a version of a document into the folder."""
        path = self.docs / name
        path.parent.mkdir(exist_ok=True)
        aside = path.with_name(".aside")
        aside.write_text(text_of(name, version), encoding="utf-8")
        aside.replace(path)

    def open(self, encoder: HashingEncoder | None = None) -> Index:
        """The index with the encoder it was made with."""
        return Index.open(self.index, encoder=encoder or HashingEncoder(self.model()))

    def model(self) -> str:
        """Name of the encoder the index was made with."""
        path = self.index / "catalog.sqlite"
        if not SqliteCatalog.exists(path):
            return "first"
        catalog = SqliteCatalog(path, read_only=True)
        try:
            return catalog.fingerprint().model
        finally:
            catalog.close()

    def note(self, operation: str, before: State, after: State) -> None:
        """Tell the journal what is about to happen."""
        aside = self.journal.with_suffix(".tmp")
        aside.write_text(json.dumps([operation, before, after]), encoding="utf-8")
        aside.replace(self.journal)


def documents_of(index: Index) -> State:
    """What the index holds now."""
    return {info.name: version_of(index.document(info.name).text) for info in index.documents()}


def work(place: Workplace, random_: random.Random) -> None:
    """Change the index without end."""
    index = place.open()
    while True:
        before = documents_of(index)
        operation = random_.choices(["add", "remove", "reopen", "rebuild", "reindex"], [10, 4, 1, 1, 1])[0]
        if operation == "add":
            for name in random_.sample(NAMES, random_.randint(1, 6)):
                place.write(name, place.files().get(name, 0) + 1)
            files = sorted(place.files())
            if random_.random() < 0.3:
                (place.docs / random_.choice(files)).unlink()
            elif random_.random() < 0.3:
                name = random_.choice(files)
                (place.docs / name).rename(place.docs / f"moved-{random_.randrange(10**9)}.txt")
            place.note(operation, before, place.files())
            index.add(place.docs, prune=True)
        elif operation == "remove" and before:
            name = random_.choice(sorted(before))
            place.note(operation, before, {other: before[other] for other in before if other != name})
            (place.docs / name).unlink(missing_ok=True)
            index.remove(name)
        elif operation == "reindex":
            place.note(operation, before, before)
            index.close()
            Index.reindex(place.index, encoder=HashingEncoder("second" if place.model() == "first" else "first"))
            index = place.open()
        elif operation in ("reopen", "rebuild"):
            place.note(operation, before, before)
            index.close()
            if operation == "rebuild":
                shutil.rmtree(place.index / "lexical", ignore_errors=True)
                for file in place.index.glob("vectors-*"):
                    file.unlink()
            index = place.open()
            index.lexical("会议", 5)
        place.note("between", documents_of(index), documents_of(index))


def check(place: Workplace) -> str:
    """Open what the killed child left, compare, bring it in step; the operation that was in flight."""
    operation, before, after = json.loads(place.journal.read_text(encoding="utf-8"))
    encoder = HashingEncoder(place.model())
    with place.open(encoder) as index:
        held = documents_of(index)
        for name in {*before, *after, *held}:
            assert held.get(name) in (before.get(name), after.get(name)), (
                operation,
                name,
                before,
                after,
                held,
            )
        if operation == "remove":
            assert held in (before, after), (operation, before, after, held)
        problems = index.verify()
        assert problems == [], (operation, problems)
        if index.passage_count:
            question = text_of(next(iter(held)), 1)[:40]
            assert index.dense(question, 3) and index.lexical(question, 3), operation
        embedded = set(encoder.embedded)
        assert embedded == set(), (operation, "opening embedded something")
        receipt = index.add(place.docs, prune=True)
        files = place.files()
        assert documents_of(index) == files, (operation, receipt)
        changed = [name for name in files if held.get(name) != files[name] and name not in receipt.renamed]
        expected = sum(len(index.all_passages(name)) for name in changed)
        assert len(encoder.embedded) == expected, (operation, "embedded", len(encoder.embedded), expected)
        assert index.verify() == []
    place.note("between", files, files)
    remembered, kept = (
        {match.group() for path in paths for match in IN_BYTES.finditer(path.read_bytes())}
        for paths in (place.index.glob("catalog.sqlite*"), place.docs.rglob("*.txt"))
    )
    assert remembered <= kept, (operation, remembered - kept)
    store = LexicalStore(place.index / "lexical")
    assert not store.holds_dead(), operation
    return str(operation)


def in_child(job: Callable[[], object]) -> int:
    """Run a job in a forked process; its process id."""
    child = os.fork()
    if child:
        return child
    try:
        job()
        os._exit(0)
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(1)


def main() -> None:
    """Kill and check as often as asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--longest", type=float, default=1.5, help="seconds a child works at most")
    arguments = parser.parse_args()
    random_ = random.Random(arguments.seed)
    found: Counter[str] = Counter()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as root:
        place = Workplace(Path(root) / "work")
        place.note("create", {}, {})
        for number in range(arguments.kills):
            seed = random_.random()
            child = in_child(lambda seed=seed: work(place, random.Random(seed)))  # type: ignore[misc]
            time.sleep(random_.uniform(0.01, arguments.longest))
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            in_flight = json.loads(place.journal.read_text(encoding="utf-8"))[0]
            checker = in_child(lambda: check(place))
            _, checked = os.waitpid(checker, 0)
            if checked or not os.WIFSIGNALED(status):
                print(json.dumps({"kills": number + 1, "failed": in_flight, "seed": arguments.seed}))
                sys.exit(1)
            found[in_flight] += 1
    seconds = round(time.monotonic() - started, 1)
    print(json.dumps({"kills": arguments.kills, "in_flight": dict(found), "seconds": seconds, "failed": None}))


if __name__ == "__main__":
    main()
