"""Documents to passages with exact offsets, and view text to sentences."""

from embeddings.passages.sentences import sentences
from embeddings.passages.split import PASSAGE_RULES_VERSION, split

__all__ = ["PASSAGE_RULES_VERSION", "sentences", "split"]
