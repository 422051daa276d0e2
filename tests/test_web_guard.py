"""One guard before every route: all of them are walked, Gradio's and ours."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from scripted import ScriptedAssistant, made, seeds_scripted, serving
from starlette.routing import Mount
from starlette.testclient import TestClient

from qa.web.guard import OPEN_PATHS, Guard
from qa.web.service import Service

PASSWORD = "correct horse"
HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def assistant() -> ScriptedAssistant:
    return seeds_scripted()


@pytest.fixture(scope="module")
def service(assistant: ScriptedAssistant) -> Service:
    return serving(assistant)


@pytest.fixture(scope="module")
def token(service: Service) -> str:
    return service.accounts.add("anna", PASSWORD)


@pytest.fixture(scope="module")
def shared(service: Service, token: str) -> Guard:
    return made(service, shared=True)


@pytest.fixture(scope="module")
def local(assistant: ScriptedAssistant) -> Guard:
    return made(serving(assistant))


@pytest.fixture
def stranger(shared: Guard) -> TestClient:
    return TestClient(shared, base_url="http://team.example", follow_redirects=False)


@pytest.fixture
def anna(shared: Guard, token: str) -> TestClient:
    return TestClient(
        shared,
        base_url="http://team.example",
        headers={"authorization": f"Bearer {token}"},
        follow_redirects=False,
    )


@pytest.fixture
def here(local: Guard) -> TestClient:
    return TestClient(local, base_url="http://127.0.0.1:7860", follow_redirects=False)


def _routes(routes: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every method and path below these routes, with something in the place of parameters."""
    for route in routes:
        if hasattr(route, "original_router"):
            yield from _routes(route.original_router.routes, prefix)
        elif isinstance(route, Mount):
            yield from _routes(route.routes, prefix + route.path)
        else:
            for method in route.methods or ("GET",):
                yield method, re.sub(r"{[^}]+}", "x", prefix + route.path)


def test_every_route_asks_who_is_there(shared: Guard, stranger: TestClient) -> None:
    walked = set(_routes(cast(Any, shared).inner.routes))
    paths = {path for _, path in walked}
    # Proof that the walk sees both halves, and what lies deep in them.
    assert {"/api/ask", "/api/documents/x", "/", "/gradio_api/queue/join", "/gradio_api/file=x"} <= paths
    assert len(paths) > 60
    for method, path in sorted(walked):
        status = stranger.request(method, path).status_code
        expected = {200, 405, 400, 401, 422} if path in OPEN_PATHS else {401, 404}
        assert status in expected, f"{method} {path}: {status}"


def test_what_gradio_offers_beyond_the_chat_is_not_there_even_for_users(anna: TestClient) -> None:
    for method, path in [
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "/gradio_api/file/etc/passwd"),
        ("GET", "/gradio_api/proxy=https://gradio.example/x"),
        ("GET", "/gradio_api/custom_component/x/client/component/x"),
        ("POST", "/gradio_api/upload"),
        ("POST", "/gradio_api/component_server"),
        ("POST", "/gradio_api/vibe-edit/"),
        ("GET", "/gradio_api/vibe-code/"),
        ("GET", "/monitoring"),
        ("GET", "/gradio_api/runs"),
        ("GET", "/gradio_api/deep_link"),
    ]:
        assert anna.request(method, path).status_code == 404, path


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../../../../../../../etc/passwd",
        "/static/..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/assets/%2e%2e/%2e%2e/%2e%2e/routes.py",
        "/static//etc/passwd",
        "/svelte/../../routes.py",
        "/api/documents/..%2f..%2fetc%2fpasswd",
        "/api/documents//etc/passwd",
    ],
)
def test_no_file_of_the_machine_is_reachable(here: TestClient, path: str) -> None:
    response = here.get(path)
    assert response.status_code in (400, 403, 404)
    assert "root:" not in response.text and "import " not in response.text


def test_signing_in_opens_the_page_and_signing_out_closes_it(stranger: TestClient) -> None:
    sent = stranger.get("/", headers=HTML)
    assert (sent.status_code, sent.headers["location"]) == (303, "/login")
    assert "password" in stranger.get("/login").text
    assert stranger.post("/login", data={"name": "anna", "password": "wrong"}).status_code == 401
    entered = stranger.post("/login", data={"name": "anna", "password": PASSWORD})
    assert entered.status_code == 303
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    assert stranger.get("/", headers=HTML).status_code == 200
    assert stranger.get("/api/documents").status_code == 200
    stranger.post("/logout")
    assert stranger.get("/api/documents").status_code == 401


def test_guessing_has_to_wait(stranger: TestClient) -> None:
    for _ in range(3):
        assert stranger.post("/login", data={"name": "boris", "password": "guess"}).status_code == 401
    waiting = stranger.post("/login", data={"name": "boris", "password": "guess"})
    assert waiting.status_code == 429 and int(waiting.headers["retry-after"]) >= 1


def test_a_token_is_as_good_as_a_session_and_a_wrong_one_is_not(shared: Guard, anna: TestClient) -> None:
    assert anna.get("/api/documents").status_code == 200
    wrong = TestClient(shared, base_url="http://team.example", headers={"authorization": "Bearer wrong"})
    assert wrong.get("/api/documents").status_code == 401


def test_health_needs_no_account_and_tells_nothing(stranger: TestClient) -> None:
    assert stranger.get("/api/health").json() == {"status": "ok"}


def test_a_local_server_answers_to_local_names_only(here: TestClient) -> None:
    assert here.get("/api/documents").status_code == 200
    for host in ("localhost:7860", "[::1]:7860", "127.0.0.1"):
        assert here.get("/api/documents", headers={"host": host}).status_code == 200
    for host in ("evil.example", "evil.example:7860", "127.0.0.1.evil.example", ""):
        assert here.get("/api/documents", headers={"host": host}).status_code == 403


def test_pages_of_other_sites_get_nothing(here: TestClient) -> None:
    for origin in ("https://evil.example", "null", "http://127.0.0.1:9999"):
        response = here.post("/api/ask", json={"question": "?"}, headers={"origin": origin})
        assert response.status_code == 403
        assert not [name for name in response.headers if name.startswith("access-control")]
    allowed = here.get("/api/documents", headers={"origin": "http://127.0.0.1:7860"})
    assert allowed.status_code == 200
    assert not [name for name in allowed.headers if name.startswith("access-control")]


def test_accounts_close_a_local_server_too(assistant: ScriptedAssistant) -> None:
    service = serving(assistant)
    client = TestClient(made(service), base_url="http://localhost")
    assert client.get("/api/documents").status_code == 200
    service.accounts.add("anna", PASSWORD)
    assert client.get("/api/documents").status_code == 401


@pytest.mark.parametrize("path", ["/", "/api/documents", "/login", "/api/health", "/theme.css", "/nothing"])
def test_every_response_has_security_headers(here: TestClient, path: str) -> None:
    headers = here.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


def test_bodies_have_an_end(here: TestClient) -> None:
    large = b"x" * (1024 * 1024 + 1)
    assert here.post("/api/ask", content=large).status_code == 413

    def unannounced() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    assert here.post("/api/ask", content=unannounced()).status_code == 413


def test_secrets_stay_out_of_the_index_folder_and_of_messages(
    tmp_path: Path, assistant: ScriptedAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    service = serving(assistant, tmp_path)
    token = service.accounts.add("anna", PASSWORD)
    client = TestClient(made(service, shared=True), base_url="http://team.example")
    client.post("/login", data={"name": "anna", "password": PASSWORD})
    client.get("/api/documents", headers={"authorization": f"Bearer {token}"})
    service.close()
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir()) + caplog.text.encode()
    for secret in (PASSWORD, token, client.cookies.get("wenju_session")):
        assert secret and secret.encode() not in written
