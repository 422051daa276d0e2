"""What an index was built with, against what would build it now."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from embeddings.catalog import Fingerprint
from embeddings.errors import IndexMismatch
from embeddings.normalize import NORMALIZER_VERSION
from embeddings.passages import PASSAGE_RULES_VERSION
from embeddings.types import Encoder, Passage, Vectors, search_text

_CHUNK = 1024  # passages embedded at a time: models sort them by length, so many waste least on padding


def load(model: str | None) -> Encoder:
    """The encoder of this name or path, None for the embedded default; ModelError."""
    from embeddings.encoders import load_encoder

    return load_encoder(model)


def fingerprint_of(encoder: Encoder) -> Fingerprint:
    """What passages are built with from now on, with this encoder."""
    return Fingerprint(encoder.name, encoder.fingerprint, encoder.dimension, NORMALIZER_VERSION, PASSAGE_RULES_VERSION)


def check_rules(folder: Path, stamped: Fingerprint) -> None:
    """IndexMismatch if the normaliser or the passage rules have changed since."""
    if (stamped.normalizer, stamped.passage_rules) != (NORMALIZER_VERSION, PASSAGE_RULES_VERSION):
        raise IndexMismatch(
            f"{folder} was built by other rules (normaliser {stamped.normalizer}, passages"
            f" {stamped.passage_rules}; now {NORMALIZER_VERSION}, {PASSAGE_RULES_VERSION});"
            f" run: qa reindex --index {folder}"
        )


def check_encoder(folder: Path, stamped: Fingerprint, encoder: Encoder) -> None:
    """IndexMismatch if the passages were embedded by another encoder."""
    if encoder.fingerprint == stamped.encoder and encoder.dimension == stamped.dimension:
        return
    if encoder.name == stamped.model:
        raise IndexMismatch(
            f"{folder} was built with an earlier state of model {stamped.model!r}; run: qa reindex --index {folder}"
        )
    raise IndexMismatch(
        f"{folder} was built with model {stamped.model!r}, not {encoder.name!r}; open it without a model,"
        f" or run: qa reindex --model {encoder.name} --index {folder}"
    )


def embed(encoder: Encoder, passages: Sequence[Passage]) -> Vectors:
    """Vectors of passages; ValueError if the encoder does not keep to its own dimension."""
    if not passages:
        return np.empty((0, encoder.dimension), np.float32)
    vectors = np.concatenate(
        [
            encoder.encode_passages([search_text(passage) for passage in passages[at : at + _CHUNK]])
            for at in range(0, len(passages), _CHUNK)
        ]
    )
    if vectors.shape != (len(passages), encoder.dimension):
        raise ValueError(
            f"encoder {encoder.name!r} gave vectors of shape {vectors.shape}"
            f" for {len(passages)} passages of dimension {encoder.dimension}"
        )
    return vectors
