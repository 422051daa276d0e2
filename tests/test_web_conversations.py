"""Conversations outlive the server; documents that are deleted do not live on in them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from scripted import CANTON, CHONGQING, GUANGZHOU, ScriptedAssistant, seeds_scripted

from qa.web import exports
from qa.web.conversations import ConversationNotFound, Conversations, Turn
from qa.web.feedback import Cited, Feedback, Rating, cited, export, of_answer
from qa.web.i18n import CHINESE, ENGLISH
from qa.web.store import FILE_NAME, Store


@pytest.fixture
def assistant() -> ScriptedAssistant:
    return seeds_scripted()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    opened = Store(file)
    yield opened
    opened.close()


@pytest.fixture
def kept(store: Store, assistant: ScriptedAssistant) -> Conversations:
    return Conversations(store, assistant.document)


def _asked(kept: Conversations, assistant: ScriptedAssistant, user: str = "anna") -> str:
    id = kept.start(user, GUANGZHOU).id
    kept.put(id, Turn(1, GUANGZHOU, assistant.ask(GUANGZHOU)))
    return id


def _bytes(file: Path) -> bytes:
    return b"".join(part.read_bytes() for part in file.parent.iterdir())


def test_a_conversation_comes_back_whole_after_a_restart(
    file: Path, kept: Conversations, store: Store, assistant: ScriptedAssistant
) -> None:
    id = _asked(kept, assistant)
    refused = assistant.ask("火星上有多少人?")
    kept.put(id, Turn(2, refused.question, refused))
    store.close()

    reopened = Store(file)
    turns = Conversations(reopened, assistant.document).turns("anna", id)
    reopened.close()
    assert [turn.answer for turn in turns] == [
        replace(assistant.ask(GUANGZHOU), understood=GUANGZHOU),
        replace(refused, understood=refused.question),
    ]


def test_no_text_of_a_document_is_stored(
    file: Path, kept: Conversations, store: Store, assistant: ScriptedAssistant
) -> None:
    id = _asked(kept, assistant)
    refused = assistant.ask("火星上有多少人?")
    kept.put(id, Turn(2, refused.question, refused))
    answer = assistant.ask(GUANGZHOU)
    Feedback(store).give("anna", GUANGZHOU, "up", cited(answer.citations), turn=(id, 1))
    stored = _bytes(file).decode("utf-8", "replace")
    assert GUANGZHOU in stored  # the question is the user's, and proves that the file is looked at
    for text in [c.quote for c in answer.citations] + [hit.text for hit in refused.nearest]:
        assert text not in stored


def test_what_a_deleted_document_said_cannot_be_shown_again(kept: Conversations, assistant: ScriptedAssistant) -> None:
    id = _asked(kept, assistant)
    assistant.remove(CANTON)
    (turn,) = kept.turns("anna", id)
    assert turn.lost == {0: "deleted", 1: "deleted"}
    assert turn.answer is not None
    assert [c.quote for c in turn.answer.citations] == ["", "", "市委副书记、市长唐良智主持会议"]
    assert "張碩輔" not in json.dumps(exports.as_json(kept.get("anna", id), [turn]), ensure_ascii=False)
    assert "張碩輔" not in exports.markdown(kept.get("anna", id), [turn], CHINESE)


def test_a_changed_document_is_not_quoted_at_the_old_place(kept: Conversations, assistant: ScriptedAssistant) -> None:
    id = _asked(kept, assistant)
    assistant.change(CHONGQING, "全新的文字。" * 300)
    (turn,) = kept.turns("anna", id)
    assert turn.lost == {2: "changed"}


def test_what_a_follow_up_was_understood_as_goes_with_the_document_it_came_from(
    file: Path, kept: Conversations, assistant: ScriptedAssistant
) -> None:
    id = _asked(kept, assistant)
    follow = replace(assistant.ask("他是谁?"), understood="張碩輔是谁?")
    kept.put(id, Turn(2, "他是谁?", follow), context=[CANTON])
    answers = [turn.answer for turn in kept.turns("anna", id)]
    assert answers[1] is not None and answers[1].understood == "張碩輔是谁?"
    kept.forget_deleted({CHONGQING})
    answers = [turn.answer for turn in kept.turns("anna", id)]
    assert answers[1] is not None and answers[1].understood == "他是谁?"


def test_each_user_sees_their_own(kept: Conversations, assistant: ScriptedAssistant) -> None:
    id = _asked(kept, assistant, "anna")
    assert [c.id for c in kept.of("anna")] == [id]
    assert kept.of("boris") == []
    for attempt in (
        lambda: kept.get("boris", id),
        lambda: kept.turns("boris", id),
        lambda: kept.rename("boris", id, "mine"),
        lambda: kept.set_scope("boris", id, [CANTON]),
        lambda: kept.drop_last("boris", id),
        lambda: kept.delete("boris", id),
    ):
        with pytest.raises(ConversationNotFound):
            attempt()
    assert [c.title for c in kept.of("anna")] == [GUANGZHOU]


def test_renaming_choosing_asking_again_and_deleting(kept: Conversations, assistant: ScriptedAssistant) -> None:
    id = _asked(kept, assistant)
    kept.rename("anna", id, "  谁 主持 \n")
    kept.rename("anna", id, "   ")
    kept.set_scope("anna", id, [CANTON])
    assert (kept.get("anna", id).title, kept.get("anna", id).scope) == ("谁 主持", (CANTON,))
    assert kept.drop_last("anna", id) == GUANGZHOU
    assert kept.drop_last("anna", id) is None
    assert kept.turns("anna", id) == []
    kept.delete("anna", id)
    assert kept.of("anna") == []


def test_an_answer_that_was_cut_off_is_told(kept: Conversations) -> None:
    id = kept.start("anna", "问题?").id
    kept.put(id, Turn(1, "问题?", failure="stopped"))
    assert kept.turns("anna", id) == [Turn(1, "问题?", failure="stopped")]


def test_a_rating_replaces_the_earlier_one_and_is_exported(
    file: Path, kept: Conversations, store: Store, assistant: ScriptedAssistant
) -> None:
    id = _asked(kept, assistant)
    feedback = Feedback(store)
    places = cited(assistant.ask(GUANGZHOU).citations)
    for rating in ("up", "down"):
        feedback.give("anna", GUANGZHOU, rating, places, answered=True, turn=(id, 1))
    assert [turn.rating for turn in kept.turns("anna", id)] == ["down"]
    (exported,) = export(file.parent)
    assert (exported["question"], exported["rating"], exported["answered"]) == (GUANGZHOU, "down", True)
    assert exported["citations"][0]["document"] == CANTON
    feedback.withdraw(id, 1)
    assert list(export(file.parent)) == []


def test_a_rating_stays_with_the_answer_that_it_was_given_to(
    file: Path, kept: Conversations, store: Store, assistant: ScriptedAssistant
) -> None:
    id = _asked(kept, assistant)
    feedback = Feedback(store)
    places = cited(assistant.ask(GUANGZHOU).citations)
    given: list[tuple[Rating, list[Cited]]] = [("down", places[:1]), ("up", places[2:])]
    for rating, some in given:
        assert [turn.rating for turn in kept.turns("anna", id)] == [""]
        feedback.give("anna", GUANGZHOU, rating, some, answered=True, turn=(id, 1))
        assert [turn.rating for turn in kept.turns("anna", id)] == [rating]
        feedback.leave_behind(id, 1)
    feedback.withdraw(id, 1)
    exported = [
        (row["rating"], row["conversation"], row["turn"], row["replaced"], row["citations"][0]["document"])
        for row in export(file.parent)
    ]
    assert exported == [("down", id, 1, True, CANTON), ("up", id, 1, True, CHONGQING)]


def test_answers_that_cite_the_same_are_the_same_to_a_rating(assistant: ScriptedAssistant) -> None:
    answer = assistant.ask(GUANGZHOU)
    assert of_answer(answer) == of_answer(replace(answer, confidence=0.1, understood="?"))
    assert of_answer(answer) != of_answer(replace(answer, citations=answer.citations[:1]))


def test_there_is_no_feedback_where_nobody_has_chatted(tmp_path: Path) -> None:
    assert list(export(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


def test_markdown_shows_questions_quotations_and_places(kept: Conversations, assistant: ScriptedAssistant) -> None:
    id = _asked(kept, assistant)
    refused = assistant.ask("*火星*上有多少人?")
    kept.put(id, Turn(2, refused.question, refused))
    text = exports.markdown(kept.get("anna", id), kept.turns("anna", id), CHINESE)
    assert text.startswith(f"# {GUANGZHOU}\n\n## {GUANGZHOU}\n\n> 市委書記")
    assert "> [1] 004\\_c2e144bd2bb9c8b9.txt, " in text
    assert "## \\*火星\\*上有多少人?\n\n文档中没有提到。\n" in text


def test_exports_say_how_a_follow_up_was_understood(kept: Conversations, assistant: ScriptedAssistant) -> None:
    id = _asked(kept, assistant)
    follow = replace(assistant.ask(GUANGZHOU), question="*他*呢?", understood="張碩輔*是谁?")
    kept.put(id, Turn(2, follow.question, follow), context=[CANTON])
    kept.put(id, Turn(3, "还有呢?", replace(follow, question="还有呢?", understood="还有呢?"), failure="stopped"))
    about, turns = kept.get("anna", id), kept.turns("anna", id)
    chinese, english = (exports.markdown(about, turns, words) for words in (CHINESE, ENGLISH))
    assert "## \\*他\\*呢?\n\n*理解为: 張碩輔\\*是谁?*\n\n> 市委書記" in chinese
    assert "*Understood as: 張碩輔\\*是谁?*" in english
    assert (chinese.count("理解为"), english.count("Understood")) == (1, 1)
    assert chinese.endswith("\n\n已停止。\n") and english.endswith("\n\nStopped.\n")
    understood = [turn["answer"]["understood"] for turn in exports.as_json(about, turns)["turns"]]
    assert understood == [GUANGZHOU, "張碩輔*是谁?", "还有呢?"]


def test_markdown_tells_what_is_lost_and_places_in_words(kept: Conversations, assistant: ScriptedAssistant) -> None:
    id = kept.start("anna", GUANGZHOU).id
    whole = assistant.ask(GUANGZHOU)
    kept.put(id, Turn(1, GUANGZHOU, replace(whole, citations=(replace(whole.citations[0], place="page 3"),))))
    assistant.remove(CANTON)
    text = exports.markdown(kept.get("anna", id), kept.turns("anna", id), CHINESE)
    assert text.endswith("> (所引文档已删除。)\n>\n> [1] 004\\_c2e144bd2bb9c8b9.txt, 第 3 页\n")
