"""The verbs that keep the index: `add`, `watch`, `documents`, `remove`, `info`, `reindex`."""

from pathlib import Path
from threading import Event

import click

from qa.cli import common
from qa.cli.common import index_option, model_option
from qa.cli.output import print_changes, print_receipt, print_table, printable, progress_bar


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@index_option
@model_option
@click.option("--prune", is_flag=True, help="Remove documents whose files have vanished from a folder given.")
@click.pass_context
def add(ctx: click.Context, paths: tuple[Path, ...], index: Path, model: str | None, prune: bool) -> None:
    """Read files and folders into the index.

    Unchanged files are skipped. Prints what was added, updated, set aside, has vanished and could not be
    read. Exits with 1 if any file failed; the others are in the index all the same.
    """
    with common.open_or_create(index, model) as assistant:
        receipt = common.read_in(assistant, paths, prune)
        common.say_if_unfitted(assistant)
    print_receipt(receipt)
    if receipt.failed:
        ctx.exit(1)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@index_option
@model_option
def watch(paths: tuple[Path, ...], index: Path, model: str | None) -> None:
    """Keep the index in step with files and folders.

    Reads PATHS as `qa add --prune` does, then follows them: what is added, changed, renamed or deleted there
    is so in the index a moment later, with a line for each. Ctrl+C ends it; what is finished stays. While it
    runs, `qa ask` and `qa chat` without PATHS answer from the same index; to follow files and add others
    from the page too, use `qa chat PATHS --watch`.
    """
    with common.open_or_create(index, model) as assistant:
        rounds = common.begin_watch(assistant, paths, Event())
        click.echo("watching (Ctrl+C ends it)")
        for receipt in rounds:
            print_changes(receipt)


@click.command()
@index_option
def documents(index: Path) -> None:
    """List the documents of the index."""
    with common.open_index(index, read_only=True) as assistant:
        rows = [
            (info.name, str(info.passages), str(info.size), info.metadata.get("date", ""), info.title)
            for info in assistant.documents()
        ]
    print_table(("name", "passages", "characters", "date", "title"), rows)


@click.command()
@click.argument("name")
@index_option
def remove(name: str, index: Path) -> None:
    """Remove the document NAME from the index.

    The file itself stays; `qa add` of its folder brings it back.
    """
    with common.open_index(index) as assistant:
        assistant.remove(name)
    click.echo(f"removed  {printable(name)}")


@click.command()
@index_option
@click.option("--verify", is_flag=True, help="Also compare the parts of the index; exit with 1 if they contradict.")
@click.pass_context
def info(ctx: click.Context, index: Path, verify: bool) -> None:
    """Say what the index holds and what built it."""
    with common.open_index(index, read_only=True) as assistant:
        facts = assistant.index.info() | {"confidence": "fitted" if assistant.fitted else "unfitted for this model"}
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


@click.command()
@index_option
@click.option("--model", help="A sentence-transformers name or folder; else the model of the index.")
def reindex(index: Path, model: str | None) -> None:
    """Embed all documents again.

    For another model, or after an update of the program that asks for it. Works from the texts in the
    index. Questions are answered from the old passages until the new ones are whole; an interrupted run
    goes on where it stopped.
    """
    from embeddings.index import Index

    with progress_bar("embedding") as progress:
        count = Index.reindex(index, model, progress=progress)
    click.echo(f"{count} documents embedded")
