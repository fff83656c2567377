"""Refusals are in the log, and the secrets of links are not."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from api_world import unlimited_app
from console_data import make_context
from starlette.testclient import TestClient


@pytest.mark.parametrize("path", ["/api/v1/requisitions", "/media/c2VjcmV0.1.secret"])
def test_a_refusal_is_logged_without_the_address_it_came_by(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    context = make_context(tmp_path)
    with caplog.at_level(logging.WARNING, "interview_engine.api"), TestClient(unlimited_app(context)) as client:
        assert client.get(path).status_code in (401, 403)
    context.database.close()
    (line,) = [record.getMessage() for record in caplog.records if record.name == "interview_engine.api"]
    assert line.startswith("refused: ")
    assert "secret" not in line
