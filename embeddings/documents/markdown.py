"""Markdown: the decoded file as it stands, with # and underlined headings and front matter."""

import re

from embeddings.documents import furniture, structure
from embeddings.documents.dates import iso_date
from embeddings.documents.encoding import decode
from embeddings.documents.extract import Extract, merge, one_line
from embeddings.types import Heading, SetAside

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HASHES = re.compile(r" {0,3}(#{1,6})[ \t]+(\S.*)")
_UNDERLINE = re.compile(r" {0,3}(?:(=+)|(-{2,}))[ \t]*")
_MARKS = re.compile(r"!?\[([^\]\n]{0,200})\]\([^)\n]{0,500}\)|[*`]+|(?<!\w)_+|_+(?!\w)")
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n((?:(?!---)[^\n]*\n){0,200})---[ \t]*(?:\r?\n|$)")
_FIELD = re.compile(r"(title|date|source|author|editor)[ \t]*:[ \t]*(.+)", re.IGNORECASE)
_NO_TEXT = re.compile(r" {0,3}(?:[>*+|-]|\d+[.)] )")


def read(data: bytes) -> Extract:
    """Read a Markdown file."""
    decoded = decode(data)
    text = decoded.text
    metadata, aside = _front_matter(text)
    start = aside[0].end if aside else 0
    found = furniture.find(text)
    headings = _headings(text, start)
    title = metadata.pop("title", "")
    if not title and headings and headings[0].level == min(heading.level for heading in headings):
        title = plain(text[headings[0].start : headings[0].end])
    return Extract(
        text,
        title or (structure.title(text, found.set_aside) if not headings and not aside else ""),
        {"encoding": decoded.encoding} | found.metadata | metadata,
        merge(aside + found.set_aside),
        headings or structure.numbered_headings(text),
    )


def plain(text: str) -> str:
    """Inline markup removed: `**Bold** [link](url)` becomes "Bold link"."""
    return one_line(_MARKS.sub(lambda match: match.group(1) or "", text))


def _front_matter(text: str) -> tuple[dict[str, str], list[SetAside]]:
    match = _FRONT_MATTER.match(text)
    if not match or ":" not in match.group(1):
        return {}, []
    metadata: dict[str, str] = {}
    for line in match.group(1).splitlines():
        if field := _FIELD.fullmatch(line.strip()):
            key, value = field.group(1).lower(), field.group(2).strip().strip("\"'")
            metadata[key] = iso_date(value) or value if key == "date" else value
    return metadata, [SetAside(0, len(match.group().rstrip()), "front matter")]


def _headings(text: str, at: int) -> list[Heading]:
    headings: list[Heading] = []
    fence = ""
    above = (0, "")  # where the line above begins, and the line, while it can be an underlined heading
    for line in text[at:].splitlines(keepends=True):
        bare = line.rstrip("\r\n\f\v\x85\u2028\u2029")
        mark = _FENCE.match(bare)
        if fence:
            if mark and mark.group(1).startswith(fence) and not bare[mark.end() :].strip():
                fence = ""
            above = (at, "")
        elif mark:
            fence = mark.group(1)
            above = (at, "")
        elif hashes := _HASHES.fullmatch(bare):
            words = (
                re.sub(r"(?:^|[ \t]+)#+$", "", hashes.group(2).rstrip())
                if bare.rstrip().endswith("#")
                else hashes.group(2).rstrip()
            )
            begin = at + hashes.start(2)
            if words:
                headings.append(Heading(begin, begin + len(words), len(hashes.group(1))))
            above = (at, "")
        elif above[1] and (under := _UNDERLINE.fullmatch(bare)):
            words = above[1].strip()
            begin = above[0] + above[1].index(words)
            headings.append(Heading(begin, begin + len(words), 1 if under.group(1) else 2))
            above = (at, "")
        else:
            usable = (
                bare.strip() and len(bare) <= 200 and not _NO_TEXT.match(bare) and not bare.startswith(("    ", "\t"))
            )
            above = (at, bare if usable else "")
        at += len(line)
    return headings
