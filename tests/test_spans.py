"""The span model: its two implementations agree, and what it marks are words of the sentence."""

from pathlib import Path

import numpy as np
import pytest
import torch

from embeddings.documents import from_text
from embeddings.encoders import default_encoder
from embeddings.index import Index
from qa.questions import KINDS, Kind, understand
from qa.reading.atoms import BASIS, best_span, bounded, kind_vector, seen
from qa.reading.evidence import Evidence
from qa.reading.marking import name, tidied
from qa.reading.network import Network
from qa.reading.reader import MODEL
from qa.reading.spans import UNSEEN, columns, spans
from qa.retrieval import retrieve
from qa.training.span_model import SpanModel

TEXT = (
    "2月26日,廣州市召開市委常委會(huì)會(huì)議。市委書記、領(lǐng)導(dǎo)小組組長(zhǎng)張碩輔主持。會(huì)議聽取了匯報。"
    "The treaty was signed in Paris on 10 December 1898. 全市共有３２０人參加。"
)


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    with Index.open(tmp_path / "index") as index:
        index.add_document(from_text(TEXT, "note.txt"))
        return Evidence(retrieve(index, "会议由谁主持?", 4))


def test_numpy_computes_what_torch_computes(evidence: Evidence) -> None:
    torch.manual_seed(0)
    model = SpanModel().eval()
    basis = np.random.default_rng(0).standard_normal((default_encoder().dimension, BASIS), dtype=np.float32) / 20
    weights = {name: value.numpy() for name, value in model.state_dict().items()}
    network = Network(weights | {"basis": basis})
    question = understand("会议由谁主持?")
    views = [seen(question, evidence, i, default_encoder()) for i in (1, 2)]
    together = network([v[0] for v in views], [v[1] for v in views], kind_vector(question, KINDS), default_encoder())
    asked, passage, _ = views[0]
    kind = kind_vector(question, KINDS)
    sides = []
    for side in (asked, passage):
        encoder = default_encoder()
        alone = bounded(encoder.sums(encoder.tokenize(side.words))) @ basis
        standing = bounded(encoder.token_vectors(side.pieces)) @ basis
        mask = np.ones((1, len(side.words)), dtype=bool)
        sides += [np.concatenate([alone, standing], axis=1)[None], side.flags[None], mask]
    with torch.no_grad():
        expected = model(*(torch.from_numpy(x) for x in sides), torch.from_numpy(kind[None]))
    for one, other in zip(together[0], expected, strict=True):
        np.testing.assert_allclose(np.asarray(one), other[0].numpy(), atol=2e-4)


@pytest.mark.parametrize(
    ("question", "words"),
    [("会议由谁主持?", "張碩輔"), ("廣州的會議是哪天召開的?", "2月26日"), ("有多少人参加?", "３２０人")],
)
def test_the_words_that_answer(evidence: Evidence, question: str, words: str) -> None:
    network = Network.load(MODEL / "spans.npz")
    found = spans(understand(question), evidence, range(len(evidence.sentences)), network, default_encoder())
    marked = {TEXT[slice(*span.words)] for span in found.values() if span.words}
    assert words in marked


def test_what_is_marked_is_inside_the_sentence(evidence: Evidence) -> None:
    network = Network.load(MODEL / "spans.npz")
    found = spans(understand("When was it signed?"), evidence, [2, 3], network, default_encoder())
    for i, span in found.items():
        assert span.words is None or (
            evidence.sentences[i].start <= span.words[0] < span.words[1] <= evidence.sentences[i].end
        )
    assert any(span.words for span in found.values())
    table = columns(found, 5)
    assert (table[[0, 1, 4]] == UNSEEN).all()
    assert max(table[[2, 3], 1]) == 0


def test_a_mark_that_would_be_the_whole_sentence_is_none(evidence: Evidence) -> None:
    network = Network.load(MODEL / "spans.npz")
    for i, span in spans(understand("会议由谁主持?"), evidence, range(5), network, default_encoder()).items():
        if span.words:
            sentence, words = evidence.sentences[i], TEXT[slice(*span.words)]
            assert words.strip("。. ") != TEXT[sentence.start : sentence.end].strip("。. ")
            assert not words.endswith(("。", ",", "."))


def test_the_best_span_stays_where_it_may() -> None:
    first, last = np.array([5.0, 1, 2, 0], np.float32), np.array([0.0, 1, 0, 9], np.float32)
    assert best_span(first, last, np.array([True, True, True, True])) == (0, 3)
    assert best_span(first, last, np.array([False, True, True, False])) == (1, 1)


@pytest.mark.parametrize("marked", ["张硕辅", "张硕辅主", "张硕辅主持", "硕辅主", "组长张硕辅主"])
def test_a_name_is_marked_whole_and_alone(marked: str) -> None:
    view = "市委书记、领导小组组长张硕辅主持。"
    start, end = name(view, view.index(marked), view.index(marked) + len(marked))
    assert view[start:end] == "张硕辅"


@pytest.mark.parametrize(
    ("kind", "view", "found", "words"),
    [
        ("when", "他在2月26日下午到了。", "月26日", "2月26日下午"),
        ("who", "市长唐良智主持会议,市委常委出席。", "唐良智主持会议,市委常委", "唐良智"),
        ("who", "陈敏尔、唐良智等市领导捐款。", "陈敏尔、唐良智等市领导捐款", "陈敏尔、唐良智等市领导"),
        ("where", "陈敏尔强调,要与四川对接。", "陈敏尔强调", None),
        ("where", "陈敏尔强调,要与四川对接。", "四川", "四川"),
        ("what", "继续抓“外防输入、内防扩散”。", "内防扩散”", "“外防输入、内防扩散”"),
        ("what", "“最先一公里”衔接到位,使物流转动起来。", "”衔接到位,", "衔接到位"),
    ],
)
def test_what_is_marked_is_what_was_asked_for(
    kind: Kind, view: str, found: str, words: str | None
) -> None:
    start = view.index(found)
    marked = tidied(kind, view, start, start + len(found))
    assert (marked and view[slice(*marked)]) == words
