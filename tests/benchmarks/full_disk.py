"""Write to an index while no file may grow beyond a limit, as on a full disk, and look at what is left.

    python tests/benchmarks/full_disk.py               # limits from 1 kB to 4 MB
    python tests/benchmarks/full_disk.py --limits 50000 200000

Every failure must be an error of this project in one line; afterwards the index opens, agrees with itself,
and the same addition completes without embedding again what was committed. The last line is one JSON object.
POSIX only.
"""

import argparse
import json
import os
import resource
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from embeddings.errors import WenjuError  # noqa: E402
from embeddings.index import Index, adding, dense_side  # noqa: E402
from tests.fakes import HashingEncoder  # noqa: E402

dense_side.BASE_MINIMUM = 100
adding._BATCH_PASSAGES = 50


def write_documents(folder: Path, count: int) -> None:
    """Files of some passages each."""
    folder.mkdir()
    for number in range(count):
        paragraph = f"第{number}号文件讲的是编号{number}的事情, 会议讨论了预算与交通规划的若干问题。" * 6
        (folder / f"{number}.txt").write_text("\n\n".join([paragraph] * 5), encoding="utf-8")


def in_limited_child(root: Path, limit: int) -> str:
    """Add under a limit on file sizes; what the child said."""
    told, telling = os.pipe()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # tantivy's threads tell of their panic
        try:
            with Index.open(root / "index", encoder=HashingEncoder()) as index:
                index.add(root / "docs")
            said = "done"
        except WenjuError as error:
            said = f"{type(error).__name__}: {error}"
        except BaseException as error:
            said = f"UNEXPECTED {type(error).__name__}: {error}"
        os.write(telling, said.encode())
        os._exit(0)
    os.close(telling)
    os.waitpid(child, 0)
    with open(told, encoding="utf-8") as pipe:
        return pipe.read()


def main() -> None:
    """Try each limit on an empty index and on a filled one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--limits", type=int, nargs="*", default=[int(1000 * 1.35**step) for step in range(28)])
    parser.add_argument("--documents", type=int, default=80)
    arguments = parser.parse_args()
    failed = 0
    for limit in arguments.limits:
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            write_documents(root / "docs", arguments.documents)
            said = in_limited_child(root, limit)
            assert not said.startswith("UNEXPECTED") and "\n" not in said and said, (limit, said)
            failed += said != "done"
            encoder = HashingEncoder()
            with Index.open(root / "index", encoder=encoder) as index:
                assert index.verify() == [], (limit, said, index.verify())
                kept = index.passage_count
                index.add(root / "docs")
                assert index.verify() == [], limit
                assert len(index.documents()) == arguments.documents
                assert len(encoder.embedded) == index.passage_count - kept, limit
            print(f"{limit:>9} bytes: {kept:>4} passages kept; {said.replace(name, '')}")
            shutil.rmtree(root / "index")
    print(json.dumps({"limits": len(arguments.limits), "failed_additions": failed}))


if __name__ == "__main__":
    main()
