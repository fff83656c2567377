"""The lists of shifts, of defaults and of planned days, with their forms and sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, String, case, cast, func, select
from sqlalchemy.orm import Session, aliased

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.mending import plain_number
from interview_engine.hr.forms.spec import Bulk, Column, Fill, FormSpec, ListSpec, Place
from interview_engine.hr.people.tables import Department, LegalEntity, Person
from interview_engine.hr.problems import invalid
from interview_engine.hr.time import plans, shifts
from interview_engine.hr.time.rules import shifts as rules
from interview_engine.hr.time.shifts import KINDS, STATES, NewShift
from interview_engine.hr.time.tables import Shift, ShiftDefault, ShiftPlan
from interview_engine.i18n import msg

_MINUTES = Decimal(0)
_Held = employments.Employment
NUMBER = Field(
    "employee_number", msg("Employee number"), most=20, tidy=plain_number, also=("工号", "员工编号", "人员编号")
)
_EXAMPLE = msg("09:00-12:00, 13:00-18:00. What is earlier than what stands before it is on the next day: 22:00-06:00.")
DAYS = {"workdays": msg("Workdays of the calendar"), "every": msg("Every day, weekends and holidays too")}


def _times(text: str) -> str:
    try:
        return rules.parts_text(rules.read_parts(text))
    except ValueError:
        raise invalid("parts", "shift.times", msg("These are no times of a shift: {text}", text=text[:40]),
                      msg("Write them as 09:00-12:00, 13:00-18:00."))  from None  # fmt: skip


def _night(text: str) -> str:
    try:
        parts = rules.read_parts(text)
        if len(parts) > 1:
            raise ValueError(text)
        return rules.parts_text(parts)
    except ValueError:
        raise invalid("night", "shift.times", msg("These are no times of a shift: {text}", text=text[:40]),
                      msg("Write it as 22:00-06:00."))  from None  # fmt: skip


FIELDS = (
    Field("code", msg("Code", context="shift"), required=True, most=20, also=("班次编码", "班次代码", "编码")),
    Field("name", msg("Name of the shift"), required=True, most=60, also=("班次名称", "班次", "名称")),
    Field("company", msg("Company"), most=120, help=msg("May be empty where there is one only."),
          also=("公司", "所属公司")),
    Field("kind", msg("Kind of shift"), "choice", required=True, choices=KINDS, also=("班次类型",)),
    Field("parts", msg("Times"), required=True, most=100, reads=_times, help=_EXAMPLE, also=("上下班时间", "时间段")),
    Field("break_minutes", msg("Unpaid break, minutes"), "whole", low=_MINUTES, high=Decimal(600),
          help=msg("Taken off the time worked. A break between two parts needs nothing here."), also=("休息分钟",)),
    Field("flex", msg("May begin later by, minutes"), "whole", low=_MINUTES, high=Decimal(480),
          when=("kind", "flexible"), help=msg("Who begins later ends as much later.")),
    Field("grace_late", msg("Not late up to, minutes"), "whole", low=_MINUTES, high=Decimal(240)),
    Field("grace_early", msg("Not early up to, minutes"), "whole", low=_MINUTES, high=Decimal(240)),
    Field("before", msg("Punches count before it, minutes"), "whole", low=_MINUTES, high=Decimal(rules.MOST_WINDOW),
          help=msg("Left empty: 120.")),
    Field("after", msg("Punches count after it, minutes"), "whole", low=_MINUTES, high=Decimal(rules.MOST_WINDOW),
          help=msg("Left empty: 240. Nothing is decided before this time has passed.")),
    Field("night", msg("Night, for night minutes"), most=20, reads=_night,
          help=msg("22:00-06:00, or as your rule says. Left empty: no night minutes are counted.")),
    Field("zone", msg("Time zone"), most=40, help=msg("Left empty: Asia/Shanghai.")),
)  # fmt: skip


def _text(values: Mapping[str, Value], name: str) -> str:
    return str(values.get(name) or "").strip()


def _whole(values: Mapping[str, Value], name: str, otherwise: int) -> int:
    value = values.get(name)
    return otherwise if value is None else int(str(value))


def _new(values: Mapping[str, Value]) -> NewShift:
    night = _text(values, "night")
    return NewShift(
        _text(values, "code"),
        _text(values, "name"),
        rules.read_parts(_text(values, "parts")),
        str(values["kind"]),
        _text(values, "zone") or "Asia/Shanghai",
        _whole(values, "break_minutes", 0),
        _whole(values, "before", 120),
        _whole(values, "after", 240),
        _whole(values, "grace_late", 0),
        _whole(values, "grace_early", 0),
        _whole(values, "flex", 0),
        rules.read_parts(night)[0] if night else None,
    )


def _create(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    company = plans.whom(session, actor, "", "", _text(values, "company"))
    return shifts.create(session, actor, str(company.legal_entity_id), _new(values), clock).id


def _update(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    shifts.change(session, actor, row_id, _new(values), clock)


def _load(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = shifts.get_for(session, actor, row_id)
    same = ("code", "name", "kind", "break_minutes", "flex", "grace_late", "grace_early", "before", "after", "zone")
    return {
        **{name: getattr(row, name) for name in same},
        "company": session.get_one(LegalEntity, row.legal_entity_id).name,
        "parts": rules.parts_text(shifts.value_of(row).parts),
        "night": rules.parts_text([(row.night[0], row.night[1])]) if row.night else None,
    }


def _times_of(session: Session, _: Actor, ids: Sequence[str]) -> Mapping[str, Mapping[str, str | Decimal]]:
    rows = session.scalars(select(Shift).where(Shift.id.in_(ids)))
    return {
        row.id: {"times": rules.parts_text(row.parts), "hours": Decimal(shifts.value_of(row).minutes) / 60}
        for row in rows
    }


SHIFTS = ListSpec(
    name="shifts",
    title=msg("Shifts"),
    about=msg("When work begins and ends. A change holds for the days that are not closed yet."),
    thing=msg("shift"),
    empty=msg("No shift yet. Add the first one, then say who works it."),
    field_class="public",
    rows=lambda: select(Shift.id).select_from(Shift).join(LegalEntity, LegalEntity.id == Shift.legal_entity_id),
    key=Shift.id,
    place=Place(legal_entity=Shift.legal_entity_id),
    columns=(
        Column("code", msg("Code", context="shift"), "text", Shift.code, searched=True, opens=True),
        Column("name", msg("Name of the shift"), "text", Shift.name, searched=True),
        Column("times", msg("Times")),
        Column("hours", msg("Hours"), "number", places=2),
        Column("kind", msg("Kind of shift"), "choice", Shift.kind, choices=KINDS, filters=True),
        Column("zone", msg("Time zone"), "text", Shift.zone, filters=True, shown=False),
        Column("state", msg("State"), "choice", Shift.state, choices=STATES, filters=True),
        Column("company", msg("Company"), "text", LegalEntity.name, filters=True, shown=False),
    ),
    fills=(Fill(("times", "hours"), _times_of),),
    form=FormSpec(FIELDS, _create, ("public", "manage"), _update, _load),
    bulk=(
        Bulk("end", msg("No longer use"), ("public", "manage"),
             lambda session, actor, row_id, _, clock: shifts.end(session, actor, row_id, clock),
             msg("{count} shifts are no longer used."),
             ask=msg("No longer use {count} shifts? What is planned stays.")),
    ),
)  # fmt: skip


# Defaults ---------------------------------------------------------------------------------------------------------

DEFAULT_FIELDS = (
    replace(NUMBER, help=msg("Fill in one of these three: whom it holds for.")),
    Field("department", msg("Department"), most=250),
    Field("company", msg("Company"), most=120),
    Field("first_day", msg("From day"), "day", required=True),
    Field("shifts", msg("Shifts in turn"), "area", most=600,
          help=msg("One code for the same shift every day; several for a rotation, with - for a day off: "
                   "A, A, B, B, -, -. Left empty: what held ends.")),
    Field("days", msg("On which days"), "choice", required=True, choices=DAYS),
)  # fmt: skip


def _set(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    names = [_text(values, name) for name in ("employee_number", "department", "company")]
    meant = plans.whom(session, actor, names[0], names[1], names[2])
    cycle = plans.read_cycle(session, plans.company_of(session, meant), _text(values, "shifts"))
    day = values["first_day"]
    assert isinstance(day, date)
    new = replace(meant, valid_from=day, cycle=cycle, by_calendar=values["days"] == "workdays")
    return plans.set_default(session, actor, new, clock).id


def _cycles(session: Session, _: Actor, ids: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    rows = session.scalars(select(ShiftDefault).where(ShiftDefault.id.in_(ids))).all()
    wanted = {one for row in rows for one in row.cycle if one is not None}
    codes = dict(session.execute(select(Shift.id, Shift.code).where(Shift.id.in_(wanted))).tuples().all())
    return {row.id: {"shifts": ", ".join("-" if one is None else codes[one] for one in row.cycle)} for row in rows}


def _defaults() -> Select[Any]:
    return (
        select(ShiftDefault.id)
        .select_from(ShiftDefault)
        .join(LegalEntity, LegalEntity.id == ShiftDefault.legal_entity_id)
        .outerjoin(Department, Department.id == ShiftDefault.department_id)
        .outerjoin(Person, Person.id == ShiftDefault.person_id)
        .where(ShiftDefault.dated_state != "withdrawn", ShiftDefault.revision == _newest())
    )


def _newest() -> Any:
    other = aliased(ShiftDefault)
    same = (other.subject == ShiftDefault.subject, other.valid_from == ShiftDefault.valid_from)
    return select(func.max(other.revision)).where(*same).scalar_subquery()


SHIFT_DEFAULTS = ListSpec(
    name="shift_defaults",
    title=msg("Usual shifts"),
    about=msg("What people work where no roster says otherwise: the person's own before the department's before the "
              "company's. A change is a further line with its first day."),
    thing=msg("usual shift"),
    empty=msg("Nothing is said yet. Without a usual shift or a roster no attendance is worked out."),
    field_class="contact",
    rows=_defaults,
    key=ShiftDefault.id,
    place=Place(ShiftDefault.department_id, ShiftDefault.legal_entity_id, ShiftDefault.person_id),
    columns=(
        Column("name", msg("Name"), "text", Person.name, searched=True),
        Column("employee_number", msg("Employee number"), "text",
               employments.number_column(ShiftDefault.person_id, ShiftDefault.legal_entity_id), under="name"),
        Column("department", msg("Department"), "text", Department.name, searched=True),
        Column("company", msg("Company"), "text", LegalEntity.name, filters=True),
        Column("first_day", msg("From day"), "day", ShiftDefault.valid_from, filters=True),
        Column("shifts", msg("Shifts in turn")),
        Column("days", msg("On which days"), "choice",
               case((ShiftDefault.by_calendar, "workdays"), else_="every"), choices=DAYS),
    ),
    fills=(Fill(("shifts",), _cycles),),
    href=lambda _, __, ___: "",
    form=FormSpec(DEFAULT_FIELDS, _set, ("contact", "write")),
)  # fmt: skip


# Planned days -----------------------------------------------------------------------------------------------------

PLAN_FIELDS = (
    replace(NUMBER, required=True),
    Field("day", msg("Day"), "day", required=True, also=("日期", "排班日期")),
    Field("shift", msg("Shift"), most=60, nothing=("休", "休息", "-"), also=("班次", "班次编码"),
          help=msg("Its code or name. Left empty: a day off.")),
)  # fmt: skip


def _plan(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    employment_id = employments.of_number(session, actor, _text(values, "employee_number"))
    day = values["day"]
    assert isinstance(day, date)
    _write(session, actor, employment_id, day, _text(values, "shift"), clock)
    return plans.plan_ids(session, [(employment_id, day)])[employment_id, day]


def _write(session: Session, actor: Actor, employment_id: str, day: date, said: str, clock: Clock) -> None:
    held = employments.get_for(session, actor, employment_id, "write")
    shift_id = shifts.named(session, held.legal_entity_id, said).id if said else None
    plans.write_plan(session, actor, [plans.PlanRow(employment_id, day, shift_id)], plans.PERSON, clock)


def _change_plan(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    row = plans.plan_row(session, actor, row_id)
    _write(session, actor, row.employment_id, row.day, _text(values, "shift"), clock)


def _load_plan(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = plans.plan_row(session, actor, row_id)
    held = employments.get_for(session, actor, row.employment_id, "read")
    return {
        "employee_number": employments.number_for(session, held),
        "day": row.day,
        "shift": None if row.shift_id is None else session.get_one(Shift, row.shift_id).code,
    }


def _find_plan(session: Session, actor: Actor, keys: Sequence[tuple[Value, ...]]) -> Mapping[tuple[Value, ...], str]:
    numbers = sorted({str(number).strip().upper() for number, _ in keys})
    ids = employments.of_numbers(session, actor, numbers)
    wanted = {
        (ids[str(number).strip().upper()], day): (number, day)
        for number, day in keys
        if str(number).strip().upper() in ids and isinstance(day, date)
    }
    return {wanted[key]: row_id for key, row_id in plans.plan_ids(session, wanted).items()}


def _clear(session: Session, actor: Actor, row_id: str, _: Mapping[str, Value], clock: Clock) -> None:
    row = plans.plan_row(session, actor, row_id)
    plans.clear_plan(session, actor, [(row.employment_id, row.day)], row.source, clock)


def _planned() -> Select[Any]:
    return (
        select(ShiftPlan.id)
        .select_from(ShiftPlan)
        .join(Person, Person.id == ShiftPlan.person_id)
        .join(_Held, _Held.id == ShiftPlan.employment_id)
        .outerjoin(Shift, Shift.id == ShiftPlan.shift_id)
        .where(ShiftPlan.source != "")
    )


SHIFT_PLAN = ListSpec(
    name="shift_plan",
    title=msg("Planned days"),
    about=msg("Days on which somebody works another shift than usual, or none: from a roster or by hand."),
    thing=msg("planned day"),
    empty=msg("No day is planned. The usual shifts hold."),
    field_class="contact",
    rows=_planned,
    key=ShiftPlan.id,
    place=Place(_Held.department_id, _Held.legal_entity_id, ShiftPlan.person_id),
    columns=(
        Column("name", msg("Name"), "text", Person.name, searched=True, opens=True),
        Column("employee_number", msg("Employee number"), "text",
               employments.number_column(ShiftPlan.person_id, _Held.legal_entity_id), searched=True, under="name"),
        Column("day", msg("Day"), "day", ShiftPlan.day, filters=True),
        Column("shift", msg("Shift"), "text", func.coalesce(Shift.code, "-"), filters=True),
        Column("shift_name", msg("Name of the shift"), "text", Shift.name, shown=False),
        Column("source", msg("Written by", context="plan"), "text", cast(ShiftPlan.source, String(60)), shown=False),
    ),
    form=FormSpec(PLAN_FIELDS, _plan, ("contact", "write"), _change_plan, _load_plan,
                  key=("employee_number", "day"), find=_find_plan),
    bulk=(
        Bulk("clear", msg("Back to the usual shift"), ("contact", "write"), _clear,
             msg("{count} days are as usual again."), ask=msg("Plan {count} days no longer?")),
    ),
)  # fmt: skip
