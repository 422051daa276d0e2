"""Chinese names in Latin letters, and how they stand in a Chinese text: "Zhang Shuofu" is 张硕辅.

Which characters a name has cannot be told from its letters, but whether some characters may be read so can.
"""

import re
from functools import cache, lru_cache
from pathlib import Path

TABLE = Path(__file__).with_name("pinyin.txt")
"""A line for each syllable, and the characters read so; written by `qa.training.pinyin`."""

_COMMON = """
wang li zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin guo ma luo liang song zheng xie han tang feng
yu dong xiao cheng cao yuan deng fu shen zeng peng lv lu su jiang cai jia ding wei xue ye yan pan du dai xia zhong
tian ren fan fang shi yao tan liao zou xiong jin hao kong bai cui kang mao qiu qin gu hou shao meng long wan duan
lei qian yin yi chang qiao lai gong xi bo ji mo ling ouyang sima zhuge
"""
_SURNAMES = frozenset(_COMMON.split())
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_LONGEST = len("zhuang'zhuang")
"""Letters of a given name; longer words are not taken apart, which goes as deep as they have syllables."""


@cache
def _characters() -> dict[str, str]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ") for line in lines)


@lru_cache(maxsize=1000)
def _syllables(word: str) -> tuple[str, ...]:
    """The syllables of a word without marks, longest first; () if it is not made of them."""
    known = _characters()
    if not word:
        return ()
    for length in range(min(6, len(word)), 0, -1):
        if word[:length] in known:
            if length == len(word):
                return (word,)
            if rest := _syllables(word[length:]):
                return (word[:length], *rest)
    return ()


def _parts(word: str) -> tuple[str, ...]:
    """The syllables of one word of a name; an apostrophe or a hyphen stands between two."""
    found: list[str] = []
    for part in re.split(r"['’-]", word.lower().replace("ü", "v")):
        syllables = _syllables(part)
        if not syllables:
            return ()
        found += syllables
    return tuple(found)


def names(view: str) -> dict[str, str]:
    """Of each word of a person's name in pinyin, in lower case, a pattern of the characters that the name may be.

    A name is a surname with one word of one or two syllables behind it, as it is written in China and on most pages.
    """
    found: dict[str, str] = {}
    words = list(_WORD.finditer(view))
    for one, other in zip(words, words[1:], strict=False):
        surname, given = one.group().lower(), re.sub(r"['’]s$", "", other.group())
        if surname not in _SURNAMES or view[one.end() : other.start()] != " " or len(given) > _LONGEST:
            continue
        # Written small, as it is in a search box, both words may be English; "he can" is.
        if one.group()[0].islower() and len(given) < len("miner"):
            continue
        syllables = _parts(given)
        if 1 <= len(syllables) <= 2 and (one.group()[0].islower() or given[0].isupper()):
            known = _characters()
            pattern = "".join(f"[{known[s]}]" for s in (*_syllables(surname), *syllables))
            found[surname] = found[given.lower()] = pattern
    return found
