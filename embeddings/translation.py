"""English words as Chinese ones: by a glossary, by translations, and by what the static encoder has near them.

`glossary.txt` was written for this project; `lexicon.txt` is learnt from sentences in both languages by
`embeddings.training.lexicon`. The encoder was trained on such sentences too, so that its tokens of the same meaning
lie together. What a question's words may be in a Chinese text is good enough to look for, though not to show.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock

import numpy as np

from embeddings.analysis import terms
from embeddings.encoders import StaticEncoder

GLOSSARY = Path(__file__).with_name("glossary.txt")
"""A line for each English word in its plain form: the Chinese words that it may be, likeliest first."""
LEXICON = GLOSSARY.with_name("lexicon.txt")
"""The same of any form, and for STEM and the stem of several."""
STEM = "*"
WORDS, NEAREST, ENOUGH = 10, 8, 3
"""Chinese words for one English word, at most; how many of them the encoder may add, and where it need not."""
LEAST, SHARE = 0.36, 0.6
"""Cosine that a neighbour needs, and what it needs of the nearest one's."""
_REMEMBERED = 5_000  # words
_AT_ONCE = 64  # words that are compared with all Chinese ones, 26,000, in one piece of memory
_ALIKE = 3  # letters that a word has in common with its plain form
_WORD = re.compile(r"[\u4e00-\u9fff]{2,4}")
EDGES = frozenset("的了在是和与及或被把从对为以有也就都而之其该这那由于所个")
"""Characters that begin and end no word to look for."""
ENGLISH = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")


class Lexicon:
    """Chinese words for English ones. Safe to share by threads."""

    def __init__(self, encoder: StaticEncoder) -> None:
        self._encoder, self._lock = encoder, Lock()
        tokens = encoder.tokens()
        wanted = [
            i for i, t in enumerate(tokens) if _WORD.fullmatch(t) and t[0] not in EDGES and t[-1] not in EDGES
        ]
        self._ids = np.array(wanted, dtype=np.intp)
        self._words = [tokens[i] for i in wanted]
        self._known: dict[str, tuple[str, ...]] = {}

    def chinese(self, words: Sequence[str]) -> list[tuple[str, ...]]:
        """What each English word may be in simplified Chinese, the likeliest first; () if nothing is known of it."""
        with self._lock:
            if new := [word for word in dict.fromkeys(words) if word not in self._known]:
                if len(self._known) > _REMEMBERED:
                    self._known = {}
                    new = list(dict.fromkeys(words))
                known = {word: translated(word) for word in new}
                rare = [word for word in new if len(known[word]) < ENOUGH]
                for word, near in zip(rare, self._nearest(rare), strict=True):
                    known[word] = tuple(dict.fromkeys([*known[word], *near]))
                self._known |= {word: chinese[:WORDS] for word, chinese in known.items()}
            return [self._known[word] for word in words]

    def _nearest(self, words: Sequence[str]) -> list[tuple[str, ...]]:
        found = []
        for start in range(0, len(words), _AT_ONCE):
            vectors = self._encoder.encode_queries(words[start : start + _AT_ONCE])
            for column in self._encoder.cosines(self._ids, vectors).T:
                near = np.flatnonzero(column >= LEAST)
                best = near[np.argsort(-column[near], kind="stable")[:NEAREST]]
                least = SHARE * float(column.max(initial=0.0))
                found.append(tuple(self._words[i] for i in best.tolist() if column[i] >= least))
        return found


@lru_cache(maxsize=2)
def lexicon(encoder: StaticEncoder) -> Lexicon:
    """The lexicon of an encoder, made once."""
    return Lexicon(encoder)


def translated(word: str) -> tuple[str, ...]:
    """What an English word is in the glossary and then in the lexicon, in each by itself or by its stem."""
    lower = word.lower()
    stem = english_stem(lower)
    written = _glossary().get(lower) or _glossary().get(_plain(lower, stem), ())
    learnt = _lexicon().get(lower) or _lexicon().get(STEM + stem, ())
    return tuple(dict.fromkeys([*written, *learnt]))


def _plain(word: str, stem: str) -> str:
    """The shortest word of the glossary with the same beginning and stem; "" if there is none."""
    return next((w for w in _alike().get(word[:_ALIKE], ()) if english_stem(w) == stem), "")


@cache
def _alike() -> dict[str, list[str]]:
    """The glossary's words by their beginnings, the shortest first."""
    found: dict[str, list[str]] = defaultdict(list)
    for word in sorted(_glossary(), key=len):
        found[word[:_ALIKE]].append(word)
    return found


def english_stem(word: str) -> str:
    """The stem of an English word; of one with a hyphen, of its last part."""
    return (terms(word) or [""])[-1]


@cache
def _glossary() -> dict[str, tuple[str, ...]]:
    return _read(GLOSSARY)


@cache
def _lexicon() -> dict[str, tuple[str, ...]]:
    return _read(LEXICON)


def _read(path: Path) -> dict[str, tuple[str, ...]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return {word: tuple(chinese) for word, *chinese in map(str.split, lines)}
