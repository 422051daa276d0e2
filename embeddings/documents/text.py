"""Plain text: the decoded file, with its title, numbered headings and page furniture."""

from embeddings.documents import furniture, structure
from embeddings.documents.encoding import decode
from embeddings.documents.extract import Extract


def read(data: bytes) -> Extract:
    """Read a plain text file in any encoding that `decode` tells."""
    decoded = decode(data)
    extract = from_text(decoded.text)
    extract.metadata["encoding"] = decoded.encoding
    return extract


def from_text(text: str) -> Extract:
    """The same for a text that is already decoded."""
    found = furniture.find(text)
    return Extract(
        text,
        structure.title(text, found.set_aside),
        found.metadata,
        found.set_aside,
        structure.numbered_headings(text),
    )
