"""The HTTP interface, `/api/…`: the same answers as Python gives, field by field."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import chain
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Header, Path, Query, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from embeddings.errors import DocumentError, DocumentNotFound, IndexReadOnly, WenjuError
from embeddings.types import DocumentInfo, Hit, Receipt
from qa.types import Answer
from qa.web import exports, pages
from qa.web.conversations import Conversation, ConversationNotFound
from qa.web.feedback import LONGEST_COMMENT, Cited, NotCitable, Rating
from qa.web.i18n import LANGUAGES, choose
from qa.web.limits import LimitReached
from qa.web.reasons import reason
from qa.web.service import Service

LONGEST = 1000  # characters of a question


def _asks(question: str) -> str:
    if not question.strip():
        raise ValueError("the question is empty")
    return question


Question = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST, examples=["广州的会议由谁主持?"], json_schema_extra={"pattern": r"\S"}),
    AfterValidator(_asks),
]
Names = Annotated[list[str], Field(max_length=10_000)]
Name = Annotated[str, Path(description="The document's name; it may contain slashes.")]


class Problem(BaseModel):
    """What was wrong, in one sentence."""

    detail: str


class Wrong(BaseModel):
    """What is wrong with one part of a request."""

    type: str
    loc: list[str | int]
    msg: str


class Refused(BaseModel):
    """Why a request is refused: in one sentence, or part by part."""

    detail: str | list[Wrong]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Asked(_Body):
    """An earlier question with the answer it got."""

    question: Question
    answer: Answer


class Ask(_Body):
    """A question; `history` is what was asked before, oldest first, for follow-ups."""

    question: Question
    history: Annotated[list[Asked], Field(max_length=50)] = []
    documents: Names | None = None


class Retrieve(_Body):
    """A search for passages."""

    question: Question
    limit: Annotated[int, Field(ge=1, le=100)] = 10
    mode: Literal["reranked", "hybrid", "dense", "lexical"] = "reranked"
    documents: Names | None = None


class Place(BaseModel):
    """Where a quotation stands; a whole citation of an answer will do."""

    document: Annotated[str, Field(min_length=1, max_length=4096)]
    start: Annotated[int, Field(ge=0, lt=2**31)]
    end: Annotated[int, Field(ge=1, lt=2**31)]


class Rate(_Body):
    """What someone thought of an answer."""

    question: Question
    rating: Rating
    citations: Annotated[list[Place], Field(max_length=100)] = []
    comment: Annotated[str, Field(max_length=LONGEST_COMMENT)] = ""


class Health(BaseModel):
    """A sign of life."""

    status: Literal["ok"] = "ok"


_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The body cannot be read"},
    401: {"model": Problem, "description": "Not signed in"},
    404: {"model": Problem, "description": "No such document or conversation"},
    413: {"model": Problem, "description": "Too large"},
    422: {"model": Refused, "description": "The request does not fit this description, or the documents"},
    429: {"model": Problem, "description": "Too many requests; see the Retry-After header"},
}


def router(service: Service) -> APIRouter:
    """All routes of the interface."""
    routes = APIRouter(prefix="/api", responses=_PROBLEMS)
    _add_questions(routes, service)
    _add_documents(routes, service)
    _add_conversations(routes, service)

    @routes.get("/health", tags=["server"])
    def health() -> Health:
        """Whether the server answers. Needs no sign-in and tells nothing else."""
        return Health()

    return routes


def user_of(request: Request) -> str:
    """The user that the guard has recognised."""
    return str(request.state.user)


def _add_questions(routes: APIRouter, service: Service) -> None:
    @routes.post(
        "/ask",
        tags=["questions"],
        response_model=Answer,
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
    )
    def ask(body: Ask, request: Request, accept: Annotated[str, Header()] = "*/*") -> Any:
        """Ask a question: an `Answer`, or server-sent events of it if `text/event-stream` is accepted.

        Each event's data is a whole `Answer`, the last one complete; an `error` event ends a failed one.
        """
        history = [(turn.question, turn.answer) for turn in body.history]
        asked = (user_of(request), body.question, history, body.documents)
        if "text/event-stream" not in accept:
            return JSONResponse(service.ask(*asked).to_dict())
        answers = service.stream(*asked)
        first = next(answers)  # what is wrong with the question is told by the status
        return StreamingResponse(_events(chain([first], answers)), media_type="text/event-stream")

    @routes.post("/retrieve", tags=["questions"])
    def retrieve(body: Retrieve, request: Request) -> list[Hit]:
        """The passages nearest to a question, best first."""
        return service.retrieve(user_of(request), body.question, body.limit, body.mode, body.documents)

    @routes.post("/feedback", tags=["questions"], status_code=204)
    def feedback(body: Rate, request: Request) -> None:
        """Store what someone thought of an answer; `qa feedback` exports it.

        Citations must lie in documents of the index; leave out those of documents that have gone since.
        """
        places = [Cited(place.document, place.start, place.end) for place in body.citations]
        service.rate(user_of(request), body.question, body.rating, places, body.comment)


def _events(answers: Iterator[Answer]) -> Iterator[str]:
    try:
        for answer in answers:
            yield f"event: answer\ndata: {json.dumps(answer.to_dict(), ensure_ascii=False)}\n\n"
    except WenjuError as error:
        yield f"event: error\ndata: {json.dumps({'detail': str(error)}, ensure_ascii=False)}\n\n"


def _add_documents(routes: APIRouter, service: Service) -> None:
    @routes.get("/documents", tags=["documents"])
    def documents() -> list[DocumentInfo]:
        """All documents of the index."""
        return service.assistant.documents()

    @routes.post("/documents", tags=["documents"])
    def upload(
        files: Annotated[list[UploadFile], Field(min_length=1)],
        request: Request,
        accept_language: Annotated[str | None, Header()] = None,
    ) -> Receipt:
        """Read files into the index. What could not be read is in the receipt, with the reason.

        Reasons are in Chinese where `Accept-Language` asks for it.
        """
        receipt = Receipt()
        for file in files:
            _merge(receipt, service.upload(user_of(request), file.filename or "", file.file.read()))
        language = choose(accept_language)
        told = [replace(failure, reason=reason(failure.reason, language)) for failure in receipt.failed]
        return replace(receipt, failed=told)

    @routes.get("/documents/{name:path}", tags=["documents"])
    def document(name: Name) -> dict[str, Any]:
        """One document with its whole text; citations' offsets count its characters."""
        return asdict(service.document(name))

    @routes.get(
        "/pages/{page}/{name:path}",
        tags=["documents"],
        response_class=Response,
        responses={200: {"content": {"image/png": {}}}},
    )
    def page(
        page: Annotated[int, Path(ge=1)], name: Name, start: Annotated[int, Query(ge=0)] = 0, end: int = 0
    ) -> Response:
        """A page of a PDF as a picture, with the document's characters from `start` to `end` marked on it."""
        return Response(pages.picture(service.assistant.index, name, page, start, end), media_type="image/png")

    @routes.delete("/documents/{name:path}", tags=["documents"], status_code=204)
    def remove(name: Name) -> None:
        """Delete a document: it is found by no question afterwards."""
        service.remove(name)


def _merge(receipt: Receipt, other: Receipt) -> None:
    for name in ("added", "updated", "skipped", "failed"):
        getattr(receipt, name).extend(getattr(other, name))
    receipt.set_aside.update(other.set_aside)


def _add_conversations(routes: APIRouter, service: Service) -> None:
    kept = service.conversations

    @routes.get("/conversations", tags=["conversations"])
    def conversations(request: Request) -> list[Conversation]:
        """Your conversations in the chat, the latest first."""
        return kept.of(user_of(request))

    @routes.get("/conversations/{id}", tags=["conversations"], response_class=JSONResponse)
    def conversation(
        id: str,
        request: Request,
        format: Annotated[Literal["json", "markdown"], Query()] = "json",
        accept_language: Annotated[str | None, Header()] = None,
    ) -> Response:
        """One conversation with its citations, as JSON or as Markdown, whose few own words are Chinese or English."""
        user = user_of(request)
        about, turns = kept.get(user, id), kept.turns(user, id)
        if format == "markdown":
            words = LANGUAGES[choose(accept_language)]
            return PlainTextResponse(exports.markdown(about, turns, words), media_type="text/markdown")
        return JSONResponse(exports.as_json(about, turns))

    @routes.delete("/conversations/{id}", tags=["conversations"], status_code=204)
    def forget(id: str, request: Request) -> None:
        """Delete a conversation."""
        kept.delete(user_of(request), id)


_STATUS: tuple[tuple[type[WenjuError], int], ...] = (
    (DocumentNotFound, 404),
    (ConversationNotFound, 404),
    (LimitReached, 429),
    (DocumentError, 422),
    (NotCitable, 422),
    (IndexReadOnly, 409),
)


def add_error_handler(app: FastAPI) -> None:
    """Turn this project's errors into status codes with one sentence each."""

    @app.exception_handler(WenjuError)
    def explain(request: Request, error: Exception) -> JSONResponse:
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), 503)
        headers = {"Retry-After": str(max(1, round(error.seconds)))} if isinstance(error, LimitReached) else None
        return JSONResponse({"detail": str(error)}, status, headers)

    @app.exception_handler(RequestValidationError)
    def refuse(request: Request, error: RequestValidationError) -> JSONResponse:
        # Without what was sent: it may hold half a character, which no answer could carry.
        details = [
            {"type": item["type"], "loc": item["loc"], "msg": item["msg"].removeprefix("Value error, ")}
            for item in error.errors()
        ]
        return JSONResponse({"detail": details}, 422)
