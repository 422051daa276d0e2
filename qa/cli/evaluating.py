"""The verb `evaluate`: how good the answers are, on questions whose answers are known."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from qa.cli import common
from qa.cli.common import index_option
from qa.cli.output import print_table, printable, progress_bar

if TYPE_CHECKING:
    from qa.assistant import Assistant, Mode
    from qa.evaluation import Measure, Source


def _names(*allowed: str) -> Any:
    """An option's type: some of these names, joined by commas."""

    def check(ctx: click.Context, parameter: click.Parameter, value: str) -> list[str]:
        names = [name.strip() for name in value.split(",")]
        if unknown := [name for name in names if name not in allowed]:
            raise click.BadParameter(f"{unknown[0]!r} is none of {', '.join(allowed)}")
        return names

    return {"default": ",".join(allowed), "show_default": True, "callback": check}


@click.command()
@click.argument("questions", type=click.Path(path_type=Path))
@index_option
@click.option("--documents", type=click.Path(path_type=Path), help="Ask about this file or folder instead.")
@click.option(
    "--passages",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Ask about the passages of this file; more than once adds them up.",
)
@click.option("--titles", is_flag=True, help="Index passages with their titles.")
@click.option("--model", help="Embed documents or passages with this sentence-transformers model.")
@click.option(
    "--measures",
    **_names("retrieval", "answer", "given", "refusal"),
    help="What to measure, joined by commas.",
)
@click.option("--modes", **_names("reranked", "hybrid", "dense", "lexical"), help="Retrieval modes, joined by commas.")
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
    model: str | None,
    measures: Sequence["Measure"],
    modes: Sequence["Mode"],
    limit: int | None,
    seed: int,
    as_json: bool,
    report: Path | None,
) -> None:
    """Measure answers on questions whose answers are known.

    Also retrieval, refusal and calibration. QUESTIONS is a file in the form of SQuAD or CMRC 2018 (.json),
    or of rows (.jsonl) with question, answers and document, the name of the one that answers; either may
    be packed (.xz). They are asked about --documents, --passages or --index; else about the passages that
    the file brings; else about ./.qa. Passages of NAME.questions.jsonl are in
    NAME.passages.jsonl: rows with pid, text and title.
    """
    from qa import evaluation

    chosen = ctx.get_parameter_source("index") is not ParameterSource.DEFAULT
    if report is not None and not report.absolute().parent.is_dir():
        raise click.BadParameter(f"the folder {report.absolute().parent} does not exist", param_hint="--report")
    if chosen + (documents is not None) + bool(passages) > 1:
        raise click.UsageError("--index, --documents and --passages exclude each other")
    asked = evaluation.sample(evaluation.read_questions(questions, passages), limit, seed)
    sources = () if chosen else asked.sources
    if model is not None and documents is None and not sources:
        raise click.UsageError("--model is for documents or passages; an index keeps its own")
    with _corpus(index, documents, sources, titles, model) as (assistant, notes):
        asked = evaluation.against(asked, (info.name for info in assistant.documents()))
        with progress_bar("asking") as progress:
            outcomes = evaluation.run(assistant, asked.queries, measures, modes, progress)
        unfitted = () if assistant.fitted else ("confidence and threshold are unfitted for this model",)
        summary = evaluation.summarize(assistant, outcomes, (*notes, *asked.notes, *unfitted))
    if as_json:
        click.echo(json.dumps(summary.to_dict(), ensure_ascii=False))
    else:
        print_table(("measure", "value", "95% interval", "questions"), (one.shown() for one in summary.figures))
        for note in summary.notes:
            click.echo(f"qa: {printable(note)}", err=True)
    if report is not None:
        evaluation.write_report(report, questions.name, summary, outcomes)


@contextmanager
def _corpus(
    index: Path, documents: Path | None, sources: Sequence["Source"], titles: bool, model: str | None
) -> Iterator[tuple["Assistant", tuple[str, ...]]]:
    """What an evaluation asks about, and notes on it."""
    from qa.evaluation import over_files, over_sources

    if documents is None and not sources:
        with common.open_index(index, read_only=True) as assistant:
            yield assistant, ()
        return
    with ExitStack() as stack:
        with progress_bar("reading") as progress:
            if documents is not None:
                corpus = over_files(documents, model, progress)
            else:
                corpus = over_sources(sources, titles, model, progress)
            found = stack.enter_context(corpus)
        yield found
