"""Other words for those of a question: somebody asks who found work, the document says who was employed.

`thesaurus.txt` was written for this project: a line for each meaning, the Chinese words (simplified) that may stand
for it, from everyday speech to official language, Taiwan's and Hong Kong's usage among them.
"""

from collections import defaultdict
from functools import cache, lru_cache
from pathlib import Path

THESAURUS = Path(__file__).with_name("thesaurus.txt")
SHORTEST, LONGEST = 2, 6
"""Characters of a word that is looked up."""


@lru_cache(maxsize=5_000)
def synonyms(word: str) -> tuple[str, ...]:
    """What may stand for a word, but for parts of itself; () if nothing is known."""
    lines, at = _table()
    others = dict.fromkeys(other for line in at.get(word, ()) for other in lines[line].split())
    return tuple(other for other in others if other not in word)


@lru_cache(maxsize=256)
def reworded(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The words of a view that have synonyms, and these; from the left, the longest at each place."""
    known, found, start = _table()[1], {}, 0
    while start + SHORTEST <= len(text):
        lengths = range(min(LONGEST, len(text) - start), SHORTEST - 1, -1)
        word = next((w for n in lengths if (w := text[start : start + n]) in known), None)
        if word and (others := synonyms(word)):
            found[word] = others
        start += len(word) if word else 1
    return tuple(found.items())


@cache
def _table() -> tuple[list[str], dict[str, list[int]]]:
    """The lines, and of each word those that it is in."""
    lines = THESAURUS.read_text(encoding="utf-8").splitlines()
    at: dict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        for word in line.split():
            at[word].append(number)
    return lines, at
