"""Every error this project raises on purpose.

WenjuError
├── DocumentError           a file cannot be read (goes into the receipt; nothing else suffers)
│   └── UnsupportedFormat   no reader for this kind of file
├── DocumentNotFound        no document of this name in the index (also a KeyError)
├── PathNotFound            a path given to `add` does not exist (also a FileNotFoundError)
├── ModelError              an encoder cannot be loaded
├── IndexFolderError            something about the index folder
│   ├── IndexMismatch       it was built by another model, normaliser or passage rules
│   ├── IndexLocked         another process is writing
│   ├── IndexReadOnly       a write was tried on an index opened for reading
│   └── IndexCorrupt        files are missing or contradict each other
├── QuestionsError          a file of questions cannot be used for an evaluation
└── CitationError           a quotation is not in its document (a bug: never shown as an answer)

Messages say what was wrong, what was expected and what to do, in one line.
"""


class WenjuError(Exception):
    """Base of all errors raised on purpose."""


class DocumentError(WenjuError):
    """A file cannot be read; the message is the reason shown in the receipt."""


class UnsupportedFormat(DocumentError):
    """No reader is registered for this kind of file."""


class DocumentNotFound(WenjuError, KeyError):
    """The index holds no document of this name."""

    __str__ = Exception.__str__


class PathNotFound(WenjuError, FileNotFoundError):
    """A path given to `add` does not exist."""

    __str__ = Exception.__str__


class ModelError(WenjuError):
    """An encoder cannot be loaded."""


class IndexFolderError(WenjuError):
    """Something about the index folder; see the subclasses."""


class IndexMismatch(IndexFolderError):
    """The index was built by another model, normaliser or passage rules."""


class IndexLocked(IndexFolderError):
    """Another process is writing to this index."""


class IndexReadOnly(IndexFolderError):
    """A write was tried on an index opened for reading."""


class IndexCorrupt(IndexFolderError):
    """Files of the index are missing or contradict each other."""


class QuestionsError(WenjuError):
    """A file of questions cannot be used for an evaluation."""


class CitationError(WenjuError):
    """A quotation does not equal its slice of the document."""
