"""Damaged files against every reader: whatever comes, only DocumentError may come out.

Small valid files of each format are mutated (bytes flipped, cut, repeated, swapped between files; the
members of zip containers likewise, packed up again whole) and read in this process. A crash of a C
library shows as the death of the child that reads a batch. The last line is one JSON object.

    python tests/benchmarks/fuzz_readers.py                    # 1,000 inputs per suffix
    python tests/benchmarks/fuzz_readers.py --inputs 200 --seed 7 .pdf .html
"""

import argparse
import io
import json
import logging
import multiprocessing
import random
import resource
import sys
import time
import warnings
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from embeddings.documents import parse  # noqa: E402
from embeddings.documents.reading import READERS  # noqa: E402
from embeddings.errors import DocumentError  # noqa: E402
from embeddings.types import Document  # noqa: E402
from tests import corpus  # noqa: E402

_BATCH = 50
_SLOW = 10.0  # seconds of processor time for one file of some kilobytes
_NASTY = (
    *(
        b"\0",
        b"\xff\xfe",
        b"<",
        b"&#xD800;",
        b"\\ud800",
        b"]]>",
        b"<!--",
        b"<table>",
        b"\r",
        b'"',
        b"{",
        b"#",
    ),
    *(b"[" * 300, b"9" * 5000, b"\xf0\x9f\x98\x80", b"<b>" * 50, b"stream", b"endobj", b"/Length 99999999"),
)


def mutate(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """One to eight damages to the bytes."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(changed) + 1)
        size = chance.choice((1, 2, 8, 64, 512))
        match chance.randrange(6):
            case 0:
                changed[at : at + size] = bytes(chance.randrange(256) for _ in range(size))
            case 1:
                del changed[at : at + size]
            case 2:
                changed[at:at] = changed[at : at + size] * chance.randint(1, 20)
            case 3:
                changed[at:at] = chance.choice(_NASTY)
            case 4:
                start = chance.randrange(len(other) + 1)
                changed[at : at + size] = other[start : start + size]
            case _ if chance.random() < 0.2:
                del changed[at:]
    return bytes(changed)


def mutate_text(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """The same damage to the characters of a text: it stays decodable and gets further in."""
    text, strange = data.decode("utf-8", "ignore"), other.decode("utf-8", "ignore")
    wide = mutate(text.encode("utf-32-le"), strange.encode("utf-32-le"), chance)
    whole = wide[: len(wide) // 4 * 4].decode("utf-32-le", "ignore")
    return whole.encode("utf-8", "ignore")


def mutate_member(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """The zip with one to three of its members damaged inside and packed up again."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w") as target:
        names = source.namelist()
        damaged = set(chance.sample(names, min(len(names), chance.randint(1, 3))))
        for name in names:
            content = source.read(name)
            target.writestr(name, mutate(content, other, chance) if name in damaged else content)
    return stream.getvalue()


def check(document: Document) -> str:
    """What is wrong with a document that was read, "" if nothing."""
    document.text.encode()
    ends = [0, *(span.end for span in document.set_aside)]
    starts = [*(span.start for span in document.set_aside), len(document.text)]
    if any(start < end for start, end in zip(starts, ends, strict=True)):
        return "set-aside spans overlap or leave the text"
    if any(not 0 <= heading.start < heading.end <= len(document.text) for heading in document.headings):
        return "a heading leaves the text"
    places = [place.start for place in document.places]
    return "places are out of order" if places != sorted(places) else ""


def attempt(data: bytes, name: str) -> str:
    """How reading went: "read", "refused", or what should not have happened."""
    began = time.process_time()
    try:
        outcome = check(parse(data, name)) or "read"
    except DocumentError as error:
        outcome = "refused" if "\n" not in str(error) and len(str(error)) < 400 else f"reason: {error!r}"
    except BaseException as error:  # this is what the search is for
        outcome = f"raised {error!r:.200}"
    took = time.process_time() - began
    return outcome if took < _SLOW else f"slow: {took:.0f} s"


def batch(suffix: str, seed: int, size: int, answers: "multiprocessing.SimpleQueue[tuple[str, bytes]]") -> None:
    """Read `size` mutated files; every outcome goes into the queue as it comes."""
    resource.setrlimit(resource.RLIMIT_AS, (4 * 2**30, 4 * 2**30))
    warnings.simplefilter("ignore")
    logging.disable()
    chance = random.Random(f"{suffix} {seed}")
    valid = [file.data for file in corpus.READABLE if Path(file.name).suffix == suffix] or _alike(suffix)
    zipped = valid[0].startswith(b"PK")
    for _ in range(size):
        data, other = chance.choice(valid), chance.choice(valid)
        deeper = mutate_member if zipped else mutate_text
        changed = (deeper if suffix != ".pdf" and chance.random() < 0.8 else mutate)(data, other, chance)
        answers.put(("about to read", changed))
        answers.put((attempt(changed, f"a{suffix}"), b""))


def _alike(suffix: str) -> list[bytes]:
    return [file.data for file in corpus.READABLE if READERS[Path(file.name).suffix] == READERS[suffix]]


def fuzz(suffix: str, inputs: int, seed: int) -> tuple[Counter[str], list[tuple[str, bytes]]]:
    """Outcomes of so many mutated files of one suffix, and the inputs that went wrong."""
    outcomes: Counter[str] = Counter()
    wrong: list[tuple[str, bytes]] = []
    context = multiprocessing.get_context("fork")
    for number in range(0, inputs, _BATCH):
        answers: multiprocessing.SimpleQueue[tuple[str, bytes]] = context.SimpleQueue()
        child = context.Process(target=batch, args=(suffix, seed * 1_000_000 + number, _BATCH, answers))
        child.start()
        last = b""
        for _ in range(_BATCH):
            while answers.empty() and child.is_alive():
                time.sleep(0.0005)
            if answers.empty():
                break
            _, last = answers.get()
            while answers.empty() and child.is_alive():
                time.sleep(0.0005)
            outcome = answers.get()[0] if not answers.empty() else f"crashed with code {child.exitcode}"
            outcomes[outcome.split(":")[0] if outcome[:4] in ("slow", "rais") else outcome] += 1
            if outcome not in ("read", "refused"):
                wrong.append((outcome, last))
        child.join()
    return outcomes, wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz the suffixes given, or all; 1 if anything but a document or a reason came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suffixes", nargs="*", default=sorted(READERS))
    parser.add_argument("--inputs", type=int, default=1000, help="per suffix")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for the inputs that went wrong")
    options = parser.parse_args(arguments)
    result = {}
    bad = 0
    for suffix in options.suffixes:
        outcomes, wrong = fuzz(suffix, options.inputs, options.seed)
        result[suffix] = dict(outcomes)
        bad += len(wrong)
        print(f"{suffix:10} {dict(outcomes)}", flush=True)
        for number, (outcome, data) in enumerate(wrong):
            print(f"  {outcome}", flush=True)
            if options.keep:
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"{options.seed}-{number}{suffix}").write_bytes(data)
    print(
        json.dumps({"inputs": sum(map(sum, (o.values() for o in result.values()))), "wrong": bad, "outcomes": result})
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
