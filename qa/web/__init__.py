"""The chat in the browser: a thin adapter over `qa.Assistant`, and the one importer of gradio."""

from typing import TYPE_CHECKING, Any

from qa.web import stubs

if TYPE_CHECKING:
    from qa.web.page import build
    from qa.web.server import serve

__all__ = ["build", "serve"]

stubs.leave_out()


def __getattr__(name: str) -> Any:
    """Import on first use, so that `qa.web.conversations` and the like come without gradio."""
    if name == "build":
        from qa.web.page import build

        return build
    if name == "serve":
        from qa.web.server import serve

        return serve
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
