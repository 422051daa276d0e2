"""Chat and HTTP interface in one process, behind one guard."""

import os
import socket
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI

from embeddings.errors import WenjuError
from qa.web import api, documentation, signin
from qa.web.following import Following
from qa.web.guard import LOOPBACK, SMALL_BODY, Guard, Rules
from qa.web.page import blocks, mount
from qa.web.service import Service

if TYPE_CHECKING:
    from qa.assistant import Assistant

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 7860
SHUTDOWN_SECONDS = 3  # for answers in progress; open event streams never end by themselves


class NotProtected(WenjuError):
    """The server would be open to others without anybody having to sign in."""


def application(service: Service, *, shared: bool = False) -> Guard:
    """The whole web application as ASGI; `shared` if others than this machine's users can reach it.

    Signing in is required where it is shared or where accounts exist.
    """
    app = FastAPI(title="Wenju", version="1", openapi_url="/api/openapi.json", docs_url=None, redoc_url=None)
    app.include_router(api.router(service))
    api.add_error_handler(app)
    documentation.add_documentation(app)
    signin.add_sign_in(app, service)
    mount(app, blocks(service))
    rules = Rules(upload_bytes=service.limits.file_bytes + SMALL_BODY)
    return Guard(app, service.accounts, rules, lambda: shared or len(service.accounts) > 0)


def serve(
    assistant: "Assistant",
    host: str = DEFAULT_HOST,
    port: int | None = None,
    following: Following | None = None,
) -> None:
    """Serve until interrupted; `port` defaults to GRADIO_SERVER_PORT, else 7860.

    Meanwhile, documents change as `following` tells.

    Raises NotProtected if others could reach the server and there is no account yet, and OSError, with
    what to do, where the address cannot be listened on.
    """
    if port is None:
        port = int(os.environ.get("GRADIO_SERVER_PORT") or DEFAULT_PORT)
    service = Service(assistant, Path(assistant.index.info()["path"]))
    try:
        shared = host not in LOOPBACK
        if shared and not len(service.accounts):
            raise NotProtected(
                f"{host} can be reached by others, who must sign in; make an account first: qa user add NAME"
            )
        with _listen(host, port) as listener:
            config = uvicorn.Config(
                application(service, shared=shared),
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            )
            with following.beside(service) if following else nullcontext():
                _Server(config, _address(host, port)).run(sockets=[listener])
    finally:
        service.close()


class _Server(uvicorn.Server):
    """Says where the chat is once Ctrl+C ends it: an interrupt before that is lost between uvicorn and asyncio."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to answer, then say so."""
        await super().startup(sockets=sockets)
        if not self.should_exit:
            print(f"The chat is at {self._address} (Ctrl+C ends it)", flush=True)


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise OSError(
            error.errno, f"cannot listen on {host} port {port} ({error.strerror}): try another --port"
        ) from error
