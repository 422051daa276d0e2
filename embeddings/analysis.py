"""Search view -> lexical terms, the same for questions, passages and the reader's features.

Characters of scripts that put no spaces between words become unigrams and bigrams, which rank better
than segmented words on Chinese reading sets; words of other scripts are lower-cased and stemmed.
"""

import re
from functools import lru_cache
from operator import add
from typing import Any

ANALYZER_VERSION = 1
"""Raised whenever `terms` may change; part of the index fingerprint."""

CJK = "\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af"
"""Character class of the scripts written without spaces, for use inside [...] of a regex."""

LETTER = r"[^\W\d_A-Za-z]"
"""A letter that is not ASCII: nearly the same in Chinese text, and far quicker to compile; where neither matters."""

# A run of characters without spaces (white space within it does not count), a number, or a word.
_ATOM = re.compile(rf"([{CJK}]+(?:\s+[{CJK}]+)*)|\d+(?:[.,:]\d+)*|[^\W\d_{CJK}]+(?:['’][^\W\d_]+)?")

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
        atom = match.group()
        start, end = match.span()
        adjacent = previous and (start == previous_end or view[previous_end:start].isspace())
        if match.lastindex or _is_lone_digit(atom):
            run = atom if atom.isalnum() else "".join(atom.split())
            if adjacent:
                found.append(previous + run[0])
            found += _unigrams_and_bigrams(run)
            previous, previous_spaced = run[-1], False
        else:
            atom = atom.lower()
            term = atom if atom[0].isdigit() else _stem(atom)
            if term:
                if adjacent and not previous_spaced:
                    found.append(previous + atom)
                found.append(term)
            previous, previous_spaced = (atom if term else ""), True
        previous_end = end
    return found


def is_cjk(character: str) -> bool:
    """Whether a character, or the first one of a string, is of the class `CJK`."""
    code = ord(character[0])
    return code >= 0x3007 and (
        0x4E00 <= code <= 0x9FFF
        or code == 0x3007
        or 0x3040 <= code <= 0x30FF
        or 0x3400 <= code <= 0x4DBF
        or 0xAC00 <= code <= 0xD7AF
        or 0xF900 <= code <= 0xFAFF
        or 0x20000 <= code <= 0x323AF
    )


def _is_lone_digit(atom: str) -> bool:
    """Whether it is one digit of a script other than ours, which pairs with its neighbours as CJK does."""
    return len(atom) == 1 and not atom.isascii() and atom.isdecimal()


def _unigrams_and_bigrams(run: str) -> list[str]:
    if len(run) == 1:
        return [run]
    found = [run] * (2 * len(run) - 1)
    found[::2] = run
    found[1::2] = map(add, run, run[1:])
    return found
