"""The page as Gradio sees it: its panels, which handler each event goes to, and how it is served."""

import os
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import gradio as gr
from fastapi import FastAPI
from gradio.events import api

from qa.web.chat import Chat, Visit
from qa.web.i18n import CHINESE, ENGLISH
from qa.web.service import Service

if TYPE_CHECKING:
    from qa.assistant import Assistant

# What gradio reads from the environment: no reports to its makers, and no statistics over past events,
# which it would otherwise compute anew with pandas after every event.
_GRADIO_SETTINGS = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(10**12),
}
_BETWEEN_LOOKS = 0.02
"""Seconds between two looks of gradio's queue for something to do; its own millisecond takes a tenth of a processor
for nothing, as long as the chat is open."""

_TEXT = gr.I18n(en=dict(ENGLISH), **{tag: dict(CHINESE) for tag in ("zh", "zh-CN", "zh-TW")})

# Gradio finds a panel's own events by their quoted names in its script.
_EVENTS = "// 'ask' 'choose' 'forget' 'new' 'open' 'rate' 'refresh' 'remove' 'rename' 'retry' 'scope'"
_SCRIPT = f"wenju.panel(element, trigger, watch); {_EVENTS}"

# A seal, in the page itself: one request less, and none before signing in.
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' "
    "height='32' rx='7' fill='%23a8362a'/%3E%3Ctext x='16' y='23' font-size='19' text-anchor='middle' "
    "fill='%23fffdf9' font-family='serif'%3E问%3C/text%3E%3C/svg%3E"
)


@dataclass(frozen=True, slots=True)
class Parts:
    """The components of the page; events of a panel are known by name only, hence `Any`."""

    current: gr.State  # id of the conversation, "" before its first question
    chosen: gr.State  # names of the documents to ask, [] for all
    visit: gr.State  # a `Visit`
    brand: Any
    listed: Any  # the conversations
    shelf: Any  # the first documents
    bar: Any
    thread: Any
    scope: Any
    composer: gr.Textbox
    library: Any  # all documents
    source: Any

    def filled_on_load(self) -> list[Any]:
        """The components that `Chat.load` fills, in its order."""
        filled = [self.brand, self.bar, self.listed, self.shelf, self.thread, self.scope, self.library]
        return [self.current, self.chosen, *filled]


def build(assistant: "Assistant") -> gr.Blocks:
    """The chat over an assistant, as Gradio blocks; `mount` serves them with their styles."""
    return blocks(Service(assistant))


def blocks(service: Service) -> gr.Blocks:
    """Lay the page out and connect its events."""
    os.environ.update(_GRADIO_SETTINGS)
    chat = Chat(service)
    page = gr.Blocks(title=f"{CHINESE['app']} {ENGLISH['app']}", analytics_enabled=False, fill_width=True)
    with page:
        parts = _parts(service.limits.question_characters)
        page.load(chat.load, parts.visit, parts.filled_on_load(), **_QUIET)
        _connect_asking(chat, parts)
        _connect_conversations(chat, parts)
        _connect_documents(chat, parts)
        api(chat.chat, api_name="chat", api_description=chat.chat.__doc__)
    page.queue(default_concurrency_limit=16, max_size=service.limits.questions_waiting, api_open=False)
    page._queue.sleep_when_free = _BETWEEN_LOOKS
    return page


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
        head=f'<link rel="icon" href="{ICON}"><style>{style}</style><script>{script}</script>',
        i18n=_TEXT,
        footer_links=[],
        show_error=False,
        run_history=False,
        ssr_mode=False,
        enable_monitoring=False,
        allowed_paths=[],
    )


def _parts(longest_question: int) -> Parts:
    current, chosen, visit = gr.State(""), gr.State([]), gr.State(Visit())
    with gr.Row(elem_id="page"):
        with gr.Column(elem_id="side"):
            brand, listed, shelf = _panel("brand"), _panel("conversations"), _panel("shelf")
        with gr.Column(elem_id="talk"):
            bar, thread, scope = _panel("bar"), _panel("thread"), _panel("scope")
            composer = gr.Textbox(
                elem_id="composer",
                label=_TEXT("ask_label"),
                placeholder=_TEXT("ask_placeholder"),
                container=False,
                lines=1,
                max_lines=6,
                max_length=longest_question,
                submit_btn=True,
                autofocus=True,
            )
            library = _panel("library")
        with gr.Column(elem_id="source"):
            source = _panel("viewer")
    return Parts(current, chosen, visit, brand, listed, shelf, bar, thread, scope, composer, library, source)


def _panel(name: str) -> Any:
    """A part of the page whose HTML comes from a handler."""
    return gr.HTML(elem_id=name, apply_default_css=False, js_on_load=_SCRIPT)


# For events of the page itself: no spinner over it, and no endpoint for programs.
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_AT_ONCE: dict[str, Any] = {**_QUIET, "queue": False}


def _connect_asking(chat: Chat, parts: Parts) -> None:
    state = [parts.current, parts.chosen, parts.visit]
    answered = [parts.current, parts.thread, parts.listed, parts.source, parts.composer]
    parts.composer.submit(chat.ask, [parts.composer, *state], answered, **_QUIET)
    parts.thread.ask(chat.ask_example, state, answered, **_QUIET)
    parts.thread.retry(chat.retry, state, answered, **_QUIET)
    parts.composer.stop(chat.stop, [parts.current], None, **_AT_ONCE)
    parts.thread.rate(chat.rate, [parts.current], [parts.thread], **_AT_ONCE)


def _connect_conversations(chat: Chat, parts: Parts) -> None:
    p = parts
    entered = [p.current, p.chosen, p.thread, p.scope, p.listed, p.source]
    for panel in (p.brand, p.bar):
        panel.new(chat.new, [p.current], entered, **_AT_ONCE)
    p.listed.choose(chat.choose, [p.current], entered, **_AT_ONCE)
    p.listed.rename(chat.rename, [p.current], [p.listed], **_AT_ONCE)
    p.listed.forget(chat.forget, [p.current, p.chosen], entered, **_AT_ONCE)


def _connect_documents(chat: Chat, parts: Parts) -> None:
    p = parts
    for panel in (p.thread, p.shelf, p.library, p.source):
        panel.open(chat.open, [p.current], [p.source], **_AT_ONCE)
    for panel in (p.library, p.scope):
        panel.scope(chat.scope, [p.current], [p.chosen, p.scope, p.library], **_AT_ONCE)
    documents = [p.shelf, p.library, p.thread]
    p.library.refresh(chat.refresh, [p.current, p.chosen], documents, **_AT_ONCE)
    removed = [p.chosen, p.scope, p.source, *documents]
    p.library.remove(chat.remove, [p.current, p.chosen], removed, **_AT_ONCE)
