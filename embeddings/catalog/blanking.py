"""Overwrites the unused bytes of an SQLite file's pages, where copies of what was removed may linger.

`secure_delete` zeroes a row where it is deleted, and pages that become free. When SQLite has moved a row to
another page before, as it does to balance its trees, the copy on the old page stays, in the gap between the
page's list of cells and their contents. SQLite never reads a gap, so zeroes can be written there in place;
VACUUM would do the same by writing the whole file thrice.

This is run as a program of its own: a process that closes a file loses all its POSIX locks on it, among them
those of SQLite. Nobody may write to the file meanwhile, nothing may wait in its -wal file, and who writes to
it afterwards must not use pages that were read before.
"""

import os
import sys
from collections.abc import Iterator

MOST_PAGES = 1 << 24
"""In larger files, the first byte of pages that are no nodes of a tree (0, of a page number) may be another."""

_AT_ONCE = 1 << 20  # bytes read, a multiple of every page size
_NODES = {2: 12, 5: 12, 10: 8, 13: 8}  # kind of a tree's node -> length of its header
_FILE_HEADER = 100  # bytes, on the first page


def blank(path: str) -> int:
    """Write zeroes over what is unused in the pages of the file; the number of bytes that were none."""
    blanked = 0
    with open(path, "r+b", buffering=0) as file:
        head = file.read(_FILE_HEADER)
        size = int.from_bytes(head[16:18], "big")
        size = 65536 if size == 1 else size
        for at in range(0, os.fstat(file.fileno()).st_size, _AT_ONCE):
            file.seek(at)
            pages = file.read(_AT_ONCE)
            for begin in range(0, len(pages), size):
                page = pages[begin : begin + size]
                for start, end in _unused(page, _FILE_HEADER if at + begin == 0 else 0):
                    waste = end - start - page.count(0, start, end)
                    if waste:
                        file.seek(at + begin + start)
                        file.write(bytes(end - start))
                        blanked += waste
        os.fsync(file.fileno())
    return blanked


def _unused(page: bytes, header: int) -> Iterator[tuple[int, int]]:
    """The stretches of a page that nothing refers to."""
    length = _NODES.get(page[header]) if len(page) > header else None
    if length is None:
        return  # part of a large row, or free: SQLite has zeroed what of it is unused

    def number(at: int) -> int:
        return int.from_bytes(page[at : at + 2], "big")

    gap = header + length + 2 * number(header + 3)
    yield gap, number(header + 5) or len(page)
    free = number(header + 1)
    while free:
        following, size = number(free), number(free + 2)
        yield free + 4, free + size
        free = following if following > free else 0


if __name__ == "__main__":
    blank(sys.argv[1])
