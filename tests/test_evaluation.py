"""A whole run of `qa evaluate`, its command and its report, with a reader that pretends."""

import json
import re
from collections.abc import Collection, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from embeddings.index import Index
from qa import Citation
from qa import assistant as assistant_module
from qa.assistant import Assistant
from qa.cli import main
from qa.evaluation import (
    Query,
    Source,
    metrics,
    over_sources,
    read_questions,
    run,
)
from qa.evaluation.runner import rank
from qa.questions import Question
from qa.reading.evidence import Evidence
from qa.reading.reader import Quotation, Reading
from qa.retrieval import Candidate
from tests.fakes import HashingEncoder
from tests.question_files import PASSAGES, rows_file, written


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
        outcomes = run(assistant, questions.queries, ["retrieval"], ["dense"], lambda *step: told.append(step))
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
    wrong = sum(int(count) for count in re.findall(r"(?:Wrong answers shown|quotation was wrong): (\d+)", page))
    assert wrong == 2
