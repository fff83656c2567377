"""The form of a row that is there: its fields, what they say now, and whether somebody else has changed them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import Actor
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.seen import check_unseen
from interview_engine.hr.forms.spec import ListSpec
from interview_engine.hr.forms.writing import typed
from interview_engine.hr.lists.custom import form_fields, values_of


def row_fields(session: Session, actor: Actor, spec: ListSpec, row_id: str, *, own: bool = False) -> tuple[Field, ...]:
    """The fields of the form of a row: its own, then those that the company has added; `own`: the latter alone."""
    added = form_fields(session, actor, spec, row_id) if spec.custom else ()
    return added if own or spec.form is None else (*spec.form.fields, *added)


def row_values(
    session: Session, actor: Actor, spec: ListSpec, row_id: str, fields: Sequence[Field], *, own: bool = False
) -> dict[str, str]:
    """What these fields say now, as a form shows it."""
    held: dict[str, Value] = {}
    if not own and spec.form is not None and spec.form.load is not None:
        held |= spec.form.load(session, actor, row_id)
    if spec.custom:
        held |= values_of(session, actor, spec, row_id)
    return as_typed(fields, held)


def as_typed(fields: Sequence[Field], values: Mapping[str, Value]) -> dict[str, str]:
    """Values as a form shows them, of each of the fields."""
    return {one.name: typed(one.kind, values.get(one.name)) for one in fields}


def check_row_unseen(
    session: Session,
    actor: Actor,
    spec: ListSpec,
    row_id: str,
    fields: Sequence[Field],
    values: Mapping[str, Value],
    seen: str,
    *,
    own: bool = False,
) -> None:
    """Hold the row until the transaction ends, and refuse what is sent where somebody else has changed what it said.

    Args:
        seen: what `marks` gave of what the form showed.

    Raises:
        ConflictError: `form.changed_since`.
    """
    if not seen:
        return
    session.execute(select(spec.key).where(spec.key == row_id).with_for_update())
    now = row_values(session, actor, spec, row_id, fields, own=own)
    check_unseen(seen, now, as_typed(fields, values), {one.name: one.label for one in fields})
