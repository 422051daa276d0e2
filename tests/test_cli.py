"""The command line: what it prints, where, and with which exit code, through an assistant that pretends."""

import io
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import pytest
from click.testing import CliRunner, Result

from embeddings.errors import IndexLocked
from embeddings.types import DocumentInfo, Failure, Hit, Receipt
from qa import Assistant, cli
from qa.cli import common, output
from qa.types import Answer, Citation
from tests.fakes import HashingEncoder
from tests.models import small_model

BOLD, RESET = "\x1b[1m", "\x1b[0m"

ANSWERED = Answer(
    question="谁主持?",
    text="“会议由張碩輔主持。” [1]",
    answered=True,
    confidence=0.9,
    citations=(Citation("a.txt", 10, 19, "会议由張碩輔主持。", 13, 16, place="page 3", score=0.9),),
)
PROSE = replace(ANSWERED, text="張碩輔。 [1]")
REFUSED = Answer(
    question="谁缺席?",
    text="文档中没有提到。",
    answered=False,
    confidence=0.1,
    nearest=(Hit("a.txt", 0, 9, "会议由張碩輔\n主持。", 0.4),),
)


Progress = Callable[[int, int, str], None]


class FakeAssistant:
    """Says what it was told to say."""

    fitted = True

    def __init__(self, answer: Answer | BaseException = ANSWERED, receipt: Receipt | None = None) -> None:
        self.answer = answer
        self.receipt = receipt or Receipt()
        self.index = self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None: ...

    def ask(self, question: str) -> Answer:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

    def add(self, paths: Sequence[Path], progress: Progress | None, prune: bool) -> Receipt:
        return self.receipt

    def documents(self) -> list[DocumentInfo]:
        row = DocumentInfo(
            "会议.txt", "标题\t一", {"date": "2021-06-01"}, "0" * 64, 1200, 7, "2024-01-01T00:00:00Z"
        )
        return [row]


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch) -> Callable[[FakeAssistant], None]:
    """Let the verbs open this assistant, whatever the index."""

    def use(assistant: FakeAssistant) -> None:
        monkeypatch.setattr(common, "open_index", lambda index, **options: assistant)
        monkeypatch.setattr(common, "open_or_create", lambda index, model: assistant)

    return use


def run(*arguments: object, color: bool = False, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(cli.main, [str(argument) for argument in arguments], color=color, env=env)


Pretend = Callable[[FakeAssistant], None]


def test_an_answer_shows_its_quotation_and_where_it_stands(pretend: Pretend) -> None:
    pretend(FakeAssistant())
    result = run("ask", "谁主持?")
    assert result.stdout == "“会议由張碩輔主持。” [1]\n\n[1] a.txt, page 3\n"
    assert (result.exit_code, result.stderr) == (0, "")


def test_a_quotation_that_the_text_does_not_show_follows_its_place(pretend: Pretend) -> None:
    pretend(FakeAssistant(PROSE))
    assert run("ask", "谁主持?").stdout == "張碩輔。 [1]\n\n[1] a.txt, page 3\n    会议由張碩輔主持。\n"


@pytest.mark.parametrize("answer", [ANSWERED, PROSE])
def test_the_answering_words_are_bold_on_a_terminal(pretend: Pretend, answer: Answer) -> None:
    pretend(FakeAssistant(answer))
    assert f"会议由{BOLD}張碩輔{RESET}主持。" in run("ask", "谁主持?", color=True).stdout


def test_a_refusal_is_an_answer(pretend: Pretend) -> None:
    pretend(FakeAssistant(REFUSED))
    result = run("ask", "谁缺席?")
    assert result.stdout == "文档中没有提到。\n\n最接近的段落:\n  a.txt: 会议由張碩輔 主持。\n"
    assert result.exit_code == 0


@pytest.mark.parametrize("answer", [ANSWERED, REFUSED])
def test_json_is_one_object_with_every_field(pretend: Pretend, answer: Answer) -> None:
    pretend(FakeAssistant(answer))
    printed = run("ask", "谁主持?", "--json").stdout
    assert json.loads(printed) == json.loads(json.dumps(answer.to_dict()))
    assert printed.count("\n") == 1
    assert "a.txt" in printed and answer.text in printed


def test_a_document_cannot_command_the_terminal(pretend: Pretend) -> None:
    hostile = Answer("q", "\x1b]0;owned\x07 \u202egnp.exe", True, 1.0)
    pretend(FakeAssistant(hostile))
    assert run("ask", "q", color=True).stdout == "\ufffd]0;owned\ufffd \ufffdgnp.exe\n"


@pytest.mark.parametrize("verb", ["add", "chat"])
def test_another_model_than_that_of_the_index_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, verb: str
) -> None:
    monkeypatch.setattr("embeddings.index.load", HashingEncoder)
    (tmp_path / "a.txt").write_text("会议由張碩輔主持。", "utf-8")
    Assistant.open(tmp_path / "index", model="the-first").close()
    result = run(verb, tmp_path / "a.txt", "--index", tmp_path / "index", "--model", "another")
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert "built with model 'the-first', not 'another'" in result.stderr and "qa reindex" in result.stderr


@pytest.mark.parametrize("verb", ["add", "chat"])
def test_a_new_index_is_made_with_the_given_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, verb: str) -> None:
    opened: list[tuple[Path, str | None]] = []

    def instead(index: Path, model: str | None) -> None:
        opened.append((index, model))
        raise IndexLocked("that is enough")

    monkeypatch.setattr(common, "open_or_create", instead)
    assert run(verb, tmp_path, "--index", tmp_path / "index", "--model", "some/encoder").exit_code == 1
    assert opened == [(tmp_path / "index", "some/encoder")]


def test_an_interruption_exits_with_130_and_says_nothing(pretend: Pretend) -> None:
    pretend(FakeAssistant(KeyboardInterrupt()))
    result = run("ask", "谁主持?")
    assert (result.exit_code, result.stdout, result.stderr.strip()) == (130, "", "")


def test_a_receipt_tells_everything_and_failures_set_the_exit_code(pretend: Pretend) -> None:
    receipt = Receipt(
        added=["a.txt"],
        updated=["b.txt"],
        skipped=["c.txt"],
        failed=[Failure("d.txt", "it is binary")],
        set_aside={"a.txt": ["print button: [打印]"]},
        renamed={"new.txt": "old.txt"},
        vanished=["e.txt", "f.txt"],
        removed=["f.txt"],
    )
    pretend(FakeAssistant(receipt=receipt))
    result = run("add", "folder")
    assert result.stdout.splitlines() == [
        "added    a.txt",
        "         set aside print button: [打印]",
        "updated  b.txt",
        "renamed  new.txt (was old.txt)",
        "vanished e.txt",
        "removed  f.txt",
        "failed   d.txt: it is binary",
        "1 added, 1 updated, 1 unchanged, 1 failed, 1 renamed, 2 vanished, 1 removed",
    ]
    assert result.exit_code == 1


def test_documents_are_rows_of_tabs_for_other_programs(pretend: Pretend) -> None:
    pretend(FakeAssistant())
    assert run("documents").stdout == "会议.txt\t7\t1200\t2021-06-01\t标题 一\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_documents_are_aligned_columns_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    output.print_table(("name", "n"), [("会议", "7"), ("b", "12")])
    assert screen.getvalue() == "name  n\n会议  7\nb     12\n"


def test_progress_is_drawn_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with output.progress_bar("reading") as progress:
        assert progress is not None
        progress(1, 2, "a.txt")
        progress(2, 2, "b.txt")
    assert "2/2" in screen.getvalue()
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with output.progress_bar("reading") as progress:
        assert progress is None


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("ask",),
        ("ask", "  "),
        ("ask", "\udcff"),
        ("add",),
        ("chat", "--port", "70000"),
        ("no-such-verb",),
        ("ask", "q", "--index", __file__),
    ],
)
def test_wrong_usage_exits_with_2(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Usage: " in result.stderr


@pytest.mark.parametrize(
    "verb", ["add", "ask", "chat", "documents", "evaluate", "feedback", "info", "reindex", "remove", "watch"]
)
def test_every_verb_explains_itself_and_takes_an_index(verb: str) -> None:
    text = run(verb, "--help").stdout
    assert "--index" in text and "./.qa" in text


@pytest.mark.parametrize(
    ("arguments", "variable", "port"),
    [((), None, 7860), ((), "7999", 7999), (("--port", "8001"), "7999", 8001)],
)
def test_the_port_is_the_option_else_the_variable_else_7860(
    pretend: Pretend,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    variable: str | None,
    port: int,
) -> None:
    served: list[Any] = []
    pretend(FakeAssistant())
    monkeypatch.setattr("qa.web.serve", lambda assistant, host, port, following: served.append((host, port)))
    env = {"GRADIO_SERVER_PORT": variable} if variable else None
    assert run("chat", *arguments, env=env).exit_code == 0
    assert served == [("127.0.0.1", port)]


def test_no_verb_needs_its_summary_cut() -> None:
    assert "..." not in run("--help").stdout.split("Commands:")[1]


def test_a_model_that_confidence_is_not_fitted_for_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("水库由陈大山看守。\n", "utf-8")
    model = str(small_model(tmp_path / "small"))
    add = ["add", str(tmp_path / "a.txt"), "--index", str(tmp_path / "index"), "--model", model]
    for arguments in (add, ["ask", "水库由谁看守?", "--index", str(tmp_path / "index")]):
        outcome = CliRunner().invoke(cli.main, arguments)
        assert outcome.exit_code == 0 and f"confidence is unfitted for {model}" in outcome.stderr
    facts = CliRunner().invoke(cli.main, ["info", "--index", str(tmp_path / "index")]).output
    assert "unfitted for this model" in facts
    assert CliRunner().invoke(cli.main, [*add[:-2], "--index", str(tmp_path / "other")]).stderr == ""
