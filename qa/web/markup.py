"""Text to HTML, with nothing of the text left that a browser or a template could act on."""

import html
import re
from collections.abc import Sequence

_INERT = str.maketrans(
    {
        # Newlines of old Macs would be normalised away by the HTML parser; the rest are the openers of
        # JavaScript templates, Handlebars, LaTeX and Markdown code, in case a page ever meets one of those.
        "\r": "&#13;",
        "\x00": "\ufffd",
        "$": "&#36;",
        "{": "&#123;",
        "}": "&#125;",
        "`": "&#96;",
        "\\": "&#92;",
    }
)


def escape(text: str) -> str:
    """`text` as HTML that shows exactly these characters, in an element or in a quoted attribute."""
    return html.escape(text, quote=True).translate(_INERT)


Span = tuple[int, int, str, str]
"""`(start, end, opening tag, closing tag)`."""


def annotate(text: str, start: int, end: int, layers: Sequence[Sequence[Span]]) -> str:
    """`text[start:end]` escaped, with each layer's spans wrapped in tags, earlier layers outside later ones.

    The spans of one layer are in order and do not overlap; a span of an inner layer is cut where it
    crosses the border of an outer one, so the tags always nest.
    """
    if not layers:
        return escape(text[start:end])
    pieces = []
    at = start
    for span_start, span_end, opening, closing in layers[0]:
        span_start, span_end = max(span_start, at), min(span_end, end)
        if span_start >= span_end:
            continue
        pieces.append(annotate(text, at, span_start, layers[1:]))
        pieces.append(opening + annotate(text, span_start, span_end, layers[1:]) + closing)
        at = span_end
    pieces.append(annotate(text, at, end, layers[1:]))
    return "".join(pieces)


_GLOSS = re.compile(r"(?<=[\u3400-\u9fff])\([a-zü]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-zü]*\)")


def glosses(text: str, start: int, end: int) -> list[Span]:
    """Pinyin printed after a character, as in `強(qiáng)化`: shown, but set back."""
    return [
        (found.start(), found.end(), '<span class="gloss">', "</span>") for found in _GLOSS.finditer(text, start, end)
    ]


def without_glosses(text: str) -> str:
    """`text` without such pinyin, for headings; quotations keep it."""
    return _GLOSS.sub("", text)
