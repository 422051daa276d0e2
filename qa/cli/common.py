"""What the verbs share: their options, how they open an index, and how errors end them."""

import errno
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import click

from embeddings.errors import WenjuError
from qa.cli.output import print_receipt, printable, progress_bar

if TYPE_CHECKING:
    from embeddings.types import Receipt
    from qa.assistant import Assistant

index_option = click.option(
    "--index",
    type=click.Path(file_okay=False, path_type=Path),
    default="./.qa",
    show_default=True,
    help="The folder of the index.",
)

model_option = click.option(
    "--model",
    help="The encoder of a new index: a sentence-transformers name or folder, else the embedded one.",
)


class OneLineErrors(click.Group):
    """A group whose expected errors are one line each, and whose interruption is quiet."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; WenjuError and OSError exit with 1, Ctrl+C with 130."""
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

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs in the order of use, not of the alphabet."""
        return list(self.commands)


def _in_one_line(error: Exception) -> str:
    message = str(error)
    if isinstance(error, OSError) and error.strerror and not isinstance(error, WenjuError):
        message = f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return " ".join(message.split())


def open_index(index: Path, *, read_only: bool = False) -> "Assistant":
    """The assistant over an existing index."""
    from qa.assistant import Assistant

    require_index(index)
    return Assistant.open(index, read_only=read_only)


def say_if_unfitted(assistant: "Assistant") -> None:
    """Tell, on standard error, that confidence was fitted with another encoder."""
    if not assistant.fitted:
        model = assistant.index.stamped.model
        click.echo(
            f"qa: confidence is unfitted for {printable(model)}: it was fitted with the embedded encoder;"
            " measure it with qa evaluate",
            err=True,
        )


def open_or_create(index: Path, model: str | None) -> "Assistant":
    """The assistant over an index to write to, made with the encoder `model` if it is absent."""
    from qa.assistant import Assistant

    return Assistant.open(index, model=model)


def require_index(index: Path) -> None:
    """Raise IndexFolderError, which says what to run, for a folder without an index."""
    from embeddings.index.folder import CATALOG, missing

    if not (index / CATALOG).exists():
        raise missing(index)


def read_in(assistant: "Assistant", paths: Sequence[Path], prune: bool = False) -> "Receipt":
    """Add files and folders under a progress bar."""
    with progress_bar("reading") as progress:
        return assistant.index.add(paths, progress, prune)


def begin_watch(assistant: "Assistant", paths: Sequence[Path], stop: Event) -> "Iterator[Receipt]":
    """Read files and folders under a progress bar, print what became of them, and go on with what changes."""
    with progress_bar("reading") as progress:
        rounds = assistant.index.watch(paths, stop, progress)
        first = next(rounds)
    print_receipt(first)
    return rounds
