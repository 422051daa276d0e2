"""Original text -> search view, with a way back for every character.

The view is what is searched and embedded: NFKC widths, simplified characters, no readings in
parentheses or ruby, no invisible characters, folded white space. The original stays untouched.

What holds, for every text and view (`tests/test_normalize.py` proves it by generated texts):

- A boundary is a position in the view with `ends[position - 1] <= starts[position]`; the first and the
  last position are boundaries too. Characters between two boundaries form one unit that came from the
  same original slice (㈱ gives three view characters, a letter and its accents are one unit, so is a ruby
  element). `to_original` widens a slice that starts or ends inside a unit to the whole unit.
- For boundaries a <= b and `start, end = to_original(a, b)`:
  `fold(original[start:end]) == text[a:b].strip()`. Without white space at its edges a slice comes back
  exactly, because the whole view has none at its edges either.
- `to_view(*to_original(a, b)) == (a, b)` for boundaries a < b.
- `starts` and `ends` never decrease, and `fold(text) == normalize(text).text`.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from embeddings.normalize.characters import (
    ALONE,
    BREAK,
    DROPPED,
    EXPANDS,
    JOINS,
    PLAIN,
    SIMPLE,
    WHITE,
    characters,
)
from embeddings.normalize.glosses import glosses, rubies

NORMALIZER_VERSION: Final = 1
"""Raised whenever a view may change; part of the index fingerprint."""

Offsets = NDArray[np.int32]

# Text without marks, toned letters and "<": no two characters have to do with each other.
_EASY = "[\u3005\u3007\u3400-\u9fff!-;=-~！-；＝-～、。…“”‘’《》「」『』【】〈〉〔〕—·]+"
_EASY_TEXT = re.compile(f"{_EASY}(?: {_EASY})*")
_EASY_TARGETS = {chr(c): target for c, target in SIMPLE.items()} | {
    chr(c): chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)
}
_EASY_TARGETS["…"] = "..."


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A search view; `original[starts[i]:ends[i]]` is what view character `text[i]` came from."""

    original: str
    text: str
    starts: Offsets
    ends: Offsets

    def to_original(self, start: int, end: int) -> tuple[int, int]:
        """The original slice of the view slice `text[start:end]`: tight, and never within a unit.

        An empty slice gives an empty slice, at the beginning of what follows it.
        """
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"view slice {start}:{end} is not within 0:{len(self.text)}")
        if start == len(self.text):
            place = int(self.ends[-1]) if start else 0
            return place, place
        first = int(self.starts[start])
        return first, int(self.ends[end - 1]) if end > start else first

    def to_view(self, start: int, end: int) -> tuple[int, int]:
        """The smallest view slice that covers the original slice; empty where the view shows none of it."""
        if not 0 <= start <= end <= len(self.original):
            raise ValueError(f"original slice {start}:{end} is not within 0:{len(self.original)}")
        first = int(np.searchsorted(self.ends, start, side="right"))
        return first, max(first, int(np.searchsorted(self.starts, end, side="left")))


def fold(text: str) -> str:
    """The search view of a text alone, for questions: `normalize(text).text`, quicker for plain text."""
    if not text or _EASY_TEXT.fullmatch(text):
        return "".join(map(_EASY_TARGETS.get, text, text))
    return normalize(text).text


def normalize(text: str) -> View:
    """The search view of a text and the way back. Linear in time and memory."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    table = characters()
    table.learn(codes)
    starts = np.arange(len(codes), dtype=np.int32)
    draft = _Draft(codes, table.kinds[codes], starts, starts + 1)
    draft = _composed(draft.take(draft.kinds != DROPPED))
    draft = _white_folded(_without_glosses(_without_rubies(draft)))
    return View(text, draft.text(), draft.starts, draft.ends)


@dataclass(frozen=True, slots=True, eq=False)
class _Draft:
    """A view in the making: parallel arrays, one element per character."""

    codes: NDArray[np.uint32]
    kinds: NDArray[np.uint8]
    starts: Offsets
    ends: Offsets

    def text(self) -> str:
        return self.codes.tobytes().decode("utf-32-le", "surrogatepass")

    def take(self, which: NDArray[np.bool_]) -> "_Draft":
        return _Draft(self.codes[which], self.kinds[which], self.starts[which], self.ends[which])

    def boundaries(self) -> NDArray[np.bool_]:
        """For every position from 0 to the length: whether it lies between two units."""
        return np.concatenate(([True], self.ends[:-1] <= self.starts[1:], [True]))


def _composed(draft: _Draft) -> _Draft:
    """NFKC and simplified characters; a character and the marks on it become one unit."""
    targets = characters().targets
    if not (draft.kinds >= EXPANDS).any():
        return _Draft(targets[draft.codes], draft.kinds, draft.starts, draft.ends)
    heads = draft.kinds != JOINS
    heads[0] = True
    heads[1:] |= (draft.kinds[:-1] >= ALONE) & (draft.kinds[:-1] <= BREAK)
    first = np.flatnonzero(heads)
    last = np.append(first[1:], len(heads)) - 1
    complex_ = (last > first) | (draft.kinds[first] >= EXPANDS)
    text = draft.text()
    units = zip(first[complex_].tolist(), last[complex_].tolist(), strict=True)
    # One call for all units: a line feed never composes, and no unit contains one.
    joined = "\n".join(text[head : tail + 1] for head, tail in units)
    forms = unicodedata.normalize("NFKC", joined).translate(SIMPLE).split("\n")
    lengths = np.ones(len(first), dtype=np.intp)
    lengths[complex_] = [len(form) for form in forms]
    unit = np.repeat(np.arange(len(first)), lengths)
    codes = targets[draft.codes[first]][unit]
    codes[complex_[unit]] = np.frombuffer(
        "".join(forms).encode("utf-32-le", "surrogatepass"), dtype=np.uint32
    )
    kinds = np.where(complex_, PLAIN, draft.kinds[first]).astype(np.uint8)
    return _Draft(codes, kinds[unit], draft.starts[first][unit], draft.ends[last][unit])


def _without_rubies(draft: _Draft) -> _Draft:
    """Ruby elements reduced to their base text, each one unit."""
    if not (draft.codes == ord("<")).any():
        return draft
    keep = np.ones(len(draft.codes), dtype=np.bool_)
    starts, ends = draft.starts.copy(), draft.ends.copy()
    boundaries = draft.boundaries()
    for start, end, bases in rubies(draft.text()):
        if boundaries[start] and boundaries[end]:
            starts[start:end], ends[start:end] = starts[start], ends[end - 1]
            keep[start:end] = False
            for base_start, base_end in bases:
                keep[base_start:base_end] = True
    return _Draft(draft.codes, draft.kinds, starts, ends).take(keep)


def _without_glosses(draft: _Draft) -> _Draft:
    """Readings in parentheses taken out."""
    if not (draft.codes == ord("(")).any():
        return draft
    spans = np.array(list(glosses(draft.text())), dtype=np.intp).reshape(-1, 2)
    spans = spans[draft.boundaries()[spans].all(axis=1)]
    depth = np.zeros(len(draft.codes) + 1, dtype=np.int8)
    depth[spans[:, 0]] += 1
    depth[spans[:, 1]] -= 1
    return draft.take(np.cumsum(depth[:-1]) == 0) if len(spans) else draft


def _white_folded(draft: _Draft) -> _Draft:
    """Every run of white space one character, a line feed if it ends a line; none at the edges."""
    white = (draft.kinds == WHITE) | (draft.kinds == BREAK)
    if not white.any():
        return draft
    first = np.flatnonzero(white & ~np.append(False, white[:-1]))
    last = np.flatnonzero(white & ~np.append(white[1:], False))
    breaks = np.append(0, np.cumsum(draft.kinds == BREAK))
    codes, ends, keep = draft.codes.copy(), draft.ends.copy(), ~white
    codes[first] = np.where(breaks[last + 1] > breaks[first], ord("\n"), ord(" "))
    ends[first] = ends[last]
    keep[first] = True
    keep[: first[0] + 1] &= ~white[0]
    keep[last[-1] :] &= ~white[-1]
    keep[first[-1] :] &= ~white[-1]
    return _Draft(codes, draft.kinds, draft.starts, ends).take(keep)
