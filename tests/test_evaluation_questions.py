"""Files of questions in every form that is read, and what is said of those that are none."""

import json
import re
from pathlib import Path

import pytest

from embeddings.errors import QuestionsError
from qa.evaluation import (
    Query,
    QuestionSet,
    Source,
    against,
    read_questions,
    sample,
)
from tests.question_files import PASSAGES, rows_file, written


def test_rows_bring_the_passages_beside_them(tmp_path: Path) -> None:
    for packed in (False, True):
        questions = read_questions(rows_file(tmp_path, packed))
        assert questions.queries[1] == Query("q2", "夜间阅览室是哪位馆长开放的?", ("林晓云",), ("library",))
        assert questions.sources[0] == Source("harbour", PASSAGES["harbour"], "harbour")


def test_rows_need_only_a_question_and_answers(tmp_path: Path) -> None:
    rows = [
        {"question": "甲?", "answers": "乙"},
        {"question": "丙?", "answers": [], "document": None},
        {"question": "丁?", "answers": {"text": ["戊", "戊"]}, "document": ["a.txt", "b.txt"], "id": 7},
    ]
    path = written(tmp_path / "own.jsonl", "\n\n".join(json.dumps(row) for row in rows))
    assert read_questions(path).queries == (
        Query("1", "甲?", ("乙",)),
        Query("2", "丙?", ()),
        Query("7", "丁?", ("戊",), ("a.txt", "b.txt")),
    )


def test_squad_and_both_forms_of_cmrc_are_read(tmp_path: Path) -> None:
    answer = {"text": "1907年", "answer_start": 6}
    qas = [{"id": "a", "question": "哪一年?", "answers": [answer, answer]}]
    impossible = {"id": "b", "question": "谁?", "answers": [answer], "is_impossible": True}
    squad = {"data": [{"title": "t", "paragraphs": [{"context": "文", "qas": [*qas, impossible]}]}]}
    queries = (Query("a", "哪一年?", ("1907年",), ("t#0", "t")), Query("b", "谁?", (), ("t#0", "t")))
    assert read_questions(written(tmp_path / "s.json", squad)) == QuestionSet(queries, (Source("t#0", "文", "t"),))
    cmrc = {"data": [{"paragraphs": [{"id": "P1", "context": "文", "qas": qas}]}]}
    expected = QuestionSet((Query("a", "哪一年?", ("1907年",), ("P1",)),), (Source("P1", "文"),))
    assert read_questions(written(tmp_path / "c.json", cmrc)) == expected
    first = [
        {
            "context_id": "P1",
            "context_text": "文",
            "qas": [{"query_id": "a", "query_text": "哪一年?", "answers": ["1907年", "1907年"]}],
        }
    ]
    assert read_questions(written(tmp_path / "f.json", first)) == expected


def test_questions_go_over_to_the_passages_of_another_language(tmp_path: Path) -> None:
    chinese = rows_file(tmp_path)
    english = [
        {"qid": "q1", "question": "When was the lighthouse built?", "answers": ["1907"], "pid": "en.1"},
        {"qid": "q9", "question": "Lost?", "answers": ["x"], "pid": "en.9"},
    ]
    asked = written(tmp_path / "en.questions.jsonl", "\n".join(map(json.dumps, english)))
    for other in (chinese, tmp_path / "set.passages.jsonl"):
        found = read_questions(asked, [other])
        assert found.queries == (Query("q1", "When was the lighthouse built?", ("1907年",), ("harbour",)),)
        assert {source.name for source in found.sources} == set(PASSAGES)
        assert "1 questions have no counterpart" in found.notes[0]


def test_more_passages_leave_the_questions_as_they_are(tmp_path: Path) -> None:
    own = rows_file(tmp_path)
    more = written(tmp_path / "more.docs.jsonl", json.dumps({"pid": "x", "title": "", "text": "无关。"}))
    found = read_questions(own, [own, more])
    assert found.queries == read_questions(own).queries
    assert [source.name for source in found.sources] == [*PASSAGES, "x"]


def test_a_sample_is_drawn_by_its_seed_in_order() -> None:
    every = QuestionSet(tuple(Query(str(n), "q", ("a",)) for n in range(50)))
    drawn = [query.qid for query in sample(every, 10, 3).queries]
    assert drawn == [query.qid for query in sample(every, 10, 3).queries] == sorted(drawn, key=int)
    assert drawn != [query.qid for query in sample(every, 10, 4).queries]
    assert sample(every, 99, 0) == every


def test_gold_documents_that_the_index_lacks_are_told() -> None:
    asked = QuestionSet((Query("1", "q", ("a",), ("t#0", "t")), Query("2", "q", ("a",), ("u",))))
    found = against(asked, ["t", "v"])
    assert [query.documents for query in found.queries] == [("t",), ()]
    assert found.notes[0].startswith("1 of 2 questions")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.json", "{", "no JSON at line 1"),
        ("a.json", '{"data": [{}]}', "not in the form"),
        ("a.json", "3", "not in the form"),
        ("a.jsonl", '{"question": "q", "answers": []}\nx', "line 2 is no JSON"),
        ("a.jsonl", "[]", "line 1 is no JSON object"),
        ("a.jsonl", '\n{"question": "q"}', "line 2 has no 'answers'; expected {"),
        ("a.jsonl", '{"question": " ", "answers": []}', "'1' is empty"),
        ("a.jsonl", '{"question": "\\ud800", "answers": []}', "'1' is empty or not valid Unicode"),
        ("a.jsonl", '{"question": "q", "answers": [3]}', "line 1 is not in the form of a row; expected {"),
        ("a.jsonl", "", "holds no questions"),
        ("a.jsonl.xz", "plain", "neither UTF-8 text"),
    ],
)
def test_a_file_that_is_no_such_file_is_told_in_one_line(tmp_path: Path, name: str, content: str, says: str) -> None:
    with pytest.raises(QuestionsError, match=re.escape(says)):
        read_questions(written(tmp_path / name, content))
