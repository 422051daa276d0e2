"""The command line `qa`: a thin adapter over `Assistant`.

Exit codes: 0 done (a refusal is an answer), 1 something given could not be used (one line on standard
error says what to do), 2 wrong usage, 130 interrupted. Heavy modules are imported inside the verbs, so
that `qa --help` and `qa ask` start fast; click and not Typer for the same reason (0.3 s a call).
"""

import errno
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from embeddings.errors import WenjuError
from qa.terminal import print_answer, print_receipt, print_table, printable, progress_bar

if TYPE_CHECKING:
    from embeddings.types import Receipt
    from qa.assistant import Assistant, Mode
    from qa.evaluation import Measure, Source


class _OneLineErrors(click.Group):
    """A group whose expected errors are one line each, and whose interruption is quiet."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo(err=True)
            ctx.exit(130)
        except (WenjuError, OSError) as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # the reader of our output left: click ends quietly
            click.echo(f"qa: {printable(_in_one_line(error))}", err=True)
            ctx.exit(1)


def _in_one_line(error: Exception) -> str:
    message = str(error)
    if isinstance(error, OSError) and error.strerror and not isinstance(error, WenjuError):
        message = f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return " ".join(message.split())


def _question(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    if not value.strip():
        raise click.BadParameter("the question is empty")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise click.BadParameter("the question is not valid UTF-8") from error
    return value


_index = click.option(
    "--index",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".qa"),
    show_default="./.qa",
    help="The folder of the index.",
)
_paths = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
_required_paths = click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.group(cls=_OneLineErrors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wenju", message="wenju %(version)s")
def main() -> None:
    """Ask your own documents; every answer is quoted from them.

    \b
    qa add reports/                      read a folder into the index ./.qa
    qa ask "广州的会议由谁主持?"         the answer, quoted
    qa chat                              the same in the browser
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a name or a text may hold what the terminal's encoding lacks
            reconfigure(errors="backslashreplace")


@main.command()
@_required_paths
@_index
@click.pass_context
def add(ctx: click.Context, paths: tuple[Path, ...], index: Path) -> None:
    """Read files and folders into the index; unchanged files are skipped.

    Prints what was added, updated, set aside and could not be read. Exits with 1 if any file failed;
    the others are in the index all the same.
    """
    with _open(index, create=True) as assistant:
        receipt = _add(assistant, paths)
    print_receipt(receipt)
    if receipt.failed:
        ctx.exit(1)


@main.command()
@click.argument("question", callback=_question)
@_index
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object with the answer and its citations."
)
def ask(question: str, index: Path, as_json: bool) -> None:
    """Answer QUESTION from the documents, with quotations.

    That the documents do not say is an answer too, and exits with 0.
    """
    with _open(index, read_only=True) as assistant:
        answer = assistant.ask(question)
    if as_json:
        click.echo(json.dumps(answer.to_dict(), ensure_ascii=False))
    else:
        print_answer(answer)


@main.command()
@_paths
@_index
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    envvar="GRADIO_SERVER_PORT",
    default=7860,
    show_default=True,
    show_envvar=True,
    help="The port to listen on.",
)
def chat(paths: tuple[Path, ...], index: Path, host: str, port: int) -> None:
    """Open the chat in the browser, after reading PATHS into the index."""
    from qa import web

    with _open(index, create=True) as assistant:
        if paths:
            print_receipt(_add(assistant, paths))
        web.serve(assistant, host=host, port=port)


@main.command()
@_index
def documents(index: Path) -> None:
    """List the documents of the index."""
    with _open(index, read_only=True) as assistant:
        rows = [
            (info.name, str(info.passages), str(info.size), info.metadata.get("date", ""), info.title)
            for info in assistant.documents()
        ]
    print_table(("name", "passages", "characters", "date", "title"), rows)


@main.command()
@click.argument("name")
@_index
def remove(name: str, index: Path) -> None:
    """Remove the document NAME from the index; the file itself stays."""
    with _open(index) as assistant:
        assistant.remove(name)
    click.echo(f"removed  {printable(name)}")


@main.command()
@_index
@click.option(
    "--verify", is_flag=True, help="Also compare the parts of the index; exit with 1 if they contradict."
)
@click.pass_context
def info(ctx: click.Context, index: Path, verify: bool) -> None:
    """Say what the index holds and what built it."""
    with _open(index, read_only=True) as assistant:
        facts = assistant.index.info()
        contradictions = assistant.index.verify() if verify else []
    width = max(map(len, facts), default=0)
    for key, value in facts.items():
        click.echo(f"{key:{width}}  {printable(str(value))}")
    for line in contradictions:
        click.echo(f"qa: {printable(line)}", err=True)
    if contradictions:
        ctx.exit(1)
    if verify:
        click.echo("the parts of the index agree")


def _names(*allowed: str) -> Any:
    """An option's type: some of these names, joined by commas."""

    def check(ctx: click.Context, parameter: click.Parameter, value: str) -> list[str]:
        names = [name.strip() for name in value.split(",")]
        if unknown := [name for name in names if name not in allowed]:
            raise click.BadParameter(f"{unknown[0]!r} is none of {', '.join(allowed)}")
        return names

    return {"default": ",".join(allowed), "show_default": True, "callback": check}


@main.command()
@click.argument("questions", type=click.Path(path_type=Path))
@_index
@click.option("--documents", type=click.Path(path_type=Path), help="Ask about this file or folder instead.")
@click.option(
    "--passages",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Ask about the passages of this file; more than once adds them up.",
)
@click.option("--titles", is_flag=True, help="Index passages with their titles.")
@click.option(
    "--measures",
    **_names("retrieval", "answer", "given", "refusal"),
    help="What to measure, joined by commas.",
)
@click.option(
    "--modes", **_names("reranked", "hybrid", "dense", "lexical"), help="Retrieval modes, joined by commas."
)
@click.option("--limit", type=click.IntRange(min=1), help="Ask only so many of the questions.")
@click.option("--seed", type=int, default=0, show_default=True, help="Draws the questions of --limit.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write an HTML page with every error.",
)
@click.pass_context
def evaluate(
    ctx: click.Context,
    questions: Path,
    index: Path,
    documents: Path | None,
    passages: tuple[Path, ...],
    titles: bool,
    measures: Sequence["Measure"],
    modes: Sequence["Mode"],
    limit: int | None,
    seed: int,
    as_json: bool,
    report: Path | None,
) -> None:
    """Measure retrieval, answers and refusals on QUESTIONS whose answers are known.

    QUESTIONS is a file in the form of SQuAD or CMRC 2018 (.json), or of rows (.jsonl) with question, answers
    and document, the name of the one that answers; either may be packed (.xz). They are asked about
    --documents, --passages or --index; else about the passages that the file brings; else about ./.qa.
    Passages of NAME.questions.jsonl are in NAME.passages.jsonl: rows with pid, text and title.
    """
    from qa import evaluation

    chosen = ctx.get_parameter_source("index") is not ParameterSource.DEFAULT
    if chosen + (documents is not None) + bool(passages) > 1:
        raise click.UsageError("--index, --documents and --passages exclude each other")
    asked = evaluation.sample(evaluation.read_questions(questions, passages), limit, seed)
    sources = () if chosen else asked.sources
    with _corpus(index, documents, sources, titles) as (assistant, notes):
        asked = evaluation.against(asked, (info.name for info in assistant.documents()))
        with progress_bar("asking") as progress:
            outcomes = evaluation.run(assistant, asked.queries, measures, modes, progress)
        summary = evaluation.summarize(assistant, outcomes, (*notes, *asked.notes))
    if report is not None:
        evaluation.write_report(report, questions.name, summary, outcomes)
    if as_json:
        click.echo(json.dumps(summary.to_dict(), ensure_ascii=False))
        return
    print_table(("measure", "value", "95% interval", "questions"), (one.shown() for one in summary.figures))
    for note in summary.notes:
        click.echo(f"qa: {printable(note)}", err=True)


@contextmanager
def _corpus(
    index: Path, documents: Path | None, sources: Sequence["Source"], titles: bool
) -> Iterator[tuple["Assistant", tuple[str, ...]]]:
    """What an evaluation asks about, and notes on it."""
    from qa.evaluation import over_files, over_sources

    if documents is None and not sources:
        with _open(index, read_only=True) as assistant:
            yield assistant, ()
        return
    with ExitStack() as stack:
        with progress_bar("reading") as progress:
            corpus = over_files(documents, progress) if documents else over_sources(sources, titles, progress)
            found = stack.enter_context(corpus)
        yield found


def _open(index: Path, *, read_only: bool = False, create: bool = False) -> "Assistant":
    from embeddings.index.folder import CATALOG, missing
    from qa.assistant import Assistant

    if not create and not (index / CATALOG).exists():
        raise missing(index)
    return Assistant.open(index, read_only=read_only)


def _add(assistant: "Assistant", paths: Sequence[Path]) -> "Receipt":
    with progress_bar("reading") as progress:
        return assistant.add(paths, progress=progress)
