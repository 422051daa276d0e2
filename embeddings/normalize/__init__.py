"""Original text to search view, with an offset map back: `normalize`, `fold`, `View`."""

from embeddings.normalize.view import NORMALIZER_VERSION, View, fold, normalize

__all__ = ["NORMALIZER_VERSION", "View", "fold", "normalize"]
