"""The verbs for a chat that several people use: `feedback` and `user`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa.cli import common
from qa.cli.common import index_option
from qa.cli.output import printable

if TYPE_CHECKING:
    from qa.web.accounts import Accounts


@click.command()
@index_option
def feedback(index: Path) -> None:
    """Print the ratings given in the chat.

    One JSON object a line, oldest first.
    """
    from qa.web.feedback import export

    common.require_index(index)
    for rating in export(index):
        click.echo(json.dumps(rating, ensure_ascii=False))


@click.group()
def user() -> None:
    """Say who may sign in to the chat.

    Once there is an account, everybody must sign in.
    """


@user.command("add")
@click.argument("name")
@index_option
@click.password_option(help="Asked for, twice, if it is not given.")
def add_user(name: str, index: Path, password: str) -> None:
    """Make the account NAME, or give it a new password.

    Prints its access token for the HTTP interface.
    """
    with _accounts(index) as accounts:
        token = accounts.add(name, password)
    click.echo(f"access token of {printable(name)}, shown only now: {token}")


@user.command("remove")
@click.argument("name")
@index_option
def remove_user(name: str, index: Path) -> None:
    """Remove the account NAME with its conversations."""
    with _accounts(index) as accounts:
        accounts.remove(name)
    click.echo(f"removed  {printable(name)}")


@user.command("list")
@index_option
def list_users(index: Path) -> None:
    """List the accounts."""
    with _accounts(index) as accounts:
        for name in accounts.names():
            click.echo(printable(name))


@contextmanager
def _accounts(index: Path) -> Iterator["Accounts"]:
    from qa.web.accounts import Accounts
    from qa.web.store import FILE_NAME, Store

    common.require_index(index)
    store = Store(index / FILE_NAME)
    try:
        yield Accounts(store)
    finally:
        store.close()
