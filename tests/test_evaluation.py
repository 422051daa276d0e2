"""`qa evaluate`: metrics by hand, forms of question files, and a whole run with a reader that pretends."""

import json
import lzma
import math
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from embeddings.errors import QuestionsError
from embeddings.index import Index
from qa import Citation
from qa import assistant as assistant_module
from qa.assistant import Assistant
from qa.cli import main
from qa.evaluation import (
    Query,
    QuestionSet,
    Source,
    against,
    metrics,
    over_sources,
    read_questions,
    run,
    sample,
)
from qa.evaluation.matching import contains, span_scores
from qa.evaluation.metrics import (
    auroc,
    calibration_error,
    gain,
    interval,
    rank_of,
    refused_at,
    reliability,
    risks,
)
from qa.evaluation.plots import latency_histogram
from qa.evaluation.runner import rank
from qa.questions import Question
from qa.reading.evidence import Evidence
from qa.reading.reader import Quotation, Reading
from qa.retrieval import Candidate
from tests.fakes import HashingEncoder

PASSAGES = {
    "harbour": "港口的灯塔建于1907年。灯塔高四十二米，由石匠陈阿福设计。",
    "library": "圖書館位於青石街。館長林曉雲在２０１１年開放了夜間閱覽室。",
    "orchard": "Mill Hill grows forty kinds of apples. The orchard is kept by Ada Quill.",
}
QUESTIONS = [
    ("q1", "灯塔是哪一年建成的?", ["1907年"], "harbour"),
    ("q2", "夜间阅览室是哪位馆长开放的?", ["林晓云"], "library"),
    ("q3", "Who is the orchard kept by?", ["Ada Quill"], "orchard"),
    ("q4", "灯塔高多少米?", ["五十米"], "harbour"),  # the file is wrong, so every answer is
]


class PretendingReader:
    """The sentence that shares most of the question's terms; surest where it shares all of them."""

    threshold = 0.4

    def read(self, question: Question, candidates: Sequence[Candidate], shown: Collection[Citation] = ()) -> Reading:
        assert not shown  # every question stands alone here
        evidence = Evidence(candidates)
        shares = [
            sum(term in sentence.text.lower() for term in question.terms) / max(len(question.terms), 1)
            for sentence in evidence.sentences
        ]
        best = sorted(range(len(shares)), key=lambda i: -shares[i])
        quotations = tuple(
            Quotation(evidence.documents[s.document], s.start, s.end, shares[i] if i == best[0] else 0.0)
            for i, s in ((i, evidence.sentences[i]) for i in best)
        )
        return Reading(quotations, max(shares, default=0.0), tuple(range(len(candidates))))


@pytest.fixture(autouse=True)
def _pretending(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test here waits for a model or depends on one."""
    reader, opened = PretendingReader(), Index.open

    def open_index(path: Path, *, model: str | None = None, read_only: bool = False) -> Index:
        return opened(path, read_only=read_only, encoder=HashingEncoder())

    monkeypatch.setattr(assistant_module, "reader", lambda: reader)
    monkeypatch.setattr(metrics, "ROUNDS", 20)
    monkeypatch.setattr(Index, "open", open_index)


def rows_file(folder: Path, packed: bool = False) -> Path:
    """The questions and passages above as rows, `packed` with xz; the path of the questions."""
    passages = [{"pid": pid, "title": pid, "text": text} for pid, text in PASSAGES.items()]
    keys = ("qid", "question", "answers", "pid")
    questions = [dict(zip(keys, row, strict=True)) for row in QUESTIONS]
    suffix = ".xz" if packed else ""
    for name, rows in (("passages", passages), ("questions", questions)):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        data = lzma.compress(text.encode()) if packed else text.encode()
        (folder / f"set.{name}.jsonl{suffix}").write_bytes(data)
    return folder / f"set.questions.jsonl{suffix}"


def written(path: Path, content: Any) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


# ---- what counts as right


@pytest.mark.parametrize(
    ("quote", "answers", "right"),
    [
        ("館長林曉雲在２０１１年", ["林晓云"], True),
        ("馆长在2011年", ["２０１１年"], True),
        ("只丢了 308 分", ["308分"], True),
        ("跑在Xbox 360上", ["Xbox 360"], True),
        ("in the new castle", ["newcastle"], False),
        ("the  new\ncastle", ["new castle"], True),
        ("馆长林晓云", ["馆员", "林晓"], True),
        ("馆长林晓云", [], False),
        ("", ["1"], False),
        ("anything", ["\u200b"], False),
    ],
)
def test_a_quotation_holds_an_answer_in_any_width_and_script(
    quote: str, answers: list[str], right: bool
) -> None:
    assert contains(quote, answers) is right


@pytest.mark.parametrize(
    ("prediction", "answers", "f1", "exact"),
    [
        ("林曉雲", ["林晓云"], 1, 1),
        ("馆长林晓云。", ["林晓云"], 2 * 3 / (5 + 3), 0),
        ("《林晓云》", ["林晓云"], 1, 1),
        ("由光荣和ω-force", ["光荣和ω-force"], 2 * 5 / (6 + 5), 0),  # a word is one token
        ("甲乙丙丁", ["甲丙丁"], 2 * 2 / (4 + 3), 0),  # the longest common run, not all that is shared
        ("kept by Ada Quill", ["Ada Quill", "Quill"], 2 * 2 / (4 + 2), 0),
        ("The Ada Quill.", ["ada quill"], 1, 1),
        ("", ["林晓云"], 0, 0),
        ("林晓云", ["", "林晓云"], 1, 1),
    ],
)
def test_spans_are_scored_as_in_cmrc_and_squad(
    prediction: str, answers: list[str], f1: float, exact: float
) -> None:
    assert span_scores(prediction, answers) == pytest.approx((f1, exact))


# ---- metrics


def test_a_document_has_the_rank_of_its_first_passage() -> None:
    assert rank_of(["a", "a", "b", "a", "c"], ["c", "b"]) == 2
    assert rank_of(["a"], ["b"]) is None
    assert [gain(1), gain(3), gain(11), gain(None)] == [1.0, 0.5, 0.0, 0.0]


def test_auroc_counts_ties_half() -> None:
    assert auroc(np.array([0.9, 0.5]), np.array([0.5, 0.1])) == 3.5 / 4


def test_the_threshold_refuses_no_more_positives_than_allowed() -> None:
    positive = np.arange(1, 21) / 20
    assert refused_at(positive, np.array([0.01, 0.06, 0.1, 0.5]), 0.05) == 0.5
    assert refused_at(np.full(20, 0.7), np.array([0.7, 0.6]), 0.05) == 0.5


def test_calibration_error_is_the_gap_of_each_bin_by_its_size() -> None:
    confidence, correct = np.array([0.9, 0.9, 0.9, 0.2]), np.array([1.0, 1.0, 0.0, 0.0])
    assert calibration_error(confidence, correct) == pytest.approx(3 / 4 * (0.9 - 2 / 3) + 1 / 4 * 0.2)
    assert [(round(b.confidence, 6), b.count) for b in reliability(confidence, correct)] == [
        (0.2, 1),
        (0.9, 3),
    ]
    assert calibration_error(np.array([1.0]), np.array([1.0])) == 0  # 1 falls into the last bin


def test_risk_grows_with_coverage_and_ties_have_no_order() -> None:
    assert risks(np.array([0.9, 0.1, 0.5]), np.array([1.0, 0.0, 1.0])).tolist() == pytest.approx(
        [0, 0, 1 / 3]
    )
    tied = risks(np.array([0.5, 0.5]), np.array([0.0, 1.0]))
    assert tied.tolist() == [0.5, 0.5]


def test_the_interval_is_as_wide_as_sampling_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "ROUNDS", 1000)
    values = np.array([0.0, 1.0] * 200)
    low, high = interval(400, lambda at: float(values[at].mean()))
    assert (0.5 - low, high - 0.5) == pytest.approx((1.96 * 0.5 / 20,) * 2, abs=0.01)


# ---- files of questions


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
    assert read_questions(written(tmp_path / "s.json", squad)) == QuestionSet(
        queries, (Source("t#0", "文", "t"),)
    )
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
        ("a.jsonl", '{"question": "q"}', "not in the form"),
        ("a.jsonl", '{"question": " ", "answers": []}', "'1' is empty"),
        ("a.jsonl", '{"question": "\\ud800", "answers": []}', "'1' is empty or not valid Unicode"),
        ("a.jsonl", '{"question": "q", "answers": [3]}', "not in the form"),
        ("a.jsonl", "", "holds no questions"),
        ("a.jsonl.xz", "plain", "neither UTF-8 text"),
    ],
)
def test_a_file_that_is_no_such_file_is_told_in_one_line(
    tmp_path: Path, name: str, content: str, says: str
) -> None:
    with pytest.raises(QuestionsError, match=re.escape(says)):
        read_questions(written(tmp_path / name, content))


# ---- a whole run


def test_every_situation_is_asked_and_counted(tmp_path: Path) -> None:
    questions = read_questions(rows_file(tmp_path))
    with over_sources(questions.sources) as (assistant, notes):
        assert notes == ()
        first, second, third, fourth = run(assistant, questions.queries)
    assert first.present and first.present.right and first.present.shown
    assert first.present.quote == "港口的灯塔建于1907年。" and first.present.document == "harbour"
    assert first.present.true_quotes == first.present.quotes >= 1
    assert second.present and second.present.right, "a traditional page answers a simplified question"
    assert third.left_out and third.left_out.document != "orchard" and not third.left_out.right
    assert fourth.present and not fourth.present.right
    assert fourth.given and fourth.given.document == "harbour"
    assert [one.ranks["lexical"] for one in (first, second, third, fourth)] == [1, 1, 1, 1]


def test_measures_and_modes_choose_what_is_asked(tmp_path: Path) -> None:
    questions = read_questions(rows_file(tmp_path))
    told: list[tuple[int, int, str]] = []
    with over_sources(questions.sources) as (assistant, _):
        outcomes = run(
            assistant, questions.queries, ["retrieval"], ["dense"], lambda *step: told.append(step)
        )
    assert all(one.present is one.given is one.left_out is None for one in outcomes)
    assert all(list(one.ranks) == ["dense"] for one in outcomes)
    assert told == [(n, 4, "dense") for n in (1, 2, 3, 4)]


def test_a_crowd_of_passages_does_not_hide_the_next_document(tmp_path: Path) -> None:
    crowd = "\n\n".join(f"第{n}节 灯塔灯塔灯塔的历史很长，" + "说来话长" * 40 + "。" for n in range(120))
    with Assistant.open(tmp_path / "index") as assistant:
        assistant.add_text(crowd, "crowd")
        assistant.add_text("灯塔旁边有一家书店，" + "书店里卖旧书和地图" * 12 + "。", "shop")
        query = Query("1", "灯塔灯塔灯塔的历史", ("书店",), ("shop",))
        first = [hit.document for hit in assistant.retrieve(query.question, limit=50, mode="lexical")]
        assert set(first) == {"crowd"}
        assert rank(assistant, query, "lexical") == 2


def test_leaving_out_documents_is_as_if_they_were_not_there(tmp_path: Path) -> None:
    with Assistant.open(tmp_path / "index") as assistant:
        for name, text in PASSAGES.items():
            assistant.add_text(text, name)
        question = "灯塔是哪一年建成的?"
        without = assistant.ask(question, without=["harbour"], threshold=0)
        assert without.citations and {c.document for c in without.citations} <= {"library", "orchard"}
        assert not assistant.ask(question, without=list(PASSAGES)).answered
        assert not assistant.ask(question, threshold=1.01).answered
        assert assistant.ask(question).answered


# ---- the command


def evaluated(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["evaluate", *map(str, arguments)])


def figures_of(result: Result) -> dict[str, float]:
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)["figures"]
    assert all(figure["low"] <= figure["high"] for figure in found.values())
    return {key: figure["value"] for key, figure in found.items()}


def test_json_holds_every_figure(tmp_path: Path) -> None:
    found = figures_of(evaluated(rows_file(tmp_path), "--json"))
    for mode in ("reranked", "hybrid", "dense", "lexical"):
        assert {f"retrieval.{mode}.{name}" for name in ("recall@1", "recall@10", "ndcg@10")} <= set(found)
    assert found["retrieval.lexical.recall@1"] == 1
    assert found["answer.hit@1_best"] == found["given.hit@1"] == 0.75
    assert found["answer.true_quotes"] == 1
    assert found["answer.hit@1_shown"] <= found["answer.hit@1_best"]
    assert 0.5 < found["refusal.auroc"] <= 1
    assert {"calibration.ece_answerable", "calibration.ece_both", "risk_coverage.area_both"} <= set(found)
    assert 0 < found["latency.median"] <= found["latency.p95"]


def test_retrieval_alone_needs_no_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistant_module, "reader", lambda: pytest.fail("the reader was loaded"))
    asked = rows_file(tmp_path)
    found = figures_of(evaluated(asked, "--measures", "retrieval", "--modes", "dense,hybrid", "--json"))
    assert found["retrieval.hybrid.recall@1"] == 1


def test_the_table_has_a_row_for_every_figure_and_names_its_interval(tmp_path: Path) -> None:
    result = evaluated(rows_file(tmp_path), "--measures", "retrieval", "--modes", "lexical", "--limit", "2")
    assert result.stdout.splitlines() == [
        "lexical: recall@1\t1.000\t1.000 to 1.000\t2",
        "lexical: recall@10\t1.000\t1.000 to 1.000\t2",
        "lexical: nDCG@10\t1.000\t1.000 to 1.000\t2",
    ]


def test_a_folder_or_an_index_is_asked_by_document_names(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "harbour.txt").write_text(PASSAGES["harbour"], encoding="utf-8")
    (folder / "library.txt").write_text(PASSAGES["library"], encoding="utf-8")
    rows = [
        {"question": "灯塔是哪一年建成的?", "answers": ["1907年"], "document": "harbour.txt"},
        {"question": "火星上的苹果树是谁种的?", "answers": []},
        {"question": "夜间阅览室是哪位馆长开放的?", "answers": ["林晓云"], "document": "misspelt.txt"},
    ]
    asked = written(tmp_path / "own.jsonl", "\n".join(json.dumps(row) for row in rows))
    found = figures_of(evaluated(asked, "--documents", folder, "--json"))
    assert found["answer.hit@1_best"] == found["retrieval.reranked.recall@1"] == 1
    assert found["refusal.unanswerable"] == 1

    with Assistant.open(tmp_path / "index") as assistant:
        assistant.add(folder)
    result = evaluated(asked, "--index", tmp_path / "index", "--json")
    assert figures_of(result)["answer.hit@1_best"] == 1
    notes = json.loads(result.stdout)["notes"]
    assert notes[0].startswith("1 of 3 questions name no document that the index holds")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("missing.jsonl",), "No such file or directory: missing.jsonl"),
        (("{rows}", "--documents", "missing"), "missing"),
        (("{rows}", "--index", "missing"), "missing"),
        (("{own}", "--documents", "{rows}", "--measures", "retrieval"), "nothing can be measured"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_exits_with_1(
    tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    own = written(tmp_path / "own.jsonl", json.dumps({"question": "q?", "answers": ["a"]}))
    rows = rows_file(tmp_path)
    result = evaluated(*(argument.format(rows=rows, own=own) for argument in arguments))
    assert result.exit_code == 1
    assert re.fullmatch(rf"qa: .*{re.escape(says)}.*\n", result.stderr)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--measures", "retrieval,luck"),
        ("--modes", ""),
        ("--limit", "0"),
        ("--index", "a", "--documents", "b"),
        ("--index", "a", "--model", "b"),
    ],
)
def test_a_wrong_choice_exits_with_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert evaluated(rows_file(tmp_path), *arguments).exit_code == 2


# ---- the report


def test_the_report_is_one_safe_file_with_plots_and_every_wrong_answer(tmp_path: Path) -> None:
    hostile = "灯塔高多少米<script>alert(1)</script>?"
    passages = [Source("harbour", PASSAGES["harbour"]), Source("a&b", "<b>灯塔</b>旁边没有人。")]
    rows = [
        {"qid": "1", "question": hostile, "answers": ["五十<i>米"], "pid": "harbour"},
        {"qid": "2", "question": "灯塔旁边\u0007有人吗?", "answers": ["书店"], "pid": "a&b"},
    ]
    written(
        tmp_path / "h.passages.jsonl",
        "\n".join(json.dumps({"pid": source.name, "text": source.text}) for source in passages),
    )
    asked = written(tmp_path / "h.questions.jsonl", "\n".join(map(json.dumps, rows)))
    result = evaluated(asked, "--report", tmp_path / "report.html")
    assert result.exit_code == 0, result.output
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg ") == 3
    assert "&lt;script&gt;" in page and "<script" not in page and "<i>" not in page and "<b>" not in page
    assert "五十&lt;i&gt;米" in page and "灯塔高四十二米" in page, "the gold answer beside the quotation"
    assert "a&amp;b" in page and "\u0007" not in page
    assert not re.search(r"https?:|src=|@import|url\(", page), "nothing comes from outside"
    wrong = sum(
        int(count) for count in re.findall(r"(?:Wrong answers shown|quotation was wrong): (\d+)", page)
    )
    assert wrong == 2


def test_a_histogram_counts_every_question() -> None:
    counts = re.findall(r"ms: (\d+) questions", latency_histogram([1.0, 1.0, 5.0, 1000.0]))
    assert sum(map(int, counts)) == 4 and not math.isnan(float(counts[0]))
