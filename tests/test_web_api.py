"""The HTTP interface gives the very answers that Python gives, and explains what it refuses."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted import made
from starlette.testclient import TestClient

from embeddings.types import Document
from qa import Assistant
from qa.web.feedback import export
from qa.web.limits import Limits
from qa.web.service import Service, file_name

GUANGZHOU = "广州的会议由谁主持?"
CANTON = "004_c2e144bd2bb9c8b9.txt"


@pytest.fixture(scope="module")
def assistant(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with Assistant.open(tmp_path_factory.mktemp("index")) as opened:
        opened.add(seeds)
        yield opened


@pytest.fixture(scope="module")
def folder(assistant: Assistant) -> Path:
    return Path(assistant.index.info()["path"])


@pytest.fixture(scope="module")
def client(assistant: Assistant, folder: Path) -> Iterator[TestClient]:
    service = Service(assistant, folder, Limits(questions_per_minute=100_000, file_bytes=100_000))
    yield TestClient(made(service), base_url="http://localhost")
    service.close()


def _place(document: str = CANTON, start: int = 3, end: int = 9) -> dict[str, Any]:
    return {"document": document, "start": start, "end": end}


def _events(text: str) -> list[tuple[str, Any]]:
    """Server-sent events as (event, data)."""
    events = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        events.append((fields["event"], json.loads(fields["data"])))
    return events


@pytest.mark.parametrize("question", [GUANGZHOU, "火星上有多少人口?", "Who chaired the meeting in Guangzhou?"])
def test_an_answer_is_the_same_as_in_python(client: TestClient, assistant: Assistant, question: str) -> None:
    response = client.post("/api/ask", json={"question": question})
    assert response.status_code == 200
    assert response.json() == json.loads(json.dumps(assistant.ask(question).to_dict()))


def test_events_end_with_the_whole_answer(client: TestClient, assistant: Assistant) -> None:
    response = client.post("/api/ask", json={"question": GUANGZHOU}, headers={"accept": "text/event-stream"})
    assert response.headers["content-type"].startswith("text/event-stream")
    events = _events(response.text)
    assert {name for name, _ in events} == {"answer"}
    assert events[-1][1] == json.loads(json.dumps(assistant.ask(GUANGZHOU).to_dict()))


def test_history_and_documents_go_through(client: TestClient, assistant: Assistant) -> None:
    first = assistant.ask("重庆的会议是哪天召开的?")
    follow = {
        "question": "那广州呢?",
        "history": [{"question": first.question, "answer": first.to_dict()}],
        "documents": [CANTON],
    }
    expected = assistant.ask("那广州呢?", history=[(first.question, first)], documents=[CANTON])
    assert client.post("/api/ask", json=follow).json() == json.loads(json.dumps(expected.to_dict()))


@pytest.mark.parametrize("mode", ["reranked", "hybrid", "dense", "lexical"])
def test_retrieval_is_the_same_as_in_python(client: TestClient, assistant: Assistant, mode: Any) -> None:
    response = client.post("/api/retrieve", json={"question": GUANGZHOU, "limit": 3, "mode": mode})
    hits = assistant.retrieve(GUANGZHOU, limit=3, mode=mode)
    assert [hit["text"] for hit in response.json()] == [hit.text for hit in hits]
    assert response.json()[0].keys() == {"document", "start", "end", "text", "score", "place"}


def test_a_citation_is_found_in_the_document_that_http_gives(client: TestClient) -> None:
    citation = client.post("/api/ask", json={"question": GUANGZHOU}).json()["citations"][0]
    document = client.get(f"/api/documents/{citation['document']}").json()
    assert document["text"][citation["start"] : citation["end"]] == citation["quote"]
    assert {field for field in Document.__slots__} == set(document)


def test_documents_come_and_go(client: TestClient, assistant: Assistant) -> None:
    text = "水晶宫图书馆的馆长是欧阳文竹。图书馆在一九九八年开馆,藏书十二万册。"
    question = "水晶宫图书馆的馆长是谁?"
    uploads = [
        ("files", ("../../馆.txt", text.encode())),
        ("files", ("坏.exe", b"\x00\x01\x02")),
        ("files", ("大.txt", b"x" * 100_001)),
    ]
    receipt = client.post("/api/documents", files=uploads).json()
    assert receipt["added"] == ["馆.txt"]
    assert [failure["name"] for failure in receipt["failed"]] == ["坏.exe", "大.txt"]
    assert all(failure["reason"] for failure in receipt["failed"])
    assert "馆.txt" in [info["name"] for info in client.get("/api/documents").json()]
    assert "欧阳文竹" in client.post("/api/ask", json={"question": question}).text

    assert client.delete("/api/documents/馆.txt").status_code == 204
    assert client.delete("/api/documents/馆.txt").status_code == 404
    assert "欧阳文竹" not in client.post("/api/ask", json={"question": question}).text
    assert client.get("/api/documents/馆.txt").status_code == 404


def test_feedback_is_stored_and_exported(client: TestClient, folder: Path) -> None:
    cited = {"document": CANTON, "start": 3, "end": 9}
    given = {"question": GUANGZHOU, "rating": "down", "citations": [cited], "comment": "不是这位"}
    assert client.post("/api/feedback", json=given).status_code == 204
    exported = list(export(folder))[-1]
    assert {key: exported[key] for key in given} == given


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/ask", {"question": ""}, 422),
        ("/api/ask", {"question": " \n\u3000"}, 422),
        ("/api/retrieve", {"question": "\t"}, 422),
        ("/api/ask", {"question": "x" * 1001}, 422),
        ("/api/ask", {"question": "?", "extra": 1}, 422),
        ("/api/ask", {"question": "?", "documents": ["nowhere.txt"]}, 404),
        ("/api/retrieve", {"question": "?", "limit": 0}, 422),
        ("/api/retrieve", {"question": "?", "mode": "magic"}, 422),
        ("/api/feedback", {"question": "?", "rating": "meh"}, 422),
        ("/api/feedback", {"question": "  ", "rating": "up"}, 422),
        ("/api/feedback", {"question": "?", "rating": "up", "comment": "x" * 2001}, 422),
        ("/api/feedback", {"question": "?", "rating": "up", "citations": [_place()] * 101}, 422),
        ("/api/feedback", {"question": "?", "rating": "up", "citations": [_place(), _place("nowhere.txt")]}, 422),
        ("/api/feedback", {"question": "?", "rating": "up", "citations": [_place("x" * 5000)]}, 422),
        ("/api/feedback", {"question": "?", "rating": "up", "citations": [_place(end=1_000_000)]}, 422),
        ("/api/feedback", {"question": "?", "rating": "up", "citations": [_place(end=10**30)]}, 422),
        ("/api/feedback", {"question": "?", "rating": "up", "citations": [_place(start=9)]}, 422),
        ("/api/feedback", {"question": "?", "rating": "up", "citations": [_place(start=-3)]}, 422),
        ("/api/nothing", {}, 404),
    ],
)
def test_what_is_wrong_is_told(client: TestClient, path: str, body: dict[str, Any], status: int) -> None:
    response = client.post(path, json=body)
    assert response.status_code == status
    assert response.json()["detail"]


def test_a_blank_question_is_told_to_be_empty_everywhere(client: TestClient, assistant: Assistant) -> None:
    (told,) = client.post("/api/ask", json={"question": "  "}).json()["detail"]
    assert (told["loc"], told["msg"]) == (["body", "question"], "the question is empty")
    for attempt in (assistant.ask, assistant.retrieve, lambda blank: next(assistant.stream(blank))):
        with pytest.raises(ValueError, match="the question is empty"):
            attempt("  ")


def test_feedback_on_what_an_answer_cites_is_taken_and_what_cannot_be_cited_is_named(
    client: TestClient, folder: Path
) -> None:
    answer = client.post("/api/ask", json={"question": GUANGZHOU}).json()
    given = {"question": GUANGZHOU, "rating": "up", "citations": answer["citations"]}
    assert client.post("/api/feedback", json=given).status_code == 204
    places = [{key: citation[key] for key in ("document", "start", "end")} for citation in answer["citations"]]
    stored = list(export(folder))
    assert stored[-1]["citations"] == places
    given["citations"] = [*places, _place("gone.txt")]
    refused = client.post("/api/feedback", json=given)
    assert refused.status_code == 422 and "'gone.txt'" in refused.json()["detail"]
    assert list(export(folder)) == stored  # nothing of it is kept


def test_ratings_have_a_limit_too(assistant: Assistant) -> None:
    client = TestClient(made(Service(assistant, limits=Limits(ratings_per_minute=4))), base_url="http://localhost")
    codes = [client.post("/api/feedback", json={"question": "?", "rating": "up"}).status_code for _ in range(2)]
    assert codes == [204, 429]


@pytest.mark.parametrize(
    ("path", "more"), [("ask", ""), ("retrieve", ""), ("feedback", ', "rating": "up", "comment": "\\udfff"')]
)
def test_half_a_character_is_refused(client: TestClient, path: str, more: str) -> None:
    body = f'{{"question": "\\ud800"{more}}}'.encode()
    response = client.post(f"/api/{path}", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422 and response.json()["detail"][0]["loc"][0] == "body"


def test_events_tell_what_is_wrong_by_the_status(client: TestClient) -> None:
    body = {"question": "?", "documents": ["nowhere.txt"]}
    response = client.post("/api/ask", json=body, headers={"accept": "text/event-stream"})
    assert (response.status_code, "nowhere.txt" in response.json()["detail"]) == (404, True)


def test_too_many_questions_are_refused_with_the_time_to_wait(assistant: Assistant) -> None:
    service = Service(assistant, limits=Limits(questions_per_minute=4))
    client = TestClient(made(service), base_url="http://localhost")
    assert client.post("/api/ask", json={"question": GUANGZHOU}).status_code == 200
    refused = client.post("/api/ask", json={"question": GUANGZHOU})
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1 and "too many questions" in refused.json()["detail"]


def test_the_documentation_loads_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/api/docs").text
    assert "/api/ask" in page and "Answer" in page
    assert "http://" not in page and "https://" not in page and "<script" not in page
    described = client.get("/api/openapi.json").json()
    assert {"/api/ask", "/api/retrieve", "/api/documents", "/api/feedback", "/api/health"} <= set(described["paths"])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("报告.txt", "报告.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\docs\\a.txt", "a.txt"),
        ("a\x00\nb.txt", "ab.txt"),
        ("..", ""),
        (".env", "env"),
        ("\ud800.txt", "txt"),
        ("长" * 100 + ".txt", "长" * 58 + ".txt"),
    ],
)
def test_file_names_are_made_harmless(given: str, kept: str) -> None:
    assert file_name(given) == kept


@pytest.mark.parametrize(
    ("language", "reason"),
    [("zh-CN,zh;q=0.9", "是空文件,没有可读的内容"), (None, "is empty: there is nothing to read")],
)
def test_a_failure_is_told_in_the_language_asked_for(client: TestClient, language: str | None, reason: str) -> None:
    headers = {"accept-language": language} if language else {}
    receipt = client.post("/api/documents", files={"files": ("empty.txt", b"")}, headers=headers).json()
    assert receipt["failed"] == [{"name": "empty.txt", "reason": reason}]
