"""The list of leave that was taken over, and its form and sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Numeric, Select, cast, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.mending import plain_number
from interview_engine.hr.forms.reading import is_like, read_value
from interview_engine.hr.forms.spec import Column, FormSpec, ListSpec, Place
from interview_engine.hr.leave import service
from interview_engine.hr.leave.service import Opening
from interview_engine.hr.leave.tables import LeaveOpening
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import invalid
from interview_engine.i18n import msg

_ALSO = {"年假": "annual", "年休假": "annual", "带薪年假": "annual", "调休": "time_off", "调休假": "time_off"}
"""What sheets call the kinds besides their labels."""


def _kind(text: str) -> str:
    said = _ALSO.get(is_like(text))
    return str(read_value(_KIND, text)) if said is None else said


_KIND = Field("kind", msg("Kind of leave"), "choice", required=True, choices=service.KINDS)

FIELDS = (
    Field("employee_number", msg("Employee number"), required=True, most=20, tidy=plain_number,
          also=("工号", "员工编号", "人员编号")),
    Field("kind", msg("Kind of leave"), "choice", required=True, choices=service.KINDS, reads=_kind,
          also=("假期类型", "假别", "假期名称", "休假类型")),
    Field("day", msg("As of"), "day", required=True, also=("截止日期", "统计日期", "余额日期", "日期")),
    Field("days", msg("Days left"), "number", low=Decimal(-366), high=Decimal(366), places=4,
          also=("剩余天数", "结余天数", "余额（天）", "剩余（天）", "年假余额", "余额", "剩余")),
    Field("hours_a_day", msg("Hours that count as a day"), "number", low=Decimal(1), high=Decimal(24),
          help=msg("Needed where days are given."), also=("每天小时数", "日工时", "每日工时")),
    Field("hours", msg("Hours left"), "number", low=Decimal(-8784), high=Decimal(8784), places=4,
          also=("剩余小时", "剩余小时数", "余额（小时）", "结余小时")),
)  # fmt: skip


def _minutes(values: Mapping[str, Value]) -> tuple[int, int | None]:
    days, hours, a_day = (values.get(name) for name in ("days", "hours", "hours_a_day"))
    if days is None and hours is None:
        raise invalid("days", "leave.nothing", msg("Neither days nor hours are given."), msg("Fill in one of them."))
    if days is not None and a_day is None:
        raise invalid("hours_a_day", "leave.hours_a_day", msg("How many hours a day of leave has is not said."),
                      msg("Add a column for it, or one value for all lines."))  # fmt: skip
    minutes = Decimal(0)
    if days is not None and a_day is not None:
        minutes += Decimal(str(days)) * Decimal(str(a_day)) * 60
    if hours is not None:
        minutes += Decimal(str(hours)) * 60
    whole = minutes.to_integral_value()
    if minutes != whole:
        raise invalid("days" if days is not None else "hours", "leave.minutes",
                      msg("This is no whole number of minutes."), msg("Correct it and send again."))  # fmt: skip
    return int(whole), None if days is None or a_day is None else int(Decimal(str(a_day)) * 60)


def _opening(values: Mapping[str, Value]) -> Opening:
    minutes, a_day = _minutes(values)
    day = values["day"]
    assert isinstance(day, date)
    return Opening(str(values["kind"]), day, minutes, a_day)


def _create(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    employment_id = employments.of_number(session, actor, str(values["employee_number"]))
    return service.bring_along(session, actor, employment_id, _opening(values), clock).id


def _update(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    row = service.first_row(session, actor, row_id)
    new = _opening(values)
    if new.minutes != service.minutes_of(session, row.employment_id, row.kind, row.day):
        corrected = Opening(row.kind, row.day, new.minutes, new.minutes_a_day)
        service.bring_along(session, actor, row.employment_id, corrected, clock)


def _load(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = service.first_row(session, actor, row_id)
    employment = employments.get_for(session, actor, row.employment_id, "read")
    minutes = service.minutes_of(session, row.employment_id, row.kind, row.day)
    a_day = row.minutes_a_day
    return {
        "employee_number": employments.number_for(session, employment),
        "kind": row.kind,
        "day": row.day,
        "days": None if a_day is None else round(Decimal(minutes) / a_day, 4),
        "hours_a_day": None if a_day is None else round(Decimal(a_day) / 60, 2),
        "hours": round(Decimal(minutes) / 60, 4) if a_day is None else None,
    }


def _find(session: Session, actor: Actor, keys: Sequence[tuple[Value, ...]]) -> Mapping[tuple[Value, ...], str]:
    wanted = {
        (str(number).strip().upper(), str(kind), day): (number, kind, day)
        for number, kind, day in keys
        if isinstance(day, date)
    }
    found = service.find_rows(session, actor, list(wanted))
    return {wanted[key]: row_id for key, row_id in found.items()}


def _rows() -> Select[Any]:
    return select(LeaveOpening.id).select_from(LeaveOpening).join(Person, Person.id == LeaveOpening.person_id).join(
        employments.Employment, employments.Employment.id == LeaveOpening.employment_id
    )  # fmt: skip


LEAVE_OPENING = ListSpec(
    name="leave_opening",
    title=msg("Leave taken over"),
    about=msg("What was left of leave in the system before. A correction is a further line; the sum counts."),
    thing=msg("leave"),
    empty=msg("No leave has been taken over yet."),
    field_class="contact",
    rows=_rows,
    key=LeaveOpening.id,
    place=Place(employments.Employment.department_id, employments.Employment.legal_entity_id, LeaveOpening.person_id),
    columns=(
        Column("name", msg("Name"), "text", Person.name, searched=True, opens=True),
        Column("employee_number", msg("Employee number"), "text",
               employments.number_column(LeaveOpening.person_id, employments.Employment.legal_entity_id), searched=True,
               under="name"),
        Column("kind", msg("Kind of leave"), "choice", LeaveOpening.kind, choices=service.KINDS, filters=True,
               counts=True),
        Column("day", msg("As of"), "day", LeaveOpening.day, filters=True),
        Column("hours", msg("Hours"), "number", cast(LeaveOpening.minutes, Numeric(12, 2)) / 60, places=2),
        Column("minutes", msg("Minutes"), "whole", LeaveOpening.minutes, shown=False),
        Column("written", msg("Written on", context="leave"), "moment", LeaveOpening.created_at, shown=False),
    ),
    href=lambda _, __, ___: "",
    form=FormSpec(
        FIELDS, _create, ("contact", "write"), _update, _load, key=("employee_number", "kind", "day"), find=_find,
        take_back=service.take_back,
    ),
)  # fmt: skip
