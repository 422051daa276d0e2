"""Example questions come from the documents and are offered only if they are answered."""

import re
from pathlib import Path

import pytest
from scripted import CHONGQING, ScriptedAssistant, as_assistant, seeds_scripted

from embeddings.normalize import fold
from qa import Assistant
from qa.questions import language_of
from qa.web.examples import example_questions


def test_questions_are_offered_only_if_their_document_answers_them() -> None:
    assistant = seeds_scripted()
    assert example_questions(as_assistant(assistant)) == ["陈敏尔指出了什么？"]
    assistant.remove(CHONGQING)
    assert example_questions(as_assistant(assistant)) == []


def test_questions_in_both_scripts_and_languages() -> None:
    texts = {
        "a.txt": "会议\n\n陈建国强调，要节约用水。",
        "b.txt": "會議\n廣(guǎng)州市召開常委會會議。",
        "c.txt": "The Crystal Library was founded in 1998. It holds many books.",
        "d.txt": "石榴是一种水果。",
    }
    script = {
        "陈建国强调了什么？": [("a.txt", "陈建国强调，要节约用水。", "节约用水")],
        "廣州市的會議由誰主持？": [("b.txt", "常委會會議", "常委")],
        "When was the Crystal Library founded?": [("c.txt", "founded in 1998", "1998")],
        "石榴是什么？": [("d.txt", "石榴是一种水果。", "水果")],
    }
    assistant = as_assistant(ScriptedAssistant(texts, script))
    founded = "When was the Crystal Library founded?"
    assert example_questions(assistant) == [question for question in script if question != founded] + [founded]
    assert example_questions(assistant, "en")[0] == founded


def test_who_reads_english_is_asked_in_english_about_chinese_documents() -> None:
    texts = {
        "a.txt": "会议\n市委书记陈建国出席会议并讲话。县长、组长李明出席。\n陈建国强调，要节约用水。",
        "b.txt": "水晶图书馆成立于1998年，藏书很多。",
    }
    position, founded = "What is the title of 陈建国?", "When was 水晶图书馆 established?"
    stressed = "陈建国强调了什么？"
    script = {
        position: [("a.txt", "市委书记陈建国出席会议并讲话。", "市委书记")],
        "What is the title of 李明?": [("a.txt", "陈建国强调，要节约用水。", "陈建国")],  # answered, but not so
        founded: [("b.txt", "水晶图书馆成立于1998年", "1998年")],
        stressed: [("a.txt", "陈建国强调，要节约用水。", "节约用水")],
    }
    assistant = as_assistant(ScriptedAssistant(texts, script))
    assert example_questions(assistant, "en") == [position, founded, stressed]
    assert example_questions(assistant, "zh") == [stressed]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_seeds_answer_each_question_that_is_offered_over_them(seeds: Path, tmp_path: Path, language: str) -> None:
    with Assistant.open(tmp_path) as assistant:
        assistant.add(seeds)
        offered = example_questions(assistant, language)
        assert len(offered) >= 3
        assert all(assistant.ask(question).answered for question in offered)
        in_english = [question for question in offered if language_of(question) == "en"]
        assert in_english == offered[: len(in_english)]
        assert (len(in_english) >= 2) == (language == "en")
        for question in in_english:
            name = re.fullmatch("What is the title of (.+)\\?", question)
            quoted = fold(assistant.ask(question).citations[0].quote)
            assert name and re.search(f"(书记|市长|组长){fold(name[1])}", quoted)
