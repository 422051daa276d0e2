"""The result of an evaluation: figures, and the curves behind them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from embeddings.errors import QuestionsError
from qa.assistant import Assistant
from qa.evaluation.figures import Figure, both_situations, figures, one_situation
from qa.evaluation.metrics import Bin, Values, reliability, risks
from qa.evaluation.runner import Outcome, answerable, pairs

CURVE_POINTS = 101


@dataclass(frozen=True, slots=True)
class Curves:
    """What the plots show; "both" counts each question twice: asked, and asked with its document left out."""

    risk: dict[str, list[tuple[float, float]]]  # (coverage, risk), of "answerable" and "both"
    reliability: dict[str, list[Bin]]
    latency: list[float]  # milliseconds


@dataclass(frozen=True, slots=True)
class Summary:
    """The result of an evaluation."""

    questions: int
    documents: int
    passages: int
    threshold: float | None  # of the confidence, below which a question is refused; None if nothing was asked
    figures: tuple[Figure, ...]
    curves: Curves
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; figures by their keys."""
        whole = asdict(self)
        whole["figures"] = {figure.pop("key"): figure for figure in whole["figures"]}
        del whole["curves"]["latency"]
        return whole


def curves(outcomes: Sequence[Outcome]) -> Curves:
    """The points of the plots."""
    present, twice = answerable(outcomes), pairs(outcomes)
    situations = {}
    if present:
        situations["answerable"] = one_situation(present)
    if twice:
        situations["both"] = both_situations(twice)
    return Curves(
        risk={name: _thinned(risks(*arrays)) for name, arrays in situations.items()},
        reliability={name: reliability(*arrays) for name, arrays in situations.items()},
        latency=[asked.milliseconds for asked in present],
    )


def _thinned(risk: Values) -> list[tuple[float, float]]:
    """The curve at about a hundred coverages."""
    count = len(risk)
    at = np.unique(np.linspace(0, count - 1, min(count, CURVE_POINTS)).astype(int))
    return [((int(k) + 1) / count, float(risk[k])) for k in at]


def summarize(assistant: Assistant, outcomes: Sequence[Outcome], notes: Sequence[str] = ()) -> Summary:
    """Figures and curves of what came of the questions; QuestionsError if nothing could be measured."""
    measured = figures(outcomes)
    asked = any(outcome.present or outcome.given for outcome in outcomes)
    if not measured:
        raise QuestionsError(
            "nothing can be measured: the questions need answers, and for retrieval, given and refusal"
            " documents that the index holds"
        )
    return Summary(
        questions=len(outcomes),
        documents=len(assistant.documents()),
        passages=assistant.index.passage_count,
        threshold=assistant.threshold if asked else None,
        figures=measured,
        curves=curves(outcomes),
        notes=tuple(notes),
    )
