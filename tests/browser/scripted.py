"""An assistant with known documents and answers, for tests of the page alone."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from embeddings.errors import DocumentNotFound
from embeddings.types import Document, DocumentInfo, Failure, Hit, Receipt
from qa.types import Answer, Citation

Script = Mapping[str, Sequence[tuple[str, str, str]]]
"""Question -> (document, quotation, the words in it that answer), best first."""

GUANGZHOU = "广州的会议由谁主持?"
CHONGQING, CANTON = "000_fd077764cc2145f8.txt", "004_c2e144bd2bb9c8b9.txt"


class ScriptedAssistant:
    """Answers the questions of its script and refuses all others."""

    def __init__(self, texts: Mapping[str, str], script: Script) -> None:
        self._texts = dict(texts)
        self._script = script

    def documents(self) -> list[DocumentInfo]:
        return [
            DocumentInfo(name, self.document(name).title, {}, "0" * 64, len(text), 1, "2026-01-01T00:00:00Z")
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
        yield self.ask(question)


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
            "陈敏尔指出了什么?": [(CHONGQING, "发表一系列重要讲话", "一系列重要讲话")],
        },
    )
