"""EPUB books: the chapters in reading order through the html reader, sections as places."""

import posixpath
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote
from xml.etree import ElementTree

from embeddings.documents import html, zipped
from embeddings.documents.dates import iso_date
from embeddings.documents.encoding import decode
from embeddings.documents.extract import Extract, Writer, one_line
from embeddings.errors import DocumentError
from embeddings.types import Heading, SetAside

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_HTML = ("application/xhtml+xml", "text/html")


def read(data: bytes) -> Extract:
    """Read an .epub file; books under copy protection get a reason."""
    with zipped.open_checked(data) as archive:
        names = set(archive.namelist())
        root_path = _root_path(archive)
        package = _xml(archive, root_path)
        chapters = list(_chapters(package, posixpath.dirname(root_path)))
        _check_protection(archive, names, chapters)
        writer = Writer()
        for number, path in enumerate(chapters, 1):
            if path in names:
                _chapter(archive.read(path), number, writer)
    metadata = {"author": _named(package, "creator"), "date": iso_date(_named(package, "date"))}
    metadata["source"] = _named(package, "publisher")
    return writer.extract(_named(package, "title"), metadata)


def _chapter(markup: bytes, number: int, writer: Writer) -> None:
    html.check_depth(markup)
    chapter = html.from_markup(decode(markup, html.declared_charset(markup)).text)
    if not chapter.text.strip():
        return
    first = chapter.headings[0] if chapter.headings else None
    words = one_line(chapter.text[first.start : first.end])[:80] if first else chapter.title[:80]
    writer.place(f"section {words or number}")
    start, _ = writer.write(chapter.text.rstrip("\n") + "\n\n")
    writer.headings += [Heading(start + one.start, start + one.end, one.level) for one in chapter.headings]
    writer.set_aside += [SetAside(start + one.start, start + one.end, one.kind) for one in chapter.set_aside]


def _root_path(archive: zipfile.ZipFile) -> str:
    for element in _xml(archive, _CONTAINER).iter("{urn:oasis:names:tc:opendocument:xmlns:container}rootfile"):
        if path := element.get("full-path"):
            return path
    raise DocumentError("is damaged: its container names no book, so get it again")


def _xml(archive: zipfile.ZipFile, path: str) -> ElementTree.Element:
    try:
        markup = archive.read(path)
        if b"<!ENTITY" in markup.replace(b"\0", b"").upper():
            raise DocumentError("declares XML entities, as entity bombs do: convert it to a new .epub")
        return ElementTree.fromstring(markup)
    except (KeyError, zipfile.BadZipFile, ElementTree.ParseError) as error:
        shown = one_line(path)[:80]  # the path comes from the file
        raise DocumentError(f"is damaged or no EPUB book ({shown} cannot be read): get it again") from error


def _chapters(package: ElementTree.Element, folder: str) -> Iterator[str]:
    """Paths of the chapters in reading order, each once, the table of contents left out."""
    items = {}
    for item in package.iter(f"{_OPF}item"):
        if item.get("media-type") in _HTML and "nav" not in (item.get("properties") or "").split():
            items[item.get("id")] = unquote(item.get("href") or "")
    for reference in package.iter(f"{_OPF}itemref"):
        href = items.pop(reference.get("idref"), None)
        if href:
            yield posixpath.normpath(posixpath.join(folder, href))


def _check_protection(archive: zipfile.ZipFile, names: set[str], chapters: list[str]) -> None:
    """Fonts may be scrambled; a scrambled chapter means copy protection."""
    if _ENCRYPTION in names:
        for element in _xml(archive, _ENCRYPTION).iter("{http://www.w3.org/2001/04/xmlenc#}CipherReference"):
            if posixpath.normpath(unquote(element.get("URI") or "")) in chapters:
                raise DocumentError("is copy-protected: only an unprotected .epub can be read")


def _named(package: ElementTree.Element, name: str) -> str:
    element = next(package.iter(f"{_DC}{name}"), None)
    return one_line("".join(element.itertext())) if element is not None else ""
