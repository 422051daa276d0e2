"""The report: one HTML file that works offline, with plots and every wrong answer."""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path

from qa.evaluation.plots import latency_histogram, reliability_diagram, risk_coverage
from qa.evaluation.runner import Asked, Outcome
from qa.evaluation.summary import Summary

_NOTHING_FROM_OUTSIDE = "default-src 'none'; style-src 'unsafe-inline'"
_EXPLAINED = (
    "An answer is right when its first quotation contains a gold answer, widths and scripts folded.",
    "The best quotation is the first one that would be shown if nothing were refused.",
    "A span is the marked words, else the whole quotation: counted in characters as in CMRC 2018 where it is"
    " Chinese, else in words as in SQuAD.",
    "Left out: asked once more without the document that answers; then no answer is right.",
    "ECE is taken over 15 equal parts of confidence; intervals are bootstrapped over questions.",
)
Case = tuple[Outcome, Asked]


def write_report(path: Path, name: str, summary: Summary, outcomes: Sequence[Outcome]) -> None:
    """Write the report on the questions called `name`; OSError."""
    page = report(name, summary, outcomes)
    path.write_text(page, encoding="utf-8", errors="replace", newline="\n")


def report(name: str, summary: Summary, outcomes: Sequence[Outcome]) -> str:
    """The whole page."""
    head = f"{summary.questions} questions, {summary.documents} documents, {summary.passages} passages"
    refused = "" if summary.threshold is None else f"; refused below a confidence of {summary.threshold:.3f}"
    sections = [
        f"<h1>{_safe(name)}</h1><p>{head}{refused}.</p>",
        *(f'<p class="note">{_safe(note)}</p>' for note in summary.notes),
        _plots(summary),
        _figures(summary),
        *(_cases(title, cases) for title, cases in _groups(outcomes)),
    ]
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_NOTHING_FROM_OUTSIDE}">'
        f"<title>Evaluation: {_safe(name)}</title><style>{style}</style></head>"
        f"<body>\n{chr(10).join(sections)}\n</body></html>\n"
    )


def _plots(summary: Summary) -> str:
    curves, plots = summary.curves, []
    names = {"answerable": "answerable", "both": "with documents left out too"}
    legend = ", ".join(f'<span class="{name}">{names[name]}</span>' for name in curves.risk)
    if curves.risk:
        plots.append((risk_coverage(curves.risk), f"Risk and coverage: {legend}"))
        plots.append((reliability_diagram(curves.reliability), f"Reliability: {legend}"))
    if curves.latency:
        plots.append((latency_histogram(curves.latency), "Latency of a warm question"))
    drawn = (f"<figure>{plot}<figcaption>{caption}</figcaption></figure>" for plot, caption in plots)
    return f'<div class="plots">{"".join(drawn)}</div>'


def _figures(summary: Summary) -> str:
    rows = (
        "<tr>" + "".join(f"<td>{_safe(cell)}</td>" for cell in figure.shown()) + "</tr>"
        for figure in summary.figures
    )
    explained = "".join(f"<p>{_safe(line)}</p>" for line in _EXPLAINED)
    header = "<tr><th>measure</th><th>value</th><th>95% interval</th><th>questions</th></tr>"
    return f'<h2>Figures</h2><table class="figures">{header}{"".join(rows)}</table>{explained}'


def _groups(outcomes: Sequence[Outcome]) -> Iterable[tuple[str, list[Case]]]:
    """The wrong answers by how they are wrong, the surest first."""
    present = [(o, o.present) for o in outcomes if o.present is not None and o.query.answers]
    without = [(o, o.present) for o in outcomes if o.present is not None and not o.query.answers]
    left_out = [(o, o.left_out) for o in outcomes if o.left_out is not None]
    given = [(o, o.given) for o in outcomes if o.given is not None]
    groups: list[tuple[str, list[Case], Callable[[Asked], bool]]] = [
        ("Wrong answers shown", present, lambda asked: asked.shown and not asked.right),
        (
            "Refused, and the best quotation was wrong",
            present,
            lambda asked: not asked.shown and not asked.right,
        ),
        (
            "Refused, though the best quotation was right",
            present,
            lambda asked: not asked.shown and asked.right,
        ),
        ("Answered, though the document was left out", left_out, lambda asked: asked.shown),
        ("Answered, though the documents do not say", without, lambda asked: asked.shown),
        ("Wrong even with the document given", given, lambda asked: not asked.right),
    ]
    for title, cases, wrong in groups:
        chosen = sorted((case for case in cases if wrong(case[1])), key=lambda case: -case[1].confidence)
        if chosen:
            yield f"{title}: {len(chosen)} of {len(cases)}", chosen


def _cases(title: str, cases: Sequence[Case]) -> str:
    header = "<tr><th>question</th><th>gold answer</th><th>first quotation</th><th>confidence</th></tr>"
    rows = "".join(_case(outcome, asked) for outcome, asked in cases)
    table = f'<table class="cases">{header}{rows}</table>'
    return f"<details><summary>{_safe(title)}</summary>{table}</details>"


def _case(outcome: Outcome, asked: Asked) -> str:
    query = outcome.query
    ranks = ", ".join(f"{mode} {place or 'not found'}" for mode, place in outcome.ranks.items())
    cells = (
        _cell(query.question, query.qid),
        _cell(
            " / ".join(query.answers) or "none", ", ".join(query.documents), f"rank: {ranks}" if ranks else ""
        ),
        _cell(asked.quote or "none", asked.document, f"marked: {asked.marked}" if asked.marked else ""),
        _cell(f"{asked.confidence:.3f}"),
    )
    return f"<tr>{''.join(cells)}</tr>\n"


def _cell(text: str, *details: str) -> str:
    small = "".join(f"<small>{_safe(detail)}</small>" for detail in details if detail)
    return f"<td>{_safe(text)}{small}</td>"


def _safe(text: str) -> str:
    """Escaped, and without control characters, which HTML forbids."""
    return escape("".join(c if c >= " " or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text))
