"""Gradio's import without the type stubs that it writes.

For each class of a component gradio parses its own source and writes a stub for editors beside it, at every import
(`gradio.component_meta.create_or_modify_pyi`): half the time that importing it takes, and a write into site-packages.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

MODULE, WRITER = "gradio.component_meta", "create_or_modify_pyi"


class _Finder(MetaPathFinder):
    """Finds that module as ever, and takes the writer's work away once it is loaded."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != MODULE or (spec := PathFinder.find_spec(name, path, target)) is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def load_quietly(module: ModuleType) -> None:
            load(module)
            if hasattr(module, WRITER):
                setattr(module, WRITER, lambda *_: None)
            sys.meta_path = [finder for finder in sys.meta_path if finder is not self]

        spec.loader.exec_module = load_quietly  # type: ignore[method-assign]
        return spec


def leave_out() -> None:
    """From now on gradio, unless it is imported already, is imported without writing stubs."""
    if MODULE not in sys.modules and not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path = [_Finder(), *sys.meta_path]
