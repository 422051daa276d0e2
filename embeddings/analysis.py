"""Search view -> lexical terms, the same for questions, passages and the reader's features.

Characters of scripts that put no spaces between words become unigrams and bigrams, which rank better
than segmented words on Chinese reading sets; words of other scripts are lower-cased and stemmed.
"""

import re
from functools import lru_cache
from typing import Any

ANALYZER_VERSION = 1
"""Raised whenever `terms` may change; part of the index fingerprint."""

CJK = "\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af"
"""Character class of the scripts written without spaces, for use inside [...] of a regex."""

_ATOM = re.compile(rf"[{CJK}]|\d+(?:[.,:]\d+)*|[^\W\d_{CJK}]+(?:['’][^\W\d_]+)?")
_SPACED = re.compile(rf"[^\W\d_{CJK}]")

_STOP = """
a about an and are as at be been but by can could did do does for from had has have he her his how i
if in into is it its me my of on or our she should so than that the their them then there these they
this those to us was we were what when where which who whom whose why will with would you your
"""
_STOP_WORDS = frozenset(_STOP.split())


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer  # compiled and quick to import, but not needed for purely Chinese text

    return Stemmer.Stemmer("english", 0)


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    """The stem of a lower-case word, "" for a stop word."""
    if word in _STOP_WORDS:
        return ""
    if word.endswith(("'s", "’s")):
        word = word[:-2]
    return str(_stemmer().stemWord(word))


def terms(view: str) -> list[str]:
    """Terms of a search view in reading order, repeated as often as they occur.

    Adjacent atoms of which one is a CJK character form a bigram; punctuation separates, spaces do not.
    """
    found: list[str] = []
    previous, previous_end, previous_spaced = "", -1, False
    for match in _ATOM.finditer(view):
        atom, start = match.group(), match.start()
        spaced = len(atom) > 1 or atom.isascii() or bool(_SPACED.match(atom))
        if spaced:
            atom = atom.lower()
            term = atom if atom[0].isdigit() else _stem(atom)
        else:
            term = atom
        if term and previous and not (spaced and previous_spaced):
            gap = view[previous_end:start]
            if not gap or gap.isspace():
                found.append(previous + atom)
        if term:
            found.append(term)
        previous, previous_end, previous_spaced = (atom if term else ""), match.end(), spaced
    return found
