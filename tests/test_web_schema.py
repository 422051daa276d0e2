"""What the OpenAPI description promises holds for requests that nobody thought of: no server error, no surprise."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pages import Running
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.schemas import BaseSchema
from scripted import made

from qa import Assistant
from qa.web.limits import Limits
from qa.web.service import Service

UNLIMITED = Limits(questions_per_minute=10**9, files_per_minute=10**9, ratings_per_minute=10**9, file_bytes=100_000)
EXAMPLES = 20  # requests of each operation; `schemathesis run` against an open chat makes as many as one has time for
OPERATIONS = (
    "POST /api/ask",
    "POST /api/retrieve",
    "POST /api/feedback",
    "GET /api/documents",
    "POST /api/documents",
    "GET /api/documents/{name}",
    "DELETE /api/documents/{name}",
    "GET /api/pages/{page}/{name}",
    "GET /api/conversations",
    "GET /api/conversations/{id}",
    "DELETE /api/conversations/{id}",
    "GET /api/health",
)

load_all_checks()
# What a description cannot say: which places of documents can be cited, and that a form's null is a text like another.
EXCUSED = {"POST /api/feedback": "positive_data_acceptance", "POST /api/documents": "negative_data_rejection"}


@pytest.fixture(scope="module")
def described(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BaseSchema]:
    """The description that the application itself serves."""
    with Assistant.open(tmp_path_factory.mktemp("index")) as assistant:
        assistant.add(seeds)
        service = Service(assistant, tmp_path_factory.mktemp("web"), UNLIMITED)
        server = Running(made(service))
        yield schemathesis.openapi.from_url(f"{server.url}/api/openapi.json")
        server.stop()
        service.close()


def test_every_operation_is_tried(described: BaseSchema) -> None:
    found = {f"{method.upper()} {path}" for path, methods in described.items() for method in methods}
    assert found == set(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_responses_keep_the_description(described: BaseSchema, operation: str) -> None:
    method, path = operation.split()
    found = described[path][method]
    excused: list[Any] = CHECKS.get_by_names([EXCUSED[operation]] if operation in EXCUSED else [])
    fitting, wrong = (found.as_strategy(generation_mode=mode) for mode in GenerationMode)

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(fitting, wrong))
    def ask(case: Case[Any]) -> None:
        case.call_and_validate(excluded_checks=excused)

    ask()
