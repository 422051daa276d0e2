"""Chat and HTTP endpoints in one process."""

import os
import socket
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI

from qa.web.chat import build, mount

if TYPE_CHECKING:
    from qa.assistant import Assistant

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 7860


def application(assistant: "Assistant") -> FastAPI:
    """The whole web application."""
    app = FastAPI(title="Wenju", docs_url=None, redoc_url=None)
    mount(app, build(assistant))
    return app


def serve(assistant: "Assistant", host: str = DEFAULT_HOST, port: int | None = None) -> None:
    """Serve until interrupted; `port` defaults to GRADIO_SERVER_PORT, else 7860.

    Raises OSError, with what to do, where the address cannot be listened on.
    """
    if port is None:
        port = int(os.environ.get("GRADIO_SERVER_PORT") or DEFAULT_PORT)
    with _listen(host, port) as listener:
        server = uvicorn.Server(uvicorn.Config(application(assistant), log_level="warning"))
        print(f"The chat is at http://{host}:{port} (Ctrl+C ends it)", flush=True)
        server.run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise OSError(
            error.errno, f"cannot listen on {host} port {port} ({error.strerror}): try another --port"
        ) from error
