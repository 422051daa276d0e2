"""A name or a path -> an Encoder. The one importer of sentence-transformers.

The embedded default is a static model: tokens are looked up and averaged. It is a plain
sentence-transformers folder, and `StaticEncoder` runs it with numpy and tokenizers alone, so that a question
from a cold start never waits for torch. Every other model goes through sentence-transformers.
"""

import hashlib
import json
import logging
import mmap
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import ModelError
from embeddings.types import Encoder, Vectors

DEFAULT_MODEL = Path(__file__).parent / "default_model"
DEFAULT_NAME = "wenju-static-bilingual"

_MOST_TOKENS = 4096  # looked up together
# Compared together: what they take stays in the processor's cache, and with the tokens of a question in one thread of
# BLAS. 900 tokens of passages with 14 of a question take 1.4 ms; all at once, with their lengths, 9.
_FEW_TOKENS = 32
_REMEMBERED = 20_000  # texts whose tokens are kept for the next question


def load_encoder(model: str | None = None) -> Encoder:
    """The encoder of this name or path; None is the embedded default.

    Raises `ModelError` where it cannot be loaded, with what to do about it.
    """
    if model is None or model == DEFAULT_NAME:
        return default_encoder()
    return SentenceTransformerEncoder(model)


@lru_cache(maxsize=1)
def default_encoder() -> "StaticEncoder":
    """The embedded default, loaded once per process."""
    return StaticEncoder(DEFAULT_MODEL, DEFAULT_NAME)


class StaticEncoder:
    """The light runtime of a sentence-transformers folder that holds one StaticEmbedding module.

    The weights are int8 rows with one float scale each ("embeddings" and "weights", the form of model2vec that
    StaticEmbedding reads), or a float matrix "embedding.weight".
    """

    def __init__(self, folder: Path, name: str) -> None:
        from safetensors import safe_open
        from tokenizers import Tokenizer

        self.name = name
        self._rows: NDArray[np.int8 | np.float32]
        self._scales: NDArray[np.float32]
        hashing, pool = threading.Event(), ThreadPoolExecutor(1)
        # Hashed while the tokenizer is built: that takes longer, and lets no other thread begin.
        fingerprint = pool.submit(_fingerprint, folder, ("tokenizer.json", "model.safetensors"), hashing.set)
        pool.shutdown(wait=False)
        hashing.wait()
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            with safe_open(str(folder / "model.safetensors"), framework="numpy") as tensors:
                if "embedding.weight" in tensors.keys():  # noqa: SIM118 (not a mapping)
                    self._rows = tensors.get_tensor("embedding.weight")
                    self._scales = np.ones(len(self._rows), dtype=np.float32)
                else:
                    self._rows = tensors.get_tensor("embeddings")
                    self._scales = tensors.get_tensor("weights").astype(np.float32)
        except Exception as error:  # the libraries raise plain Exception for a file that is not theirs
            raise ModelError(f"cannot load the model in {folder}: {error}; install wenju again") from error
        self._tokenizer.no_padding()
        self._remembered: OrderedDict[str, NDArray[np.int32]] = OrderedDict()
        self._lock = threading.Lock()
        self.vocabulary, self.dimension = (int(n) for n in self._rows.shape)
        self._lengths = np.full(self.vocabulary, np.nan, dtype=np.float32)  # of the rows, where they were needed
        self.fingerprint = fingerprint.result()

    def tokenize(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text."""
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [encoding.ids for encoding in encodings]

    def token_ids(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """Token ids of texts that are likely to come again, never empty; what was asked for lately is not cut again."""
        with self._lock:
            found = {text: ids for text in texts if (ids := self._remembered.get(text)) is not None}
        new = [text for text in dict.fromkeys(texts) if text not in found]
        found |= {text: np.array(ids or [0], np.int32) for text, ids in zip(new, self.tokenize(new), strict=True)}
        with self._lock:
            for text in texts:
                self._remembered[text] = found[text]
                self._remembered.move_to_end(text)
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return [found[text] for text in texts]

    def pieces(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """Token ids of one text, and the stretch of the text that each stands for."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        return encoding.ids, encoding.offsets

    def tokens(self) -> list[str]:
        """The vocabulary, in the order of the ids."""
        ids = self._tokenizer.get_vocab()
        return sorted(ids, key=ids.__getitem__)

    def token_vectors(self, ids: Sequence[int] | NDArray[np.integer[Any]]) -> NDArray[np.float32]:
        """Vectors of tokens as they enter the mean, shape (len(ids), dimension), not of unit length."""
        index = np.asarray(ids, dtype=np.intp)
        return self._rows[index].astype(np.float32) * self._scales[index, None]

    def cosines(self, ids: NDArray[np.integer[Any]], vectors: Vectors) -> NDArray[np.float32]:
        """Of tokens with some unit vectors, shape (len(ids), len(vectors)); memory for few tokens at a time."""
        found = np.empty((len(ids), len(vectors)), dtype=np.float32)
        for start in range(0, len(ids), _FEW_TOKENS):
            few = ids[start : start + _FEW_TOKENS]
            rows = self._rows[few].astype(np.float32, copy=False)
            lengths = self._lengths[few]
            if np.isnan(lengths).any():
                lengths = np.maximum(np.sqrt(np.einsum("ij,ij->i", rows, rows)), np.float32(1e-9))
                self._lengths[few] = lengths
            found[start : start + _FEW_TOKENS] = (rows @ vectors.T) / lengths[:, None]
        return found

    def sums(self, token_ids: Sequence[Sequence[int] | NDArray[np.int32]]) -> NDArray[np.float32]:
        """Sums of the token vectors of each text, shape (len(token_ids), dimension); the unknown token's if none."""
        found = np.zeros((len(token_ids), self.dimension), dtype=np.float32)
        for total, ids in zip(found, token_ids, strict=True):
            index = np.array(ids if len(ids) else [0], dtype=np.intp)
            for start in range(0, len(index), _MOST_TOKENS):
                part = index[start : start + _MOST_TOKENS]
                # A product of scales and rows, text by text: nothing larger than a processor's cache.
                total += self._scales[part] @ self._rows[part].astype(np.float32, copy=False)
        return found

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, shape (len(texts), dimension); a text without tokens gets the unknown token's."""
        vectors = self.sums(self.tokenize(texts))  # the mean has the same direction
        norms: NDArray[np.float32] = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return vectors / norms

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, shape (len(texts), dimension)."""
        return self.encode_queries(texts)


class SentenceTransformerEncoder:
    """Any sentence-transformers model, with its own prompts for queries and passages."""

    def __init__(self, model: str) -> None:
        path = Path(model)
        # A folder's name in an index must not mean another one, or a model of the hub, in another working directory.
        self.name = model = str(path.resolve()) if path.is_dir() else model
        self._lock = threading.Lock()
        try:
            self._model = _sentence_transformer(model)
        except Exception as error:
            # Hub, file and configuration errors have no common base class.
            reason = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
            hint = (
                "the folder is not a sentence-transformers model"
                if path.is_dir()
                else "check the name, or pass the path of a downloaded model folder if there is no network"
            )
            raise ModelError(f"cannot load the model {model!r} ({reason}); {hint}") from error
        dimension = self._model.get_embedding_dimension()
        if dimension is None:  # of a model that gives a vector for every token, or none at all
            raise ModelError(f"the model {model!r} does not say how long its vectors are; choose one that embeds texts")
        self.dimension = int(dimension)
        self.fingerprint = _model_fingerprint(path, self._model)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, shape (len(texts), dimension)."""
        return self._encode(self._model.encode_query, texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, shape (len(texts), dimension)."""
        return self._encode(self._model.encode_document, texts)

    def _encode(self, encode: Any, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        with self._lock:  # tokenizers of transformers are not safe to share
            vectors = encode(
                list(texts),
                batch_size=32,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return np.ascontiguousarray(vectors, dtype=np.float32)


def _sentence_transformer(model: str) -> Any:
    from sentence_transformers import SentenceTransformer

    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # each of its many retries would be a line
    return SentenceTransformer(model)


def _fingerprint(folder: Path, files: Sequence[str], begun: Callable[[], object] = lambda: None) -> str:
    """First 16 hex digits of the SHA-256 over those of the named files.

    The last is hashed first and in one piece, from when on other threads can run: `begun` is called there.
    """
    digests: list[bytes] = []
    try:
        for file in reversed(files):
            with open(folder / file, "rb") as handle:
                empty = not os.fstat(handle.fileno()).st_size
                content = b"" if empty else mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)
                begun()
                digests.append(hashlib.sha256(content).digest())
    finally:
        begun()
    return hashlib.sha256(b"".join(reversed(digests))).hexdigest()[:16]


def _model_fingerprint(path: Path, model: Any) -> str:
    """Of a folder, its files' digest; of a hub model, its commit where known, and its prompts."""
    if path.is_dir():
        files = sorted(
            str(file.relative_to(path))
            for file in path.rglob("*")
            if file.is_file() and not file.name.startswith((".", "README"))
        )
        return _fingerprint(path, files)
    config = getattr(getattr(model[0], "auto_model", None), "config", None)
    commit = str(getattr(config, "_commit_hash", None) or "")
    prompts = json.dumps(getattr(model, "prompts", {}), sort_keys=True)
    return hashlib.sha256(f"{model}\0{commit}\0{prompts}".encode()).hexdigest()[:16]
