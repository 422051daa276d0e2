"""Readings written beside Chinese characters: pinyin and bopomofo in parentheses, HTML ruby.

They say how a character sounds, never what the text says, and they tear words apart for every search.
All patterns look at text that is already NFKC-folded.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
"""Han ideographs, for use inside [...] of a regex."""

_INITIALS = {
    "": "a ai an ang ao e ei en eng er o ou wa wai wan wang wei wen weng wo wu ya yan yang yao ye yi yin "
    "ying yo yong you yu yuan yue yun",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng iao o ou u",
    "d": "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e ei eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ia ian iang iao ie in ing iu ong ou u uan uo un ü üe ue",
    "l": "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan un uo ü üe ue üan ün",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u ua uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo ei",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo ei",
}

_INTERJECTIONS = frozenset({"ê", "m", "n", "ng", "hm", "hng"})  # syllables only when they stand alone
_GLOSS = re.compile(rf"(?<=[{HAN})])\(([^()\n<>]{{1,60}})\)")
_SEPARATORS = re.compile(r"[\s'’·/,、-]+")
_TONES = "\u0304\u0301\u030c\u0300"
_BREVE = "\u0306"  # often typed for the third tone
_BOPOMOFO = re.compile(r"[\u3105-\u312f\u31a0-\u31bfˉˊˇˋ˙·\s]+")
_LETTERS = re.compile(r"[a-züê]+")
# School books print these two letters in their one-storey shapes.
_SCHOOL_LETTERS = str.maketrans("ɑɡ", "ag")

_RUBY = re.compile(r"<ruby\b[^<>]{0,200}>((?:(?!</?ruby\b).){0,400}?)</ruby\s*>", re.IGNORECASE | re.DOTALL)
_READING = re.compile(
    r"<(r[tp]|rtc)\b[^<>]*>(?:(?!</?(?:rt|rp|rb|rtc)\b).)*(?:</\1\s*>)?|</?(?:rb|rtc|rt|rp)\b[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)


@cache
def syllables() -> frozenset[str]:
    """All syllables of standard Mandarin, without tones."""
    return frozenset(initial + final for initial, finals in _INITIALS.items() for final in finals.split())


def _spells_syllables(word: str) -> bool:
    """Whether a lower-case word is a chain of syllables with at most one tone each."""
    decomposed = unicodedata.normalize("NFD", word.translate(_SCHOOL_LETTERS))
    # ü and ê are letters, not tones: put their dots and hats back before the tones are lifted off.
    letters = decomposed.replace("u\u0308", "ü").replace("e\u0302", "ê")
    bare = "".join(c for c in letters if c not in _TONES and c != _BREVE)
    if not _LETTERS.fullmatch(bare):
        return False
    toned = [False] * len(bare)
    position = 0
    for character in letters:
        if character not in _TONES and character != _BREVE:
            position += 1
        elif position == 0 or toned[position - 1]:
            return False
        else:
            toned[position - 1] = True
    if bare in _INTERJECTIONS:
        return sum(toned) <= 1
    reachable = {0}
    for end in range(1, len(bare) + 1):
        for start in range(max(0, end - 6), end):
            if start in reachable and bare[start:end] in syllables() and sum(toned[start:end]) <= 1:
                reachable.add(end)
    # A final r is the retroflex suffix: huār.
    return len(bare) in reachable or (bare.endswith("r") and len(bare) > 1 and len(bare) - 1 in reachable)


@lru_cache(maxsize=10_000)
def is_reading(inner: str) -> bool:
    """Whether the text between parentheses is a reading: toned lower-case pinyin, or bopomofo."""
    if _BOPOMOFO.fullmatch(inner):
        return not inner.isspace() and any("\u3105" <= c <= "\u31bf" for c in inner)
    words = _SEPARATORS.split(inner.strip())
    decomposed = unicodedata.normalize("NFD", inner)
    return any(tone in decomposed for tone in _TONES + _BREVE) and all(map(_spells_syllables, words))


def glosses(view: str) -> Iterator[tuple[int, int]]:
    """Spans of readings in parentheses directly after a Han character or after another such reading."""
    previous = -1
    for match in _GLOSS.finditer(view):
        start, end = match.span()
        if (start == previous or view[start - 1] != ")") and is_reading(match[1]):
            previous = end
            yield start, end


def rubies(view: str) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """HTML ruby elements: start, end, and the spans inside that are its base text."""
    for match in _RUBY.finditer(view):
        content = match[1]
        if "<rt" not in content.lower():
            continue
        bases, position = [], 0
        for reading in _READING.finditer(content):
            bases.append((position, reading.start()))
            position = reading.end()
        bases.append((position, len(content)))
        yield match.start(), match.end(), [_trimmed(content, *base, match.start(1)) for base in bases]


def _trimmed(content: str, start: int, end: int, offset: int) -> tuple[int, int]:
    base = content[start:end]
    start += len(base) - len(base.lstrip())
    return offset + start, offset + max(start, end - (len(base) - len(base.rstrip())))
