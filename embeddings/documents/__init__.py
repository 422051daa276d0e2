"""One reader per format, one table that maps a suffix to its reader."""

from embeddings.documents.limits import read_limited
from embeddings.documents.reading import from_text, parse, read, supported

__all__ = ["from_text", "parse", "read", "read_limited", "supported"]
