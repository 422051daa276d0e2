"""What `pip install` of a built wheel gives: the command, the models, and nothing forgotten."""

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")


def _run(*command: str | Path, cwd: Path, **environment: str) -> str:
    outcome = subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _run(*PIP, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", folder, ROOT, cwd=folder)
    return next(folder.glob("wenju-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel alone; the libraries it needs are those of this interpreter."""
    folder = tmp_path_factory.mktemp("installed")
    _run(*PIP, "install", "--no-deps", "--no-index", "--target", folder, wheel, cwd=folder)
    return folder


def test_the_wheel_carries_every_file_of_the_packages(wheel: Path) -> None:
    ignored = {"__pycache__"}
    expected = {
        path.relative_to(ROOT).as_posix()
        for package in ("qa", "embeddings")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and not ignored & set(path.parts)
    }
    carried = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert carried == expected
    assert {"qa/py.typed", "embeddings/py.typed"} <= carried


def test_the_installed_command_adds_and_answers(installed: Path, seeds: Path, tmp_path: Path) -> None:
    search_path = os.pathsep.join([str(installed), os.environ["PYTHONPATH"]])
    where = _run(sys.executable, "-c", "import qa; print(qa.__file__)", cwd=tmp_path, PYTHONPATH=search_path)
    assert Path(where.strip()).is_relative_to(installed)
    command = installed / "bin" / "qa"
    added = _run(command, "add", seeds, cwd=tmp_path, PYTHONPATH=search_path)
    assert added.splitlines()[-1] == "2 added, 0 updated, 0 unchanged, 0 failed"
    answer = _run(command, "ask", "广州的会议由谁主持?", cwd=tmp_path, PYTHONPATH=search_path)
    assert "張碩輔" in answer


# Needed though no file imports them: what sentence-transformers computes with, and how FastAPI reads forms.
INDIRECT = {"torch", "python-multipart"}


def _normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _declared(requirements: list[str]) -> set[str]:
    return {_normal(re.split(r"[\[<>=~!; ]", requirement)[0]) for requirement in requirements}


def _third_party(training: bool) -> set[str]:
    """Distributions that the packages' files import, either those of `training` or all others."""
    provider = packages_distributions()
    return {
        _normal(provider[module][0])
        for package in ("qa", "embeddings")
        for path in (ROOT / package).rglob("*.py")
        if ("training" in path.relative_to(ROOT).parts) == training
        for module in _imported(path)
        if module not in sys.stdlib_module_names and module not in ("qa", "embeddings")
    }


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def test_what_is_imported_is_declared_and_the_reverse() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    core = _declared(project["dependencies"])
    training = _declared(project["optional-dependencies"]["training"])
    assert _third_party(training=False) == core - INDIRECT
    assert _third_party(training=True) - core == training
