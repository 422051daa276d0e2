"""Keep a small index of the present format beside this file, for tests/test_index_format.py.

    python tests/data/index_formats/keep.py

Run once per format, before it is released; a kept index is never made again.
"""

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from embeddings.catalog.migrations import FORMAT  # noqa: E402
from embeddings.documents import from_text  # noqa: E402
from embeddings.index import Index  # noqa: E402
from tests.fakes import HashingEncoder  # noqa: E402

TEXTS = {
    "guangzhou.txt": "廣州的會議由市長主持。會議在上午九時開始，與會者討論了預算。",
    "sub/porto.md": "# Porto\n\nThe council of Porto met in spring. Budgets were discussed at length.",
    "removed.txt": "这份文件已经删除。",
}


def main() -> None:
    """Write the catalog alone: the other files are derived."""
    target = Path(__file__).parent / str(FORMAT)
    target.mkdir()
    with tempfile.TemporaryDirectory() as folder:
        with Index.open(Path(folder) / "index", encoder=HashingEncoder(dimension=16)) as index:
            for name, text in TEXTS.items():
                index.add_document(from_text(text, name))
            index.remove("removed.txt")
            index.set_setting("threshold", "0.25")
        shutil.copy(Path(folder) / "index" / "catalog.sqlite", target)


if __name__ == "__main__":
    main()
