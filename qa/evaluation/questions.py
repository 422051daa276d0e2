"""Files of questions with known answers: SQuAD and CMRC 2018 JSON, or rows of JSON, also packed with xz."""

import json
import lzma
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from embeddings.errors import QuestionsError


@dataclass(frozen=True, slots=True)
class Query:
    """A question with its gold answers."""

    qid: str
    question: str
    answers: tuple[str, ...]  # any of them is right; empty: the documents do not say
    documents: tuple[str, ...] = ()  # any of them answers; empty where the file does not tell


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that a file brings along; it is indexed as the document `name`."""

    name: str
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions, the passages that came with them, and what a reader of the figures must know."""

    queries: tuple[Query, ...]
    sources: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()


def read_questions(path: Path, passages: Sequence[Path] = ()) -> QuestionSet:
    """The questions of a file; with `passages`, over the passages of those files instead of its own.

    A question keeps its own gold document where those files hold it. Otherwise it takes answers and document
    from the question of the same `qid` beside the passages, so that it can be asked across languages.
    Raises QuestionsError, OSError.
    """
    own = _read(path)
    if not own.queries:
        raise QuestionsError(
            f"{path} holds no questions; expected SQuAD or CMRC 2018 JSON, or rows with question and answers"
        )
    for query in own.queries:
        if not _is_text(query.question):
            raise QuestionsError(f"{path}: the question {query.qid!r} is empty or not valid Unicode")
    return _over(own, [_read(other) for other in passages], path) if passages else own


def sample(questions: QuestionSet, limit: int | None, seed: int) -> QuestionSet:
    """At most `limit` of the questions, drawn by the seed, in their order; all passages stay."""
    if limit is None or limit >= len(questions.queries):
        return questions
    drawn = sorted(random.Random(seed).sample(range(len(questions.queries)), limit))
    return replace(questions, queries=tuple(questions.queries[at] for at in drawn))


def against(questions: QuestionSet, names: Iterable[str]) -> QuestionSet:
    """The same questions with only those gold documents that an index holds."""
    held = set(names)
    queries = tuple(
        replace(query, documents=tuple(name for name in query.documents if name in held))
        for query in questions.queries
    )
    unknown = sum(1 for query in queries if query.answers and not query.documents)
    notes = questions.notes
    if unknown:
        notes += (
            f"{unknown} of {len(queries)} questions name no document that the index holds;"
            " retrieval, given and refusal leave them out",
        )
    return QuestionSet(queries, questions.sources, notes)


def _over(own: QuestionSet, others: Sequence[QuestionSet], path: Path) -> QuestionSet:
    sources = tuple({source.name: source for other in others for source in other.sources}.values())
    held = {source.name for source in sources}
    same = {query.qid: query for other in others for query in other.queries if query.qid}
    queries = []
    for query in own.queries:
        if not query.answers or not held.isdisjoint(query.documents):
            queries.append(query)
        elif query.qid in same:
            queries.append(replace(same[query.qid], question=query.question))
    if not queries:
        raise QuestionsError(
            f"{path}: no question has its document, or a question of its qid, in the passages given"
        )
    lost = len(own.queries) - len(queries)
    notes = (f"{lost} questions have no counterpart in the passages given and were left out",) if lost else ()
    return QuestionSet(tuple(queries), sources, notes)


def _is_text(value: object) -> bool:
    """Whether it can be asked: JSON can hold half a character, which no encoder takes."""
    try:
        return isinstance(value, str) and bool(value.strip() and value.encode())
    except UnicodeEncodeError:
        return False


# ---- forms of files


def _read(path: Path) -> QuestionSet:
    try:
        if ".jsonl" in path.suffixes:
            return _rows(path)
        with _opened(path) as file:
            content = json.load(file)
        return _collected(_squad(content["data"]) if isinstance(content, dict) else _cmrc(content))
    except json.JSONDecodeError as error:
        raise QuestionsError(f"{path}: no JSON at line {error.lineno}; rows need a name in .jsonl") from error
    except (UnicodeDecodeError, lzma.LZMAError, EOFError) as error:
        raise QuestionsError(f"{path}: neither UTF-8 text nor such text packed with xz") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise QuestionsError(
            f"{path}: not in the form of SQuAD, CMRC 2018 or question rows ({type(error).__name__}: {error})"
        ) from error


def _opened(path: Path) -> Any:
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="utf-8")
    return open(path, encoding="utf-8-sig")


def _rows(path: Path) -> QuestionSet:
    """Rows with a question or a text; NAME.questions.jsonl and NAME.passages.jsonl are read together."""
    files = [path]
    for one, other in ((".questions.jsonl", ".passages.jsonl"), (".passages.jsonl", ".questions.jsonl")):
        if one in path.name:
            files += [file for file in [path.with_name(path.name.replace(one, other))] if file.is_file()]
    queries: list[Query] = []
    sources: list[Source] = []
    for file in files:
        for number, row in _lines(file):
            try:
                if "question" in row:
                    queries.append(_query(row, len(queries) + 1))
                else:
                    sources.append(Source(str(row["pid"]), row["text"], row.get("title") or ""))
            except KeyError as error:
                raise QuestionsError(f"{file}: line {number} has no {error.args[0]!r}; {_ROWS}") from error
            except (TypeError, AttributeError) as error:
                raise QuestionsError(f"{file}: line {number} is not in the form of a row; {_ROWS}") from error
    return QuestionSet(tuple(queries), tuple(sources))


_ROWS = (
    'expected {"question": "…", "answers": ["…"], "document": "…"}, or {"pid": "…", "text": "…"} for a passage;'
    " no answers where the documents do not say"
)


def _query(row: dict[str, Any], number: int) -> Query:
    gold = row.get("document", row.get("pid"))
    documents = [gold] if isinstance(gold, str) else gold or []
    qid = str(row.get("qid", row.get("id", number)))
    return Query(qid, row["question"], _answers(row), tuple(map(str, documents)))


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Numbers, from 1, and contents of the lines."""
    with _opened(path) as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                try:
                    row = json.loads(line)
                except json.JSONDecodeError as error:
                    raise QuestionsError(f"{path}: line {number} is no JSON") from error
                if not isinstance(row, dict):
                    raise QuestionsError(f"{path}: line {number} is no JSON object")
                yield number, row


def _answers(row: dict[str, Any]) -> tuple[str, ...]:
    """The answers of a question, each once: strings, objects with a text, or one object with texts."""
    given = row["answers"]
    if row.get("is_impossible") or not given:
        return ()
    if isinstance(given, dict):
        given = given["text"]
    if isinstance(given, str):
        given = [given]
    texts = [answer if isinstance(answer, str) else answer["text"] for answer in given]
    return tuple(dict.fromkeys(text for text in texts if text.strip()))


Paragraph = tuple[Source, list[Query]]


def _collected(paragraphs: Iterable[Paragraph]) -> QuestionSet:
    sources, queries = [], []
    for source, asked in paragraphs:
        sources.append(source)
        queries += asked
    return QuestionSet(tuple(queries), tuple(sources))


def _squad(articles: list[dict[str, Any]]) -> Iterator[Paragraph]:
    """SQuAD 1 and 2, DRCD, XQuAD, and CMRC 2018 in that form; a paragraph's document is its id or a number.

    Against an index, the article's "document" or title may be the document's name.
    """
    for a, article in enumerate(articles):
        title = str(article.get("title") or "")
        for p, paragraph in enumerate(article["paragraphs"]):
            name = str(paragraph.get("id") or f"{title or a}#{p}")
            gold = paragraph.get("document") or article.get("document") or title
            documents = (name, gold) if gold else (name,)
            queries = [
                Query(str(qa["id"]), qa["question"], _answers(qa), documents) for qa in paragraph["qas"]
            ]
            yield Source(name, paragraph["context"], title), queries


def _cmrc(entries: list[dict[str, Any]]) -> Iterator[Paragraph]:
    """The form that CMRC 2018 was first given out in."""
    for entry in entries:
        name = str(entry["context_id"])
        queries = [Query(str(qa["query_id"]), qa["query_text"], _answers(qa), (name,)) for qa in entry["qas"]]
        yield Source(name, entry["context_text"], str(entry.get("title") or "")), queries
