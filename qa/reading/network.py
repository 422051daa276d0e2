"""The span model's forward pass in numpy; `qa.training.span_model` is the same in PyTorch, for training."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.encoders import StaticEncoder
from qa.reading.atoms import BASIS, FLAGS, Atoms, bounded

Matrix = NDArray[np.float32]
Mask = NDArray[np.bool_]
HEADS = 4
NEAR = 5
"""Atoms that a convolution sees at once."""


KEPT = 20_000
"""Words, and pieces, whose vectors are kept for the next question."""


class Network:
    """Small, so numpy is enough: no other runtime has to be imported for a question."""

    def __init__(self, weights: dict[str, NDArray[Any]]) -> None:
        self._weights = {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in weights.items()}
        self._words: dict[str, Matrix] = {}  # reduced vectors that were needed before
        self._pieces: dict[int, Matrix] = {}
        self._layers = 1 + max(int(n.split(".")[1]) for n in weights if n.startswith("blocks."))

    @classmethod
    def load(cls, path: Path) -> "Network":
        """Read the weights that training saved."""
        with np.load(path) as saved:
            return cls({name: saved[name] for name in saved.files})

    def __call__(
        self, questions: Sequence[Atoms], passages: Sequence[Atoms], kind: Matrix, encoder: StaticEncoder
    ) -> list[tuple[Matrix, Matrix, float]]:
        """For each passage log-odds of first and last atom of the answer, shape (atoms,), and that there is one.

        The question is given once for each passage, since its flags say what of it stands there.
        """
        kind = self._linear("kind", kind)
        asked, flags, asked_mask = self._padded(questions, encoder)
        asked = self._block("encode", asked + flags + kind, asked_mask)
        x, flags, mask = self._padded(passages, encoder)
        x = self._block("encode", x + flags, mask)
        weights = x @ asked.transpose(0, 2, 1) / np.sqrt(np.float32(x.shape[2])) + _outside(asked_mask)[:, None, :]
        found = _softmax(weights) @ asked
        x = self._linear("mix", np.concatenate([x, found, x * found, x - found], axis=2)) + flags + kind
        for layer in range(self._layers):
            x = self._block(f"blocks.{layer}", x, mask)
        pooled = _mean(asked, asked_mask)
        ends = self._linear("ends", x) * (1 + self._linear("ask", pooled))[:, None]
        ends = ends.reshape(*x.shape[:2], 2, -1).sum(axis=3)
        most = (x + _outside(mask)[:, :, None]).max(axis=1)
        whole = np.concatenate([_mean(x, mask), most, pooled], axis=1)
        answers = self._linear("answers.1", _gelu(self._linear("answers.0", whole)))
        lengths = [len(p.words) for p in passages]
        return [(ends[i, :n, 0], ends[i, :n, 1], float(answers[i, 0])) for i, n in enumerate(lengths)]

    def _padded(self, sides: Sequence[Atoms], encoder: StaticEncoder) -> tuple[Matrix, Matrix, Mask]:
        """Projected vectors and flags, (sides, length, width), and where there are atoms, (sides, length)."""
        longest = max(len(side.words) for side in sides)
        mask = np.array([np.arange(longest) < len(side.words) for side in sides])
        vectors = np.zeros((len(sides), longest, 2 * BASIS), dtype=np.float32)
        flags = np.zeros((len(sides), longest, FLAGS), dtype=np.float32)
        for i, side in enumerate(sides):
            vectors[i, : len(side.words)] = self.vectors(side, encoder)
            flags[i, : len(side.words)] = side.flags
        return self._linear("vectors", vectors), self._linear("flags", flags), mask

    def vectors(self, atoms: Atoms, encoder: StaticEncoder) -> Matrix:
        """Reduced vectors of the atoms alone beside those of their pieces, shape (atoms, 2 * BASIS)."""
        known = self._words if len(self._words) < KEPT else {}
        new = list(dict.fromkeys(w for w in atoms.words if w not in known))
        if new:
            alone = bounded(encoder.sums(encoder.tokenize(new))) @ self._weights["basis"]
            known.update(zip(new, alone, strict=True))
        self._words = known
        found = np.empty((len(atoms.words), 2 * BASIS), dtype=np.float32)
        for i, word in enumerate(atoms.words):
            found[i, :BASIS] = known[word]
        found[:, BASIS:] = self._standing(atoms, encoder)
        return found

    def _standing(self, atoms: Atoms, encoder: StaticEncoder) -> Matrix:
        """Reduced vectors of the pieces that the atoms stand in, shape (atoms, BASIS)."""
        pieces: list[int] = atoms.pieces.tolist()
        known = self._pieces if len(self._pieces) < KEPT else {}
        if new := [piece for piece in dict.fromkeys(pieces) if piece not in known]:
            known.update(zip(new, bounded(encoder.token_vectors(new)) @ self._weights["basis"], strict=True))
        self._pieces = known
        return np.stack([known[piece] for piece in pieces])

    def _linear(self, name: str, x: Matrix) -> Matrix:
        weight = self._weights[f"{name}.weight"]
        product: Matrix = (x.reshape(-1, x.shape[-1]) @ weight.T).reshape(*x.shape[:-1], len(weight))
        product += self._weights[f"{name}.bias"]
        return product

    def _norm(self, name: str, x: Matrix) -> Matrix:
        centred: Matrix = x - x.mean(axis=-1, keepdims=True)
        variance = np.einsum("blw,blw->bl", centred, centred)[:, :, None] / np.float32(x.shape[-1])
        centred /= np.sqrt(variance + np.float32(1e-5))
        centred *= self._weights[f"{name}.weight"]
        centred += self._weights[f"{name}.bias"]
        return centred

    def _block(self, name: str, x: Matrix, mask: Mask) -> Matrix:
        batch, length, width = x.shape
        padded = np.zeros((batch, length + NEAR - 1, width), dtype=np.float32)
        np.multiply(self._norm(f"{name}.norms.0", x), mask[:, :, None], out=padded[:, NEAR // 2 : NEAR // 2 + length])
        windows = np.concatenate([padded[:, i : i + length] for i in range(NEAR)], axis=2)
        x = x + _gelu(self._linear(f"{name}.near", windows))
        q, k, v = (
            self._linear(f"{name}.project", self._norm(f"{name}.norms.1", x))
            .reshape(batch, length, 3, HEADS, width // HEADS)
            .transpose(2, 0, 3, 1, 4)
        )
        weights = (q * np.float32((width // HEADS) ** -0.5)) @ k.transpose(0, 1, 3, 2)
        weights += _outside(mask)[:, None, None, :]
        found = _softmax(weights) @ v
        x = x + self._linear(f"{name}.join", found.transpose(0, 2, 1, 3).reshape(batch, length, width))
        wide = _gelu(self._linear(f"{name}.wide", self._norm(f"{name}.norms.2", x)))
        return x + self._linear(f"{name}.narrow", wide)


def _outside(mask: Mask) -> Matrix:
    return np.where(mask, np.float32(0), np.float32(-1e4))


def _mean(x: Matrix, mask: Mask) -> Matrix:
    """The mean over what is there; (batch, length, width) to (batch, width)."""
    total: Matrix = (x * mask[:, :, None]).sum(axis=1)
    counts: Matrix = mask.sum(axis=1, keepdims=True, dtype=np.float32)
    return total / counts


def _softmax(x: Matrix) -> Matrix:
    """In place."""
    x -= x.max(axis=-1, keepdims=True)
    np.exp(x, out=x)
    x /= x.sum(axis=-1, keepdims=True)
    return x


def _gelu(x: Matrix) -> Matrix:
    """In place: x / (1 + exp(-2 y)), which is x (1 + tanh y) / 2, for the y of its approximation by tanh."""
    inner = x * x
    inner *= np.float32(-2 * 0.7978845608 * 0.044715)
    inner += np.float32(-2 * 0.7978845608)
    inner *= x
    np.minimum(inner, np.float32(80), out=inner)
    np.exp(inner, out=inner)
    inner += 1
    x /= inner
    return x
