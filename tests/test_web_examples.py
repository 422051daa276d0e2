"""Example questions come from the documents and are offered only if they are answered."""

from scripted import CHONGQING, ScriptedAssistant, as_assistant, seeds_scripted

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
        "When was The Crystal Library founded?": [("c.txt", "founded in 1998", "1998")],
        "石榴是什么？": [("d.txt", "石榴是一种水果。", "水果")],
    }
    assert example_questions(as_assistant(ScriptedAssistant(texts, script))) == list(script)
