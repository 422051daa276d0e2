"""The public API on real parts."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from embeddings.errors import DocumentNotFound
from embeddings.types import Document
from qa import Assistant
from qa.questions import Question
from qa.reading import Reading
from qa.types import Citation

QUESTION = "广州的会议由谁主持?"


@pytest.fixture
def assistant(tmp_path: Path, seeds: Path) -> Iterator[Assistant]:
    with Assistant.open(tmp_path / "index") as opened:
        opened.add(seeds)
        yield opened


def test_an_answer_quotes_the_original_page(assistant: Assistant) -> None:
    answer = assistant.ask(QUESTION)
    citation = answer.citations[0]
    text = assistant.document(citation.document).text
    assert answer.answered and "張碩輔" in answer.text
    assert text[citation.start : citation.end] == citation.quote
    assert citation.answer_start is not None and citation.answer_end is not None
    assert text[citation.answer_start : citation.answer_end] == "張碩輔"


def test_the_last_part_of_a_stream_is_the_answer(assistant: Assistant) -> None:
    parts = list(assistant.stream(QUESTION))
    assert parts[-1] == assistant.ask(QUESTION)
    assert parts[-1].text.startswith(parts[0].text)


def test_a_refusal_is_in_the_language_of_the_question(assistant: Assistant) -> None:
    chinese, english = assistant.ask("如何做红烧肉?"), assistant.ask("Who wrote Hamlet?")
    assert not chinese.answered and not english.answered
    assert (chinese.citations, english.citations) == ((), ())
    assert chinese.nearest and english.text.isascii() and not chinese.text.isascii()


@pytest.mark.parametrize("question", ["", " \n", "广州\udc00谁主持", "\ud800"])
def test_what_cannot_be_asked_is_a_mistake(assistant: Assistant, question: str) -> None:
    for ask in (assistant.ask, assistant.retrieve):
        with pytest.raises(ValueError, match="the question (is empty|holds half a character)"):
            ask(question)


def test_a_follow_up_is_understood_from_what_came_before(assistant: Assistant) -> None:
    first = assistant.ask("重庆的会议由谁主持?")
    answer = assistant.ask("那广州呢?", history=[("重庆的会议由谁主持?", first)])
    assert "广州" in answer.understood and "主持" in answer.understood
    assert "張碩輔" in answer.text


def test_an_english_follow_up_is_found_and_refused_in_its_own_language(assistant: Assistant) -> None:
    history = [("广州的会议由谁主持?", assistant.ask("广州的会议由谁主持?"))]
    found = assistant.ask("And in Chongqing?", history=history)
    assert "唐良智" in found.text
    refused = assistant.ask("And in Shanghai?", history=history)
    assert not refused.answered and refused.text.isascii()


def test_a_point_of_a_quoted_list_is_asked_for_by_its_number(assistant: Assistant) -> None:
    asked = "重庆对抓紧抓实疫情防控关键期工作有哪些要求?"
    history = [(asked, assistant.ask(asked))]
    for question, words in (("第二点呢?", "医疗救治要更加科学"), ("第三点呢?", "物资保障要更加充足")):
        answer = assistant.ask(question, history=history)
        assert words in answer.citations[0].quote and words in answer.understood
        history.append((question, answer))


def test_who_asks_for_more_gets_no_quotation_twice(assistant: Assistant) -> None:
    history = [("陈敏尔强调了什么?", assistant.ask("陈敏尔强调了什么?"))]
    for _ in range(8):
        answer = assistant.ask("还有呢?", history=history)
        shown = {(c.document, at) for _, a in history for c in a.citations for at in range(c.start, c.end)}
        quoted = {(c.document, at) for c in answer.citations for at in range(c.start, c.end)}
        assert not shown & quoted
        history.append(("还有呢?", answer))
        if not answer.answered:
            break
    assert len(history) > 2 and not answer.answered and "除了上面引过的" in answer.text


def test_only_the_named_documents_are_asked(assistant: Assistant) -> None:
    names = sorted(d.name for d in assistant.documents())
    answer = assistant.ask("会议由谁主持?", documents=names[:1], threshold=0)
    assert {c.document for c in answer.citations} == {names[0]}
    with pytest.raises(DocumentNotFound, match="no-such"):
        assistant.ask(QUESTION, documents=["no-such.txt"])


def test_modes_of_retrieval(assistant: Assistant) -> None:
    for mode in ("reranked", "hybrid", "dense", "lexical"):
        hits = assistant.retrieve(QUESTION, limit=3, mode=mode)
        assert len(hits) == 3
        assert all(h.text == assistant.document(h.document).text[h.start : h.end] for h in hits)
        assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    with pytest.raises(ValueError, match="mode is 'best'"):
        assistant.retrieve(QUESTION, mode="best")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="limit is 0"):
        assistant.retrieve(QUESTION, limit=0)


def test_a_large_index_is_searched_by_vectors_and_words_at_once(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = assistant.retrieve(QUESTION, mode="hybrid")
    threads = []
    lexical = assistant.index.lexical

    def seen(*arguments: Any, **options: Any) -> list[tuple[int, float]]:
        threads.append(threading.current_thread())
        return lexical(*arguments, **options)

    monkeypatch.setattr(assistant.index, "lexical", seen)
    monkeypatch.setattr("qa.retrieval.MANY", 1)
    assert assistant.retrieve(QUESTION, mode="hybrid") == alone
    assert threads != [threading.current_thread()] and len(threads) == 1


def test_a_text_is_added_found_and_forgotten(assistant: Assistant) -> None:
    assistant.add_text("海港博物馆每周一闭馆，门票三十元。", name="note.txt")
    assert assistant.ask("海港博物馆门票多少元?").citations[0].document == "note.txt"
    assistant.remove("note.txt")
    assert all(h.document != "note.txt" for h in assistant.retrieve("海港博物馆门票多少元?"))


def test_a_document_that_goes_while_it_is_quoted_is_asked_anew(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, calls = assistant.index.document, []

    def gone_at_first(name: str) -> Document:
        calls.append(name)
        if len(calls) == 1:
            raise DocumentNotFound(f"no document named {name!r}")
        return whole(name)

    monkeypatch.setattr(assistant.index, "document", gone_at_first)
    assert "張碩輔" in assistant.ask(QUESTION).text
    assert len(calls) > 1


@pytest.mark.parametrize(("question", "searches"), [(QUESTION, 1), ("如何做红烧肉?", 2)])
def test_a_change_elsewhere_repeats_refusals_only(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, question: str, searches: int
) -> None:
    lexical, calls = assistant.index.lexical, []

    def while_documents_come(*arguments: Any, **options: Any) -> list[tuple[int, float]]:
        calls.append(arguments)
        assistant.add_text("海港博物馆每周一闭馆。", name=f"{len(calls)}.txt")
        return lexical(*arguments, **options)

    monkeypatch.setattr(assistant.index, "lexical", while_documents_come)
    assert assistant.ask(question).answered == (searches == 1)
    assert len(calls) == searches


def test_an_answer_from_a_document_that_went_is_not_given(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant.add_text("海港博物馆每周一闭馆，门票三十元。", name="note.txt")
    quoted = assistant._citations

    def and_it_went(asked: Question, reading: Reading) -> tuple[Citation, ...]:
        citations = quoted(asked, reading)
        monkeypatch.undo()
        assistant.remove("note.txt")
        return citations

    monkeypatch.setattr(assistant, "_citations", and_it_went)
    answer = assistant.ask("海港博物馆门票多少元?")
    assert "note.txt" not in {c.document for c in answer.citations} and "三十元" not in answer.text


def test_an_empty_index_refuses(tmp_path: Path) -> None:
    with Assistant.open(tmp_path / "index") as empty:
        answer = empty.ask(QUESTION)
    assert (answer.answered, answer.citations, answer.nearest) == (False, (), ())
