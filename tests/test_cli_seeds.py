"""The command line on the two seed documents, with everything real."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qa import cli
from qa.web.feedback import Cited, Feedback
from qa.web.store import FILE_NAME, Store
from tests.processes import heed_interrupts


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli.main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def index(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "index"
    assert run("add", seeds, "--index", folder).exit_code == 0
    return folder


def one_line_error(result: Result) -> str:
    assert result.exit_code == 1
    assert result.stderr.startswith("qa: ") and result.stderr.count("\n") == 1
    return result.stderr


def test_a_question_is_answered_from_the_seeds(index: Path) -> None:
    printed = run("ask", "广州的会议由谁主持?", "--index", index, "--json").stdout
    answer = json.loads(printed)
    assert answer["answered"]
    assert "張碩輔" in answer["citations"][0]["quote"]


def test_adding_again_changes_nothing(index: Path, seeds: Path) -> None:
    result = run("add", seeds, "--index", index)
    assert result.stdout == "0 added, 0 updated, 2 unchanged, 0 failed\n"


def test_documents_and_info_agree(index: Path, seeds: Path) -> None:
    names = {line.split("\t")[0] for line in run("documents", "--index", index).stdout.splitlines()}
    assert names == {path.name for path in seeds.iterdir()}
    result = run("info", "--verify", "--index", index)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "the parts of the index agree")


def test_vanished_files_are_listed_and_pruned_on_request(tmp_path: Path) -> None:
    folder, index = tmp_path / "folder", tmp_path / "index"
    folder.mkdir()
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(f"这是文件 {name} 的内容。", encoding="utf-8")
    run("add", folder, "--index", index)
    (folder / "b.txt").unlink()
    assert "vanished b.txt" in run("add", folder, "--index", index).stdout
    assert "removed  b.txt" in run("add", folder, "--prune", "--index", index).stdout
    assert [line.split("\t")[0] for line in run("documents", "--index", index).stdout.splitlines()] == [
        "a.txt"
    ]


def test_reindexing_with_the_same_model_has_nothing_to_do(index: Path) -> None:
    assert run("reindex", "--index", index).stdout == "0 documents embedded\n"


def test_accounts_are_made_listed_and_removed(index: Path) -> None:
    made = run("user", "add", "li", "--password", "correct horse", "--index", index)
    assert made.stdout.startswith("access token of li, shown only now: ")
    assert run("user", "list", "--index", index).stdout == "li\n"
    assert "8 or more" in one_line_error(run("user", "add", "wu", "--password", "short", "--index", index))
    assert run("user", "remove", "li", "--index", index).exit_code == 0
    assert run("user", "list", "--index", index).stdout == ""


def test_ratings_of_the_chat_are_printed_as_lines_of_json(index: Path) -> None:
    store = Store(index / FILE_NAME)
    Feedback(store).give("li", "谁主持?", "up", [Cited("a.txt", 0, 3)])
    store.close()
    (line,) = run("feedback", "--index", index).stdout.splitlines()
    assert json.loads(line)["question"] == "谁主持?"


def test_a_removed_document_is_gone_and_naming_it_again_is_an_error(seeds: Path, tmp_path: Path) -> None:
    name = sorted(path.name for path in seeds.iterdir())[0]
    run("add", seeds, "--index", tmp_path)
    assert run("remove", name, "--index", tmp_path).stdout == f"removed  {name}\n"
    assert name not in run("documents", "--index", tmp_path).stdout
    assert name in one_line_error(run("remove", name, "--index", tmp_path))


@pytest.mark.parametrize(
    "verb",
    [
        ("ask", "q"),
        ("documents",),
        ("remove", "a.txt"),
        ("info",),
        ("reindex",),
        ("feedback",),
        ("user", "list"),
    ],
)
def test_an_absent_index_is_an_error_that_says_what_to_run_and_creates_nothing(
    verb: tuple[str, ...], tmp_path: Path
) -> None:
    absent = tmp_path / "absent"
    assert "qa add" in one_line_error(run(*verb, "--index", absent))
    assert not absent.exists()


def test_another_model_is_not_mixed_in_and_an_unknown_one_makes_no_index(
    index: Path, seeds: Path, tmp_path: Path
) -> None:
    assert "no-such-model" in one_line_error(run("add", seeds, "--model", "no-such-model", "--index", index))
    absent = tmp_path / "absent"
    assert "no-such-model" in one_line_error(run("add", seeds, "--model", "no-such-model", "--index", absent))
    assert run("info", "--index", absent).exit_code == 1
    assert run("info", "--verify", "--index", index).exit_code == 0


def test_a_missing_path_is_an_error(index: Path, tmp_path: Path) -> None:
    assert "missing.txt" in one_line_error(run("add", tmp_path / "missing.txt", "--index", index))


@pytest.mark.parametrize(
    ("name", "content"), [("empty.txt", b""), ("binary.txt", bytes(range(256)) * 8), ("broken.xyz", b"text")]
)
def test_a_bad_file_fails_alone(name: str, content: bytes, seeds: Path, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    result = run("add", seeds, tmp_path / name, "--index", tmp_path / "index")
    assert result.exit_code == 1
    assert f"failed   {name}: " in result.stdout
    assert result.stdout.splitlines()[-1] == "2 added, 0 updated, 0 unchanged, 1 failed"
    assert "張碩輔" in run("ask", "广州的会议由谁主持?", "--index", tmp_path / "index").stdout


def test_a_second_writer_is_told_so(index: Path, seeds: Path) -> None:
    from qa import Assistant

    with Assistant.open(index):
        code = ["-m", "qa", "add", str(seeds), "--index", str(index)]
        outcome = subprocess.run([sys.executable, *code], capture_output=True, text=True, check=False)
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("qa: ") and outcome.stderr.count("\n") == 1


def test_asking_imports_nothing_heavy(index: Path) -> None:
    code = (
        "import sys; from qa.cli import main\n"
        f"main(['ask', '广州的会议由谁主持?', '--index', {str(index)!r}], standalone_mode=False)\n"
        "print(*sys.modules)"
    )
    outcome = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(outcome.stdout.split())
    assert loaded & {"torch", "gradio", "sentence_transformers", "transformers", "pydantic", "rich"} == set()
    assert "張碩輔" in outcome.stdout


def test_the_program_ends_with_all_that_it_printed(index: Path) -> None:
    for question, code in (("广州的会议由谁主持?", 0), (" ", 2)):
        command = [sys.executable, "-m", "qa", "ask", question, "--index", str(index), "--json"]
        outcome = subprocess.run(command, capture_output=True, text=True, check=False)
        assert outcome.returncode == code
        assert (outcome.stderr if code else json.loads(outcome.stdout)["text"])
    missing = [sys.executable, "-m", "qa", "ask", "谁?", "--index", str(index / "none")]
    assert subprocess.run(missing, capture_output=True, check=False).returncode == 1


def test_ctrl_c_ends_the_chat_with_130(index: Path) -> None:
    command = [sys.executable, "-m", "qa", "chat", "--index", str(index), "--port", "7987"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=heed_interrupts
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "http://127.0.0.1:7987" in line:
                break
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert process.returncode == 130
    assert "Traceback" not in rest
