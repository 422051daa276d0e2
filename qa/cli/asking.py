"""The verbs that answer: `ask` on the command line, `chat` in the browser."""

import json
from pathlib import Path

import click

from qa.cli import common
from qa.cli.common import index_option, model_option
from qa.cli.output import print_answer, print_receipt


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
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object with the answer and its citations."
)
def ask(question: str, index: Path, as_json: bool) -> None:
    """Answer QUESTION from the documents, with quotations.

    That the documents do not say is an answer too, and exits with 0.
    """
    with common.open_index(index, read_only=True) as assistant:
        answer = assistant.ask(question)
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
def chat(paths: tuple[Path, ...], index: Path, model: str | None, host: str, port: int) -> None:
    """Open the chat in the browser.

    PATHS are read into the index first; unchanged files are skipped. Ctrl+C ends it.
    """
    from qa import web

    with common.open_or_create(index, model) as assistant:
        if paths:
            print_receipt(common.read_in(assistant, paths))
        web.serve(assistant, host=host, port=port)
