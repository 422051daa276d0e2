"""Whether a quotation holds the answer, and how close a span is: as SQuAD and CMRC 2018 count."""

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache

from embeddings.analysis import CJK
from embeddings.normalize import fold

_CJK = re.compile(f"[{CJK}]")
_TOKEN = re.compile(rf"[{CJK}]|[^\W_{CJK}]+(?:[.,:]\d+)*")
_ARTICLE = re.compile(r"\b(?:a|an|the)\b")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


@lru_cache(maxsize=20_000)
def _folded(text: str) -> str:
    """The text in one width and one script, on one line."""
    return " ".join(fold(text).split())


def contains(quote: str, answers: Sequence[str]) -> bool:
    """Whether an answer stands in the quotation, widths and scripts folded; spaces in Chinese are ignored."""
    whole = _folded(quote)
    golds = [_folded(answer) for answer in answers]
    if _CJK.search(whole):
        whole, golds = _unspaced(whole), [_unspaced(gold) for gold in golds]
    return any(gold in whole for gold in golds if gold)


def _unspaced(text: str) -> str:
    return "".join(text.split())


def span_scores(prediction: str, answers: Sequence[str]) -> tuple[float, float]:
    """F1 and exact match with the closest of the answers, each in [0, 1].

    Where prediction or answer has a CJK character they are counted as in CMRC 2018: characters (a word or
    number of another script is one), without punctuation, the longest common substring. Else as in SQuAD:
    lower-case words without punctuation and articles.
    """
    f1 = exact = 0.0
    for answer in answers:
        mine, gold = _folded(prediction), _folded(answer)
        chinese = _CJK.search(mine) or _CJK.search(gold)
        tokens: Callable[[str], list[str]] = _characters if chinese else _words
        common: Callable[[list[str], list[str]], int] = _common_run if chinese else _common_words
        a, b = tokens(mine), tokens(gold)
        shared = common(a, b)
        if shared:
            f1 = max(f1, 2 * shared / (len(a) + len(b)))
        exact = max(exact, float(a == b))
    return f1, exact


def _characters(text: str) -> list[str]:
    return _TOKEN.findall(text.lower())


def _words(text: str) -> list[str]:
    return _ARTICLE.sub(" ", text.lower().translate(_NO_PUNCTUATION)).split()


def _common_words(one: list[str], other: list[str]) -> int:
    return (Counter(one) & Counter(other)).total()


def _common_run(one: list[str], other: list[str]) -> int:
    """Length of the longest run of tokens that both have."""
    best, previous = 0, [0] * (len(other) + 1)
    for token in one:
        current = [0] * (len(other) + 1)
        for at, candidate in enumerate(other, start=1):
            if token == candidate:
                current[at] = previous[at - 1] + 1
        best = max(best, *current)
        previous = current
    return best
