"""Charts as SVG files that need no library and look the same on light and dark pages."""

import math
from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT = 760, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 190, 44, 50
_COLOURS = ("#1f6feb", "#d1242f", "#1a7f37", "#9a6700", "#8250df", "#57606a", "#bf3989", "#0a7ea4")

Points = Sequence[tuple[float, float]]


def log_log(title: str, x: str, y: str, series: Mapping[str, Points]) -> str:
    """Lines over two logarithmic axes; every value is above 0."""
    places = [point for points in series.values() for point in points]
    low_x, high_x = _decades([place for place, _ in places])
    low_y, high_y = _decades([value for _, value in places])

    def at(place: float, value: float) -> tuple[float, float]:
        across = (math.log10(place) - low_x) / (high_x - low_x)
        up = (math.log10(value) - low_y) / (high_y - low_y)
        return _LEFT + across * (_WIDTH - _LEFT - _RIGHT), _HEIGHT - _BOTTOM - up * (_HEIGHT - _TOP - _BOTTOM)

    parts = [_label(_LEFT, 22, title, "start", 15), _label(_LEFT, 38, y, "start")]
    parts.append(_label((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 8, x, "middle"))
    for power in range(low_x, high_x + 1):
        across = at(10.0**power, 10.0**low_y)[0]
        parts += [_rule(across, _TOP, across, _HEIGHT - _BOTTOM)]
        parts.append(_label(across, _HEIGHT - _BOTTOM + 18, _power(power), "middle"))
    for power in range(low_y, high_y + 1):
        up = at(10.0**low_x, 10.0**power)[1]
        parts += [_rule(_LEFT, up, _WIDTH - _RIGHT, up), _label(_LEFT - 8, up + 4, _power(power), "end")]
    for number, (name, points) in enumerate(series.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        drawn = [at(*point) for point in points]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in drawn)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{colour}"/>' for a, b in drawn]
        parts.append(_key(number, name, colour))
    return _svg(title, parts, _HEIGHT)


def bars(title: str, groups: Mapping[str, Mapping[str, float]], unit: str = "") -> str:
    """For every group the bars of its members, as long as the largest of that group allows."""
    members = list(dict.fromkeys(name for group in groups.values() for name in group))
    parts = [_label(12, 22, title, "start", 15)]
    down = 44.0
    for name, group in groups.items():
        parts.append(_label(12, down + 12, name, "start", 13))
        down += 20
        longest = max(group.values())
        for member, value in group.items():
            colour = _COLOURS[members.index(member) % len(_COLOURS)]
            width = max(1.0, value / longest * 380)
            parts.append(_label(220, down + 11, member, "end"))
            parts.append(f'<rect x="228" y="{down:.0f}" width="{width:.1f}" height="13" fill="{colour}"/>')
            parts.append(_label(234 + width, down + 11, f"{figure(value)}{unit}", "start"))
            down += 17
        down += 12
    return _svg(title, parts, down + 4)


def figure(value: float) -> str:
    """Three digits of it, all of a large one."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _power(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"


def _label(x: float, y: float, text: str, anchor: str, size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(text)}</text>'


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#d0d7de"/>'


def _key(number: int, name: str, colour: str) -> str:
    x, y = _WIDTH - _RIGHT + 14, _TOP + 8 + 20 * number
    return f'<rect x="{x}" y="{y - 9}" width="12" height="12" fill="{colour}"/>{_label(x + 18, y + 2, name, "start")}'


def _svg(title: str, parts: Sequence[str], height: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" role="img"'
        f' aria-label="{escape(title, quote=True)}" font-family="sans-serif" fill="#1f2328">'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>\n'
    )
