"""The chat page: a thread, a composer, the list of documents and the source viewer.

The thread is `gr.HTML` and not `gr.Chatbot`: the latter runs Markdown and LaTeX over quotations and strips
the labels that screen readers need. All text is escaped in `qa.web.markup`.
"""

import logging
import os
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import gradio as gr
from fastapi import FastAPI
from gradio.events import api

from embeddings.errors import DocumentNotFound, WenjuError
from qa.types import Answer
from qa.web import render, viewer
from qa.web.examples import example_questions
from qa.web.i18n import CHINESE, ENGLISH, LANGUAGES, Words, choose
from qa.web.render import Turn

if TYPE_CHECKING:
    from qa.assistant import Assistant

log = logging.getLogger(__name__)

MAX_QUESTION = 1000  # characters

_TEXT = gr.I18n(en=dict(ENGLISH), **{tag: dict(CHINESE) for tag in ("zh", "zh-CN", "zh-TW")})

# What gradio reads from the environment: no reports to its makers, and no statistics over past events,
# which it would otherwise compute anew with pandas after every event.
_GRADIO_SETTINGS = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(10**12),
}

Turns = list[Turn]
Panels = tuple[Any, ...]

_LISTEN = "wenju.listen(element, trigger); // 'open' 'ask'"
_THREAD = _LISTEN + "\nwatch('value', () => wenju.threadChanged(element)); wenju.threadChanged(element);"
_SOURCE = _LISTEN + "\nwatch('value', () => wenju.sourceChanged(element));"


def build(assistant: "Assistant") -> gr.Blocks:
    """The chat over an assistant, as Gradio blocks; `mount` serves them with their styles."""
    return Chat(assistant).blocks()


def mount(app: FastAPI, page: gr.Blocks) -> None:
    """Put the page at the root of an application, after the routes that it already has."""
    static = files("qa.web").joinpath("static")
    style, script = (static.joinpath(name).read_text("utf-8") for name in ("page.css", "page.js"))
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        theme=gr.themes.Base(font=["sans-serif"], font_mono=["monospace"]),  # page.css names the fonts
        # Not as `css`: gradio would rewrite its selectors.
        head=f"<style>{style}</style><script>{script}</script>",
        i18n=_TEXT,
        footer_links=[],
        show_error=False,
        run_history=False,
        ssr_mode=False,
    )


def words_for(request: gr.Request) -> Words:
    """The interface words in the language that this browser asks for."""
    return LANGUAGES[choose(request.headers.get("accept-language"))]


class Chat:
    """The handlers behind the page; each turns an event into calls of the public API and new HTML."""

    def __init__(self, assistant: "Assistant") -> None:
        """Chat over this assistant."""
        self._assistant = assistant

    def blocks(self) -> gr.Blocks:
        """Lay the page out and connect its events."""
        os.environ.update(_GRADIO_SETTINGS)
        title = f"{CHINESE['app']} {ENGLISH['app']}"
        page = gr.Blocks(title=title, analytics_enabled=False, fill_width=True)
        with page:
            turns = gr.State([])
            with gr.Row(elem_id="page"):
                with gr.Column(elem_id="side"):
                    brand = gr.HTML(elem_id="brand", apply_default_css=False, js_on_load=None)
                    documents = gr.HTML(elem_id="documents", apply_default_css=False, js_on_load=_LISTEN)
                with gr.Column(elem_id="talk"):
                    thread = gr.HTML(elem_id="thread", apply_default_css=False, js_on_load=_THREAD)
                    composer = gr.Textbox(
                        elem_id="composer",
                        label=_TEXT("ask_label"),
                        placeholder=_TEXT("ask_placeholder"),
                        show_label=False,
                        container=False,
                        lines=1,
                        max_lines=6,
                        max_length=MAX_QUESTION,
                        submit_btn=True,
                        autofocus=True,
                    )
                with gr.Column(elem_id="source"):
                    source = gr.HTML(elem_id="viewer", apply_default_css=False, js_on_load=_SOURCE)
            quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
            page.load(self.load, None, [brand, documents, thread], **quiet)
            answered = [turns, thread, source, composer]
            composer.submit(self.ask, [composer, turns], answered, **quiet)
            thread.ask(self.ask_example, [turns], answered, **quiet)
            for panel in (thread, documents, source):
                panel.open(self.open, [turns], [source], queue=False, **quiet)
            api(self.chat, api_name="chat", api_description=self.chat.__doc__)
        page.queue(default_concurrency_limit=8, max_size=64, api_open=False)
        return page

    def load(self, request: gr.Request) -> Panels:
        """Fill the page in the language of the browser."""
        words = words_for(request)
        brand = f'<p class="name">{words["app"]}</p><p class="tagline">{words["tagline"]}</p>'
        listed = self._assistant.documents()
        return (
            brand,
            render.document_list(listed, words),
            render.welcome(example_questions(self._assistant), words),
        )

    def ask_example(self, turns: Turns, event: gr.EventData, request: gr.Request) -> Iterator[Panels]:
        """Ask the example question that was clicked."""
        yield from self.ask(str(event.ask)[:MAX_QUESTION], turns, request)

    def ask(self, question: str, turns: Turns, request: gr.Request) -> Iterator[Panels]:
        """Ask, showing the answer as it comes; the best quotation opens beside it when it is complete."""
        words = words_for(request)
        question = question.strip()
        if not question:
            yield gr.skip(), gr.skip(), gr.skip(), ""
            return
        turn = Turn(len(turns) + 1, question, done=False)
        yield gr.skip(), self._thread([*turns, turn], words), gr.skip(), ""
        history = [(past.question, past.answer) for past in turns if past.answer]
        try:
            for answer in self._assistant.stream(question, history=history):
                turn = replace(turn, answer=answer)
                yield gr.skip(), self._thread([*turns, turn], words), gr.skip(), gr.skip()
        except WenjuError as error:
            turn = replace(turn, answer=None, failure=str(error))
        turn = replace(turn, done=True)
        turns = [*turns, turn]
        opened = self._cited(turn, 1, words) if turn.answer and turn.answer.citations else gr.skip()
        yield turns, self._thread(turns, words), opened, gr.skip()

    def open(self, turns: Turns, event: gr.EventData, request: gr.Request) -> str:
        """Open a document in the viewer: a citation's, a nearest passage's, or one from the list."""
        words = words_for(request)
        asked = event._data
        if "document" in asked:
            return self._document(str(asked["document"]), [], words)
        turn = turns[int(asked["turn"]) - 1]
        if "near" in asked and turn.answer:
            hit = turn.answer.nearest[int(asked["near"]) - 1]
            return self._document(hit.document, [viewer.Mark(hit.start, hit.end, current=True)], words)
        return self._cited(turn, int(asked["cite"]), words)

    def chat(self, question: str) -> str:
        """Ask a question; returns the answer as text with its quotations and their documents."""
        return render.plain(self._assistant.ask(question[:MAX_QUESTION]))

    def _thread(self, turns: Turns, words: Words) -> str:
        titles = {info.name: info.title for info in self._assistant.documents()}
        return render.thread(turns, words, lambda name: titles.get(name) or name)

    def _cited(self, turn: Turn, number: int, words: Words) -> str:
        answer: Answer | None = turn.answer
        if answer is None:
            return viewer.empty(words)
        chosen = answer.citations[number - 1]
        marks = [
            viewer.Mark(c.start, c.end, c.answer_start, c.answer_end, current=c is chosen)
            for c in answer.citations
            if c.document == chosen.document
        ]
        position = viewer.Position(turn.number, number, len(answer.citations))
        return self._document(chosen.document, marks, words, position)

    def _document(
        self, name: str, marks: list[viewer.Mark], words: Words, position: viewer.Position | None = None
    ) -> str:
        try:
            return viewer.page(self._assistant.document(name), marks, words, position)
        except DocumentNotFound:
            return viewer.notice(words["document_gone"], words)
