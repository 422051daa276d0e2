"""One reader per format, one table that maps a suffix to its reader."""

from embeddings.documents.limits import page_picture, read_limited
from embeddings.documents.picture import Picture
from embeddings.documents.reading import from_text, parse, read, supported

__all__ = ["Picture", "from_text", "page_picture", "parse", "read", "read_limited", "supported"]
