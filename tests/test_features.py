"""What the reader's trees see of the sentences."""

from pathlib import Path

import numpy as np
import pytest

from embeddings.documents import from_text
from embeddings.encoders import default_encoder
from embeddings.index import Index
from qa.questions import understand
from qa.reading.evidence import Evidence
from qa.reading.features import NAMES, features
from qa.reading.reader import KEPT, MODEL, NEARNESS, promising
from qa.reading.trees import Trees
from qa.retrieval import LEAD, retrieve

TOWN = "杭州市昨天召开防汛会议,市长主持。杭州的水位正在下降。会议要求支援苏州。" + "会后大家检查了堤坝。" * 8
LATE = "这篇报道先讲了很多别的事情。" * (LEAD // 10) + "来沪人员要登记。上海的地铁照常运行,南京的公交停运。"


@pytest.mark.parametrize(
    ("question", "share"),
    [
        ("杭州的会议谁主持?", 1.0),
        ("Who chaired the meeting in Hangzhou?", 1.0),
        ("苏州的会议谁主持?", 0.5),
        ("南京的会议谁主持?", 0.0),
        ("会议谁主持?", -1.0),
    ],
)
def test_a_page_about_one_city_names_others_in_passing(tmp_path: Path, question: str, share: float) -> None:
    assert _prominence(tmp_path, TOWN, question) == {share}


@pytest.mark.parametrize(("question", "share"), [("上海的地铁停了吗?", 1.0), ("南京的公交停了吗?", 0.5)])
def test_mentions_behind_the_beginning_count_once(tmp_path: Path, question: str, share: float) -> None:
    assert _prominence(tmp_path, LATE, question) == {share}


def test_a_page_that_names_no_place_tells_nothing(tmp_path: Path) -> None:
    assert _prominence(tmp_path, "市长主持了会议。", "苏州的会议谁主持?") == {-1.0}


def _prominence(folder: Path, text: str, question: str) -> set[float]:
    with Index.open(folder / "index") as index:
        index.add_document(from_text(text, "note.txt"))
        asked = understand(question)
        evidence = Evidence(retrieve(index, asked.text, 8))
        rows = features(asked, evidence, default_encoder())
    return set(rows[:, NAMES.index("prominence")].tolist())


@pytest.mark.parametrize("name", NEARNESS)
def test_a_sentence_that_says_it_in_other_words_is_looked_at(name: str) -> None:
    """Whatever the word trees think of it, and never one that was already shown."""
    seen = np.zeros((3 * KEPT, len(NAMES)), dtype=np.float32)
    rest = range(1, 3 * KEPT)
    words = Trees.load(MODEL / "words.npz")
    plain = promising(seen, rest, words)
    last = next(i for i in reversed(rest) if i not in plain)
    seen[[0, last], NAMES.index(name)] = 1
    found = promising(seen, rest, words)
    assert last in found and 0 not in found and len(found) < len(rest)
