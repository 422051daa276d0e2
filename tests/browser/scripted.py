"""An assistant with known documents and answers, for tests of the page alone."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, cast

from pages import Running

from embeddings.errors import DocumentNotFound
from embeddings.types import Document, DocumentInfo, Failure, Hit, Receipt
from qa.types import Answer, Citation
from qa.web.guard import Guard
from qa.web.server import application
from qa.web.service import Service

if TYPE_CHECKING:
    from qa.assistant import Assistant

Script = Mapping[str, Sequence[tuple[str, str, str]]]
"""Question -> (document, quotation, the words in it that answer), best first."""

GUANGZHOU = "广州的会议由谁主持?"
CHONGQING, CANTON = "000_fd077764cc2145f8.txt", "004_c2e144bd2bb9c8b9.txt"


class ScriptedAssistant:
    """Answers the questions of its script and refuses all others."""

    def __init__(self, texts: Mapping[str, str], script: Script) -> None:
        self._originals = dict(texts)
        self._script = script
        self.reset()

    def reset(self) -> None:
        """Be as new."""
        self._texts = dict(self._originals)
        self.asked: list[tuple[str, object, object]] = []  # question, history, documents
        self.go_on = Event()  # the questions that begin with "慢" wait for it before their second piece

    def documents(self) -> list[DocumentInfo]:
        return [
            DocumentInfo(name, self.document(name).title, {}, "0" * 64, len(text), 1, "2026-01-01T12:00:00Z")
            for name, text in self._texts.items()
        ]

    def document(self, name: str) -> Document:
        if name not in self._texts:
            raise DocumentNotFound(f"no document {name!r}")
        text = self._texts[name]
        digest = sha256(text.encode()).hexdigest()
        return Document(name, text, digest, title=text.strip().splitlines()[0][:40])

    def add(self, paths: Sequence[Path]) -> Receipt:
        """Read text files; anything else is a failure."""
        receipt = Receipt()
        for path in paths:
            if path.suffix != ".txt":
                receipt.failed.append(Failure(path.name, f"no reader for {path.suffix} files"))
                continue
            (receipt.updated if path.name in self._texts else receipt.added).append(path.name)
            receipt.set_aside[path.name] = ["print button: [打印]"]
            self._texts[path.name] = path.read_text("utf-8")
        return receipt

    def change(self, name: str, text: str) -> None:
        self._texts[name] = text

    def remove(self, name: str) -> None:
        self.document(name)
        del self._texts[name]

    def ask(self, question: str, history: object = (), documents: object = None) -> Answer:
        if question not in self._script:
            name, text = next(iter(self._texts.items()))
            nearest = (Hit(name, 0, 60, text[:60], 0.3),)
            return Answer(question, "文档中没有提到。", False, 0.1, nearest=nearest)
        citations = []
        for name, quote, words in self._script[question]:
            start = self._texts[name].index(quote)
            at = start + quote.index(words)
            citations.append(Citation(name, start, start + len(quote), quote, at, at + len(words), score=0.9))
        return Answer(question, "\n".join(c.quote for c in citations), True, 0.9, tuple(citations))

    def stream(self, question: str, history: object = (), documents: object = None) -> Iterator[Answer]:
        self.asked.append((question, history, documents))
        whole = self.ask(question)
        for count in range(1, len(whole.citations)):
            yield replace(whole, citations=whole.citations[:count])
            if question.startswith("慢"):
                self.go_on.wait(20)
        yield whole


def seeds_scripted() -> ScriptedAssistant:
    """The two seeds, and one question over both of them."""
    folder = Path(__file__).parents[2] / "seeds"
    return ScriptedAssistant(
        {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.txt"))},
        {
            GUANGZHOU: [
                (CANTON, "市委書記、領(lǐng)導(dǎo)小組組長(zhǎng)張碩輔主持。", "張碩輔"),
                (CANTON, "張碩輔主持", "張碩輔"),
                (CHONGQING, "市委副书记、市长唐良智主持会议", "唐良智"),
            ],
            "慢慢说,由谁主持?": [(CANTON, "張碩輔主持", "張碩輔"), (CHONGQING, "唐良智主持", "唐良智")],
            "陈敏尔指出了什么？": [(CHONGQING, "发表一系列重要讲话", "一系列重要讲话")],
        },
    )


def made(service: Service, *, shared: bool = False) -> Guard:
    """The application, made within a loop: where none is running, gradio makes one and leaves it behind."""

    async def make() -> Guard:
        return application(service, shared=shared)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, make()).result()


def as_assistant(assistant: ScriptedAssistant) -> "Assistant":
    """For the type checker: a scripted assistant has all that the web asks for."""
    return cast("Assistant", assistant)


def serving(assistant: ScriptedAssistant, folder: Path | None = None) -> Service:
    """A service over a scripted assistant."""
    return Service(as_assistant(assistant), folder)


@contextmanager
def over(assistant: "Assistant") -> Iterator[str]:
    """The address of a server over a real assistant."""
    service = Service(assistant)
    server = Running(made(service))
    yield server.url
    server.stop()
    service.close()
