"""A question on its way: stopped, left, failed, outlived by nothing that was deleted meanwhile."""

from collections.abc import Iterator
from threading import Event

import pytest
from scripted import GUANGZHOU, ScriptedAssistant, seeds_scripted

from embeddings.errors import DocumentNotFound
from qa.types import Answer
from qa.web.answering import BROKEN, STOPPED, InProgress, StillAnswering
from qa.web.conversations import Conversations, Turn
from qa.web.store import Store

ASKED = Turn(1, GUANGZHOU, done=False)
SOON = 10.0


@pytest.fixture
def assistant() -> ScriptedAssistant:
    return seeds_scripted()


@pytest.fixture
def progress() -> Iterator[InProgress]:
    opened = InProgress()
    yield opened
    opened.close()


def _halting(assistant: ScriptedAssistant, go_on: Event) -> Iterator[Answer]:
    answers = assistant.stream(GUANGZHOU)
    yield next(answers)
    go_on.wait(SOON)
    yield from answers


def _failing(error: Exception) -> Iterator[Answer]:
    yield Answer(GUANGZHOU, "…", True, 0.9)
    raise error


def test_the_turn_grows_until_it_is_whole_and_kept(progress: InProgress, assistant: ScriptedAssistant) -> None:
    kept: list[Turn] = []
    answering = progress.begin("c", ASKED, "page", assistant.stream(GUANGZHOU), kept.append)
    shown = list(answering.shown())
    assert [len(turn.answer.citations) for turn in shown if turn.answer] == [1, 2, 3, 3]
    assert [turn.done for turn in shown] == [False, False, False, True]
    assert kept == [shown[-1]] and shown[-1].answer == assistant.ask(GUANGZHOU)
    assert progress.of("c") is None


def test_a_stopped_turn_keeps_what_had_come_and_nothing_that_comes_later(
    progress: InProgress, assistant: ScriptedAssistant
) -> None:
    kept: list[Turn] = []
    go_on = Event()
    answering = progress.begin("c", ASKED, "page", _halting(assistant, go_on), kept.append)
    shown = answering.shown()
    first = next(shown)
    answering.stop()
    (last,) = shown
    go_on.set()
    assert (last.answer, last.failure, last.done) == (first.answer, STOPPED, True)
    progress.close()
    assert kept == [last]


def test_a_page_that_left_waits_no_longer_and_the_answer_is_kept(
    progress: InProgress, assistant: ScriptedAssistant
) -> None:
    kept: list[Turn] = []
    go_on = Event()
    answering = progress.begin("c", ASKED, "page", _halting(assistant, go_on), kept.append)
    shown = answering.shown()
    next(shown)
    answering.leave("another page")
    answering.leave("page")
    assert list(shown) == []
    go_on.set()
    answering.wait(SOON)
    assert [turn.answer for turn in kept] == [assistant.ask(GUANGZHOU)]


@pytest.mark.parametrize(
    ("error", "failure"), [(DocumentNotFound("no document 'x'"), "no document 'x'"), (ZeroDivisionError(), BROKEN)]
)
def test_an_error_is_the_turns_failure(progress: InProgress, error: Exception, failure: str) -> None:
    answering = progress.begin("c", ASKED, "page", _failing(error), lambda turn: None)
    *_, last = answering.shown()
    assert (last.answer, last.failure, last.done) == (None, failure, True)


def test_a_conversation_answers_one_question_at_a_time(progress: InProgress, assistant: ScriptedAssistant) -> None:
    go_on = Event()
    kept: list[Turn] = []
    first = progress.begin("c", ASKED, "page", _halting(assistant, go_on), kept.append)
    with pytest.raises(StillAnswering):
        progress.begin("c", ASKED, "page", assistant.stream(GUANGZHOU), kept.append)
    other = progress.begin("d", ASKED, "page", assistant.stream(GUANGZHOU), kept.append)
    assert [turn.done for turn in other.shown()][-1]
    go_on.set()
    first.wait(SOON)
    assert progress.of("c") is None


def test_a_stopped_turn_is_the_same_after_a_restart(assistant: ScriptedAssistant) -> None:
    store = Store()
    conversations = Conversations(store, assistant.document)
    id = conversations.start("anna", GUANGZHOU).id
    part = next(assistant.stream(GUANGZHOU))
    conversations.put(id, Turn(1, GUANGZHOU, part, STOPPED))
    (turn,) = conversations.turns("anna", id)
    assert turn.failure == STOPPED and turn.answer is not None and turn.answer.citations == part.citations
    store.close()


def test_an_answer_does_not_bring_a_deleted_conversation_back(assistant: ScriptedAssistant) -> None:
    store = Store()
    conversations = Conversations(store, assistant.document)
    id = conversations.start("anna", GUANGZHOU).id
    conversations.delete("anna", id)
    conversations.put(id, Turn(1, GUANGZHOU, assistant.ask(GUANGZHOU)))
    assert store.rows("SELECT * FROM turn") == []
    store.close()
