"""Ask your documents, with evidence: questions in, quoted and checked answers out."""

from typing import TYPE_CHECKING, Any

from qa.types import Answer, Citation

if TYPE_CHECKING:
    from qa.assistant import Assistant

__all__ = ["Answer", "Assistant", "Citation"]


def __getattr__(name: str) -> Any:
    """`Assistant` is imported when it is first asked for, so that `import qa` is light."""
    if name == "Assistant":
        from qa.assistant import Assistant

        return Assistant
    raise AttributeError(f"module 'qa' has no attribute {name!r}")
