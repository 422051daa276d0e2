"""Importing this forbids the whole process every connection and name look-up but loopback.

An audit hook sees what Python's socket module does, whoever calls it, and cannot be taken back.
`attempts` records what was tried, because a library may swallow the exception.
"""

import sys
from typing import Any

attempts: list[str] = []

_CONNECTING = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_RESOLVING = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_LOOPBACK = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "::", "", None}


class NetworkBlocked(RuntimeError):
    """Something tried to leave this machine."""


def _host(event: str, arguments: tuple[Any, ...]) -> object:
    if event in _RESOLVING:
        host = arguments[0]
        return host.decode() if isinstance(host, bytes) else host
    address = arguments[1]
    internet = isinstance(address, tuple) and isinstance(address[0], str)
    return address[0] if internet else None  # others are local: Unix sockets, netlink


def _refuse_outside(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _CONNECTING or event in _RESOLVING:
        host = _host(event, arguments)
        if host not in _LOOPBACK and not str(host).startswith("127."):
            attempts.append(f"{event} {host}")
            raise NetworkBlocked(f"the test suite runs without a network: {event} {host}")


sys.addaudithook(_refuse_outside)
