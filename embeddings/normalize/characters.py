"""What becomes of each code point on its way into the search view, as two lookup arrays.

A code point is plain (exactly one view character takes its place, whatever stands around it), dropped,
white, or one of the few whose NFKC form depends on its neighbours or is longer than one character.
The arrays are filled page by page (256 code points) as texts need them, because asking Unicode about all
of them would cost every start of the program a tenth of a second.
"""

import re
import unicodedata
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from embeddings.normalize.han import SIMPLIFIED, TRADITIONAL

PLAIN: Final = 0
ALONE: Final = 1  # plain, and a mark that follows it is not composed with it
WHITE: Final = 2
BREAK: Final = 3  # white, and ends a line
DROPPED: Final = 4
EXPANDS: Final = 5  # several view characters
JOINS: Final = 6  # belongs to the character before it

# OpenCC's characters cannot tell these regional forms apart where its phrases do (瞭解 is 了解 but 瞭望
# stays), so both scripts meet in one form: a view is for searching, the reader sees the original.
REGIONAL = dict(
    zip(
        "著瞭祇衹藉覆甦牠籐揹菓濬鎗簷睪痺薰馀暱瑯燄隄彷荳伕衞敍粧枱糭妳",
        "着了只只借复苏它藤背果浚枪檐睾痹熏余昵琅焰堤仿豆夫卫叙妆台粽你",
        strict=True,
    )
)
SIMPLE = str.maketrans({**dict(zip(TRADITIONAL, SIMPLIFIED, strict=True)), **REGIONAL})
"""For `str.translate`: traditional to simplified."""

_BREAKS = "\n\r\v\f\x85\u2028\u2029"
# Default_Ignorable_Code_Point, the byte order mark, and control characters that are not white space.
_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_JAMO = re.compile("[\u1161-\u11ff\ud7b0-\ud7ff]")  # vowels and finals, which compose with what precedes
# Han ideographs, Hangul syllables and private use: their own NFKC form, never marks.
_INERT_PAGES = (*range(0x34, 0xA0), *range(0xAC, 0xD7), *range(0xE0, 0xF9))


def _kind_and_target(character: str) -> tuple[int, str]:
    if _DROPPED.match(character):
        return DROPPED, character
    if character in _BREAKS:
        return BREAK, "\n"
    if character.isspace():
        return WHITE, " "
    folded = unicodedata.normalize("NFKC", character)
    if folded[0] == " ":
        # A spacing accent would bring forth white space: it stays as it is.
        return ALONE, character
    if (
        unicodedata.category(folded[0])[0] == "M"
        or _JAMO.match(folded)
        or unicodedata.category(character)[0] == "M"
    ):
        return JOINS, character
    if len(folded) > 1:
        return EXPANDS, character
    return PLAIN, folded.translate(SIMPLE)


class Characters:
    """The arrays: `targets[c]` is the view's code point for code point `c`, `kinds[c]` its kind."""

    def __init__(self) -> None:
        """Start with what needs no Unicode data: the Han table and the pages where nothing else happens."""
        self.targets: NDArray[np.uint32] = np.arange(0x110000, dtype=np.uint32)
        self.kinds: NDArray[np.uint8] = np.zeros(0x110000, dtype=np.uint8)
        for code, simplified in SIMPLE.items():
            self.targets[code] = ord(simplified)
        self._known = np.zeros(0x1100, dtype=np.bool_)
        self._known[list(_INERT_PAGES)] = True

    def learn(self, codes: NDArray[np.uint32]) -> None:
        """Make the arrays hold for these code points."""
        pages = codes >> 8
        if self._known[pages].all():
            return
        for page in set(pages[~self._known[pages]].tolist()):
            for code in range(page << 8, (page + 1) << 8):
                kind, target = _kind_and_target(chr(code))
                self.kinds[code] = kind
                self.targets[code] = ord(target)
            self._known[page] = True


@cache
def characters() -> Characters:
    """The one instance; threads may share it, since filling a page twice writes the same values."""
    return Characters()
