"""The headcount plan against those who are there, with its form and sheet, as lists are declared (`hr.forms`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from interview_engine.clock import Clock
from interview_engine.errors import InvalidInput
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.accounts.service import names_of
from interview_engine.hr.forms.fields import Field, Shown, Value
from interview_engine.hr.forms.spec import Bulk, Column, Fill, FormSpec, ListSpec, Place
from interview_engine.hr.org.service import find_department
from interview_engine.hr.people.tables import Department, LegalEntity
from interview_engine.hr.recruiting.headcount import service
from interview_engine.hr.recruiting.headcount.service import NewPlan
from interview_engine.hr.recruiting.headcount.tables import HeadcountPlan
from interview_engine.i18n import msg

_LATER = aliased(HeadcountPlan)
_NEWEST = (
    select(func.max(_LATER.revision))
    .where(_LATER.slot == HeadcountPlan.slot, _LATER.valid_from == HeadcountPlan.valid_from)
    .correlate(HeadcountPlan)
    .scalar_subquery()
)


def _rows() -> Select[Any]:
    return (
        select(HeadcountPlan.id)
        .select_from(HeadcountPlan)
        .join(Department, Department.id == HeadcountPlan.department_id)
        .join(LegalEntity, LegalEntity.id == HeadcountPlan.legal_entity_id)
        .where(and_(HeadcountPlan.revision == _NEWEST, HeadcountPlan.dated_state == "holds"))
    )


def _actual(session: Session, _: Actor, ids: Sequence[str]) -> Mapping[str, Mapping[str, Shown]]:
    plans = session.scalars(select(HeadcountPlan).where(HeadcountPlan.id.in_(ids))).all()
    found = service.standings(session, plans)
    return {
        row_id: {"in_post": one.in_post, "leaving": one.leaving, "sought": one.sought, "over": max(0, one.over)}
        for row_id, one in found.items()
    }


def _checked(session: Session, _: Actor, ids: Sequence[str]) -> Mapping[str, Mapping[str, Shown]]:
    rows = dict(session.execute(select(HeadcountPlan.id, HeadcountPlan.checked_by)
                                .where(HeadcountPlan.id.in_(ids))).tuples().all())  # fmt: skip
    accounts = {one.removeprefix("account:") for one in rows.values() if one}
    names = names_of(session, accounts)
    return {row_id: {"checked": names.get(by.removeprefix("account:"), "")} for row_id, by in rows.items()}


def _create(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    return _write(session, actor, find_department(session, actor, str(values["department"]), "public", "manage").id,
                  values, clock)  # fmt: skip


def _write(
    session: Session, actor: Actor, department_id: str, values: Mapping[str, Value], clock: Clock
) -> str:  # fmt: skip
    day, headcount = values["valid_from"], values["headcount"]
    assert isinstance(day, date)
    assert isinstance(headcount, int)
    new = NewPlan(department_id, str(values["title"] or ""), day, headcount, str(values["reason"] or ""))
    return service.set_plan(session, actor, new, clock).id


def _update(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> object:
    row = service.get_for(session, actor, row_id, "manage")
    if session.get_one(Department, row.department_id).name == values["department"]:
        return _write(session, actor, row.department_id, values, clock)
    return _create(session, actor, values, clock)


def _load(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = service.get_for(session, actor, row_id, "read")
    department = session.get_one(Department, row.department_id)
    return {
        "department": department.name,
        "title": row.title,
        "valid_from": row.valid_from,
        "headcount": row.headcount,
        "reason": row.reason,
    }


def _find(session: Session, actor: Actor, keys: Sequence[tuple[Value, ...]]) -> Mapping[tuple[Value, ...], str]:
    found = {}
    for key in keys:
        name, title, day = key
        if not isinstance(day, date):
            continue
        try:
            department = find_department(session, actor, str(name), "public", "manage")
        except InvalidInput:  # the line itself is refused for it
            continue
        statement = select(HeadcountPlan.id).where(
            HeadcountPlan.slot == service.slot_of(department.id, str(title or "")), HeadcountPlan.valid_from == day,
            HeadcountPlan.revision == _NEWEST, HeadcountPlan.dated_state == "holds",
        )  # fmt: skip
        row_id = session.scalar(statement)
        if row_id is not None:
            found[key] = row_id
    return found


def _confirm(session: Session, actor: Actor, row_id: str, _: Mapping[str, Value], clock: Clock) -> object:
    return service.confirm(session, actor, row_id, clock)


def _call_off(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> object:
    return service.call_off(session, actor, row_id, str(values["reason"] or ""), clock)


HEADCOUNT = ListSpec(
    name="headcount",
    title=msg("Headcount plan"),
    about=msg("Planned headcount from each start date, compared with current staff, leavers and open positions today."),
    thing=msg("headcount plan", context="record"),
    empty=msg("Nothing is planned: add a line for a department or a job, or import the plan."),
    field_class="public",
    rows=_rows,
    key=HeadcountPlan.id,
    place=Place(HeadcountPlan.department_id, HeadcountPlan.legal_entity_id),
    form=FormSpec(
        (
            Field("department", msg("Department"), required=True, most=250, also=("部门", "部门名称")),
            Field("title", msg("Job title"), most=120, also=("岗位", "职位", "岗位名称"),
                  help=msg("Left empty: the department with all below it.")),
            Field("valid_from", msg("Start date", context="headcount"), "day", required=True,
                  also=("From", "生效日期", "开始日期")),
            Field("headcount", msg("People planned"), "whole", required=True, low=Decimal(0),
                  high=Decimal(service.MOST), also=("编制", "编制人数", "编制数", "计划人数")),
            Field("reason", msg("Reason of the change"), "area", most=300, also=("原因", "变更原因"),
                  help=msg("Needed where a plan is changed.")),
        ),
        _create,
        ("public", "manage"),
        _update,
        _load,
        key=("department", "title", "valid_from"),
        find=_find,
    ),
    columns=(
        Column("department", msg("Department"), "text", Department.name, filters=True, searched=True, opens=True),
        Column("title", msg("Job title"), "text", HeadcountPlan.title, searched=True),
        Column("since", msg("Start date", context="headcount"), "day", HeadcountPlan.valid_from, filters=True),
        Column("headcount", msg("People planned"), "whole", HeadcountPlan.headcount),
        Column("in_post", msg("In post"), "whole"),
        Column("leaving", msg("Of them leaving"), "whole"),
        Column("sought", msg("Sought"), "whole"),
        Column("over", msg("Over the plan"), "whole", tones={"*": "look"}),
        Column("checked", msg("Confirmed by")),
        Column("reason", msg("Reason of the change"), "text", HeadcountPlan.reason, shown=False),
        Column("company", msg("Company"), "text", LegalEntity.name, filters=True, shown=False),
    ),
    fills=(Fill(("in_post", "leaving", "sought", "over"), _actual), Fill(("checked",), _checked)),
    bulk=(
        Bulk("confirm", msg("Confirm as a second person"), ("public", "manage"), _confirm,
             msg("{count} lines are confirmed.")),
        Bulk("call_off", msg("Withdraw the line"), ("public", "manage"), _call_off,
             msg("{count} lines were withdrawn."), fields=(Field("reason", msg("Reason"), required=True, most=300),)),
    ),
)  # fmt: skip
