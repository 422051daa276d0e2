"""Write embeddings/lexicon.txt: what English words are in Chinese, learnt from sentences in both languages.

    python -m embeddings.training.lexicon DATA/train

IBM Model 1 (Brown et al. 1993, The mathematics of statistical machine translation) over the translations in DATA, in
both directions: a pair of words is as likely as the geometric mean of t(chinese | english) and t(english | chinese),
which keeps out what merely stands in the same sentences. Chinese words are pieces of the default encoder's tokenizer.
About four minutes and 4 GB.
"""

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.analysis import terms
from embeddings.encoders import default_encoder
from embeddings.normalize import fold
from embeddings.training.corpora import rows
from embeddings.translation import EDGES, ENGLISH, LEXICON, STEM, english_stem

SETS = ("tatoeba_cmn_en", "tico19_en_zh", "privacyguides_zh_en", "laws_tw_zh_en", "ntrex_en_zhhans", "ntrex_en_zhhant")
LONGEST = 50, 150
"""English words, and Chinese characters, of a translation; in longer ones everything stands beside everything."""
CELLS = 2500
"""Pairs of words that one translation may be, at most."""
COMMON, TWICE = 4, 2
"""How often an English word stands there to be learnt by itself and not with its stem; and any word to be learnt."""
ROUNDS = 6
NOTHING = 1.0
"""Weight of the word that stands for nothing, beside a word of the sentence."""
LEAST, SHARE = 0.04, 0.1
"""Likelihood that a translation needs, and what it needs of the likeliest one's."""
SEEN = 0.8
"""Times that a translation must have been met, as expected."""
ALONE = 0.08, 0.3
"""Likelihoods, in the two directions, that a single character needs."""
KEPT, LONG = 8, 4
"""Translations of one word, and characters of one."""
_HAN = re.compile("[\u4e00-\u9fff]+")
_EDGES = EDGES | frozenset("得应并")

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]
Likely = dict[tuple[str, str], tuple[float, float, float]]
"""Of an English word and a Chinese one: t(chinese | english), t(english | chinese), and how often they were met."""


def translations(data: Path) -> Iterator[tuple[list[str], str]]:
    """English words and the Chinese sentence of each translation."""
    for name in SETS:
        for row in rows(data, f"{name}.pairs"):
            english, chinese = sorted((row["query"], row["positive"]), key=_han_share)
            if _han_share(english) > 0.2 or _han_share(chinese) <= 0.2:
                continue
            words = {w.lower() for w in ENGLISH.findall(fold(english)) if len(w) > 1 and terms(w)}
            view = fold(chinese)
            if 0 < len(words) <= LONGEST[0] and len(view) <= LONGEST[1]:
                yield sorted(words), view


def _han_share(text: str) -> float:
    return sum("\u4e00" <= c <= "\u9fff" for c in text) / max(len(text), 1)


@dataclass
class Cells:
    """Every pair of an English and a Chinese word that stand in one translation."""

    english: list[str]
    chinese: list[str]
    pairs: tuple[Ints, Ints]  # which English and which Chinese word; each pair once
    pair: Ints  # of each cell
    token: tuple[Ints, Ints]  # of each cell, the English and the Chinese word in its sentence


def cells(found: list[tuple[list[str], str]]) -> Cells:
    """The cells of all translations; a rare English word is its stem."""
    encoder = default_encoder()
    often = Counter(word for words, _ in found for word in words)
    left = [sorted({w if often[w] >= COMMON else STEM + english_stem(w) for w in words}) for words, _ in found]
    right = [
        sorted({p for p in (view[a:b] for a, b in encoder.pieces(view)[1]) if _HAN.fullmatch(p)})
        for _, view in found
    ]
    english, chinese = _vocabulary(left), _vocabulary(right)
    parts: list[list[Ints]] = [[], [], [], []]
    tokens = [0, 0]
    for words, pieces in zip(left, right, strict=True):
        e = np.array([english[w] for w in words if w in english], np.int32)
        z = np.array([chinese[p] for p in pieces if p in chinese], np.int32)
        if not 0 < len(e) * len(z) <= CELLS:
            continue
        across = np.repeat(np.arange(len(e), dtype=np.int32), len(z)), np.tile(
            np.arange(len(z), dtype=np.int32), len(e)
        )
        for part, values in zip(
            parts, (e[across[0]], z[across[1]], across[0] + tokens[0], across[1] + tokens[1]), strict=True
        ):
            part.append(values.astype(np.int32))
        tokens = [tokens[0] + len(e), tokens[1] + len(z)]
    e, z, e_token, z_token = (np.concatenate(part) for part in parts)
    unique, pair = np.unique(e.astype(np.int64) * len(chinese) + z, return_inverse=True)
    pairs = (unique // len(chinese)).astype(np.int32), (unique % len(chinese)).astype(np.int32)
    return Cells(list(english), list(chinese), pairs, pair.astype(np.int32), (e_token, z_token))


def _vocabulary(sentences: list[list[str]]) -> dict[str, int]:
    often = Counter(word for words in sentences for word in words)
    return {word: i for i, word in enumerate(word for word, count in often.items() if count >= TWICE)}


def expectation_maximization(cells: Cells, given: int) -> tuple[Floats, Floats]:
    """t(the other word | the given one) of each pair, and how often that is met; `given`: 0 English, 1 Chinese."""
    given_word, other_word, other_token = cells.pairs[given], cells.pairs[1 - given], cells.token[1 - given]
    word = np.zeros(int(other_token.max()) + 1, np.int32)
    word[other_token] = other_word[cells.pair]
    nothing = NOTHING * (np.bincount(word) / len(word))[word]
    t = 1 / np.bincount(given_word)[given_word]
    for _ in range(ROUNDS):
        explained = np.bincount(other_token, weights=t[cells.pair]) + nothing
        met = np.bincount(cells.pair, weights=t[cells.pair] / explained[other_token])
        t = met / np.maximum(np.bincount(given_word, weights=met), 1e-9)[given_word]
    return t.astype(np.float32), met.astype(np.float32)


def likely(cells: Cells) -> Likely:
    """The pairs of which something may come."""
    (there, met), (back, met_back) = (expectation_maximization(cells, given) for given in (0, 1))
    kept = np.flatnonzero((there * back > 2e-5) & (np.minimum(met, met_back) > 0.3))
    return {
        (cells.english[cells.pairs[0][i]], cells.chinese[cells.pairs[1][i]]): (
            float(there[i]),
            float(back[i]),
            float(min(met[i], met_back[i])),
        )
        for i in kept.tolist()
    }


def by_stem(found: Likely) -> Likely:
    """The same of stems: each is all words that have it, as often as they were met."""
    stems = {word: word if word.startswith(STEM) else STEM + english_stem(word) for word, _ in found}
    total: defaultdict[str, float] = defaultdict(float)
    sums: dict[tuple[str, str], tuple[float, float]] = {}
    for (word, chinese), (_, back, met) in found.items():
        total[stems[word]] += met
        before = sums.get((stems[word], chinese), (0.0, 0.0))
        sums[stems[word], chinese] = before[0] + met, min(1.0, before[1] + back)
    return {(stem, chinese): (met / total[stem], back, met) for (stem, chinese), (met, back) in sums.items()}


def table(found: Likely) -> dict[str, list[str]]:
    """The best translations of each word, the likeliest first."""
    of_word: dict[str, list[tuple[float, str]]] = {}
    for (word, chinese), (there, back, met) in found.items():
        alone = len(chinese) == 1 and (there < ALONE[0] or back < ALONE[1])
        edged = len(chinese) > 1 and (chinese[0] in _EDGES or chinese[-1] in _EDGES)
        if met >= SEEN and len(chinese) <= LONG and not alone and not edged:
            of_word.setdefault(word, []).append(((there * back) ** 0.5, chinese))
    return {word: best for word, choices in of_word.items() if (best := _best(choices))}


def _best(choices: list[tuple[float, str]]) -> list[str]:
    """The likeliest, without those that a likelier one stands in: who looks for 意见 finds 陈述意见."""
    best: list[str] = []
    ordered = sorted(choices, reverse=True)
    for chance, chinese in ordered:
        if chance >= max(LEAST, SHARE * ordered[0][0]) and not any(known in chinese for known in best):
            best.append(chinese)
    return best[:KEPT]


def main() -> None:
    """Read, count, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    found = likely(cells(list(translations(parser.parse_args().data))))
    stems = table(by_stem(found))
    words = {
        word: best
        for word, best in table(found).items()
        if not word.startswith(STEM) and best != stems.get(STEM + english_stem(word))
    }
    lines = [f"{word} {' '.join(best)}\n" for word, best in sorted((stems | words).items())]
    LEXICON.write_text("".join(lines), encoding="utf-8")
    print(f"{len(lines)} words in {LEXICON}")


if __name__ == "__main__":
    main()
