"""Where the words of a question stand in texts: what retrieval and reading both look at.

What is compared are search views; Chinese without spaces, other scripts as words with a leading space, so that "art"
is not found in "party".
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from embeddings.analysis import CJK
from qa.background import idf

CJK_ONLY = re.compile(rf"[{CJK}]")
_NOT_WORD = re.compile(rf"[^\w{CJK}.%]+|(?<!\d)\.|\.(?!\d)")
_SPACE = re.compile(rf"(?<=[{CJK}\d]) (?=[{CJK}\d])|(?<=[{CJK}]) (?=\w)|(?<=\w) (?=[{CJK}])")


@lru_cache(maxsize=20_000)
def flat(view: str) -> str:
    """A view made ready for term look-ups: lower case, one space before each word, none between CJK characters."""
    return " " + _SPACE.sub("", _NOT_WORD.sub(" ", view.lower())).strip()


def words_of(terms: Sequence[str]) -> list[str]:
    """Lexical terms as they stand in flat texts; one that stands nowhere if there is none."""
    return [t if CJK_ONLY.match(t) else " " + t for t in terms] or ["\0"]


def weights_of(terms: Sequence[str]) -> NDArray[np.float32]:
    """The inverse document frequency of each of `words_of`."""
    return idf(terms) if terms else np.ones(1, dtype=np.float32)


def present(words: Sequence[str], texts: Sequence[str]) -> NDArray[np.bool_]:
    """Whether each word stands in each text, shape (words, texts)."""
    return np.array([[word in text for text in texts] for word in words], dtype=bool).reshape(len(words), len(texts))


def longest_common(wanted: str, text: str) -> int:
    """Length of the longest common substring; linear in `wanted` times a substring search."""
    best = start = 0
    while start + best < len(wanted):
        if wanted[start : start + best + 1] in text:
            best += 1
        else:
            start += 1
    return best
