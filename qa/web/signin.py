"""The way into a shared server: a page with two fields, made for browsers without a session."""

from importlib.resources import files

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from qa.web.accounts import SESSION_SECONDS, TooManyFailures
from qa.web.guard import SESSION_COOKIE, session_secret
from qa.web.i18n import LANGUAGES, choose
from qa.web.markup import escape
from qa.web.page import ICON
from qa.web.service import Service


def add_sign_in(app: FastAPI, service: Service) -> None:
    """Add `/login` and `/logout`."""

    @app.get("/login", include_in_schema=False)
    def form(request: Request) -> HTMLResponse:
        return HTMLResponse(_page(request))

    @app.post("/login", include_in_schema=False)
    async def sign_in(request: Request) -> Response:
        fields = await request.form()
        name, password = str(fields.get("name", "")), str(fields.get("password", ""))
        address = request.client.host if request.client else ""
        try:
            # Hashing takes a while on purpose, so it must not hold up the others.
            secret = await run_in_threadpool(service.accounts.sign_in, name, password, address)
        except TooManyFailures as error:
            waiting = {"Retry-After": str(round(error.seconds) + 1)}
            return HTMLResponse(_page(request, "sign_in_wait", error.seconds), 429, waiting)
        if secret is None:
            return HTMLResponse(_page(request, "sign_in_wrong"), 401)
        response = RedirectResponse("/", 303)
        response.set_cookie(
            SESSION_COOKIE,
            secret,
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return response

    @app.post("/logout", include_in_schema=False)
    def sign_out(request: Request) -> RedirectResponse:
        secret = session_secret(request.headers.get("cookie", ""))
        if secret:
            service.accounts.sign_out(secret)
        response = RedirectResponse("/login", 303)
        response.delete_cookie(SESSION_COOKIE)
        return response


def _page(request: Request, problem: str = "", seconds: float = 0) -> str:
    language = choose(request.headers.get("accept-language"))
    words = LANGUAGES[language]
    static = files("qa.web").joinpath("static")
    alert = f'<p role="alert">{words[problem].format(n=round(seconds) + 1)}</p>' if problem else ""
    fill = {
        "language": language,
        "title": words["app"],
        "tagline": words["tagline"],
        "icon": ICON,
        "style": static.joinpath("page.css").read_text("utf-8"),
        "alert": alert,
        "name": words["account_name"],
        "password": words["password"],
        "submit": words["sign_in"],
    }
    page = static.joinpath("login.html").read_text("utf-8")
    for key, value in fill.items():
        page = page.replace(f"[[{key}]]", value if key in ("style", "alert") else escape(value))
    return page
