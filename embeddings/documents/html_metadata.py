"""Title, date, source and editor of a web page, from its head and the usual meta tags."""

import re

from selectolax.lexbor import LexborHTMLParser

from embeddings.documents.dates import iso_date
from embeddings.documents.extract import one_line

_META = {
    "title": "og:title articletitle dc.title twitter:title",
    "date": "article:published_time pubdate publishdate publish_date og:release_date dc.date.issued "
    "dcterms.issued dc.date datepublished article:create_at date",
    "source": "contentsource article:source source mediaid og:site_name dc.publisher publisher",
    "editor": "editor contenteditor",
    "author": "author article:author dc.creator",
}
_SEPARATOR = re.compile(
    r"_{1,3}|\s*[|｜]\s*|\s+[-–—·»]{1,2}\s+|-{2,}|(?<=[\u4e00-\u9fff\"”》！？])[-–—](?=[\u4e00-\u9fff])"
)
_SITE = re.compile(
    r".*(?:网|網|频道|頻道|新闻|新聞|日报|日報|晚报|在线|門戶|门户|政府|论坛|論壇|社|台|臺|报|報|中心|百科|博客"
    r"|资讯|資訊|首页|首頁|\.com|\.cn|\.org|\.tw|News|Times|Wiki\w*)"
)


def describe(tree: LexborHTMLParser, heading: str) -> tuple[str, dict[str, str]]:
    """Title and metadata; `heading` is the page's one h1, or ""."""
    meta = _meta(tree)
    metadata = {key: value for key in ("source", "editor", "author") if (value := _first(meta, key))}
    date = next((day for name in _META["date"].split() if (day := iso_date(meta.get(name, "")))), "") or _time(tree)
    if date:
        metadata["date"] = date
    node = tree.css_first("title")
    page = one_line(node.text()) if node is not None else ""
    title = _first(meta, "title") or page
    if heading and (heading in title or not title):
        return heading, metadata
    return cut_site(title, meta.get("og:site_name", "")) or heading, metadata


def _meta(tree: LexborHTMLParser) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.css("meta"):
        attributes = node.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
        content = one_line(attributes.get("content") or "")[:300]
        if name and content:
            found.setdefault(name.lower(), content)
    return found


def _first(meta: dict[str, str], key: str) -> str:
    return next((meta[name] for name in _META[key].split() if name in meta), "")


def _time(tree: LexborHTMLParser) -> str:
    node = tree.css_first("time[datetime]")
    return iso_date(node.attributes.get("datetime") or "") if node is not None else ""


def cut_site(title: str, site: str = "") -> str:
    """A page title without the names of channel and site: "标题_新闻频道_某某网" becomes "标题"."""
    parts = list(_SEPARATOR.finditer(title))
    for separator in reversed(parts):
        rest = title[separator.end() :].strip()
        is_site = bool(site) and rest == site or _SITE.fullmatch(rest) is not None and len(rest) <= 20
        strong = "_" in separator.group() or "|" in separator.group() or "｜" in separator.group()
        if separator.start() >= 2 and (is_site or strong and len(rest) <= 20):
            title = title[: separator.start()].strip()
    return title
