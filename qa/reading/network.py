"""The span model's forward pass in numpy; `qa.training.span_model` is the same in PyTorch, for training.

Texts stand one after another in one matrix, a row for each atom, and nothing is padded: what looks at atoms one by one
is one product for all texts, and only what compares atoms goes text by text.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.encoders import StaticEncoder
from qa.reading.atoms import Atoms, bounded

Matrix = NDArray[np.float32]
HEADS = 4
NEAR = 5
"""Atoms that a convolution sees at once."""
SAFE = 80.0
"""Bound of exponents: the exponential function of it is finite in float32, as is the sum over a text."""
KEPT = 20_000
"""Words, and pieces, whose vectors are kept for the next question."""


class Remembered:
    """Rows of words or pieces that were needed before; one for each key, kept for the next question."""

    def __init__(self) -> None:
        self._rows: dict[Any, Matrix] = {}

    def __call__(self, keys: Sequence[Any], make: Callable[[list[Any]], Matrix]) -> Matrix:
        """The rows of the keys, shape (keys, width); those that are not known are made, all at once."""
        rows = self._rows if len(self._rows) < KEPT else {}  # another thread may still read the old ones
        if new := [key for key in dict.fromkeys(keys) if key not in rows]:
            rows.update(zip(new, make(new), strict=True))
        self._rows = rows
        return np.concatenate([rows[key] for key in keys]).reshape(len(keys), -1)


class Network:
    """Small, so numpy is enough: no other runtime has to be imported for a question. Safe to share by threads."""

    def __init__(self, weights: dict[str, NDArray[Any]]) -> None:
        self._weights = {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in weights.items()}
        # What is linear in one word or piece is computed once for each.
        self._reduce = [
            self._weights["basis"] @ half.T for half in np.split(self._weights["vectors.weight"], 2, axis=1)
        ]
        self._words, self._pieces = Remembered(), Remembered()
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
        sides, count = [*questions, *passages], len(questions)
        texts = _texts(sides)
        kind = self._linear("kind", kind)
        flags = self._linear("flags", np.concatenate([side.flags for side in sides]))
        begin = texts[count].start  # of the passages' rows
        x = self._vectors(sides, encoder) + flags
        x[:begin] += kind
        x = self._block("encode", x, texts)
        pairs = list(zip(texts[:count], texts[count:], strict=True))
        found = np.concatenate([_attended(x[p] / np.sqrt(np.float32(x.shape[1])), x[q], x[q]) for q, p in pairs])
        pooled = np.stack([x[q].mean(axis=0) for q, _ in pairs])
        x = x[begin:]
        x = self._linear("mix", np.concatenate([x, found, x * found, x - found], axis=1)) + flags[begin:] + kind
        texts = _texts(passages)
        for layer in range(self._layers):
            x = self._block(f"blocks.{layer}", x, texts)
        ends, asks = self._linear("ends", x), 1 + self._linear("ask", pooled)
        whole = np.stack([np.concatenate([x[p].mean(axis=0), x[p].max(axis=0)]) for p in texts])
        whole = np.concatenate([whole, pooled], axis=1)
        answers = self._linear("answers.1", _gelu(self._linear("answers.0", whole)))[:, 0]
        result = []
        for p, ask, answer in zip(texts, asks, answers, strict=True):
            first, last = (ends[p] * ask).reshape(-1, 2, x.shape[1]).sum(axis=2).T
            result.append((first, last, float(answer)))
        return result

    def _vectors(self, sides: Sequence[Atoms], encoder: StaticEncoder) -> Matrix:
        """Projected vectors of the atoms alone and of the pieces that they stand in, shape (atoms, width)."""
        words = [word for side in sides for word in side.words]
        pieces = [piece for side in sides for piece in side.pieces.tolist()]
        alone, standing = self._reduce
        found = self._words(words, lambda new: bounded(encoder.sums(encoder.tokenize(new))) @ alone)
        around = self._pieces(pieces, lambda new: bounded(encoder.token_vectors(new)) @ standing)
        found += around
        found += self._weights["vectors.bias"]
        return found

    def _linear(self, name: str, x: Matrix) -> Matrix:
        product: Matrix = x @ self._weights[f"{name}.weight"].T
        product += self._weights[f"{name}.bias"]
        return product

    def _norm(self, name: str, x: Matrix) -> Matrix:
        each = np.full(x.shape[1], 1 / x.shape[1], dtype=np.float32)
        centred: Matrix = x - (x @ each)[:, None]
        variance = np.einsum("lw,lw->l", centred, centred) / np.float32(x.shape[1])
        centred /= np.sqrt(variance + np.float32(1e-5))[:, None]
        centred *= self._weights[f"{name}.weight"]
        centred += self._weights[f"{name}.bias"]
        return centred

    def _block(self, name: str, x: Matrix, texts: Sequence[slice]) -> Matrix:
        width = x.shape[1]
        x = x + _gelu(self._linear(f"{name}.near", _windows(self._norm(f"{name}.norms.0", x), texts)))
        projected = self._linear(f"{name}.project", self._norm(f"{name}.norms.1", x))
        projected[:, :width] *= np.float32((width // HEADS) ** -0.5)
        joined = np.empty_like(x)
        for text in texts:
            q, k, v = projected[text].reshape(-1, 3, HEADS, width // HEADS).transpose(1, 2, 0, 3)
            joined[text] = _attended(q, k, v).transpose(1, 0, 2).reshape(-1, width)
        x += self._linear(f"{name}.join", joined)
        x += self._linear(f"{name}.narrow", _gelu(self._linear(f"{name}.wide", self._norm(f"{name}.norms.2", x))))
        return x


def _texts(sides: Sequence[Atoms]) -> list[slice]:
    """The rows of each."""
    return [slice(*ends) for ends in pairwise(accumulate((len(side.words) for side in sides), initial=0))]


def _windows(x: Matrix, texts: Sequence[slice]) -> Matrix:
    """Beside each row those around it, zeros where its text ends: shape (rows, NEAR * width)."""
    rows, width = x.shape
    result = np.zeros((rows, NEAR, width), dtype=np.float32)
    for i in range(NEAR):
        shift = i - NEAR // 2
        for text in texts:
            a, b = max(text.start, text.start - shift), min(text.stop, text.stop - shift)
            if a < b:
                result[a:b, i] = x[a + shift : b + shift]
    return result.reshape(rows, NEAR * width)


def _attended(q: Matrix, k: Matrix, v: Matrix) -> Matrix:
    """Means of `v` weighed by the softmax of the products of `q` and `k`, over the last two axes."""
    weights: Matrix = q @ k.swapaxes(-1, -2)
    np.clip(weights, -SAFE, SAFE, out=weights)
    np.exp(weights, out=weights)
    found: Matrix = weights @ v
    # Not as a product with ones: OpenBLAS's kernel for that sometimes makes numpy warn of an invalid value, wrongly.
    found /= np.einsum("...ij->...i", weights)[..., None]
    return found


def _gelu(x: Matrix) -> Matrix:
    """In place: x / (1 + exp(-2 y)), which is x (1 + tanh y) / 2, for the y of its approximation by tanh."""
    inner = x * x
    inner *= np.float32(-2 * 0.7978845608 * 0.044715)
    inner += np.float32(-2 * 0.7978845608)
    inner *= x
    np.minimum(inner, np.float32(SAFE), out=inner)
    np.exp(inner, out=inner)
    inner += 1
    x /= inner
    return x
