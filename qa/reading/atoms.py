"""Text -> atoms with what the span model sees of each: vectors of the static encoder and matches with the question.

An atom is one CJK character, one number, one word of another script, or one mark.
"""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.analysis import CJK
from embeddings.encoders import StaticEncoder
from qa.questions import Question
from qa.reading.background import idf

_ATOM = re.compile(rf"[{CJK}]|\d+(?:[.,:]\d+)*|[^\W\d_{CJK}]+|[^\w\s]")
_CJK = re.compile(rf"[{CJK}]")
_HAN_NUMBER = frozenset("一二三四五六七八九十百千万亿两零〇第几多")

FLAGS = 16
"""How many numbers describe an atom beside its vectors."""
RUN = 8.0  # characters; a longer match counts as this long


@dataclass(frozen=True, slots=True)
class Atoms:
    """Atoms of a view: where they are, what they are, and flags; one row or element per atom."""

    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    words: list[str]
    pieces: NDArray[np.int32]  # token id of the piece that each stands in
    flags: NDArray[np.float32]  # (atoms, FLAGS)


def atoms(view: str, other: str, encoder: StaticEncoder, centre: tuple[int, int] | None = None) -> Atoms:
    """The atoms of a view and how they match `other`: the question for a passage, the passage for a question.

    `centre` marks the stretch of a passage that is asked about; its neighbours are there as context.
    """
    found = [(m.start(), m.end(), m.group().lower()) for m in _ATOM.finditer(view)] or [(0, 0, "")]
    starts = np.array([a for a, _, _ in found], dtype=np.int32)
    ends = np.array([b for _, b, _ in found], dtype=np.int32)
    words = [w for _, _, w in found]
    flags = np.zeros((len(words), FLAGS), dtype=np.float32)
    lower = other.lower()
    runs = _runs(words, lower)
    flags[:, 0] = [bool(w) and w in lower for w in words]
    flags[:, 1] = np.minimum(runs, RUN) / RUN
    flags[:, 2] = runs > 1
    flags[:, 3] = idf(words) / 10
    flags[:, 4] = [bool(_CJK.match(w)) for w in words]
    flags[:, 5] = [w[:1].isdigit() for w in words]
    flags[:, 6] = [w in _HAN_NUMBER for w in words]
    flags[:, 7] = [w.isalpha() and not _CJK.match(w) for w in words]
    flags[:, 8] = [view[a:b][:1].isupper() for a, b, _ in found]
    flags[:, 9] = [not w.isalnum() for w in words]
    flags[:, 10] = [w in "。!?;" for w in words]
    flags[:, 11] = [w in ',、:()"“”《》「」' for w in words]
    if centre is not None:
        flags[:, 12] = (starts >= centre[0]) & (ends <= centre[1])
        flags[:, 13] = starts < centre[0]
    flags[:, 14] = np.linspace(0, 1, len(words))
    return Atoms(starts, ends, words, _pieces(view, starts, encoder), flags)


def align(passage: Atoms, question: Atoms, encoder: StaticEncoder) -> None:
    """Fill the last flag of the passage's atoms: how close the closest piece of the question is."""
    mine, theirs = (_unit(encoder.token_vectors(a.pieces)) for a in (passage, question))
    passage.flags[:, 15] = (mine @ theirs.T).max(axis=1)


def vectors(atoms: Atoms, encoder: StaticEncoder) -> NDArray[np.float32]:
    """Vectors of the atoms alone beside those of their pieces, shape (atoms, 2 * dimension)."""
    alone = encoder.sums(encoder.tokenize(atoms.words))
    return np.concatenate([bounded(alone), bounded(encoder.token_vectors(atoms.pieces))], axis=1)


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
    factors: NDArray[np.float32] = np.log1p(norms) / np.maximum(norms, 1e-9)
    return vectors * factors


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    norms: NDArray[np.float32] = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return vectors / norms


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
