"""Documents in, cited answers out: the one entry for Python, the command line, HTTP and the chat."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal

from embeddings.errors import CitationError, DocumentNotFound
from embeddings.index import Index
from embeddings.types import Document, DocumentInfo, Hit, Receipt
from qa.citations import NO_MORE, REFUSALS, cite, shown
from qa.questions import Question, understand
from qa.reading import READ, Reading, extended, fitted_with, reader
from qa.retrieval import Candidate, retrieve
from qa.types import Answer, Citation

Mode = Literal["reranked", "hybrid", "dense", "lexical"]
Progress = Callable[[int, int, str], None]
History = Sequence[tuple[str, Answer]]

MORE = 0.5
"""Share of the threshold that is enough for what is said beside an answer that was sure."""
ATTEMPTS = 4
"""How often a question is asked anew because documents that it quotes changed while it was answered."""
NEAREST = 3
"""How many passages a refusal shows."""


class Assistant:
    """Questions over one index of documents. Safe to call from several threads."""

    def __init__(self, index: Index) -> None:
        """Answer from an open index; `Assistant.open` opens one."""
        self.index = index

    @classmethod
    def open(cls, path: str | Path, model: str | None = None, read_only: bool = False) -> "Assistant":
        """Open the index in a folder; it is created if absent, unless `read_only`.

        `model` names the encoder of a new index: None for the embedded default, else a name or path that
        sentence-transformers loads. Raises IndexMismatch if the index was made by another one, IndexLocked if
        another process writes to it, ModelError if the model cannot be loaded.
        """
        return cls(Index.open(path, model=model, read_only=read_only))

    def close(self) -> None:
        """Release the index; it cannot be used afterwards."""
        self.index.close()

    def __enter__(self) -> "Assistant":
        """The assistant itself; leaving closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    # ---- documents

    def add(self, paths: str | Path | Iterable[str | Path], progress: Progress | None = None) -> Receipt:
        """Read a file, a folder or a list of them into the index; unchanged files are skipped.

        A file that cannot be read goes into `receipt.failed` with the reason; nothing else suffers. Raises
        PathNotFound, before anything is written, for a path that does not exist. `progress` is called with the
        files done, their total and the name of the current one.
        """
        return self.index.add(paths, progress)

    def add_text(self, text: str, name: str) -> Receipt:
        """Put a text into the index as the document `name`, replacing the one of this name."""
        from embeddings.documents import from_text  # the readers of all formats, which no question needs

        return self.index.add_document(from_text(text, name))

    def documents(self) -> list[DocumentInfo]:
        """All documents, by name."""
        return self.index.documents()

    def document(self, name: str) -> Document:
        """A whole document; raises DocumentNotFound."""
        return self.index.document(name)

    def remove(self, name: str) -> None:
        """Forget a document, in the files too; raises DocumentNotFound."""
        self.index.remove(name)

    # ---- questions

    @property
    def threshold(self) -> float:
        """The confidence below which a question is refused, as fitted for the reader; in [0, 1]."""
        return reader().threshold

    @property
    def fitted(self) -> bool:
        """Whether confidence and threshold were fitted with the encoder of this index.

        With another, passages come in another order, and probabilities are only roughly that.
        """
        return self.index.stamped.encoder == fitted_with()

    def ask(
        self,
        question: str,
        *,
        history: History = (),
        documents: Collection[str] | None = None,
        without: Collection[str] = (),
        threshold: float | None = None,
    ) -> Answer:
        """Answer a question by quotations, or say that the documents do not.

        `history` is what was asked and answered before, oldest first; a follow-up is completed from it and
        `answer.understood` shows how; one that asks for more is not given the same quotations. `documents`
        restricts the answer to these names and `without` leaves names out; raises DocumentNotFound for an unknown
        one. An answer less confident than `threshold` is refused; None is `self.threshold`, 0 shows the best
        quotation in any case. Raises ValueError for a question that is empty or no valid Unicode.
        """
        _refuse_unaskable(question)
        understood, before = self._in_conversation(question, history)
        lowest = self.threshold * (MORE if before else 1) if threshold is None else threshold
        for attempt in range(ATTEMPTS):
            known, generation = self._known(documents), self.index.generation
            try:
                answer = self._answer(question, understood, known, without, before, lowest)
            except (CitationError, DocumentNotFound):
                # A document went or changed between the search and the quotation.
                if attempt + 1 == ATTEMPTS:
                    raise
                continue
            if self.index.generation == generation or attempt or self._stands(answer):
                break
        return answer

    def stream(
        self, question: str, *, history: History = (), documents: Collection[str] | None = None
    ) -> Iterator[Answer]:
        """The same answer as it comes: answers that grow by one citation each; the last equals `ask`."""
        answer = self.ask(question, history=history, documents=documents)
        language = _language(question, answer.understood)
        for n in range(1, len(answer.citations)):
            part = answer.citations[:n]
            yield Answer(
                question, shown(part, language), True, answer.confidence, part, (), answer.understood
            )
        yield answer

    def retrieve(
        self,
        question: str,
        *,
        limit: int = 10,
        mode: Mode = "reranked",
        documents: Collection[str] | None = None,
    ) -> list[Hit]:
        """The passages closest to a question, best first, at most `limit`.

        "reranked" is the order that `ask` uses, "hybrid" fuses dense and lexical search, "dense" goes by vectors
        alone (the embedded encoder's also token by token, see `embeddings.alignment`), "lexical" is BM25. Scores
        compare within one list.
        """
        if mode not in ("reranked", "hybrid", "dense", "lexical"):
            raise ValueError(f"mode is {mode!r}; expected reranked, hybrid, dense or lexical")
        if limit < 1:
            raise ValueError(f"limit is {limit}; expected at least 1")
        _refuse_unaskable(question)
        asked = understand(question)
        found = retrieve(
            self.index,
            asked.text,
            max(limit, READ) if mode == "reranked" else limit,
            "hybrid" if mode == "reranked" else mode,
            self._known(documents),
        )
        if mode == "reranked":
            order = reader().read(asked, found[:READ]).order
            found = [found[i] for i in order] + found[READ:]
            hits = [_hit(c, 1 / (rank + 1)) for rank, c in enumerate(found)]
        else:
            hits = [_hit(c, c.score) for c in found]
        return hits[:limit]

    # ---- parts of an answer

    def _in_conversation(self, question: str, history: History) -> tuple[str, tuple[Citation, ...]]:
        """The complete question, and what need not be quoted again."""
        if not history:
            return question, ()
        from qa.conversation import quoted_before, resolve  # many patterns, which a first question does not need

        understood = resolve(question, history, self.index.slice)
        return understood, quoted_before(question, history) if understood != question else ()

    def _answer(
        self,
        question: str,
        understood: str,
        documents: Collection[str] | None,
        without: Collection[str],
        before: Collection[Citation],
        threshold: float,
    ) -> Answer:
        """One search, one reading; offsets hold as long as no document changes meanwhile."""
        asked = understand(understood)
        candidates = retrieve(self.index, asked.text, READ, documents=documents, without=without)
        reading = reader().read(asked, candidates, before)
        if not reading.quotations or reading.confidence < threshold:
            text = (NO_MORE if before else REFUSALS)[_language(question, understood)]
            nearest = tuple(_hit(candidates[i], 1 / (rank + 1)) for rank, i in enumerate(reading.order[:NEAREST]))
            return Answer(question, text, False, reading.confidence, (), nearest, understood)
        citations = self._citations(asked, reading)
        return Answer(
            question=question,
            text=shown(citations, _language(question, understood)),
            answered=True,
            confidence=reading.confidence,
            citations=citations,
            understood=understood,
        )

    def _stands(self, answer: Answer) -> bool:
        """Whether the documents still hold all that an answer quotes; what a refusal missed nobody knows."""
        try:
            return answer.answered and all(
                self.index.slice(c.document, c.start, c.end) == c.quote for c in answer.citations
            )
        except DocumentNotFound:
            return False

    def _known(self, documents: Collection[str] | None) -> Collection[str] | None:
        if documents is not None:
            for name in documents:
                self.index.document(name)
        return documents

    def _citations(self, asked: Question, reading: Reading) -> tuple[Citation, ...]:
        citations = []
        for quotation in extended(asked, reading, self.index):
            document = self.index.document(quotation.document)
            citations.append(
                cite(document, quotation.start, quotation.end, quotation.answer, quotation.probability)
            )
        return tuple(citations)


def _language(question: str, understood: str) -> Literal["zh", "en"]:
    """The language to answer in: of the question as asked, and only without any letters as understood."""
    return understand(question if any(c.isalpha() for c in question) else understood).language


def _refuse_unaskable(question: str) -> None:
    """On the command line and over HTTP, too, a blank question is a mistake and no question without an answer.

    So is one with half a character, which no encoder takes.
    """
    if not question.strip():
        raise ValueError("the question is empty")
    try:
        question.encode()
    except UnicodeEncodeError as error:
        raise ValueError("the question holds half a character, a surrogate without the other") from error


def _hit(candidate: Candidate, score: float) -> Hit:
    passage = candidate.passage
    return Hit(passage.document, passage.start, passage.end, candidate.original, score, passage.place)
