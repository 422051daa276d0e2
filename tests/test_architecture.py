"""The walls of the project: who may import whom, what may be heavy, and that nothing calls home."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# A module may import only from those above it in its list; `qa` may import `embeddings`, never the reverse.
EMBEDDINGS = (
    "errors",
    "types",
    "normalize",
    "analysis",
    "helpers",
    "documents",
    "passages",
    "encoders",
    "alignment",
    "translation",
    "lexical",
    "catalog",
    "stores",
    "index",
)
QA = (
    "types",
    "gazetteer",
    "thesaurus",
    "romanized",
    "questions",
    "blas",
    "background",
    "matching",
    "retrieval",
    "reading",
    "citations",
    "conversation",
    "assistant",
    "evaluation",
    "web",
    "cli",
)
ORDER = {"embeddings": EMBEDDINGS, "qa": QA}

# Heavy or replaceable libraries have one importer each.
ONLY_IMPORTER = {
    "gradio": "qa.web",
    "sentence_transformers": "embeddings.encoders",
    "faiss": "embeddings.stores",
    "tantivy": "embeddings.lexical",
}


def _part(path: Path) -> str:
    """The architectural part a file belongs to: `embeddings.documents` for embeddings/documents/html.py."""
    relative = path.relative_to(ROOT).with_suffix("")
    return ".".join(relative.parts[:2])


def _sources() -> list[Path]:
    return [
        path
        for package in ORDER
        for path in sorted((ROOT / package).rglob("*.py"))
        if "training" not in path.relative_to(ROOT).parts
    ]


def _imports(path: Path) -> Iterator[str]:
    """Dotted names a file imports, wherever in it: `from qa import types` gives `qa.types`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide who imports whom"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _forbidden(part: str, imported: str) -> str | None:
    """Why a file of `part` may not import this, or None."""
    package, _, module = part.partition(".")
    target_package, *rest = imported.split(".")
    if target_package not in ORDER or module in ("__init__", "__main__"):
        return None
    if "training" in rest:
        return "training is imported by nothing"
    target = rest[0] if rest else ""
    if target_package != package:
        return None if package == "qa" else "embeddings knows nothing of qa"
    order = ORDER[package]
    if target not in order or target == module:
        return None  # a name of the package itself
    return None if order.index(target) < order.index(module) else "imports point one way"


def test_every_module_has_its_place_in_the_order() -> None:
    placed = {f"{package}.{module}" for package, order in ORDER.items() for module in order}
    found = {_part(path) for path in _sources()} - {
        f"{package}.{module}" for package in ORDER for module in ("__init__", "__main__")
    }
    assert found == placed


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    part = _part(path)
    reasons = {name: _forbidden(part, name) for name in _imports(path)}
    assert {name: reason for name, reason in reasons.items() if reason} == {}


@pytest.mark.parametrize(
    ("part", "imported"),
    [
        ("embeddings.index", "qa.types"),
        ("embeddings.catalog", "embeddings.index"),
        ("qa.assistant", "qa.web.app"),
        ("qa.cli", "qa.training.reader"),
    ],
)
def test_a_wrong_direction_is_noticed(part: str, imported: str) -> None:
    assert _forbidden(part, imported) is not None


@pytest.mark.parametrize("library", ONLY_IMPORTER)
def test_a_library_has_one_importer(library: str) -> None:
    importers = {
        _part(path) for path in _sources() for name in _imports(path) if name.split(".")[0] == library
    }
    assert importers == {ONLY_IMPORTER[library]}


def _loaded_by(code: str) -> set[str]:
    """Names of the modules a fresh interpreter has loaded after running the code."""
    script = f"{code}\nimport sys; print(*sys.modules)"
    return set(
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        ).stdout.split()
    )


@pytest.mark.parametrize(
    "code", ["import embeddings", "import qa", "from qa import Assistant", "import qa.cli"]
)
def test_importing_is_light(code: str) -> None:
    heavy = {"torch", "gradio", "sentence_transformers", "transformers", "faiss", "tantivy", "onnxruntime"}
    assert _loaded_by(code) & heavy == set()


def test_the_public_api() -> None:
    import qa

    assert sorted(qa.__all__) == qa.__all__
    for name in qa.__all__:
        assert getattr(qa, name).__module__.startswith(("qa", "embeddings"))


URL = re.compile(r"""(?:https?|wss?)://([\w.-]+)""")
# Names of XML vocabularies look like addresses; nothing opens them.
NOT_ADDRESSES = {"www.w3.org", "schemas.openxmlformats.org", "www.idpf.org", "purl.org"}
LOOPBACK = {"localhost", "127.0.0.1", "0.0.0.0"}


def _shipped_texts() -> Iterator[tuple[str, str]]:
    """What could open an address at run time: string constants of Python files, and whole web assets."""
    for path in _sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value
    for suffix in ("js", "css", "html", "svg"):
        for path in (ROOT / "qa").rglob(f"*.{suffix}"):
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def test_the_packages_name_no_outside_host() -> None:
    outside = {
        f"{place}: {host}"
        for place, text in _shipped_texts()
        for host in URL.findall(text)
        if host not in NOT_ADDRESSES | LOOPBACK
    }
    assert outside == set()


def test_top_level_is_the_users() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    # An unpacked release has no git, but no scratch files either.
    names = listed.stdout.splitlines() if listed.returncode == 0 else [path.name for path in ROOT.iterdir()]
    visible = {name.split("/")[0] for name in names if not name.startswith(".")}
    assert visible - {"build", "dist", "wenju.egg-info"} == {
        *("seeds", "qa", "embeddings", "tests", "pyproject.toml"),
        *("README.md", "README.zh.md", "LICENSE", "Makefile"),
    }
