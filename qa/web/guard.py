"""One guard before every route, Gradio's and ours: who asks, from where, for what, and how much.

A request passes if its host and origin are this server's, its path is one that the application uses
(Gradio also serves files, proxies and edits code; none of that is reachable), its body is small enough,
and, where accounts exist, it carries a session or an access token. Every response gets security headers.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.web.accounts import Accounts

SESSION_COOKIE = "wenju_session"
LOCAL_USER = ""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SMALL_BODY = 1024 * 1024  # bytes; for everything but uploads

# Reachable without signing in: the way in, and a sign of life without content.
OPEN_PATHS = frozenset({"/login", "/api/health"})
_USED = re.compile(
    r"/|/login|/logout|/api/.+|/config/?|/theme\.css|/favicon\.ico|/manifest\.json|/robots\.txt"
    r"|/(assets|static|svelte)/.+"
    r"|/gradio_api/(info/?|startup-events|queue/(join|data)|cancel|reset/?|app_id/?|theme\.css)"
    r"|/gradio_api/heartbeat/\w+|/gradio_api/(call|run|api)/(chat|predict)/?|/gradio_api/call/chat/\w+"
)
_UPLOAD = "/api/documents"

_HEADERS = {
    # Gradio evaluates its templates and injects its styles; nothing may come from or go to another host.
    "content-security-policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), clipboard-read=()",
}
_CORS = ("access-control-allow-origin", "access-control-allow-credentials", "access-control-allow-methods")


@dataclass(frozen=True, slots=True)
class Rules:
    """What the guard lets through; `hosts` are the names a server without accounts answers to."""

    hosts: Collection[str] = LOOPBACK
    upload_bytes: int = 50 * 1024 * 1024


class Guard:
    """The outermost ASGI application."""

    def __init__(self, inner: ASGIApp, accounts: Accounts, rules: Rules, must_sign_in: Callable[[], bool]) -> None:
        """Guard `inner`; `must_sign_in` is asked at every request."""
        self.inner = inner
        self._accounts = accounts
        self._rules = rules
        self._must_sign_in = must_sign_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, refuse or pass on one request."""
        if scope["type"] == "lifespan":
            return await self.inner(scope, receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close", "code": 1008})
        guarded = _with_headers(send, scope["path"])
        refusal = self._refusal(scope)
        if refusal is not None:
            return await refusal(scope, receive, guarded)
        limit = self._rules.upload_bytes if scope["path"] == _UPLOAD else SMALL_BODY
        await self.inner(scope, _limited(receive, limit), guarded)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        must_sign_in = self._must_sign_in()
        if (reason := self._foreign(headers, must_sign_in)) is not None:
            return _problem(403, reason)
        path = scope["path"]
        if not _USED.fullmatch(path):
            return _problem(404, "there is nothing at this address")
        length = headers.get("content-length", "0")
        limit = self._rules.upload_bytes if path == _UPLOAD else SMALL_BODY
        if length.isdigit() and int(length) > limit:
            return _problem(413, f"the request has more than {limit} bytes")
        user = self._user(headers) if must_sign_in else LOCAL_USER
        if user is None and path not in OPEN_PATHS:
            if scope["method"] == "GET" and "text/html" in headers.get("accept", ""):
                return RedirectResponse("/login", 303)
            return _problem(401, "sign in first", {"www-authenticate": "Bearer"})
        scope.setdefault("state", {})["user"] = user
        return None

    def _foreign(self, headers: Headers, must_sign_in: bool) -> str | None:
        """Why a request comes from elsewhere: another site, or a name that was bent to this address.

        Behind a sign-in a bent name is harmless, for the session's cookie is sent to the true one only.
        """
        host = headers.get("host", "")
        name = urlsplit(f"//{host}").hostname or ""
        if not must_sign_in and name not in self._rules.hosts:
            return f"this server does not answer to the name {name!r}"
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return "requests from other sites are not answered"
        return None

    def _user(self, headers: Headers) -> str | None:
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self._accounts.user_of_token(token.strip())
        secret = session_secret(headers.get("cookie", ""))
        return self._accounts.user_of_session(secret) if secret else None


def session_secret(cookies: str) -> str | None:
    """The session's secret in a `Cookie` header."""
    try:
        morsel = SimpleCookie(cookies).get(SESSION_COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


def _problem(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"detail": detail}, status, headers)


def _limited(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, f"the request has more than {limit} bytes")
        return message

    return counted


def _with_headers(send: Send, path: str) -> Send:
    lasting = path.startswith(("/assets/", "/static/"))

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            for name in _CORS:
                if name in headers:
                    del headers[name]
            if not lasting:
                headers["cache-control"] = "no-store"
        await send(message)

    return sending
