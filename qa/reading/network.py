"""The span model's forward pass in numpy; `qa.training.span_model` is the same in PyTorch, for training."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.encoders import StaticEncoder
from qa.reading.atoms import Atoms, vectors

Matrix = NDArray[np.float32]
HEADS = 4


class Network:
    """Small, so numpy is enough: no other runtime has to be imported for a question."""

    def __init__(self, weights: dict[str, NDArray[Any]]) -> None:
        self._weights = {name: value.astype(np.float32) for name, value in weights.items()}
        self._layers = 1 + max(int(n.split(".")[1]) for n in weights if n.startswith("blocks."))

    @classmethod
    def load(cls, path: Path) -> "Network":
        """Read the weights that training saved."""
        with np.load(path) as saved:
            return cls({name: saved[name] for name in saved.files})

    def __call__(
        self, question: Atoms, passage: Atoms, kind: Matrix, encoder: StaticEncoder
    ) -> tuple[Matrix, Matrix, float]:
        """Log-odds of first and last atom of the answer, shape (atoms,), and that the centre answers at all."""
        kind = self._linear("kind", kind)
        asked = (
            self._linear("vectors", vectors(question, encoder)) + self._linear("flags", question.flags) + kind
        )
        flags = self._linear("flags", passage.flags)
        asked = self._block("encode", asked)
        x = self._block("encode", self._linear("vectors", vectors(passage, encoder)) + flags)
        found = _softmax(x @ asked.T / np.sqrt(np.float32(x.shape[1]))) @ asked
        x = self._linear("mix", np.concatenate([x, found, x * found, x - found], axis=1)) + flags + kind
        for layer in range(self._layers):
            x = self._block(f"blocks.{layer}", x)
        pooled = asked.mean(axis=0)
        ends = self._linear("ends", x) * (1 + self._linear("ask", pooled))
        first, last = ends.reshape(len(x), 2, -1).sum(axis=2).T
        whole = np.concatenate([x.mean(axis=0), pooled])
        answers = self._linear("answers.2", _gelu(self._linear("answers.0", whole)))
        return first, last, float(answers[0])

    def _linear(self, name: str, x: Matrix) -> Matrix:
        product: Matrix = x @ self._weights[f"{name}.weight"].T
        return product + self._weights[f"{name}.bias"]

    def _norm(self, name: str, x: Matrix) -> Matrix:
        mean: Matrix = x.mean(axis=1, keepdims=True)
        centred = x - mean
        deviation: Matrix = np.sqrt((centred**2).mean(axis=1, keepdims=True) + np.float32(1e-5))
        return centred / deviation * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]

    def _block(self, name: str, x: Matrix) -> Matrix:
        x = x + _gelu(self._convolution(f"{name}.near", self._norm(f"{name}.norms.0", x)))
        length, width = x.shape
        q, k, v = (
            self._linear(f"{name}.project", self._norm(f"{name}.norms.1", x))
            .reshape(length, 3, HEADS, width // HEADS)
            .transpose(1, 2, 0, 3)
        )
        weights = _softmax(q @ k.transpose(0, 2, 1) / np.sqrt(np.float32(width // HEADS)))
        x = x + self._linear(f"{name}.join", (weights @ v).transpose(1, 0, 2).reshape(length, width))
        wide = _gelu(self._linear(f"{name}.wide.0", self._norm(f"{name}.norms.2", x)))
        return x + self._linear(f"{name}.wide.3", wide)

    def _convolution(self, name: str, x: Matrix) -> Matrix:
        weight = self._weights[f"{name}.weight"]  # (out, in, size)
        size = weight.shape[2]
        padded = np.pad(x, ((size // 2, size // 2), (0, 0)))
        windows = np.concatenate([padded[i : i + len(x)] for i in range(size)], axis=1)
        product: Matrix = windows @ weight.transpose(2, 1, 0).reshape(-1, weight.shape[0])
        return product + self._weights[f"{name}.bias"]


def _softmax(x: Matrix) -> Matrix:
    shifted: Matrix = np.exp(x - x.max(axis=-1, keepdims=True))
    total: Matrix = shifted.sum(axis=-1, keepdims=True)
    return shifted / total


def _gelu(x: Matrix) -> Matrix:
    activated: Matrix = 0.5 * x * (1 + np.tanh(np.float32(0.7978845608) * (x + 0.044715 * x**3)))
    return activated
