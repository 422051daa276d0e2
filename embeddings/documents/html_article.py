"""Which stretches of a page are navigation, share bars and footers, told by elements, names and links."""

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from embeddings.documents.extract import merge, names
from embeddings.types import SetAside


@dataclass(slots=True)
class Marks:
    """Elements that speak for article or furniture, by their span in the page's text."""

    furniture: list[tuple[int, int, str]] = field(default_factory=list)  # start, end, kind
    articles: list[tuple[int, int]] = field(default_factory=list)
    links: list[tuple[int, int]] = field(default_factory=list)


_TAGS = {
    "nav": "navigation",
    "header": "navigation",
    "footer": "copyright",
    "aside": "furniture",
    "button": "furniture",
}
_ROLES = {
    "navigation": "navigation",
    "banner": "navigation",
    "contentinfo": "copyright",
    "search": "furniture",
    "complementary": "furniture",
}
_NAMES = {
    "navigation": "nav navbar navigation navi menu submenu breadcrumb breadcrumbs crumb crumbs daohang "
    "mianbaoxie pager pagination paging sidebar toc sitemap topbar toplink related recommend recommended "
    "recommendation xiangguan hotnews prevnext",
    "share": "share shares sharing sharebar bdshare jiathis social sns fenxiang qrcode",
    "copyright": "footer foot copyright banquan beian",
    "print button": "print printer dayin",
    "furniture": "ad ads adv advert advertisement banner cookie cookies subscribe newsletter login signin "
    "searchbox toolbar comments commentlist popup modal gotop backtop",
}
_KINDS = {name: kind for kind, words in _NAMES.items() for name in names(words)}
_WORD = re.compile(r"[a-z]+|[A-Z][a-z]*")
_LINE = re.compile(r"[^\n]+")
_SENTENCE = re.compile(r"[。！？；]|[.!?](?:\s|$)")
_BLOCKS = names("div ul ol dl section p table td tr form span li dd dt")


def role(tag: str, attributes: dict[str, str | None]) -> str:
    """What an element announces itself to be: a kind of furniture, "article", or "" for nothing."""
    if tag in ("article", "main"):
        return "article"
    if tag in _TAGS:
        return _TAGS[tag]
    if not attributes:
        return ""
    declared = attributes.get("role") or ""
    if declared == "main":
        return "article"
    if declared in _ROLES:
        return _ROLES[declared]
    if tag in _BLOCKS:
        for name in f"{attributes.get('id') or ''} {attributes.get('class') or ''}"[:300].split():
            words = [word.lower() for word in _WORD.findall(name)]
            # "nav-bar" and "main_nav" are navigation; "no-nav-content" and the like are not worth a guess
            for word in (*words[:1], *words[-1:]):
                if word in _KINDS and not {"no", "with", "has", "content", "article"} & set(words):
                    return _KINDS[word]
    return ""


def furniture_spans(text: str, marks: Marks) -> list[SetAside]:
    """What to set aside of a page: marked elements unless they hold most of it, everything around
    a marked article, and runs of lines that consist of links."""
    total = len(text)
    spans = [SetAside(start, end, kind) for start, end, kind in marks.furniture if end - start <= total / 2]
    links = _link_lines(text, marks.links)
    plain = total - sum(end - start for start, end in marks.links)
    article = max(marks.articles, key=lambda span: span[1] - span[0], default=None)
    if article and _holds_the_text(article, marks, plain):
        spans += _around(article, spans, text)
    linked = sum(span.end - span.start for span in links)
    if linked <= 0.8 * total:
        spans += links
    kept = merge([_trimmed(text, span) for span in spans])
    return kept if sum(span.end - span.start for span in kept) < 0.97 * total else []


def _holds_the_text(article: tuple[int, int], marks: Marks, plain: int) -> bool:
    """Whether most of the text that is no link lies in this one element."""
    start, end = article
    inside = end - start - sum(b - a for a, b in marks.links if start <= a and b <= end)
    others = [span for span in marks.articles if span[0] >= end or span[1] <= start]
    return inside >= 100 and inside > plain * (0.5 if not others else 0.8)


def _around(article: tuple[int, int], spans: list[SetAside], text: str) -> list[SetAside]:
    """The lines before and after the article that nothing has set aside yet."""
    around = []
    start, end = article
    taken = sorted(spans, key=lambda span: span.start)
    starts = [span.start for span in taken]
    for line in _LINE.finditer(text):
        if start <= line.start() < end:
            continue
        before = bisect_left(starts, line.end()) - 1
        if before < 0 or taken[before].end <= line.start():
            around.append(SetAside(line.start(), line.end(), "furniture"))
    return around


def _link_lines(text: str, links: list[tuple[int, int]]) -> list[SetAside]:
    """Lines made of three links or more, and runs of four lines or more that are one link each."""
    spans: list[SetAside] = []
    run: list[tuple[int, int]] = []
    at = 0
    for line in _LINE.finditer(text):
        start, end = line.span()
        count = covered = 0
        while at < len(links) and links[at][0] < end:
            if links[at][0] >= start:
                count += 1
                covered += min(links[at][1], end) - links[at][0]
            at += 1
        letters = len(line.group().replace(" ", "").replace("|", "").replace(">", "")) or 1
        linked = covered >= 0.8 * letters and not (count < 3 and _SENTENCE.search(line.group()))
        if linked and count == 1:
            run.append((start, end))
            continue
        spans += _long_run(run)
        run = []
        if linked and count >= 3:
            spans.append(SetAside(start, end, "navigation"))
    return spans + _long_run(run)


def _long_run(run: list[tuple[int, int]]) -> list[SetAside]:
    return [SetAside(start, end, "navigation") for start, end in run] if len(run) >= 4 else []


def _trimmed(text: str, span: SetAside) -> SetAside:
    """The span without white space at its ends."""
    words = text[span.start : span.end]
    start = span.start + len(words) - len(words.lstrip())
    return SetAside(start, max(start, span.start + len(words.rstrip())), span.kind)
