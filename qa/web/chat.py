"""What happens on the page: each handler turns an event into calls of the service and new HTML.

The thread is `gr.HTML` and not `gr.Chatbot`: the latter runs Markdown and LaTeX over quotations and strips
the labels that screen readers need. All text is escaped in `qa.web.markup`. The store is the truth: a page
holds no more than the id of its conversation and the names of the chosen documents.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import gradio as gr

from embeddings.errors import DocumentNotFound, WenjuError
from embeddings.types import DocumentInfo
from qa.web import panels, render, viewer
from qa.web.answering import STOPPED, Answering
from qa.web.conversations import ConversationNotFound, Turn, documents_cited, history
from qa.web.feedback import cited, of_answer
from qa.web.i18n import LANGUAGES, Words, choose
from qa.web.markup import escape
from qa.web.service import Service

SETTLING = 20.0  # seconds that a page waits for an answer which another one asked for

Panels = tuple[Any, ...]


def _words(request: gr.Request) -> Words:
    return LANGUAGES[choose(request.headers.get("accept-language"))]


def _user(request: gr.Request) -> str:
    return str(getattr(request.state, "user", ""))


def _page(request: gr.Request) -> str:
    return request.session_hash or ""


@dataclass(slots=True)
class Visit:
    """What one page's handlers, which may run side by side, have to know of each other."""

    asked: bool = False


class Chat:
    """The handlers behind the page; each turns an event into calls of the service and new HTML."""

    def __init__(self, service: Service) -> None:
        """Chat through this service."""
        self._service = service
        self._kept = service.conversations
        self._answering = service.answering
        self._limit = service.limits.question_characters

    # ---- asking

    def chat(self, question: str, request: gr.Request) -> str:
        """Ask a question; returns the answer as text with its quotations and their documents."""
        if not question.strip():
            raise gr.Error("the question is empty", print_exception=False)
        return render.plain(self._service.ask(_user(request), question[: self._limit]))

    def ask_example(
        self, current: str, chosen: list[str], visit: Visit, event: gr.EventData, request: gr.Request
    ) -> Iterator[Panels]:
        """Ask the example question that was clicked."""
        yield from self.ask(str(event.question), current, chosen, visit, request)

    def retry(self, current: str, chosen: list[str], visit: Visit, request: gr.Request) -> Iterator[Panels]:
        """Ask the last question again."""
        user = _user(request)
        turns = self._kept.turns(user, current)
        if turns and not self._answering.of(current):
            self._service.feedback.leave_behind(current, turns[-1].number)
            question = self._kept.drop_last(user, current) or turns[-1].question
            yield from self.ask(question, current, chosen, visit, request)

    def ask(
        self, question: str, current: str, chosen: list[str], visit: Visit, request: gr.Request
    ) -> Iterator[Panels]:
        """Ask, showing the answer as it comes; the best quotation opens beside it when it is complete."""
        words, user = _words(request), _user(request)
        question = question.strip()[: self._limit]
        if not question or self._answering.of(current):
            yield gr.skip(), gr.skip(), gr.skip(), gr.skip(), gr.skip() if question else ""
            return
        visit.asked = True
        if not current:
            current = self._kept.start(user, question, chosen).id
        past = self._kept.turns(user, current)
        turn, answering = self._begin(user, current, question, past, chosen, request)
        yield (
            current,
            self._thread(current, [*past, turn], words),
            self._listed(user, current, words),
            gr.skip(),
            gr.Textbox(value="", submit_btn=False, stop_btn=True),
        )
        for turn in answering.shown():
            if not turn.done:
                yield gr.skip(), self._thread(current, [*past, turn], words), gr.skip(), gr.skip(), gr.skip()
        free = gr.Textbox(submit_btn=True, stop_btn=False)
        if not turn.done:
            yield gr.skip(), gr.skip(), gr.skip(), gr.skip(), free
            return
        opened = self._cited(turn, 1, words) if turn.answer and turn.answer.citations else gr.skip()
        yield gr.skip(), self._thread(current, [*past, turn], words), gr.skip(), opened, free

    def _begin(
        self,
        user: str,
        current: str,
        question: str,
        past: Sequence[Turn],
        chosen: Sequence[str],
        request: gr.Request,
    ) -> tuple[Turn, Answering]:
        turn = Turn(len(past) + 1, question, failure=STOPPED)
        self._kept.put(current, turn)  # what a restart in the middle would find
        turn = replace(turn, failure="", done=False)
        sources = documents_cited(past)
        answering = self._answering.begin(
            current,
            turn,
            _page(request),
            self._service.stream(user, question, history(past), self._service.scope(chosen)),
            lambda turn: self._kept.put(current, turn, sources),
        )
        return turn, answering

    def stop(self, current: str) -> None:
        """End the answer that is on its way, with what has come of it."""
        if answering := self._answering.of(current):
            answering.stop()

    def rate(self, current: str, event: gr.EventData, request: gr.Request) -> str:
        """Store a thumb up or down; the same one again takes it back.

        A page may still show an answer that another page has asked for again: a thumb on it means nothing here.
        """
        user, number, rating = _user(request), int(event.turn), event.rating
        turn = next((turn for turn in self._kept.turns(user, current) if turn.number == number), None)
        if turn is None or turn.answer is None or of_answer(turn.answer) != event.answer:
            return self._shown(user, current, _words(request))
        if turn.rating == rating:
            self._service.feedback.withdraw(current, number)
        elif rating in ("up", "down"):
            self._service.feedback.give(
                user,
                turn.question,
                rating,
                cited(turn.answer.citations),
                answered=turn.answer.answered,
                turn=(current, number),
            )
        return self._shown(user, current, _words(request))

    # ---- conversations

    def load(self, visit: Visit, request: gr.Request) -> Panels:
        """Fill the page in the language of the browser, with the conversation of its address.

        The first page of a server may wait for its examples; what was asked meanwhile stays.
        """
        words, user = _words(request), _user(request)
        current = str(request.query_params.get("c", ""))
        try:
            chosen = list(self._kept.get(user, current).scope)
        except ConversationNotFound:
            current, chosen = "", []
        documents = self._documents()
        conversation: Panels = current, self._listed(user, current, words), self._shown(user, current, words)
        if visit.asked:  # meanwhile, in a conversation of its own that asks all documents
            conversation, chosen = (gr.skip(), gr.skip(), gr.skip()), []
        current, listed, thread = conversation
        return (
            current,
            chosen,
            panels.brand(words, user),
            panels.bar(words),
            listed,
            panels.shelf(documents, words),
            thread,
            panels.scope(chosen, words),
            panels.library(documents, chosen, words),
        )

    def choose(self, current: str, event: gr.EventData, request: gr.Request) -> Panels:
        """Go to another conversation."""
        return self._enter(str(event.conversation), current, request)

    def new(self, current: str, request: gr.Request) -> Panels:
        """Start afresh."""
        return self._enter("", current, request)

    def rename(self, current: str, event: gr.EventData, request: gr.Request) -> str:
        """Give a conversation another name."""
        user = _user(request)
        self._kept.rename(user, str(event.conversation), str(event.value))
        return self._listed(user, current, _words(request))

    def forget(self, current: str, chosen: list[str], event: gr.EventData, request: gr.Request) -> Panels:
        """Delete a conversation."""
        user, words, id = _user(request), _words(request), str(event.conversation)
        self._kept.delete(user, id)
        if id == current:
            return self._enter("", current, request)
        return current, chosen, gr.skip(), gr.skip(), self._listed(user, current, words), gr.skip()

    def _enter(self, id: str, left: str, request: gr.Request) -> Panels:
        words, user = _words(request), _user(request)
        if id != left and (answering := self._answering.of(left)):
            answering.leave(_page(request))
        chosen = list(self._kept.get(user, id).scope) if id else []
        shown = self._shown(user, id, words)
        return (
            id,
            chosen,
            shown,
            panels.scope(chosen, words),
            self._listed(user, id, words),
            viewer.empty(words),
        )

    # ---- documents

    def open(self, current: str, event: gr.EventData, request: gr.Request) -> str:
        """Open a document in the viewer: a citation's, a nearest passage's, or one by name."""
        words, asked = _words(request), event._data
        if "document" in asked:
            name = str(asked["document"])
            return self._document(name, [], words, f"document-{name}")
        number = int(asked["turn"])
        turn = next(turn for turn in self._kept.turns(_user(request), current) if turn.number == number)
        if "near" in asked and turn.answer:
            hit = turn.answer.nearest[int(asked["near"]) - 1]
            mark = viewer.Mark(hit.start, hit.end, current=True)
            return self._document(hit.document, [mark], words, f"near-{number}-{asked['near']}")
        return self._cited(turn, int(asked["cite"]), words)

    def scope(self, current: str, event: gr.EventData, request: gr.Request) -> Panels:
        """Choose the documents to ask."""
        words = _words(request)
        documents = self._documents()
        wanted = set(event._data.get("names", []))
        chosen = [info.name for info in documents if info.name in wanted]
        if current:
            self._kept.set_scope(_user(request), current, chosen)
        return chosen, panels.scope(chosen, words), panels.library(documents, chosen, words)

    def refresh(self, current: str, chosen: list[str], request: gr.Request) -> Panels:
        """Show the documents as they are now."""
        words, documents = _words(request), self._documents()
        thread = self._shown(_user(request), current, words)
        return panels.shelf(documents, words), panels.library(documents, chosen, words), thread

    def remove(self, current: str, chosen: list[str], event: gr.EventData, request: gr.Request) -> Panels:
        """Delete a document from the index."""
        words, name = _words(request), str(event.document)
        try:
            self._service.remove(name)
        except WenjuError as error:
            gr.Warning(escape(str(error)))
        chosen = [other for other in chosen if other != name]
        refreshed = self.refresh(current, chosen, request)
        return chosen, panels.scope(chosen, words), viewer.empty(words), *refreshed

    # ---- parts

    def _documents(self) -> list[DocumentInfo]:
        return self._service.assistant.documents()

    def _listed(self, user: str, current: str, words: Words) -> str:
        return panels.conversations(self._kept.of(user), current, words)

    def _shown(self, user: str, current: str, words: Words) -> str:
        if not current:
            return render.welcome(self._service.examples(words["language"]), words)
        turns = self._kept.turns(user, current)
        if answering := self._answering.of(current):
            answering.wait(SETTLING)
            turns = self._kept.turns(user, current)
        return self._thread(current, turns, words)

    def _thread(self, current: str, turns: Sequence[Turn], words: Words) -> str:
        return render.thread(current, turns, words, cache(self._title))

    def _title(self, name: str) -> str:
        try:
            return panels.shown_title(name, self._service.document(name).title)
        except DocumentNotFound:
            return name

    def _cited(self, turn: Turn, number: int, words: Words) -> str:
        if turn.answer is None:
            return viewer.empty(words)
        citations = turn.answer.citations
        chosen = citations[number - 1]
        if loss := turn.lost.get(number - 1):
            return viewer.notice(words[f"lost_{loss}"], words)
        marks = [
            viewer.Mark(c.start, c.end, c.answer_start, c.answer_end, current=at == number - 1)
            for at, c in enumerate(citations)
            if c.document == chosen.document and at not in turn.lost
        ]
        position = viewer.Position(turn.number, number, len(citations))
        return self._document(chosen.document, marks, words, f"cite-{turn.number}-{number}", position)

    def _document(
        self,
        name: str,
        marks: list[viewer.Mark],
        words: Words,
        key: str,
        position: viewer.Position | None = None,
    ) -> str:
        try:
            return viewer.page(self._service.document(name), marks, words, key, position)
        except DocumentNotFound:
            return viewer.notice(words["document_gone"], words)
