"""The API's documentation as a page of our own: made on the server from the OpenAPI document, no script needed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.openapi import DESCRIPTION
from api.render import page
from interview_engine.hr.access.rules import TOKEN_SCOPES
from interview_engine.store.webhook_events import told_subjects

router = APIRouter()

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation."""

    name: str
    where: str
    required: bool
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the page shows it. `body` and `answer` are examples as JSON text, empty where there are none."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    needs: tuple[str, ...]
    scopes: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    body: str
    answer: str
    statuses: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of one subject."""

    name: str
    text: str
    operations: tuple[Operation, ...]


@router.get("/api/docs", include_in_schema=False)
def reference(request: Request) -> Response:
    """Every operation, with what it needs, takes and gives."""
    document = request.app.openapi()
    return page(
        request,
        "public/api.html",
        groups=groups(document),
        introduction=[line.replace("**", "") for line in DESCRIPTION.split("\n\n")],
        scopes=list(TOKEN_SCOPES),
        subjects=told_subjects(),
    )


def groups(document: Mapping[str, Any]) -> list[Group]:
    """The operations of an OpenAPI document by tag, in its order."""
    schemas = document["components"]["schemas"]
    by_tag: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                by_tag[item[method]["tags"][0]].append(_operation(method, path, item[method], schemas))
    texts = {tag["name"]: tag["description"] for tag in document["tags"]}
    return [Group(name, texts[name], tuple(found)) for name, found in by_tag.items() if found]


def example(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int = 0) -> Any:
    """A value of the schema: its own example where it has one, else one made from its type."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas, depth + 1)
    if "example" in schema:
        return schema["example"]
    if schema.get("examples"):
        return schema["examples"][0]
    if "const" in schema or "enum" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    if "default" in schema and schema["default"] is not None:
        return schema["default"]
    if "anyOf" in schema:
        return example(schema["anyOf"][0], schemas, depth + 1)
    if "allOf" in schema:
        return example(schema["allOf"][0], schemas, depth + 1)
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        found = schema.get("properties", {})
        return {name: example(inner, schemas, depth + 1) for name, inner in found.items()} if depth < 8 else {}
    if kind == "array":
        if depth >= 8 or "items" not in schema:
            return []
        return [example(schema["items"], schemas, depth + 1)] * max(1, int(schema.get("minItems", 1)))
    return {
        "string": {"date-time": "2026-11-21T08:00:00Z", "date": "2026-12-01"}.get(schema.get("format", ""), "…"),
        "integer": _within(schema, 1),
        "number": _within(schema, 7.5),
        "boolean": True,
    }.get(str(kind))


def _within(schema: Mapping[str, Any], usual: float) -> float:
    """The number, or the end of the schema's range that is nearest to it."""
    lowest: float = schema.get("minimum", usual)
    highest: float = schema.get("maximum", usual)
    return max(lowest, min(usual, highest))


def _operation(method: str, path: str, found: Mapping[str, Any], schemas: Mapping[str, Any]) -> Operation:
    summary, _, text = str(found.get("description", "")).partition(". ")
    good = next(status for status in found["responses"] if status.startswith("2"))
    return Operation(
        id=found["operationId"],
        method=method.upper(),
        path=path,
        summary=summary.rstrip(".") + ".",
        text=text.strip(),
        needs=tuple(found.get("x-needs", ())),
        scopes=tuple(found.get("x-token-scopes", ())),
        parameters=tuple(_parameter(one) for one in found.get("parameters", ())),
        body=_json(found.get("requestBody", {}).get("content", {}), schemas),
        answer=_json(found["responses"][good].get("content", {}), schemas),
        statuses=tuple((status, answer["description"]) for status, answer in found["responses"].items()),
    )


def _parameter(found: Mapping[str, Any]) -> Parameter:
    schema = found.get("schema", {})
    kinds = [schema, *schema.get("anyOf", ())]
    kind = next((str(one["type"]) for one in kinds if "type" in one), "string")
    choices = next((one["enum"] for one in kinds if "enum" in one), None)
    shown = " | ".join(str(choice) for choice in choices) if choices else kind
    return Parameter(found["name"], found["in"], bool(found.get("required")), shown, str(found.get("description", "")))


def _json(content: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    schema = content.get("application/json", {}).get("schema")
    if not schema:
        return ""
    return json.dumps(example(schema, schemas), ensure_ascii=False, indent=2)
