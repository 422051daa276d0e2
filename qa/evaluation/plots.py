"""Plots as SVG, drawn here so that a report needs no library and no network."""

from collections.abc import Sequence
from html import escape

import numpy as np

from qa.evaluation.metrics import Bin

WIDTH, HEIGHT = 420, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 12, 30, 40
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_BARS = 40


class _Frame:
    """Axes from 0 to `across` and from 0 to `up`, and what is drawn between them."""

    def __init__(self, label: str, x: str, y: str, across: float = 1.0, up: float = 1.0) -> None:
        self.label, self.across, self.up = label, across, up
        self.parts = [_text(WIDTH / 2, HEIGHT - 6, x, "middle"), _text(4, 12, y, "start")]
        for tick in _TICKS:
            x_at, y_at = self.x(tick * across), self.y(tick * up)
            self.parts += [
                f'<path class="grid" d="M{_LEFT} {y_at:.1f}H{WIDTH - _RIGHT}"/>',
                _text(x_at, HEIGHT - _BOTTOM + 14, _number(tick * across), "middle"),
                _text(_LEFT - 6, y_at + 4, _number(tick * up), "end"),
            ]

    def x(self, value: float) -> float:
        return _LEFT + value / self.across * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - _BOTTOM - value / self.up * (HEIGHT - _TOP - _BOTTOM)

    def line(self, points: Sequence[tuple[float, float]], style: str, title: str = "") -> None:
        path = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)
        self.parts.append(f'<polyline class="{style}" points="{path}">{_title(title)}</polyline>')

    def dot(self, x: float, y: float, radius: float, style: str, title: str) -> None:
        place = f'cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="{radius:.1f}"'
        self.parts.append(f'<circle class="{style}" {place}>{_title(title)}</circle>')

    def bar(self, left: float, right: float, height: float, title: str) -> None:
        x, y = self.x(left), self.y(height)
        place = f'x="{x:.1f}" y="{y:.1f}" width="{max(self.x(right) - x - 1, 0.5):.1f}"'
        self.parts.append(f'<rect class="bar" {place} height="{self.y(0) - y:.1f}">{_title(title)}</rect>')

    def svg(self) -> str:
        label = escape(self.label, quote=True)
        return (
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{"".join(self.parts)}</svg>'
        )


def risk_coverage(curves: dict[str, list[tuple[float, float]]]) -> str:
    """The share of wrong answers among the most confident ones, over how many are answered."""
    highest = max((risk for points in curves.values() for _, risk in points), default=1.0)
    frame = _Frame(
        "risk-coverage curve", "coverage (share answered)", "risk (share wrong)", up=_rounded_up(highest)
    )
    for name, points in curves.items():
        frame.line(points, f"line {name}", name)
    return frame.svg()


def reliability_diagram(bins: dict[str, list[Bin]]) -> str:
    """How often answers of one confidence are right; the larger a dot, the more of them."""
    frame = _Frame("reliability diagram", "confidence", "share right")
    frame.line([(0, 0), (1, 1)], "ideal", "perfect calibration")
    for name, found in bins.items():
        most = max(one.count for one in found)
        frame.line([(one.confidence, one.accuracy) for one in found], f"line {name}", name)
        for one in found:
            told = f"{name}: confidence {one.confidence:.2f}, right {one.accuracy:.2f}, {one.count} questions"
            frame.dot(one.confidence, one.accuracy, 2 + 6 * (one.count / most) ** 0.5, f"dot {name}", told)
    return frame.svg()


def latency_histogram(milliseconds: Sequence[float]) -> str:
    """How many questions took how long; the slowest hundredth is in the last bar."""
    longest = _rounded_up(max(float(np.percentile(milliseconds, 99)), 0.001))
    counts, edges = np.histogram(np.minimum(milliseconds, longest), bins=_BARS, range=(0, longest))
    frame = _Frame(
        "latency histogram", "milliseconds", "questions", longest, _rounded_up(float(counts.max()))
    )
    for count, left, right in zip(counts.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if count:
            frame.bar(left, right, count, f"{left:.1f} to {right:.1f} ms: {count} questions")
    return frame.svg()


def _rounded_up(value: float) -> float:
    """The next of 1, 2, 4 or 8 times a power of ten, so that quarters of it are short numbers."""
    if value <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(next((step * power for step in (1, 2, 4, 8) if step * power >= value), 10 * power))


def _number(value: float) -> str:
    return f"{value:,g}"


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _title(text: str) -> str:
    return f"<title>{escape(text)}</title>" if text else ""
