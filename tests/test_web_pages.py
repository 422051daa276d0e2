"""Pages of a PDF over HTTP: the right one, marked, of documents of the index and of nothing else."""

import io
from collections.abc import Iterator

import pytest
from PIL import Image
from scripted import made
from starlette.testclient import TestClient

from embeddings.types import Document, Place, SetAside
from qa import Assistant
from qa.web import viewer
from qa.web.i18n import ENGLISH
from qa.web.pages import Stretch, stretches
from qa.web.service import Service
from tests import corpus

NAME = "年报 #1?.pdf"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("docs")
    pages = [corpus.wrapped(corpus.FILLER * 3), corpus.wrapped(corpus.fact(3) + corpus.FILLER)]
    (folder / NAME).write_bytes(corpus.pdf_file(pages, head="青石镇年报"))
    (folder / "note.txt").write_text(corpus.fact(4), encoding="utf-8")
    with Assistant.open(tmp_path_factory.mktemp("index")) as opened:
        assert opened.add(folder).failed == []
        yield opened


@pytest.fixture
def service(assistant: Assistant) -> Iterator[Service]:
    service = Service(assistant)
    yield service
    service.close()


@pytest.fixture
def client(service: Service) -> TestClient:
    return TestClient(made(service), base_url="http://localhost")


def yellow(png: bytes) -> int:
    """Pixels that are marked."""
    image = Image.open(io.BytesIO(png))
    assert (image.format, image.width) == ("PNG", 1400)
    return sum(1 for red, _, blue in image.convert("RGB").get_flattened_data() if red - blue > 40)  # type: ignore[misc]


def test_the_page_of_a_quotation_is_a_picture_with_the_quotation_marked(
    client: TestClient, assistant: Assistant
) -> None:
    document = assistant.document(NAME)
    start = document.text.index(corpus.fact(3))
    (part,) = stretches(document, start, start + len(corpus.fact(3)))
    assert part.page == 2
    marked = client.get(f"/{part.address(NAME)}")
    assert (marked.status_code, marked.headers["content-type"]) == (200, "image/png")
    plain = client.get(f"/{Stretch(2, 0, 0).address(NAME)}")
    assert yellow(marked.content) > 5000 > yellow(plain.content) == 0


def test_a_quotation_over_two_pages_is_marked_on_both(assistant: Assistant) -> None:
    text = "first part\n2\nhead\nsecond part\n"
    document = Document(
        "a.pdf", text, "", set_aside=(SetAside(11, 12, "page number"), SetAside(13, 17, "running head")),
        places=(Place(0, "page 1"), Place(13, "page 2")),
    )  # fmt: skip
    assert stretches(document, 6, 24) == [Stretch(1, 6, 13), Stretch(2, 13, 24)]
    page = viewer.page(document, [viewer.Mark(6, 24, current=True)], ENGLISH, "key")
    assert page.count("<img ") == 2 and 'src="api/pages/2/a.pdf?start=13&amp;end=24"' in page
    assert stretches(Document("a.txt", text, "", places=document.places), 6, 24) == []


def test_only_pages_of_documents_of_the_index_are_shown(client: TestClient) -> None:
    for name, page, status in (
        ("note.txt", 1, 422),  # no pdf
        (NAME.replace("#", "%23").replace("?", "%3F"), 9, 422),  # no such page
        ("missing.pdf", 1, 404),
        ("%2e%2e%2f%2e%2e%2fetc%2fpasswd", 1, 404),
        ("/etc/passwd", 1, 404),
        ("note.txt", 0, 422),
        ("note.txt", "x", 422),
    ):
        answer = client.get(f"/api/pages/{page}/{name}")
        assert (answer.status_code, "png" in answer.headers["content-type"]) == (status, False), name


def test_pages_are_behind_the_sign_in(service: Service) -> None:
    client = TestClient(made(service, shared=True), base_url="http://team.example")
    assert client.get(f"/{Stretch(2, 0, 0).address(NAME)}").status_code == 401
