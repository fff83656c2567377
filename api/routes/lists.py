"""The routes of a list, made of its declaration: its rows, and where it has a form, adding and changing one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field, create_model
from sqlalchemy.orm import Session

from api.access import Call, needs
from api.routes.frame import Cursor, Id, In, Limit, Out, PageOut
from interview_engine.hr.forms.fields import Field as FormField
from interview_engine.hr.forms.fields import Kind, Value, checked_form
from interview_engine.hr.forms.query import OWN, as_field, read_query, shown_columns
from interview_engine.hr.forms.reading import read_value
from interview_engine.hr.forms.spec import Column, FormSpec, ListSpec, asks_range
from interview_engine.hr.forms.writing import as_json
from interview_engine.hr.lists.custom import fill, fill_new, form_fields, new_fields, with_own
from interview_engine.hr.lists.reading import ListRow, read_list
from interview_engine.hr.problems import invalid
from interview_engine.i18n import msg

LISTS_TAG = ("lists", "Every list of the console with its filters, order and columns.")
OUT: Mapping[Kind, Any] = {
    "text": str, "area": str, "whole": int, "number": str, "money": str, "day": date, "month": date, "moment": datetime,
    "choice": str, "flag": bool,
}  # fmt: skip
"""What each kind is in an answer; numbers with decimals are strings, money in yuan."""
IN: Mapping[Kind, Any] = {**OUT, "number": Decimal, "money": Decimal}
WORDS: Mapping[Kind, str] = {
    "money": "Yuan, as a decimal string.", "number": "A decimal string.", "month": "Its first day.",
    "moment": "UTC.",
}  # fmt: skip
WORD = Annotated[str | None, Query(max_length=200)]
BOX = Annotated[bool | None, Query()]
Custom = dict[str, str | int | float | bool | None]


class Row(Out):
    """What every row of a list has."""

    id: str
    hidden: list[str] = Field(description="Columns that this token may not see in this row; they are null.")


class Added(Out):
    """The row that was made or changed."""

    id: str


def list_routes(spec: ListSpec) -> APIRouter:
    """GET /lists/<name>, and with a form POST /lists/<name> and PUT /lists/<name>/{id}."""
    router = APIRouter(tags=["lists"], generate_unique_id_function=lambda route: route.name)
    path = f"/lists/{spec.name}"
    answer: Any = PageOut.__class_getitem__(_row_model(spec))
    # columns that were not asked for are not there, rather than null
    router.get(path, response_model=answer, response_model_exclude_unset=True, name=f"read_{spec.name}")(_reading(spec))
    if spec.form is not None and spec.form.pages:
        body = _body_model(spec, spec.form)
        create = _creating(spec, spec.form, body)
        router.post(path, status_code=201, response_model=Added, name=f"add_to_{spec.name}")(create)
        if spec.form.update is not None:
            change = _changing(spec, spec.form, body)
            router.put(path + "/{row_id}", response_model=Added, name=f"change_in_{spec.name}")(change)
    return router


def _reading(spec: ListSpec) -> Callable[..., Any]:
    def read(
        request: Request, call: Call, q: str, sort: str, columns: str, cursor: str | None, limit: int, **_: Any
    ) -> Any:
        with call.reading() as session:
            own = with_own(session, call.actor, spec)
            query = read_query(own, request.query_params.multi_items())
            page = read_list(session, call.actor, own, query, limit=limit)
        wanted = shown_columns(own, query) if query.columns else own.columns
        items = [_row(spec, row, wanted) for row in page.items]
        return {"items": items, "next_cursor": page.next_cursor, "total": page.total}

    read.__doc__ = f"{spec.title.en}: rows within reach, filtered, sorted, in pages."
    right = needs(cast(Any, spec.field_class), "read")
    names = ", ".join(one.name for one in spec.columns)
    sorts = ", ".join(one.name for one in spec.columns if one.sortable)
    _sign(
        read,
        [
            ("request", Request, ...),
            ("call", Annotated[Call, right], ...),
            ("q", Annotated[str, Query(max_length=200, description="Looked for in the row's names.")], ""),
            ("sort", Annotated[str, Query(max_length=80, description=f"One of {sorts}; with - the other way.")], ""),
            ("columns", Annotated[str, Query(max_length=1000, description=f"Which of {names}; all when empty.")], ""),
            ("cursor", Cursor, None),
            ("limit", Limit, 50),
            *_filters(spec),
        ],
    )
    return read


def _filters(spec: ListSpec) -> list[tuple[str, Any, Any]]:
    found: list[tuple[str, Any, Any]] = []
    for column in spec.columns:
        if not column.filters:
            continue
        if asks_range(column):
            kind = IN[as_field(column).kind]
            found += [(f"{column.name}{end}", Annotated[kind | None, Query()], None) for end in ("_from", "_to")]
        elif column.kind == "choice":
            one: Any = Literal[tuple(column.choices)]
            found.append((column.name, Annotated[list[one] | None, Query()], None))
        else:
            found.append((column.name, BOX if column.kind == "flag" else WORD, None))
    for special in spec.filters:
        said = special.field.label.en
        kind = IN[special.field.kind]
        most = special.field.most if kind is str else None
        found.append((special.field.name, Annotated[kind | None, Query(description=said, max_length=most)], None))
    return found


def _creating(spec: ListSpec, form: FormSpec, body: type[BaseModel]) -> Callable[..., Any]:
    def create(call: Call, body: BaseModel) -> Any:
        return call.once(lambda session: _made(session, call, spec, form, body))

    create.__doc__ = "Add a row."
    _sign(create, [("call", Annotated[Call, needs(*cast(Any, form.needs))], ...), ("body", body, ...)])
    return create


def _made(session: Session, call: Call, spec: ListSpec, form: FormSpec, body: BaseModel) -> Added:
    values = checked_form(form.fields, _values(form.fields, body))
    row_id = form.create(session, call.actor, values, call.clock)
    if spec.custom:
        session.flush()
        fields = {one.name: one for one in new_fields(session, call.actor, spec)}
        fill_new(session, call.actor, spec, row_id, _own_values(fields, body), call.clock)
    return Added(id=row_id)


def _own_values(fields: Mapping[str, FormField], body: BaseModel) -> dict[str, Value]:
    """The company's own fields that a body names, by their codes."""
    found: dict[str, Value] = {}
    for code, given in (getattr(body, "custom", None) or {}).items():
        one = fields.get(OWN + code)
        if one is None:
            raise invalid("custom", "custom.unknown", msg("There is no field “{name}”.", name=code[:40]),
                          msg("Take the codes from the list's rows."))  # fmt: skip
        text = ("1" if given else "0") if isinstance(given, bool) else "" if given is None else str(given)
        found[one.name] = read_value(replace(one, required=False), text)
    return found


def _changing(spec: ListSpec, form: FormSpec, body: type[BaseModel]) -> Callable[..., Any]:
    def change(row_id: str, call: Call, body: BaseModel) -> Any:
        assert form.update is not None
        values = checked_form(form.fields, _values(form.fields, body))
        with call.writing() as session:
            form.update(session, call.actor, row_id, values, call.clock)
            if spec.custom:
                fields = {one.name: one for one in form_fields(session, call.actor, spec, row_id)}
                fill(session, call.actor, spec, row_id, _own_values(fields, body), call.clock)
        return Added(id=row_id)

    change.__doc__ = "Replace all fields of a row."
    right = needs(*cast(Any, form.needs))
    _sign(change, [("row_id", Id, ...), ("call", Annotated[Call, right], ...), ("body", body, ...)])
    return change


def _row_model(spec: ListSpec) -> type[Row]:
    fields: dict[str, Any] = {}
    for one in spec.columns:
        said = " ".join(part for part in (one.label.en + ".", WORDS.get(one.kind, "")) if part)
        fields[one.name] = (OUT[one.kind] | None, Field(default=None, description=said))
    if spec.custom:
        fields["custom"] = (Custom, Field(default={}, description="Fields of the company's own, by their codes."))
    return create_model(f"{_class_name(spec)}Row", __base__=Row, __doc__=f"A row of “{spec.title.en}”.", **fields)


def _body_model(spec: ListSpec, form: FormSpec) -> type[BaseModel]:
    fields: dict[str, Any] = {one.name: _body_field(one) for one in form.fields}
    if spec.custom:
        said = "Fields of the company's own, by their codes; those that are not named stay."
        fields["custom"] = (Custom | None, Field(default=None, description=said, max_length=60))
    return create_model(f"{_class_name(spec)}Fields", __base__=In, __doc__=f"A {spec.thing.en}.", **fields)


def _body_field(one: FormField) -> Any:
    kind = Literal[tuple(one.choices)] if one.kind == "choice" else IN[one.kind]
    limits: dict[str, Any] = {}
    if one.kind in ("text", "area"):
        limits = {"max_length": one.most, **({"min_length": 1} if one.required else {})}
    elif one.kind in ("whole", "number", "money"):
        limits = {name: limit for name, limit in (("ge", one.low), ("le", one.high)) if limit is not None}
    said = " ".join(part for part in (one.label.en + ".", WORDS.get(one.kind, "")) if part)
    if one.required:
        return (kind, Field(description=said, **limits))
    return (kind | None, Field(default=None, description=said, **limits))


def _values(fields: Sequence[FormField], body: BaseModel) -> dict[str, Value]:
    """The body's values as the form takes them; text is read by the same rules as everywhere."""
    found: dict[str, Value] = {}
    for one in fields:
        given = getattr(body, one.name)
        if isinstance(given, Decimal) or (one.kind == "whole" and given is not None):
            found[one.name] = read_value(one, f"{given:f}" if isinstance(given, Decimal) else str(given))
        else:
            found[one.name] = given
    return found


def _row(spec: ListSpec, row: ListRow, columns: Sequence[Column]) -> dict[str, Any]:
    made: dict[str, Any] = {"id": row.id, "hidden": sorted(row.hidden)}
    own = {one.name.removeprefix(OWN): as_json(one.kind, row.values[one.name]) for one in columns if one.own}
    made |= {one.name: as_json(one.kind, row.values[one.name]) for one in columns if not one.own}
    return {**made, "custom": own} if spec.custom else made


def _class_name(spec: ListSpec) -> str:
    return "".join(part.capitalize() for part in spec.name.split("_"))


def _sign(function: Callable[..., Any], parameters: Sequence[tuple[str, Any, Any]]) -> None:
    """Give a function the signature that FastAPI reads."""
    empty = inspect.Parameter.empty
    kind = inspect.Parameter.KEYWORD_ONLY
    made = [
        inspect.Parameter(name, kind, annotation=annotation, default=empty if default is ... else default)
        for name, annotation, default in parameters
    ]
    function.__signature__ = inspect.Signature(made)  # type: ignore[attr-defined]
    function.__annotations__ = {name: annotation for name, annotation, _ in parameters}
