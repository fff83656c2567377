"""The OpenAPI document, completed by what holds for every operation: errors, keys, permissions, examples."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from api.access import KEY_HEADER, Needs
from interview_engine.hr.access.rules import TOKEN_SCOPES
from interview_engine.store.idempotency import KEPT, LONGEST_KEY

DESCRIPTION = f"""Everything the pages do, for an applicant tracking system or an ERP.

**Tokens.** Send `Authorization: Bearer <token>`. A token does what its scopes name *and* its account may do.
**Lists** come in pages: give `next_cursor` back as `cursor`.
**POST once.** A POST with an `{KEY_HEADER}` has its effect once; sent again within {KEPT.total_seconds() / 3600:.0f} h
it gets the same answer, with another body it is refused (409).
**Errors** are `application/problem+json` with a stable `code`, in Chinese and English.
**Times** are UTC, scores run from 0 to 10, money is yuan as a decimal string.
No application is rejected, offered or hired but by a person: a call that decides needs a reason and is recorded
under the token's account."""

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; `title` and `detail` are in the language of Accept-Language.",
    "required": ["type", "status", "code", "title", "detail", "zh", "en"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:interview-engine:error:access.denied"]},
        "status": {"type": "integer", "examples": [403]},
        "code": {"type": "string", "examples": ["access.denied"]},
        "title": {"type": "string", "examples": ["You are not allowed to do this."]},
        "detail": {"type": "string", "examples": ["Ask an administrator for access if you need it."]},
        "field": {"type": "string", "description": "Dotted path of the field that is not right."},
        "fields": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "problem": {"type": "string"}},
            },
        },
        "zh": {"$ref": "#/components/schemas/ProblemText"},
        "en": {"$ref": "#/components/schemas/ProblemText"},
    },
}
PROBLEM_TEXT: dict[str, Any] = {
    "type": "object",
    "required": ["message", "next_step"],
    "properties": {"message": {"type": "string"}, "next_step": {"type": "string"}},
}

GENERAL = {
    "401": "No valid token.",
    "403": "The token's scopes or its account's grants do not allow it, or not for this row.",
    "429": "Too many requests; see Retry-After.",
}
BY_ROW = {"404": "There is no such thing.", "410": "Its link or time is over."}
BY_CHANGE = {
    "400": "The request cannot be understood.",
    "404": "There is no such thing, or one that the body names is not there.",
    "409": "The state of the thing, or the key, does not allow it.",
    "413": "Too large.",
    "415": "Not an accepted type.",
    "422": "A field is not valid.",
}


def install(app: FastAPI, tags: Sequence[tuple[str, str]]) -> None:
    """Give the application its document, made when it is first asked for.

    Args:
        tags: of the operations, each with a description, in the document's order.
    """

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = build(app, tags)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # the documented way to replace it


def build(app: FastAPI, tags: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The OpenAPI document: paths, tags, problems as errors, and what each operation needs."""
    made = get_openapi(
        title="Interview Engine",
        version=app.version,
        description=DESCRIPTION,
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in tags],
    )
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas |= {"Problem": PROBLEM, "ProblemText": PROBLEM_TEXT}
    for endpoint in endpoints(app):
        for method in endpoint.methods if endpoint.listed else ():
            _complete(made["paths"][endpoint.path][method.lower()], endpoint, method)
    return made


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One route of the application: function name, whole path with its parameters, methods, and what it says it needs
    (None: it says nothing). `listed`: it is in the document."""

    name: str
    path: str
    methods: tuple[str, ...]
    needed: Needs | None
    listed: bool


def endpoints(app: FastAPI) -> tuple[Endpoint, ...]:
    """Every route of the application, those of included routers with their whole path."""
    found = []
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        methods = tuple(sorted(getattr(route, "methods", None) or ()))
        listed = isinstance(route, APIRoute) and bool(getattr(context, "include_in_schema", False))
        needed = _needs(route.dependant) if isinstance(route, APIRoute) else None
        found.append(Endpoint(context.name or "", context.path_format or context.path or "", methods, needed, listed))
    return tuple(found)


def scopes_for(needed: Needs) -> list[str]:
    """The token scopes that each open at least one of the rights, in the order of the list of scopes."""
    return [
        scope
        for scope, opened in TOKEN_SCOPES.items()
        if any((c, a) in opened or ("*", a) in opened for c, a in needed.rights)
    ]


def _needs(dependant: Dependant) -> Needs | None:
    for inner in dependant.dependencies:
        if isinstance(inner.call, Needs):
            return inner.call
    return None


def _complete(operation: dict[str, Any], endpoint: Endpoint, method: str) -> None:
    needed = endpoint.needed
    problems: dict[str, str] = {}
    if needed is not None:
        problems |= GENERAL
        operation["x-needs"] = [f"{field_class}:{action}" for field_class, action in needed.rights]
        operation["x-token-scopes"] = scopes_for(needed)
    if "{" in endpoint.path:
        problems |= BY_ROW
    if method != "GET":
        problems |= BY_CHANGE
    elif operation.get("parameters"):
        problems["422"] = BY_CHANGE["422"]
    if method == "POST":
        operation.setdefault("parameters", []).append(_key_parameter())
    responses = operation["responses"]
    responses.pop("422", None)
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, text in sorted(problems.items()):
        responses[status] = {"description": text, "content": content}


def _key_parameter() -> dict[str, Any]:
    return {
        "name": KEY_HEADER,
        "in": "header",
        "required": False,
        "description": "Of your choice, for instance a UUID: the effect happens once for it.",
        "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
        "example": "5f0c7e1e-6f0e-4f7e-9a53-2f3b0a3f9d11",
    }
