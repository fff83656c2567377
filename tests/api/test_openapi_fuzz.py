"""Requests made from the OpenAPI document, valid and not: no 5xx, and every answer is as the document says (L1)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from api_world import Samples, token_for, unlimited_app, whole_company
from console_data import make_context
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks as conformance

EXAMPLES = {GenerationMode.POSITIVE: 3, GenerationMode.NEGATIVE: 2}
"""Requests for each operation; each is a walk through validation, service and database."""

CHECKS = [
    not_a_server_error,
    conformance.status_code_conformance,
    conformance.content_type_conformance,
    conformance.response_schema_conformance,
    conformance.response_headers_conformance,
]

SETTINGS = {
    mode: settings(
        max_examples=number,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    for mode, number in EXAMPLES.items()
}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samples]:
    context = make_context(Path(tmp_path_factory.mktemp("fuzz")))
    yield whole_company(context)
    context.database.close()


@pytest.mark.slow
def test_no_request_that_the_document_allows_or_forbids_breaks_the_server(
    company: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(*_: object, **__: object) -> list[object]:
        raise OSError("tests look nothing up")

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    app = unlimited_app(company.company.context)
    token = token_for(company.company, company.company.accounts["administrator"].id)
    wrong: list[str] = []
    count = 0
    for operation in _operations(app, company):
        for mode in EXAMPLES:
            count += 1
            problem = _problem(operation, mode, token)
            if problem:
                wrong.append(problem)
    assert count > 200
    assert not wrong, "\n".join(wrong)


def _operations(app: FastAPI, company: Samples) -> Iterator[Any]:
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app)

    @schema.hook
    def map_path_parameters(_context: Any, path_parameters: Any) -> Any:
        """Half of the requests ask for things that are there."""
        if not isinstance(path_parameters, dict):
            return path_parameters
        return {
            name: company.ids[name]
            if name in company.ids and isinstance(value, str) and value[:1] in "01234567"
            else value
            for name, value in path_parameters.items()
        }

    @schema.hook
    def map_body(_context: Any, body: Any) -> Any:
        """Most fields that name a thing name one that is there."""
        if not isinstance(body, dict):
            return body
        return {
            name: company.ids[name]
            if name in company.ids and isinstance(value, str) and value[:1] in "01234567"
            else value
            for name, value in body.items()
        }

    for found in schema.get_all_operations():
        yield found.ok()


def _problem(operation: Any, mode: GenerationMode, token: str) -> str:
    """What was wrong with the answers to the requests of one operation; empty when nothing was."""

    @SETTINGS[mode]
    @given(case=operation.as_strategy(generation_mode=mode))
    def walk(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

    try:
        walk()
    except Unsatisfiable:
        return ""  # nothing can be sent that the document forbids
    except BaseExceptionGroup as group:
        return f"{operation.label}: {[str(one)[:600] for one in group.exceptions]}"
    except Exception as error:  # noqa: BLE001 the message is what the test reports
        return f"{operation.label} ({mode}): {type(error).__name__}: {str(error)[:900]}"
    return ""
