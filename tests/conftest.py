"""What every test shares: no network, no skips, and the two seed documents."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

OFFLINE = Path(__file__).parent / "offline"

# Before any library reads them, and for subprocesses too.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(OFFLINE), os.environ.get("PYTHONPATH")]))
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", GRADIO_ANALYTICS_ENABLED="False")
for variable in ("GRADIO_SERVER_PORT", "GRADIO_SERVER_NAME"):
    os.environ.pop(variable, None)

sys.path.insert(0, str(OFFLINE))

import network_block  # noqa: E402

from embeddings.index import Index  # noqa: E402
from tests.fakes import HashingEncoder  # noqa: E402
from tests.towns import CHONGQING, GUANGZHOU, PORTO  # noqa: E402


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    """A test fails when it tries to leave this machine, even where a library swallows the refusal."""
    before = len(network_block.attempts)
    yield
    assert network_block.attempts[before:] == []


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A skipped test proves nothing, so it fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The folder of the two documents that ship as the first corpus."""
    return Path(__file__).parents[1] / "seeds"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The documents of `tests.towns` as files."""
    folder = tmp_path / "docs"
    (folder / "sub").mkdir(parents=True)
    (folder / "guangzhou.txt").write_text(GUANGZHOU, encoding="utf-8")
    (folder / "sub" / "chongqing.txt").write_text(CHONGQING, encoding="utf-8")
    (folder / "sub" / "porto.md").write_text(PORTO, encoding="utf-8")
    return folder


@pytest.fixture
def encoder() -> HashingEncoder:
    """One that counts what it embeds."""
    return HashingEncoder()


@pytest.fixture
def index(tmp_path: Path, encoder: HashingEncoder) -> Iterator[Index]:
    """An empty index outside the folder."""
    with Index.open(tmp_path / "index", encoder=encoder) as index:
        yield index
