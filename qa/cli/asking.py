"""The verbs that answer: `ask` on the command line, `chat` in the browser."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import click

from embeddings.errors import IndexLocked
from qa.cli import common
from qa.cli.common import index_option, model_option
from qa.cli.output import print_answer, print_changes, print_receipt

if TYPE_CHECKING:
    from embeddings.types import Receipt
    from qa.assistant import Assistant


def _question(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    if not value.strip():
        raise click.BadParameter("the question is empty")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise click.BadParameter("the question is not valid UTF-8") from error
    return value


@click.command()
@click.argument("question", callback=_question)
@index_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with the answer and its citations.")
def ask(question: str, index: Path, as_json: bool) -> None:
    """Answer QUESTION from the documents, with quotations.

    That the documents do not say is an answer too, and exits with 0.
    """
    with common.open_index(index, read_only=True) as assistant:
        answer = assistant.ask(question)
        common.say_if_unfitted(assistant)
    if as_json:
        click.echo(json.dumps(answer.to_dict(), ensure_ascii=False))
    else:
        print_answer(answer)


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@index_option
@model_option
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
@click.option("--watch", is_flag=True, help="Keep the index in step with PATHS while the chat is open.")
def chat(paths: tuple[Path, ...], index: Path, model: str | None, host: str, port: int, watch: bool) -> None:
    """Open the chat in the browser.

    PATHS are read into the index first; unchanged files are skipped. Ctrl+C ends it. Without PATHS, the chat
    also opens while another process writes to the index, and shows what that one changes.
    """
    if watch and not paths:
        raise click.UsageError("--watch needs the PATHS to follow")
    from qa import web
    from qa.blas import one_thread
    from qa.web.following import Following

    with one_thread(), _opened(index, model, paths) as assistant:
        common.say_if_unfitted(assistant)
        following = None
        if watch:
            stop = Event()
            following = Following(_printed(common.begin_watch(assistant, paths, stop)), stop)
        elif paths:
            print_receipt(common.read_in(assistant, paths))
        web.serve(assistant, host=host, port=port, following=following)


def _opened(index: Path, model: str | None, paths: Sequence[Path]) -> "Assistant":
    """The assistant to write with; if another process writes and nothing is to be added, one that reads."""
    try:
        return common.open_or_create(index, model)
    except IndexLocked as error:
        if paths:
            raise
        click.echo(f"qa: {error.args[0].partition(';')[0]}; the chat follows it and changes nothing", err=True)
        return common.open_index(index, read_only=True)


def _printed(receipts: "Iterator[Receipt]") -> "Iterator[Receipt]":
    for receipt in receipts:
        print_changes(receipt)
        yield receipt
