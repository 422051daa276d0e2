"""HTML: the text of a page in reading order, with what is not the article set aside.

The page is parsed by lexbor. Scripts, styles, form fields and hidden elements leave no text;
navigation, share bars, footers and the like leave their text, set aside.
"""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from embeddings.documents import furniture, html_article, html_metadata, html_tables, tables
from embeddings.documents.encoding import decode
from embeddings.documents.extract import Extract, Writer, merge, names, one_line
from embeddings.errors import DocumentError
from embeddings.types import Heading

_CHARSET = re.compile(
    rb"""<(?:meta[^>]{0,200}?charset|\?xml[^>]{0,100}?encoding)\s*=\s*["']?([\w.:-]{2,20})""", re.IGNORECASE
)
_DROPPED = names(
    "script style template noscript svg canvas head title select option datalist textarea input iframe "
    "object embed audio video map rp colgroup meter progress"
)
_PARAGRAPHS = names(
    "p h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre section article main header footer nav aside figure "
    "form fieldset hr details address"
)
_LINES = names("div li dt dd tr br figcaption caption summary legend center thead tbody td th")
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SPACES = re.compile(r"[ \t\r\n\f]+")
_HAN = r"\u3000-\u303f\u4e00-\u9fff\uff00-\uffef"
_HAN_BREAK = re.compile(rf"(?<=[{_HAN}])[ \t]*[\r\n][ \t\r\n]*(?=[{_HAN}])")
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_UNNESTED = names(
    "p li td th tr dt dd option thead tbody tfoot br hr img input meta link area base col embed source track "
    "wbr a param body html head"
)  # void, or closed by the next of their kind
_FORMATTING = names("b big code em font i nobr s small strike strong tt u")
_DEEPEST = 3_000
_MOST_REOPENED = 1_000_000


def read(data: bytes) -> Extract:
    """Read an html file in the encoding that it declares, or that `decode` tells."""
    decoded = decode(data, declared_charset(data))
    check_depth(data)
    extract = from_markup(decoded.text)
    extract.metadata["encoding"] = decoded.encoding
    return extract


def from_markup(markup: str) -> Extract:
    """The same for markup that is already decoded, such as a chapter of an EPUB."""
    tree = LexborHTMLParser(markup)
    page = Page()
    if tree.body is not None:
        page.walk(tree.body)
    extract = page.writer.extract()
    spans = html_article.furniture_spans(extract.text, page.marks)
    found = furniture.find(extract.text)
    extract.set_aside = merge(spans + found.set_aside)
    extract.title, metadata = html_metadata.describe(tree, _first_heading(extract))
    extract.metadata = found.metadata | metadata
    return extract


def _first_heading(extract: Extract) -> str:
    firsts = [heading for heading in extract.headings if heading.level == 1]
    return one_line(extract.text[firsts[0].start : firsts[0].end]) if len(firsts) == 1 else ""


def declared_charset(data: bytes) -> str:
    """The encoding that the markup names for itself, or ""."""
    declared = _CHARSET.search(data[:4096])
    return declared.group(1).decode("ascii", "ignore") if declared else ""


def check_depth(data: bytes) -> None:
    """Refuse what would keep any parser busy for hours: nesting costs the square of its depth, and
    formatting elements left open are opened again in every block that follows.
    """
    depth = formatting = reopened = 0
    for match in _TAG.finditer(data):
        tag = match.group(2).decode().lower()
        if tag in _UNNESTED and tag != "p":
            continue
        step = -1 if match.group(1) else 1
        if tag in _FORMATTING:
            formatting = max(0, formatting + step)
        elif step > 0:
            reopened += formatting
        if tag != "p":
            depth = max(0, depth + step)
        if depth > _DEEPEST or reopened > _MOST_REOPENED:
            raise DocumentError(f"nests its elements more than {_DEEPEST:,} deep: it is damaged or made to do harm")


class Page:
    """One walk over the elements of a page, in document order and without recursion."""

    def __init__(self) -> None:
        """Nothing walked, nothing written."""
        self.writer = Writer()
        self.marks = html_article.Marks()
        self._pending = ""  # white space owed before the next text: "", " ", "\n" or "\n\n"
        self._pre = 0
        self._open: list[tuple[int, str]] = []  # elements under way: where their text begins, their role
        self._textless = 0  # how many of the innermost of these hold no text yet

    def walk(self, root: LexborNode) -> None:
        """Write the text of everything below `root`."""
        node: LexborNode | None = root
        depth = 0
        while node is not None:
            child = self._enter(node)
            if child is not None:
                node = child
                depth += 1
                continue
            while depth and node.next is None:
                parent = node.parent
                if parent is None:
                    return
                node = parent
                depth -= 1
                self._leave(node)
            node = node.next if depth else None

    def _enter(self, node: LexborNode) -> LexborNode | None:
        """Handle the start of a node; its first child where the walk goes on inside."""
        if node.is_text_node:
            self._text(node.text_content or "")
            return None
        tag = node.tag or ""
        if tag.startswith("-") or tag in _DROPPED:
            return None
        attributes = node.attributes
        if attributes and _is_hidden(attributes):
            return None
        if tag == "table" and (rows := html_tables.data_rows(node, cell_text)):
            self._table(rows)
            return None
        self._break(tag)
        if tag == "br":
            self._pending = "\n\n" if self._pending == "\n\n" else "\n"
        first = node.first_child
        if first is None:
            return None
        if tag == "pre":
            self._pre += 1
        self._open.append((0, html_article.role(tag, attributes)))
        self._textless += 1
        if tag == "rt":
            self._append("(")
        return first

    def _leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        start, role = self._open.pop()
        end = self.writer.length
        has_text = self._textless == 0
        self._textless = max(0, self._textless - 1)
        if tag == "rt":
            self._append(")")
        if tag == "pre":
            self._pre -= 1
        if has_text:
            self._mark(tag, role, start, end)
        self._break(tag)

    def _mark(self, tag: str, role: str, start: int, end: int) -> None:
        if tag in _HEADINGS:
            self.writer.headings.append(Heading(start, end, _HEADINGS[tag]))
        elif tag == "a":
            self.marks.links.append((start, end))
        if role == "article":
            self.marks.articles.append((start, end))
        elif role:
            self.marks.furniture.append((start, end, role))

    def _break(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self._pending = "\n\n"
        elif tag in _LINES and self._pending != "\n\n":
            self._pending = "\n"

    def _text(self, text: str) -> None:
        if self._pre:
            self._append(text.replace("\r\n", "\n"))
            return
        if "\n" in text or "\r" in text:
            text = _HAN_BREAK.sub("", text)
        text = _SPACES.sub(" ", text)
        words = text.strip(" ")
        if not words:
            self._pending = self._pending or " "
            return
        if text[0] == " ":
            self._pending = self._pending or " "
        self._append(words)
        if text[-1] == " ":
            self._pending = " "

    def _append(self, text: str) -> None:
        if self.writer.length:
            self.writer.write(self._pending)
        self._pending = ""
        start, _ = self.writer.write(text)
        for depth in range(len(self._open) - self._textless, len(self._open)):
            self._open[depth] = (start, self._open[depth][1])
        self._textless = 0

    def _table(self, rows: html_tables.DataTable) -> None:
        self._pending = "\n\n"
        start = self.writer.length + (2 if self.writer.length else 0)
        for line in tables.table_lines(rows.cells, rows.header):
            if line:
                self._append(line)
                self._pending = "\n"
        self._pending = "\n\n"
        if rows.is_navigation and start < self.writer.length:
            self.marks.furniture.append((start, self.writer.length, "navigation"))


def cell_text(cell: LexborNode) -> str:
    """The text of a table cell on one line."""
    only = cell.first_child
    if only is None or only.is_text_node and only.next is None:
        return one_line(only.text_content or "") if only else ""
    page = Page()
    page.walk(cell)
    return one_line(page.writer.extract().text)


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style") or ""))
