"""Outcomes -> figures, each with a 95% interval by bootstrap over the questions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.evaluation.metrics import Values, auroc, calibration_error, gain, interval, refused_at, risks
from qa.evaluation.runner import Asked, Outcome, Pair, answerable, pairs

FALSE_REFUSALS = 0.05


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number; `low` and `high` are the ends of its 95% interval, by bootstrap over questions."""

    key: str
    name: str
    value: float
    low: float
    high: float
    count: int  # questions it is measured on
    unit: str = ""  # "" for shares and scores in [0, 1]

    def shown(self) -> tuple[str, str, str, str]:
        """Name, value, interval and count, for a table."""
        form = "{:.3f}" if not self.unit else "{:.1f}"
        value, low, high = (form.format(number) for number in (self.value, self.low, self.high))
        return self.name, f"{value} {self.unit}".strip(), f"{low} to {high}", str(self.count)


def figures(outcomes: Sequence[Outcome]) -> tuple[Figure, ...]:
    """All figures that the outcomes allow, in the order of a table."""
    present, twice = answerable(outcomes), pairs(outcomes)
    unanswerable = [o.present for o in outcomes if o.present is not None and not o.query.answers]
    given = [o.given for o in outcomes if o.given is not None]
    return (
        *_retrieval(outcomes),
        *_answers(present),
        *_given(given),
        *_refusal(twice),
        *_means("refusal.unanswerable", "refused, of questions marked unanswerable", unanswerable, _refused),
        *_calibration(present, twice),
        *_speed(present),
    )


# ---- groups of figures


def _retrieval(outcomes: Sequence[Outcome]) -> list[Figure]:
    found = []
    for mode in dict.fromkeys(mode for outcome in outcomes for mode in outcome.ranks):
        ranks = [outcome.ranks[mode] for outcome in outcomes if mode in outcome.ranks]
        for depth in (1, 10):
            hits = np.array([rank is not None and rank <= depth for rank in ranks], dtype=np.float64)
            found.append(_mean(f"retrieval.{mode}.recall@{depth}", f"{mode}: recall@{depth}", hits))
        gains = np.array([gain(rank) for rank in ranks])
        found.append(_mean(f"retrieval.{mode}.ndcg@10", f"{mode}: nDCG@10", gains))
    return found


def _answers(present: Sequence[Asked]) -> list[Figure]:
    shown = [asked for asked in present if asked.shown]
    quoted = [asked for asked in present if asked.quotes]
    true = [asked.true_quotes / asked.quotes for asked in quoted]
    lengths = "mean length of the first quotation"
    return [
        *_means("answer.hit@1_best", "answer hit@1, best quotation (refusals lifted)", present, right),
        *_means("answer.hit@1_shown", "answer hit@1, shown (a refusal is a miss)", present, _shown_right),
        *_means("answer.precision", "shown first quotations that hold an answer", shown, right),
        *_values("answer.true_quotes", "quotations that equal their slice", true),
        *_means("answer.span_f1", "span F1, end to end", present, lambda asked: asked.f1),
        *_means("answer.span_em", "span exact match, end to end", present, lambda asked: asked.exact),
        *_means("answer.marked", "first quotations with a marked span", quoted, _is_marked),
        *_means("answer.length_shown", f"{lengths}, shown", shown, _length, "characters"),
        *_means("answer.length_best", f"{lengths}, all", quoted, _length, "characters"),
    ]


def _given(given: Sequence[Asked]) -> list[Figure]:
    return [
        *_means("given.hit@1", "document given: answer hit@1", given, right),
        *_means("given.span_f1", "document given: span F1", given, lambda asked: asked.f1),
        *_means("given.span_em", "document given: span exact match", given, lambda asked: asked.exact),
    ]


def _refusal(twice: Sequence[Pair]) -> list[Figure]:
    if not twice:
        return []
    inside, outside = [a for a, _ in twice], [b for _, b in twice]
    here, gone = column(inside, confidence), column(outside, confidence)
    name = "refused when left out, at 5% false refusals"
    return [
        *_means("refusal.answered", "answered, document in the index", inside, lambda asked: asked.shown),
        *_means("refusal.refused", "refused, document left out", outside, _refused),
        _figure("refusal.auroc", "AUROC of confidence", len(twice), lambda at: auroc(here[at], gone[at])),
        _figure(
            "refusal.refused_at_5%",
            name,
            len(twice),
            lambda at: refused_at(here[at], gone[at], FALSE_REFUSALS),
        ),
    ]


def _calibration(present: Sequence[Asked], twice: Sequence[Pair]) -> list[Figure]:
    found = []
    if present:
        found += _sureness("answerable", "answerable", one_situation(present), len(present))
    if twice:
        found += _sureness("both", "answerable and left out", both_situations(twice), len(twice))
    return found


def _sureness(key: str, name: str, sure_and_right: tuple[Values, Values], count: int) -> list[Figure]:
    """Calibration error and area under risk-coverage, of one or two situations of each question."""
    sure, hits = (values.reshape(-1, count) for values in sure_and_right)

    def drawn(at: NDArray[np.intp]) -> tuple[Values, Values]:
        return sure[:, at].ravel(), hits[:, at].ravel()

    return [
        _figure(f"calibration.ece_{key}", f"ECE, {name}", count, lambda at: calibration_error(*drawn(at))),
        _figure(
            f"risk_coverage.area_{key}",
            f"area under risk-coverage, {name}",
            count,
            lambda at: float(risks(*drawn(at)).mean()),
        ),
    ]


def _speed(present: Sequence[Asked]) -> list[Figure]:
    if not present:
        return []
    times = column(present, lambda asked: asked.milliseconds)
    return [
        _figure(
            "latency.median", "latency, median", len(times), lambda at: float(np.median(times[at])), "ms"
        ),
        _figure(
            "latency.p95", "latency, p95", len(times), lambda at: float(np.percentile(times[at], 95)), "ms"
        ),
    ]


# ---- parts of a figure


def one_situation(present: Sequence[Asked]) -> tuple[Values, Values]:
    """Confidence and rightness of every best quotation."""
    return column(present, confidence), column(present, right)


def both_situations(twice: Sequence[Pair]) -> tuple[Values, Values]:
    """The same with everything in the index, then with the document left out, where no answer is right."""
    sure, hits = one_situation([here for here, _ in twice])
    gone = column([there for _, there in twice], confidence)
    return np.concatenate([sure, gone]), np.concatenate([hits, np.zeros(len(twice))])


def confidence(asked: Asked) -> float:
    """How sure it was."""
    return asked.confidence


def right(asked: Asked) -> float:
    """1 where the best quotation holds a gold answer, else 0."""
    return asked.right


def _shown_right(asked: Asked) -> float:
    return asked.shown and asked.right


def _refused(asked: Asked) -> float:
    return not asked.shown


def _is_marked(asked: Asked) -> float:
    return asked.marked is not None


def _length(asked: Asked) -> float:
    return len(asked.quote)


def column(asked: Sequence[Asked], value: Callable[[Asked], float]) -> Values:
    """One value of each, in order."""
    return np.array([value(one) for one in asked], dtype=np.float64)


def _means(
    key: str, name: str, asked: Sequence[Asked], value: Callable[[Asked], float], unit: str = ""
) -> list[Figure]:
    return [_mean(key, name, column(asked, value), unit)] if asked else []


def _values(key: str, name: str, values: Sequence[float]) -> list[Figure]:
    return [_mean(key, name, np.array(values))] if values else []


def _mean(key: str, name: str, values: Values, unit: str = "") -> Figure:
    return _figure(key, name, len(values), lambda at: float(values[at].mean()), unit)


def _figure(
    key: str, name: str, count: int, statistic: Callable[[NDArray[np.intp]], float], unit: str = ""
) -> Figure:
    low, high = interval(count, statistic)
    return Figure(key, name, statistic(np.arange(count)), low, high, count, unit)
