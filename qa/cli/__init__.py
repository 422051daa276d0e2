"""The command line `qa`: a thin adapter over `Assistant`.

Exit codes: 0 done (a refusal is an answer), 1 something given could not be used (one line on standard
error says what to do), 2 wrong usage, 130 interrupted. Heavy modules are imported inside the verbs, so
that `qa --help` and `qa ask` start fast; click and not Typer for the same reason (0.3 s a call).
"""

import os
import sys
from contextlib import suppress

import click

from qa.cli import asking, documents, evaluating, sharing
from qa.cli.common import OneLineErrors

__all__ = ["main", "run"]


@click.group(cls=OneLineErrors, context_settings={"help_option_names": ["-h", "--help"]})
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


for verb in (
    documents.add,
    documents.watch,
    asking.ask,
    asking.chat,
    documents.documents,
    documents.remove,
    documents.info,
    documents.reindex,
    evaluating.evaluate,
    sharing.feedback,
    sharing.user,
):
    main.add_command(verb)


def run() -> None:
    """The program `qa`.

    `qa ask` ends without freeing, object by object, what the operating system frees at once: that took a fifth of a
    second, more than the answer. Its index is closed and its output written by then.
    """
    try:
        main(prog_name="qa")
    except SystemExit as end:
        if sys.argv[1:2] == ["ask"] and isinstance(end.code, int):
            with suppress(OSError):  # nobody reads it any more: told at an ordinary end
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(end.code)
        raise
