"""Who may use a shared server: names, argon2 password hashes, access tokens, and sessions."""

import hashlib
import re
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from embeddings.errors import WenjuError
from qa.web.store import Store

SESSION_SECONDS = 14 * 24 * 3600
SHORTEST_PASSWORD = 8
FREE_FAILURES = 3  # mistakes with one name before every further one costs waiting
FREE_FAILURES_OF_ADDRESS = 20  # with any names, from one address
HASHES_AT_ONCE = 2  # each takes 64 MB
LONGEST_DELAY = 60.0  # seconds

_NAME = re.compile(r"[^\W_][\w.@-]{0,63}")


class AccountError(WenjuError):
    """An account cannot be made or found as asked."""


class TooManyFailures(WenjuError):
    """Too many wrong passwords; `seconds` until the next try is heard."""

    def __init__(self, seconds: float) -> None:
        """The message says how long to wait."""
        self.seconds = seconds
        super().__init__(f"too many wrong passwords; try again in {seconds:.0f} s")


class Accounts:
    """The accounts of one index. Passwords, tokens and sessions are stored as hashes only."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        """Accounts in this store; `clock` gives seconds since the epoch."""
        self._store = store
        self._clock = clock
        self._hasher = PasswordHasher()
        self._absent = self._hasher.hash(secrets.token_hex())  # so that unknown names take as long
        self._failures: dict[tuple[str, str], tuple[int, float]] = {}
        self._lock = threading.Lock()
        self._hashing = threading.BoundedSemaphore(HASHES_AT_ONCE)

    def __len__(self) -> int:
        """How many there are."""
        return int(self._store.rows("SELECT count(*) FROM account")[0][0])

    def names(self) -> list[str]:
        """All account names, in order."""
        return [row["name"] for row in self._store.rows("SELECT name FROM account ORDER BY name")]

    def add(self, name: str, password: str) -> str:
        """Make an account, or give one a new password; returns its new access token, shown only now."""
        if not _NAME.fullmatch(name):
            raise AccountError(f"{name!r} cannot be an account name: letters, digits, . @ - up to 64")
        if len(password) < SHORTEST_PASSWORD:
            raise AccountError(f"the password has {len(password)} characters; use {SHORTEST_PASSWORD} or more")
        token = secrets.token_urlsafe(32)
        with self._store.transaction() as database:
            database.execute("DELETE FROM session WHERE user = ?", (name,))
            database.execute(
                "INSERT INTO account VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
                "password = excluded.password, token = excluded.token",
                (name, self._hasher.hash(password), _digest(token), datetime.now(UTC).isoformat()),
            )
        return token

    def remove(self, name: str) -> None:
        """Remove an account, its sessions and its conversations."""
        with self._store.transaction() as database:
            if not database.execute("DELETE FROM account WHERE name = ?", (name,)).rowcount:
                raise AccountError(f"there is no account {name!r}")
            database.execute("DELETE FROM conversation WHERE user = ?", (name,))

    def sign_in(self, name: str, password: str, address: str) -> str | None:
        """A new session's secret, or None if name or password is wrong. Raises TooManyFailures."""
        keys = {(name, address): FREE_FAILURES, ("", address): FREE_FAILURES_OF_ADDRESS}
        for key, free in keys.items():
            self._check_delay(key, free)
        if not self._is_right(name, password):
            for key in keys:
                self._count_failure(key)
            return None
        with self._lock:
            self._failures.pop((name, address), None)
        secret = secrets.token_urlsafe(32)
        with self._store.transaction() as database:
            database.execute("DELETE FROM session WHERE expires < ?", (self._clock(),))
            database.execute(
                "INSERT INTO session VALUES (?, ?, ?)",
                (_digest(secret), name, self._clock() + SESSION_SECONDS),
            )
        return secret

    def _is_right(self, name: str, password: str) -> bool:
        rows = self._store.rows("SELECT password FROM account WHERE name = ?", name)
        try:
            with self._hashing:
                self._hasher.verify(rows[0]["password"] if rows else self._absent, password)
        except (VerificationError, InvalidHashError):
            return False
        return bool(rows)

    def sign_out(self, secret: str) -> None:
        """End a session."""
        with self._store.transaction() as database:
            database.execute("DELETE FROM session WHERE digest = ?", (_digest(secret),))

    def user_of_session(self, secret: str) -> str | None:
        """Whose session this is; None for unknown and expired ones."""
        rows = self._store.rows(
            "SELECT user FROM session WHERE digest = ? AND expires > ?", _digest(secret), self._clock()
        )
        return rows[0]["user"] if rows else None

    def user_of_token(self, token: str) -> str | None:
        """Whose access token this is."""
        rows = self._store.rows("SELECT name FROM account WHERE token = ?", _digest(token))
        return rows[0]["name"] if rows else None

    def _check_delay(self, key: tuple[str, str], free: int) -> None:
        with self._lock:
            count, last = self._failures.get(key, (0, 0.0))
        if count < free:
            return
        wait = last + min(2.0 ** (count - free), LONGEST_DELAY) - self._clock()
        if wait > 0:
            raise TooManyFailures(wait)

    def _count_failure(self, key: tuple[str, str]) -> None:
        now = self._clock()
        with self._lock:
            self._failures = {
                other: (count, last)
                for other, (count, last) in self._failures.items()
                if now - last < 10 * LONGEST_DELAY
            }
            count, _ = self._failures.get(key, (0, 0.0))
            self._failures[key] = (count + 1, now)


def _digest(secret: str) -> str:
    """Hash of a random secret; it has too many values to be guessed, so a fast hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
