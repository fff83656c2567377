"""What a line of a sheet says and what its row holds: the fields of a list's sheets, those that other areas and the
company add, and the rows as sheets show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from interview_engine.errors import NotFoundError, PermissionDenied
from interview_engine.hr.access.rules import Actor, may_at_all
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.matching import Line
from interview_engine.hr.forms.query import OWN
from interview_engine.hr.forms.spec import KNOWN_PERSON, FormSpec, ListSpec, SheetPart
from interview_engine.hr.house import house
from interview_engine.hr.lists.custom import (
    as_form_field,
    fields_of,
    values_of_rows,
)
from interview_engine.hr.lists.tables import CustomField, CustomValue, RowTag
from interview_engine.hr.problems import missing
from interview_engine.i18n import msg
from interview_engine.store.rows import AT_ONCE, batched


def sheet_fields(session: Session, actor: Actor, spec: ListSpec) -> tuple[Field, ...]:
    """The fields that a sheet of the list may have: those of its form, those that other areas add, and the custom ones.
    A custom field that must be filled in is asked for of new rows of its company alone.

    Raises:
        NotFoundError: the list takes no sheets.
    """
    form = form_of(spec)
    own = tuple(replace(as_form_field(row), required=False) for row in fields_of(session, actor, spec.name))
    parts = (one for part in parts_of(actor, spec) for one in part.fields)
    return (*form.fields, *parts, *(own if spec.custom else ()))


def parts_of(actor: Actor, spec: ListSpec) -> tuple[SheetPart, ...]:
    """What other areas add to the sheets of a list, of that which the actor may write for somebody."""
    return tuple(part for part in house().sheet_parts(spec.name) if may_at_all(actor, *part.needs))


def form_of(spec: ListSpec) -> FormSpec:
    """How sheets make and change the rows of a list.

    Raises:
        NotFoundError: the list takes no sheets.
    """
    form = spec.by_sheet
    if form is None:
        raise missing("import", msg("import for this list"))
    return form


def load(session: Session, actor: Actor, spec: ListSpec, ids: Sequence[str]) -> Mapping[str, Mapping[str, Value]]:
    """What sheets say of rows, by id: what the form shows, what other areas and the company's own fields keep. Rows
    that are gone or out of reach are left out."""
    form = form_of(spec)
    assert form.load is not None
    found: dict[str, Mapping[str, Value]] = {}
    if form.many is not None:
        session.flush()
        found |= form.many.load(session, actor, ids)
    for row_id in ids if form.many is None else ():
        try:
            found[row_id] = form.load(session, actor, row_id)
        except (NotFoundError, PermissionDenied):
            continue
    more = [part.load(session, actor, list(found)) for part in parts_of(actor, spec)]
    if spec.custom:
        more.append(values_of_rows(session, actor, spec, list(found)))
    for one in more:
        found = {row_id: {**values, **one.get(row_id, {})} for row_id, values in found.items()}
    return found


def forget_rows(session: Session, spec: ListSpec, ids: Sequence[str]) -> None:
    """Take away the custom values and tags of rows that an import has taken back."""
    fields = select(CustomField.id).where(CustomField.list_name == spec.name)
    for part in batched(ids, AT_ONCE):
        session.execute(delete(CustomValue).where(CustomValue.row_id.in_(part), CustomValue.field_id.in_(fields)))
        session.execute(delete(RowTag).where(RowTag.row_id.in_(part), RowTag.list_name == spec.name))


def plain_values(spec: ListSpec, line: Line) -> dict[str, Value]:
    """What the form itself takes of a line."""
    names = {one.name for one in form_of(spec).fields}
    return {name: value for name, value in line.values.items() if name in names}


def whole_values(spec: ListSpec, line: Line, known: Mapping[int, str]) -> dict[str, Value]:
    """The same, with the person whom a part of the sheet names."""
    person = known.get(line.row)
    return plain_values(spec, line) if person is None else {**plain_values(spec, line), KNOWN_PERSON: person}


def values_of_part(part: SheetPart, line: Line) -> dict[str, Value]:
    """What a line says in the columns of another area; None where it has none of them."""
    return {one.name: line.values.get(one.name) for one in part.fields}


def filled_in(values: Mapping[str, Value]) -> list[str]:
    """The fields that are not empty."""
    return [name for name, value in values.items() if value is not None]


def own_values(line: Line) -> dict[str, Value]:
    """What a line says in the company's own fields."""
    return {name: one for name, one in line.values.items() if name.startswith(OWN) and one is not None}
