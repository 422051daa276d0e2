"""Who gets in, and how long somebody who guesses has to wait."""

from pathlib import Path

import pytest

from qa.web.accounts import AccountError, Accounts, TooManyFailures
from qa.web.store import FILE_NAME, Store

PASSWORD = "correct horse"


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(clock: Clock) -> Accounts:
    made = Accounts(Store(), clock)
    made.add("anna", PASSWORD)
    return made


def test_a_password_opens_a_session_until_it_is_ended(accounts: Accounts) -> None:
    secret = accounts.sign_in("anna", PASSWORD, "10.0.0.1")
    assert secret is not None
    assert accounts.user_of_session(secret) == "anna"
    accounts.sign_out(secret)
    assert accounts.user_of_session(secret) is None


def test_sessions_expire(accounts: Accounts, clock: Clock) -> None:
    secret = accounts.sign_in("anna", PASSWORD, "10.0.0.1")
    assert secret is not None
    clock.now += 15 * 24 * 3600
    assert accounts.user_of_session(secret) is None


def test_wrong_names_and_passwords_open_nothing(accounts: Accounts) -> None:
    assert accounts.sign_in("anna", "wrong", "10.0.0.1") is None
    assert accounts.sign_in("nobody", PASSWORD, "10.0.0.1") is None
    assert accounts.user_of_session("made up") is None
    assert accounts.user_of_token("made up") is None


def test_every_further_mistake_doubles_the_wait(accounts: Accounts, clock: Clock) -> None:
    for _ in range(3):
        assert accounts.sign_in("anna", "wrong", "10.0.0.1") is None
    for wait in (1, 2, 4):
        with pytest.raises(TooManyFailures):
            accounts.sign_in("anna", PASSWORD, "10.0.0.1")
        assert accounts.sign_in("anna", PASSWORD, "10.0.0.2") is not None  # from elsewhere nobody waits
        clock.now += wait + 0.1
        assert accounts.sign_in("anna", "wrong", "10.0.0.1") is None
    clock.now += 61
    assert accounts.sign_in("anna", PASSWORD, "10.0.0.1") is not None
    assert accounts.sign_in("anna", "wrong", "10.0.0.1") is None  # counted from nothing again


def test_guessing_many_names_from_one_address_has_to_wait_too(accounts: Accounts) -> None:
    for number in range(20):
        assert accounts.sign_in(f"user{number}", "guess", "10.0.0.1") is None
    with pytest.raises(TooManyFailures):
        accounts.sign_in("user20", "guess", "10.0.0.1")


def test_a_new_password_ends_sessions_and_changes_the_token(accounts: Accounts) -> None:
    first = accounts.add("anna", PASSWORD)
    secret = accounts.sign_in("anna", PASSWORD, "10.0.0.1")
    assert secret is not None and accounts.user_of_token(first) == "anna"
    second = accounts.add("anna", "another one")
    assert accounts.user_of_session(secret) is None
    assert accounts.user_of_token(first) is None and accounts.user_of_token(second) == "anna"
    assert accounts.sign_in("anna", PASSWORD, "10.0.0.1") is None


def test_removing_an_account_ends_everything(accounts: Accounts) -> None:
    token = accounts.add("boris", PASSWORD)
    secret = accounts.sign_in("boris", PASSWORD, "10.0.0.1")
    accounts.remove("boris")
    assert secret is not None and accounts.user_of_session(secret) is None
    assert accounts.user_of_token(token) is None
    assert accounts.names() == ["anna"]


@pytest.mark.parametrize("name", ["", "a b", "../x", "x" * 65, "-x", "<b>"])
def test_names_that_cannot_be_accounts(accounts: Accounts, name: str) -> None:
    with pytest.raises(AccountError):
        accounts.add(name, PASSWORD)


def test_short_passwords_and_unknown_accounts_are_refused(accounts: Accounts) -> None:
    with pytest.raises(AccountError):
        accounts.add("boris", "short")
    with pytest.raises(AccountError):
        accounts.remove("boris")
    assert len(accounts) == 1


def test_the_file_holds_no_secret_and_is_its_owners(tmp_path: Path) -> None:
    store = Store(tmp_path / FILE_NAME)
    accounts = Accounts(store)
    token = accounts.add("anna", PASSWORD)
    secret = accounts.sign_in("anna", PASSWORD, "10.0.0.1")
    assert secret is not None
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for hidden in (PASSWORD, token, secret):
        assert hidden.encode() not in stored
    assert b"$argon2id$" in stored
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o077 == 0
    store.close()
