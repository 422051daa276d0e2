"""The HTTP interface described for people: one page made from the OpenAPI description, loading nothing."""

import json
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from qa.web.markup import escape

_STYLE = """
:root { color-scheme: light dark; }
body { max-width: 46rem; margin: 3rem auto; padding: 0 1.2rem; font: 16px/1.6 system-ui, sans-serif; }
h2 { margin-top: 2.4rem; font-size: 1.05rem; } b { color: #a8362a; } summary { cursor: pointer; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { padding: .8rem 1rem; overflow-x: auto; border: 1px solid #8884; border-radius: 8px; }
"""


def add_documentation(app: FastAPI) -> None:
    """Add `/api/docs`."""

    @app.get("/api/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(_page(app.openapi()))


def _page(described: dict[str, Any]) -> str:
    routes = "".join(
        _route(method, path, operation)
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    )
    schemas = "".join(
        f"<details><summary><code>{escape(name)}</code></summary><pre>{_json(schema)}</pre></details>"
        for name, schema in described["components"]["schemas"].items()
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Wenju: HTTP interface</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style>'
        "<h1>HTTP interface</h1><p>Where signing in is required, send <code>Authorization: Bearer TOKEN"
        "</code>; <code>qa user add NAME</code> prints a token. For machines: "
        '<a href="openapi.json">openapi.json</a>.</p>'
        f"{routes}<h2>Schemas</h2>{schemas}</html>"
    )


def _route(method: str, path: str, operation: dict[str, Any]) -> str:
    body = operation.get("requestBody", {}).get("content", {})
    sent = "".join(
        f"<p>Body, <code>{escape(kind)}</code>:</p><pre>{_json(content['schema'])}</pre>"
        for kind, content in body.items()
    )
    parameters = "".join(
        f"<li><code>{escape(parameter['name'])}</code> ({parameter['in']}) "
        f"{escape(parameter.get('description', ''))}</li>"
        for parameter in operation.get("parameters", [])
    )
    listed = f"<ul>{parameters}</ul>" if parameters else ""
    return (
        f"<h2><b>{method.upper()}</b> <code>{escape(path)}</code></h2>"
        f"<p>{escape(operation.get('description', ''))}</p>{listed}{sent}"
    )


def _json(value: object) -> str:
    return escape(json.dumps(value, ensure_ascii=False, indent=2))
