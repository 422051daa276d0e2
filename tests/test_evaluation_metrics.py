"""What counts as right, and metrics computed by hand."""

import math
import re

import numpy as np
import pytest

from qa.evaluation import (
    metrics,
)
from qa.evaluation.matching import contains, span_scores
from qa.evaluation.metrics import (
    auroc,
    calibration_error,
    gain,
    interval,
    rank_of,
    refused_at,
    reliability,
    risks,
)
from qa.evaluation.plots import latency_histogram

# ---- what counts as right


@pytest.mark.parametrize(
    ("quote", "answers", "right"),
    [
        ("館長林曉雲在２０１１年", ["林晓云"], True),
        ("馆长在2011年", ["２０１１年"], True),
        ("只丢了 308 分", ["308分"], True),
        ("跑在Xbox 360上", ["Xbox 360"], True),
        ("in the new castle", ["newcastle"], False),
        ("the  new\ncastle", ["new castle"], True),
        ("馆长林晓云", ["馆员", "林晓"], True),
        ("馆长林晓云", [], False),
        ("", ["1"], False),
        ("anything", ["\u200b"], False),
    ],
)
def test_a_quotation_holds_an_answer_in_any_width_and_script(quote: str, answers: list[str], right: bool) -> None:
    assert contains(quote, answers) is right


@pytest.mark.parametrize(
    ("prediction", "answers", "f1", "exact"),
    [
        ("林曉雲", ["林晓云"], 1, 1),
        ("馆长林晓云。", ["林晓云"], 2 * 3 / (5 + 3), 0),
        ("《林晓云》", ["林晓云"], 1, 1),
        ("由光荣和ω-force", ["光荣和ω-force"], 2 * 5 / (6 + 5), 0),  # a word is one token
        ("甲乙丙丁", ["甲丙丁"], 2 * 2 / (4 + 3), 0),  # the longest common run, not all that is shared
        ("kept by Ada Quill", ["Ada Quill", "Quill"], 2 * 2 / (4 + 2), 0),
        ("The Ada Quill.", ["ada quill"], 1, 1),
        ("", ["林晓云"], 0, 0),
        ("林晓云", ["", "林晓云"], 1, 1),
    ],
)
def test_spans_are_scored_as_in_cmrc_and_squad(prediction: str, answers: list[str], f1: float, exact: float) -> None:
    assert span_scores(prediction, answers) == pytest.approx((f1, exact))


# ---- metrics


def test_a_document_has_the_rank_of_its_first_passage() -> None:
    assert rank_of(["a", "a", "b", "a", "c"], ["c", "b"]) == 2
    assert rank_of(["a"], ["b"]) is None
    assert [gain(1), gain(3), gain(11), gain(None)] == [1.0, 0.5, 0.0, 0.0]


def test_auroc_counts_ties_half() -> None:
    assert auroc(np.array([0.9, 0.5]), np.array([0.5, 0.1])) == 3.5 / 4


def test_the_threshold_refuses_no_more_positives_than_allowed() -> None:
    positive = np.arange(1, 21) / 20
    assert refused_at(positive, np.array([0.01, 0.06, 0.1, 0.5]), 0.05) == 0.5
    assert refused_at(np.full(20, 0.7), np.array([0.7, 0.6]), 0.05) == 0.5


def test_calibration_error_is_the_gap_of_each_bin_by_its_size() -> None:
    confidence, correct = np.array([0.9, 0.9, 0.9, 0.2]), np.array([1.0, 1.0, 0.0, 0.0])
    assert calibration_error(confidence, correct) == pytest.approx(3 / 4 * (0.9 - 2 / 3) + 1 / 4 * 0.2)
    assert [(round(b.confidence, 6), b.count) for b in reliability(confidence, correct)] == [
        (0.2, 1),
        (0.9, 3),
    ]
    assert calibration_error(np.array([1.0]), np.array([1.0])) == 0  # 1 falls into the last bin


def test_risk_grows_with_coverage_and_ties_have_no_order() -> None:
    assert risks(np.array([0.9, 0.1, 0.5]), np.array([1.0, 0.0, 1.0])).tolist() == pytest.approx([0, 0, 1 / 3])
    tied = risks(np.array([0.5, 0.5]), np.array([0.0, 1.0]))
    assert tied.tolist() == [0.5, 0.5]


def test_the_interval_is_as_wide_as_sampling_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "ROUNDS", 1000)
    values = np.array([0.0, 1.0] * 200)
    low, high = interval(400, lambda at: float(values[at].mean()))
    assert (0.5 - low, high - 0.5) == pytest.approx((1.96 * 0.5 / 20,) * 2, abs=0.01)


def test_a_histogram_counts_every_question() -> None:
    counts = re.findall(r"ms: (\d+) questions", latency_histogram([1.0, 1.0, 5.0, 1000.0]))
    assert sum(map(int, counts)) == 4 and not math.isnan(float(counts[0]))
