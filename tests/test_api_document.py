"""docs/api.md is true: its addresses, scopes, events and its signature check are those of the code."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from console_data import make_context

from api.app import create_app
from interview_engine.hr.access.rules import TOKEN_SCOPES
from interview_engine.store.webhook_events import is_told
from interview_engine.store.webhooks import new_secret, signature

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_scope_is_in_the_table_and_no_other() -> None:
    table = TEXT.partition("| scope | opens |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([a-z]+:[a-z]+)`", table)) == set(TOKEN_SCOPES)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The OpenAPI document of the service."""
    context = make_context(tmp_path_factory.mktemp("document"))
    yield create_app(context).openapi()
    context.database.close()


def test_every_address_of_the_example_is_one_of_the_service(document: Any) -> None:
    paths = document["paths"]
    patterns = {re.compile(re.sub(r"\{\w+\}", r"\\$?[\\w$]+", path.removeprefix("/api/v1")) + "$") for path in paths}
    called = {match.rstrip('"').partition("?")[0] for match in re.findall(r"\$H(/[^\s|)]+)", TEXT)}
    assert len(called) > 12
    for address in called:
        assert any(pattern.match(address) for pattern in patterns), address


def test_every_event_of_the_table_is_written_somewhere_and_may_be_asked_for() -> None:
    table = TEXT.partition("| event | when |")[2].partition("\n\n")[0]
    first = "\n".join(line.split("|")[1] for line in table.splitlines() if line.count("|") > 2)
    events = re.findall(r"`([a-z_]+\.[a-z_]+)`", first)
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "interview_engine").rglob("*.py"))
    assert len(events) > 10
    for event in events:
        assert is_told(event), event
        written = f'"{event}"' in source or (event.startswith("review.") and 'f"review.{kind}"' in source)
        assert written, event


def test_the_signature_check_takes_ours_and_no_other() -> None:
    code = next(block for block in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL) if "def is_ours" in block)
    names: dict[str, Any] = {}
    exec(code, names)
    secret, body, now = new_secret(), json.dumps({"type": "application.move"}).encode(), int(time.time())
    headers = {
        "webhook-id": "m1",
        "webhook-timestamp": str(now),
        "webhook-signature": signature(secret, "m1", now, body),
    }
    assert names["is_ours"](secret, headers, body)
    assert not names["is_ours"](secret, headers, body + b" ")
    assert not names["is_ours"](new_secret(), headers, body)
    old = {**headers, "webhook-timestamp": "0", "webhook-signature": signature(secret, "m1", 0, body)}
    assert not names["is_ours"](secret, old, body)


@pytest.mark.parametrize("number", ["30 calls a second", "300 at once", "20 at once", "up to 1 MB", "10 MB"])
def test_the_limits_that_it_names_are_those_of_the_code(number: str) -> None:
    from api.limits import RATES, most_bytes
    from pipelines.service.resume import MAX_BYTES

    assert number in TEXT
    assert (RATES["api"].per_s, RATES["api"].burst, RATES["export"].burst) == (30, 300, 20)
    assert most_bytes("/api/v1/requisitions") == 1 << 20
    assert MAX_BYTES == 10 << 20


def texts_without_a_bound(schema: Any, document: Any, where: str) -> list[str]:
    """Places of a schema that take a text of any length."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if any(part.get("type") == "number" for part in schema.get("anyOf", ())):
        return []  # an amount, as a number or as text: its digits are bounded
    found = []
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        found += texts_without_a_bound(part, document, where)
    for name, part in schema.get("properties", {}).items():
        found += texts_without_a_bound(part, document, f"{where}.{name}")
    if isinstance(schema.get("items"), dict):
        found += texts_without_a_bound(schema["items"], document, f"{where}[]")
    bounds = ("maxLength", "enum", "const", "format", "pattern")
    if schema.get("type") == "string" and not any(bound in schema for bound in bounds):
        found.append(where)
    return found


def bodies(operation: Any) -> list[tuple[str, Any]]:
    """What an operation takes as JSON; files are limited by their size (`api.limits.BODIES`)."""
    content = operation.get("requestBody", {}).get("content", {})
    return [(name, one) for name, one in content.items() if name.endswith("json")]


def test_every_text_that_a_program_sends_has_a_greatest_length(document: Any) -> None:
    found = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for name, content in bodies(operation):
                found += texts_without_a_bound(content["schema"], document, f"{method} {path} {name}")
            for one in operation.get("parameters", ()):
                if one["in"] == "query":
                    found += texts_without_a_bound(one["schema"], document, f"{method} {path} ?{one['name']}")
    assert found == []
