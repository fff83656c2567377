"""The list of things handed out, its form and its sheet, as lists are declared (`hr.forms`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.assets import rules, service
from interview_engine.hr.assets.service import NewHolding
from interview_engine.hr.assets.tables import AssetHolding
from interview_engine.hr.employment import service as employments
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.mending import plain_number
from interview_engine.hr.forms.spec import Asked, Bulk, Column, Filter, FormSpec, ListSpec, Place
from interview_engine.hr.people.tables import Department, Person
from interview_engine.i18n import msg

FIELDS = (
    Field("employee_number", msg("Employee number"), required=True, most=20, tidy=plain_number,
          also=("工号", "员工编号", "领用人工号")),
    Field("kind", msg("Kind of thing"), "choice", required=True, choices=rules.KINDS, also=("资产类别", "类别")),
    Field("name", msg("Thing"), required=True, most=120, also=("资产名称", "物品", "名称", "型号")),
    Field("tag", msg("Inventory number"), most=60, also=("资产编号", "序列号", "SN", "编号"),
          help=msg("What stands on it; a thing with a number is in one person's hands at a time.")),
    Field("handed_on", msg("Handed out on"), "day", required=True, also=("领用日期", "发放日期")),
    Field("note", msg("Note"), most=300, also=("备注",)),
)  # fmt: skip
REASON = (Field("reason", msg("Reason"), required=True, most=300),)


def _rows() -> Select[Any]:
    return (
        select(AssetHolding.id)
        .select_from(AssetHolding)
        .join(Person, Person.id == AssetHolding.person_id)
        .join(Department, Department.id == AssetHolding.department_id)
    )


def _with_past(asked: Asked) -> Any:
    return None if asked.value else AssetHolding.state == "held"


def _new(values: Mapping[str, Value]) -> NewHolding:
    day = values["handed_on"]
    assert isinstance(day, date)
    return NewHolding(
        str(values["kind"]), str(values["name"]), day, str(values["tag"] or ""), str(values["note"] or "")
    )  # fmt: skip


def _create(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    employment_id = employments.of_number(session, actor, str(values["employee_number"]))
    return service.hand_out(session, actor, employment_id, _new(values), clock).id


def _update(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> object:
    return service.change(session, actor, row_id, _new(values), clock)


def _load(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = service.get_for(session, actor, row_id, "read")
    employment = employments.get_for(session, actor, row.employment_id, "read")
    return {
        "employee_number": employments.number_for(session, employment),
        "kind": row.kind,
        "name": row.name,
        "tag": row.tag,
        "handed_on": row.handed_on,
        "note": row.note,
    }


def _find(session: Session, actor: Actor, keys: Sequence[tuple[Value, ...]]) -> Mapping[tuple[Value, ...], str]:
    wanted = {(str(key[0]).strip().upper(), str(key[1] or "").strip().upper()): key for key in keys if key[1]}
    found = service.find_rows(session, actor, list(wanted))
    return {wanted[key]: row_id for key, row_id in found.items()}


def _end(state: str) -> Callable[[Session, Actor, str, Mapping[str, Value], Clock], object]:
    def end(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> object:
        return service.end(session, actor, row_id, state, str(values.get("reason") or ""), clock)

    return end


ASSETS = ListSpec(
    name="assets",
    title=msg("Things handed out"),
    about=msg("What the company has handed to whom; a leaver gives it back before the settlement."),
    thing=msg("thing handed out"),
    empty=msg("Nothing is handed out: add a thing, or import the list that you keep."),
    field_class="contact",
    rows=_rows,
    key=AssetHolding.id,
    place=Place(AssetHolding.department_id, AssetHolding.legal_entity_id, AssetHolding.person_id),
    form=FormSpec(
        FIELDS, _create, ("contact", "write"), _update, _load, key=("employee_number", "tag"), find=_find,
        take_back=service.take_back, blames={"asset.held": ("tag",), "asset.left": ("employee_number",)},
    ),
    columns=(
        Column("name", msg("Thing"), "text", AssetHolding.name, searched=True, opens=True),
        Column("tag", msg("Inventory number"), "text", AssetHolding.tag, searched=True, under="name"),
        Column("person", msg("Held by"), "text", Person.name, searched=True),
        Column("employee_number", msg("Employee number"), "text",
               employments.number_column(AssetHolding.person_id, AssetHolding.legal_entity_id), searched=True,
               under="person"),
        Column("kind", msg("Kind of thing"), "choice", AssetHolding.kind, choices=rules.KINDS, filters=True,
               counts=True),
        Column("state", msg("State"), "choice", AssetHolding.state, choices=rules.STATES, filters=True, counts=True,
               tones={"lost": "look"}),
        Column("handed_on", msg("Handed out on"), "day", AssetHolding.handed_on, filters=True),
        Column("ended_on", msg("Given back on"), "day", AssetHolding.ended_on, filters=True),
        Column("department", msg("Department"), "text", Department.name, filters=True, searched=True, shown=False),
        Column("reason", msg("Reason"), "text", AssetHolding.reason, shown=False),
        Column("note", msg("Note"), "text", AssetHolding.note, shown=False),
    ),
    filters=(Filter(Field("past", msg("Include returned"), "flag"), _with_past),),
    bulk=(
        Bulk("returned", msg("Given back"), ("contact", "write"), _end("returned"),
             msg("{count} things were given back.")),
        Bulk("lost", msg("Lost or broken"), ("contact", "write"), _end("lost"),
             msg("{count} things are lost or broken."), fields=REASON),
        Bulk("waive", msg("Not asked back"), ("contact", "write"), _end("waived"),
             msg("{count} things are not asked back."), fields=REASON),
    ),
)  # fmt: skip
