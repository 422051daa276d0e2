"""Text -> atoms with what the span model sees of each: vectors of the static encoder and matches with the question.

An atom is one CJK character, one number, one word of another script, or one mark.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from embeddings.alignment import distinct
from embeddings.analysis import is_cjk
from embeddings.encoders import StaticEncoder
from qa.background import idf
from qa.questions import Question
from qa.reading.evidence import Evidence

_ATOM = re.compile(r"\d+(?:[.,:]\d+)*|(?:(?![\W\d_])[A-Za-z\u00aa-\u2fff])+|[^\W_]|[^\w\s]")
_TAKEN = re.compile(rf"(?:{_ATOM.pattern})\s*")
_HAN_NUMBER = frozenset("一二三四五六七八九十百千万亿两零〇第几多")

FLAGS = 16
"""How many numbers describe an atom beside its vectors."""
BASIS = 128
"""Dimensions that the encoder's vectors are reduced to: their first principal components."""
CENTRE = 12
"""Position among the flags of the one that marks the sentence that is asked about."""
BEFORE, AFTER = 40, 24
"""Atoms of context on each side of it."""
LONGEST_QUESTION, LONGEST_PASSAGE, LONGEST_ANSWER = 48, 256, 40
"""Atoms; what is longer is cut off."""
RUN = 8.0  # atoms; a longer match counts as this long


@dataclass(frozen=True, slots=True)
class Atoms:
    """Atoms of a view: where they are, what they are, and flags; one row or element per atom."""

    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    words: list[str]
    pieces: NDArray[np.int32]  # token id of the piece that each stands in
    flags: NDArray[np.float32]  # (atoms, FLAGS)


def seen(question: Question, evidence: Evidence, i: int, encoder: StaticEncoder) -> tuple[Atoms, Atoms, int]:
    """What the model sees of the question and of sentence `i` with its context, and where in the view that starts.

    Offsets of the second atoms count from that start, in the view of the sentence's candidate.
    """
    sentence = evidence.sentences[i]
    view = evidence.views[sentence.candidate].text
    a, b = sentence.view_start, sentence.view_start + len(sentence.text)
    left = a - sum(len(w) for w in _TAKEN.findall(view[max(0, a - 6 * BEFORE) : a])[-BEFORE:])
    right = b + sum(len(w) for w in _TAKEN.findall(view[b : b + 6 * AFTER])[:AFTER])
    left = max(left, 0)
    passage = _atoms(_passage(view[left:right], encoder, LONGEST_PASSAGE), question.text)
    asked = _atoms(_question(question.text, encoder, LONGEST_QUESTION), view[left:right])
    passage.flags[:, CENTRE] = (passage.starts >= a - left) & (passage.ends <= b - left)
    passage.flags[:, CENTRE + 1] = passage.starts < a - left
    _align(asked, passage, encoder)
    return asked, passage, left


@lru_cache(maxsize=20_000)
def _form(word: str) -> tuple[bool, ...]:
    """What a word is by its characters: flags 4 to 11, but for the eighth."""
    return (
        bool(word) and is_cjk(word),
        word[:1].isdigit(),
        word in _HAN_NUMBER,
        word.isalpha() and not is_cjk(word),
        False,
        not word.isalnum(),
        word in "。!?;",
        word in ',、:()"“”《》「」\'',
    )


def _cut(view: str, encoder: StaticEncoder, longest: int) -> Atoms:
    """The atoms of a view with what does not depend on the other side."""
    found = [(m.start(), m.end(), m.group().lower()) for m in _ATOM.finditer(view)][:longest] or [(0, 0, "")]
    starts = np.array([a for a, _, _ in found], dtype=np.int32)
    ends = np.array([b for _, b, _ in found], dtype=np.int32)
    words = [w for _, _, w in found]
    flags = np.zeros((len(words), FLAGS), dtype=np.float32)
    flags[:, 3] = idf(words) / 10
    flags[:, 4:12] = [_form(w) for w in words]
    flags[:, 8] = [view[a : a + 1].isupper() for a in starts.tolist()]
    flags[:, 14] = np.linspace(0, 1, len(words))
    return Atoms(starts, ends, words, _pieces(view, starts, encoder), flags)


_passage = lru_cache(maxsize=4000)(_cut)  # questions over the same documents share them
_question = lru_cache(maxsize=16)(_cut)  # the sentences of one question share it


def _atoms(plain: Atoms, other: str) -> Atoms:
    """The atoms with how they match `other`."""
    flags, lower = plain.flags.copy(), other.lower()
    runs = _runs(plain.words, lower)
    flags[:, 0] = [bool(w) and w in lower for w in plain.words]
    flags[:, 1] = np.minimum(runs, RUN) / RUN
    flags[:, 2] = runs > 1
    return replace(plain, flags=flags)


def _align(one: Atoms, other: Atoms, encoder: StaticEncoder) -> None:
    """Fill the last flag of both sides' atoms: how close the closest piece of the other side is."""
    pieces = [distinct(side.pieces) for side in (one, other)]
    asked = encoder.token_vectors(pieces[0])
    asked /= np.maximum(np.linalg.norm(asked, axis=1, keepdims=True), 1e-9)
    cosines = encoder.cosines(pieces[1], asked).T
    for side, known, axis in zip((one, other), pieces, (1, 0), strict=True):
        side.flags[:, 15] = cosines.max(axis=axis)[np.searchsorted(known, side.pieces)]


def kind_vector(question: Question, kinds: tuple[str, ...]) -> NDArray[np.float32]:
    """The question's kind, one-hot."""
    return np.array([question.kind == kind for kind in kinds], dtype=np.float32)


def _pieces(view: str, starts: NDArray[np.int32], encoder: StaticEncoder) -> NDArray[np.int32]:
    ids, offsets = encoder.pieces(view)
    if not ids:
        return np.zeros(len(starts), dtype=np.int32)
    which = np.clip(np.searchsorted([a for a, _ in offsets], starts, side="right") - 1, 0, None)
    return np.asarray(ids, dtype=np.int32)[which]


def bounded(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors with logarithmic length: direction tells the meaning, length how much a token matters."""
    norms: NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True)
    lengths: NDArray[np.float32] = np.log1p(norms)
    floored: NDArray[np.float32] = np.maximum(norms, 1e-9)
    return vectors * (lengths / floored)


def _runs(words: list[str], other: str) -> NDArray[np.float32]:
    """For each atom, the length in atoms of the longest run of atoms through it that stands in `other`."""
    compact = other.replace(" ", "")
    lengths = np.zeros(len(words), dtype=np.float32)
    start = 0
    while start < len(words):
        stop, text = start, ""
        while stop < len(words) and words[stop] and text + words[stop] in compact:
            text += words[stop]
            stop += 1
        if stop > start:
            lengths[start:stop] = np.maximum(lengths[start:stop], stop - start)
        start += 1
    return lengths


def best_span(first: NDArray[np.float32], last: NDArray[np.float32], allowed: NDArray[np.bool_]) -> tuple[int, int]:
    """The most likely first and last atom within what is allowed; rows beyond `allowed` are padding."""
    n = len(allowed)
    scores = np.where(allowed, first[:n], -1e9)[:, None] + np.where(allowed, last[:n], -1e9)[None, :]
    near = np.tri(n, k=LONGEST_ANSWER - 1, dtype=bool) & ~np.tri(n, k=-1, dtype=bool)
    a, b = np.unravel_index(int(np.where(near, scores, -3e9).argmax()), scores.shape)
    return int(a), int(b)
