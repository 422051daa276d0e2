"""Where the words of a question stand in texts: what retrieval and reading both look at.

What is compared are search views; Chinese without spaces, other scripts as words with a leading space, so that "art"
is not found in "party".
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from embeddings.analysis import CJK, is_cjk, terms
from embeddings.encoders import default_encoder
from embeddings.translation import ENGLISH, lexicon
from qa.background import idf, necessity
from qa.gazetteer import other_names
from qa.questions import Question
from qa.romanized import names
from qa.thesaurus import reworded, synonyms

_WORDS = re.compile(r"[\w%]+(?:(?<=\d)\.(?=\d)[\w%]+)*")
# Beside a CJK character, and between digits. It begins with the space, which is looked for fastest.
_NO_SPACE = re.compile(rf" (?:(?<=[{CJK}] )(?=\w)|(?<=\w )(?=[{CJK}])|(?<=\d )(?=\d))")


@lru_cache(maxsize=20_000)
def flat(view: str) -> str:
    """A view made ready for term look-ups: lower case, one space before each word, none between CJK characters."""
    return _NO_SPACE.sub("", f" {' '.join(_WORDS.findall(view.lower()))}")


MEANT = 3
"""Chinese words, the likeliest, that BM25 looks for in place of an English one, and whose synonyms count for it."""

Word = str | re.Pattern[str]
"""What is looked for in flat texts."""


def words_of(question: Question, chinese: bool = False) -> list[Word]:
    """The question's terms as they stand in flat texts; one that stands nowhere if there is none.

    `chinese`: in texts in Chinese, where those of an English question are looked for by what they may be there.
    """
    known: dict[str, Word] = _people(question)
    if chinese and question.language == "en":
        meant = {term: _any_of(term, *found) for term, found in in_chinese(question).items() if found}
        known = meant | known
    return [known.get(t) or _standing(t) for t in question.terms] or ["\0"]


def _standing(term: str) -> Word:
    """A term as flat texts hold it; the stem "energi" stands there as the beginning of "energy" or "energies"."""
    if is_cjk(term):
        return term
    return re.compile(f" {re.escape(term[:-1])}[iy]") if term.endswith("i") else " " + term


@lru_cache(maxsize=256)
def in_chinese(question: Question) -> dict[str, tuple[str, ...]]:
    """Of the terms of an English question that are English words, what each may be in Chinese."""
    surfaces = {stem: m.group().lower() for m in ENGLISH.finditer(question.matter) for stem in terms(m.group())[-1:]}
    wanted = {term: surfaces[term] for term in question.terms if term in surfaces}
    return dict(zip(wanted, lexicon(default_encoder()).chinese(list(wanted.values())), strict=True))


@lru_cache(maxsize=256)
def rewordings(question: Question) -> dict[int, tuple[str, ...]]:
    """Of the question's terms, by position, what may stand for the words that they are in: in Chinese texts."""
    if question.language == "en":
        meant = in_chinese(question)
        wanted = ((i, meant.get(term, ())[:MEANT]) for i, term in enumerate(question.terms))
        return {i: other for i, words in wanted if (other := tuple(s for word in words for s in synonyms(word)))}
    found: dict[int, tuple[str, ...]] = {}
    for word, others in reworded(question.matter):
        for i in (i for i, term in enumerate(question.terms) if term in word and len(term) > 1):
            found[i] = tuple(dict.fromkeys([*found.get(i, ()), *others]))
    return found


def reworded_presence(
    words: dict[int, tuple[str, ...]], here: NDArray[np.bool_], texts: Sequence[str]
) -> NDArray[np.bool_]:
    """`here`, which terms stand in which texts, with those whose `rewordings` do."""
    found, together = here.copy(), "\n".join(texts)
    known: dict[tuple[str, ...], NDArray[np.bool_]] = {}
    for i, others in words.items():
        if others not in known:
            somewhere = [other for other in others if other in together]  # few of them are
            known[others] = np.array([any(other in text for other in somewhere) for text in texts], dtype=bool)
        found[i] |= known[others]
    return found


def latin_of(question: Question) -> list[Word]:
    """The Latin words of a Chinese question as they stand in flat texts."""
    people = _people(question)
    return [people.get(word, word) for word in question.latin if word not in question.places]


def _people(question: Question) -> dict[str, Word]:
    """Of the terms that are part of a name in pinyin, either that or the characters that the name may be."""
    found: dict[str, Word] = {}
    for name, pattern in names(question.matter).items():
        found |= {form: re.compile(f" {re.escape(form)}|{pattern}") for form in (name, *terms(name)[-1:])}
    return found


def words_for(places: Sequence[str]) -> list[Word]:
    """Places as they stand in flat texts, in either language."""
    return [_any_of(place, *other_names(place)) for place in places]


def _any_of(*spellings: str) -> Word:
    forms = [s if is_cjk(s) else " " + s for s in spellings]
    return re.compile("|".join(map(re.escape, forms))) if len(forms) > 1 else forms[0]


def holds(text: str, word: Word) -> bool:
    """Whether the word stands in a flat text."""
    return word in text if isinstance(word, str) else word.search(text) is not None


JUNCTION = 0.2
"""What a term that is no word counts for: two characters of different words."""


def weights_of(question: Question) -> NDArray[np.float32]:
    """The inverse document frequency of each of `words_of` the question's terms.

    Less for those that are no words, and for those that only shape a question.
    """
    if not question.terms:
        return np.ones(1, dtype=np.float32)
    words = np.where(question.whole, np.float32(1), np.float32(JUNCTION))
    return idf(question.terms) * np.minimum(words, necessity(question.terms))


def present(words: Sequence[Word], texts: Sequence[str]) -> NDArray[np.bool_]:
    """Whether each word stands in each text, shape (words, texts)."""
    here = [[word in t for t in texts] if isinstance(word, str) else [holds(t, word) for t in texts] for word in words]
    return np.array(here, dtype=bool).reshape(len(words), len(texts))


def longest_common(wanted: str, text: str) -> int:
    """Length of the longest common substring; linear in `wanted` times a substring search."""
    best = start = 0
    while start + best < len(wanted):
        if wanted[start : start + best + 1] in text:
            best += 1
        else:
            start += 1
    return best
