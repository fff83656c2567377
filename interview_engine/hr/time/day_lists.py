"""The lists of punches, of places to punch, of days of attendance, of months, and of what companies allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Numeric, Select, cast, select
from sqlalchemy.orm import Session, aliased

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.spec import Bulk, Column, Fill, FormSpec, ListSpec, Place
from interview_engine.hr.people.tables import Department, LegalEntity, Person
from interview_engine.hr.problems import invalid
from interview_engine.hr.time import attendance, places, plans, policy, punching, shifts
from interview_engine.hr.time.attendance import MONTH_STATES, PROBLEMS, STATES, VERDICTS
from interview_engine.hr.time.punching import FLAGS, SOURCES
from interview_engine.hr.time.shift_lists import NUMBER
from interview_engine.hr.time.tables import AttendanceDay, AttendanceMonth, Punch, PunchPlace, Shift, TimePolicy
from interview_engine.i18n import Text, joined, msg

_Held = employments.Employment
_NUMBER = replace(NUMBER, required=True)


def _text(values: Mapping[str, Value], name: str) -> str:
    return str(values.get(name) or "").strip()


def _who(table: Any) -> tuple[Column, Column]:
    return (
        Column("name", msg("Name"), "text", Person.name, searched=True, opens=True),
        Column("employee_number", msg("Employee number"), "text",
               employments.number_column(table.person_id, _Held.legal_entity_id), searched=True, under="name"),
    )  # fmt: skip


def _rows_of(table: Any) -> Select[Any]:
    return (
        select(table.id)
        .select_from(table)
        .join(Person, Person.id == table.person_id)
        .join(_Held, _Held.id == table.employment_id)
        .join(Department, Department.id == _Held.department_id)
    )


def _place(table: Any) -> Place:
    return Place(_Held.department_id, _Held.legal_entity_id, table.person_id)


# Punches ----------------------------------------------------------------------------------------------------------


def _moment(text: str) -> str:
    clean = " ".join(text.replace("/", "-").replace("T", " ").split())
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"):
        try:
            return datetime.strptime(clean, form).isoformat(" ")
        except ValueError:
            continue
    raise invalid("at", "punch.time", msg("This is no day and time: {text}", text=text[:30]),
                  msg("Write it as 2026-11-09 08:58."))  # fmt: skip


PUNCH_FIELDS = (
    replace(_NUMBER, also=("工号", "员工编号", "人员编号", "考勤号码", "登记号码", "AC-No.", "No.", "EnNo", "User ID")),
    Field("at", msg("Day and time"), required=True, most=30, reads=_moment, joined=" ", parts=("日期", "时间"),
          help=msg("2026-11-09 08:58, in the company's time zone."),
          also=("打卡时间", "日期时间", "考勤时间", "刷卡时间", "签到时间", "DateTime", "sTime", "Time")),
    Field("device", msg("Terminal"), most=60, also=("设备", "机器号", "设备名称", "考勤点", "Device", "DevID")),
    Field("reason", msg("Reason"), most=300, help=msg("Needed where no terminal is named: you write it down."),
          also=("备注", "原因")),
)  # fmt: skip


def _enter(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    employment_id = employments.of_number(session, actor, _text(values, "employee_number"))
    held = employments.get_for(session, actor, employment_id, "write")
    zone = punching.zone_of_company(session, held.legal_entity_id)
    at = datetime.fromisoformat(_text(values, "at")).replace(tzinfo=zone)
    device = _text(values, "device")
    source = "device" if device else "supervisor"
    reason = _text(values, "reason")
    return punching.enter(session, actor, employment_id, at, source, clock, reason=reason, device=device).id


def _void(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    punching.void_for(session, actor, row_id, _text(values, "reason"), clock)


def _flags(session: Session, _: Actor, ids: Sequence[str]) -> Mapping[str, Mapping[str, Text | None]]:
    rows = session.execute(select(Punch.id, Punch.flags).where(Punch.id.in_(ids))).tuples()
    return {row_id: {"flags": joined([FLAGS[one] for one in flags]) if flags else None} for row_id, flags in rows}


_Voiding = aliased(Punch)

PUNCHES = ListSpec(
    name="punches",
    title=msg("Punches"),
    about=msg("As they came, the newest first; none is ever changed. One that was entered by mistake is voided."),
    thing=msg("punch"),
    empty=msg("No punch yet. People punch on their phones, at the door, or at a terminal whose file you import."),
    field_class="contact",
    rows=lambda: _rows_of(Punch).outerjoin(PunchPlace, PunchPlace.id == Punch.place_id).where(
        Punch.source != "void", ~select(_Voiding.id).where(_Voiding.voids == Punch.id).exists()
    ),
    key=Punch.id,
    place=_place(Punch),
    columns=(
        *_who(Punch),
        Column("at", msg("Time"), "moment", Punch.at, filters=True, exact=True),
        Column("source", msg("How", context="punch"), "choice", Punch.source, choices=SOURCES,
               filters=True, counts=True),
        Column("at_place", msg("Where"), "text", PunchPlace.name),
        Column("flags", msg("To look at")),
        Column("device", msg("Terminal"), "text", Punch.device, shown=False),
        Column("reason", msg("Reason"), "text", Punch.reason, shown=False),
    ),
    fills=(Fill(("flags",), _flags),),
    href=lambda _, __, ___: "",
    form=FormSpec(PUNCH_FIELDS, _enter, ("contact", "write")),
    bulk=(
        Bulk("void", msg("Void"), ("contact", "write"), _void, msg("{count} punches were voided."),
             ask=msg("Void {count} punches? Their days are worked out again."),
             fields=(Field("reason", msg("Reason"), required=True, most=300),)),
    ),
)  # fmt: skip


# Places -----------------------------------------------------------------------------------------------------------

PLACE_FIELDS = (
    Field("name", msg("Name of the place"), required=True, most=80),
    Field("company", msg("Company"), most=120, help=msg("May be empty where there is one only.")),
    Field("department", msg("Only for department"), most=250, help=msg("Left empty: for everybody in the company.")),
    Field("latitude", msg("Latitude"), "number", low=Decimal(-90), high=Decimal(90), places=6,
          help=msg("In degrees (WGS 84), as 31.230416.")),
    Field("longitude", msg("Longitude"), "number", low=Decimal(-180), high=Decimal(180), places=6),
    Field("radius_m", msg("Radius, metres"), "whole", low=Decimal(20), high=Decimal(20000),
          help=msg("Left empty: 200.")),
    Field("networks", msg("Networks of its Wi-Fi"), "area", most=600,
          help=msg("Addresses from which it reaches the internet, as 203.0.113.7 or 203.0.113.0/24, one a line.")),
)  # fmt: skip


def _new_place(session: Session, actor: Actor, values: Mapping[str, Value]) -> places.NewPlace:
    degrees = [values.get(name) for name in ("latitude", "longitude")]
    millionths = [None if one is None else int(Decimal(str(one)) * 1_000_000) for one in degrees]
    radius = values.get("radius_m")
    networks = tuple(one.strip() for one in _text(values, "networks").replace(",", "\n").splitlines() if one.strip())
    return places.NewPlace(
        _text(values, "name"), millionths[0], millionths[1], 200 if radius is None else int(str(radius)), networks,
        places.department_of(session, actor, _text(values, "department")),
    )  # fmt: skip


def _create_place(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    company = plans.whom(session, actor, "", "", _text(values, "company"))
    new = _new_place(session, actor, values)
    return places.create(session, actor, str(company.legal_entity_id), new, clock).id


def _update_place(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    places.change(session, actor, row_id, _new_place(session, actor, values), clock)


def _load_place(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = places.get_for(session, actor, row_id)
    return {
        "name": row.name,
        "company": session.get_one(LegalEntity, row.legal_entity_id).name,
        "department": None if row.department_id is None else session.get_one(Department, row.department_id).name,
        "latitude": None if row.latitude is None else Decimal(row.latitude) / 1_000_000,
        "longitude": None if row.longitude is None else Decimal(row.longitude) / 1_000_000,
        "radius_m": row.radius_m,
        "networks": "\n".join(row.networks),
    }


PUNCH_PLACES = ListSpec(
    name="punch_places",
    title=msg("Places to punch"),
    about=msg("Where phones may punch, and the code that the door shows. A face or a fingerprint is asked of nobody."),
    thing=msg("place"),
    empty=msg("No place yet. Until there is one, phones cannot punch."),
    field_class="public",
    rows=lambda: select(PunchPlace.id).select_from(PunchPlace)
    .join(LegalEntity, LegalEntity.id == PunchPlace.legal_entity_id)
    .outerjoin(Department, Department.id == PunchPlace.department_id),
    key=PunchPlace.id,
    place=Place(legal_entity=PunchPlace.legal_entity_id),
    columns=(
        Column("name", msg("Name of the place"), "text", PunchPlace.name, searched=True, opens=True),
        Column("radius_m", msg("Radius, metres"), "whole", PunchPlace.radius_m),
        Column("department", msg("Only for department"), "text", Department.name),
        Column("company", msg("Company"), "text", LegalEntity.name, filters=True),
        Column("state", msg("State"), "choice", PunchPlace.state, choices=shifts.STATES, filters=True),
    ),
    form=FormSpec(PLACE_FIELDS, _create_place, ("public", "manage"), _update_place, _load_place),
    bulk=(
        Bulk("end", msg("No longer use"), ("public", "manage"),
             lambda session, actor, row_id, _, clock: places.end(session, actor, row_id, clock),
             msg("{count} places are no longer used.")),
    ),
)  # fmt: skip


# Days -------------------------------------------------------------------------------------------------------------


def _problems(session: Session, _: Actor, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    rows = session.execute(
        select(AttendanceDay.id, AttendanceDay.problems, AttendanceDay.punches, AttendanceDay.legal_entity_id).where(
            AttendanceDay.id.in_(ids)
        )
    ).tuples().all()  # fmt: skip
    zones: dict[str, ZoneInfo] = {}
    found: dict[str, Mapping[str, Any]] = {}
    for row_id, problems, punches, company in rows:
        zone = zones.setdefault(company, punching.zone_of_company(session, company))
        times = [f"{datetime.fromisoformat(one).astimezone(zone):%H:%M}" for one in punches]
        said = joined([PROBLEMS[one] for one in problems]) if problems else None
        found[row_id] = {"problems": said, "times": ", ".join(times)}
    return found


def _settle(verdict: str) -> Any:
    def do(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
        attendance.settle(session, actor, row_id, verdict, _text(values, "reason"), clock)

    return do


_REASON = (Field("reason", msg("Reason"), required=True, most=300),)

ATTENDANCE = ListSpec(
    name="attendance",
    title=msg("Attendance"),
    about=msg("What each day was, decided once its shift and the time after it are over. A day that waits for a person "
              "is paid in full until somebody decides."),
    thing=msg("day of attendance"),
    empty=msg("Nothing yet. Days appear once people have shifts."),
    field_class="contact",
    rows=lambda: _rows_of(AttendanceDay).outerjoin(Shift, Shift.id == AttendanceDay.shift_id).where(
        AttendanceDay.state != "off"
    ),
    key=AttendanceDay.id,
    place=_place(AttendanceDay),
    columns=(
        *_who(AttendanceDay),
        Column("day", msg("Day"), "day", AttendanceDay.day, filters=True),
        Column("state", msg("State"), "choice", AttendanceDay.state, choices=STATES, filters=True, counts=True,
               tones={"held": "look", "look": "look"}),
        Column("problems", msg("To look at")),
        Column("times", msg("Punches")),
        Column("shift", msg("Shift"), "text", Shift.code, filters=True),
        Column("worked", msg("Hours worked"), "number", cast(AttendanceDay.worked, Numeric(12, 2)) / 60, places=2),
        Column("late", msg("Late, minutes"), "whole", AttendanceDay.late, filters=True),
        Column("early", msg("Early, minutes"), "whole", AttendanceDay.early, shown=False),
        Column("night", msg("Night, minutes"), "whole", AttendanceDay.night, shown=False),
        Column("leave", msg("Leave, minutes"), "whole", AttendanceDay.leave, shown=False),
        Column("explanation", msg("What the employee says"), "text", AttendanceDay.explanation),
        Column("verdict", msg("Decided as"), "choice", AttendanceDay.verdict, choices={"": msg("–"), **VERDICTS},
               shown=False),
        Column("reason", msg("Reason"), "text", AttendanceDay.reason, shown=False),
        Column("department", msg("Department"), "text", Department.name, filters=True, shown=False),
    ),
    fills=(Fill(("problems", "times"), _problems),),
    href=lambda _, __, ___: "",
    bulk=(
        Bulk("present", VERDICTS["present"], ("contact", "write"), _settle("present"),
             msg("{count} days were decided."), fields=_REASON),
        Bulk("absent", VERDICTS["absent"], ("contact", "write"), _settle("absent"), msg("{count} days were decided."),
             ask=msg("{count} days count as absent without leave, and pay is deducted for them."), fields=_REASON),
    ),
)  # fmt: skip


def _reopen(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    attendance.reopen(session, actor, row_id, _text(values, "reason"), clock)


def _totals(session: Session, _: Actor, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    rows = session.scalars(select(AttendanceMonth).where(AttendanceMonth.id.in_(ids)))
    return {
        row.id: {
            "worked": Decimal(row.totals.get("worked", 0)) / 60,
            "late": row.totals.get("late", 0),
            "absent_days": Decimal(row.totals.get("absent_days", "0")),
            "overtime": Decimal(sum(row.totals.get("overtime", {}).values())) / 60,
        }
        for row in rows
    }


ATTENDANCE_MONTHS = ListSpec(
    name="attendance_months",
    title=msg("Confirmed and closed months"),
    about=msg("Pay reads a month once it is closed. Who has not confirmed theirs is not in this list."),
    thing=msg("month of attendance"),
    empty=msg("No month has been confirmed or closed yet."),
    field_class="contact",
    rows=lambda: _rows_of(AttendanceMonth),
    key=AttendanceMonth.id,
    place=_place(AttendanceMonth),
    columns=(
        *_who(AttendanceMonth),
        Column("month", msg("Month"), "month", AttendanceMonth.month, filters=True),
        Column("state", msg("State"), "choice", AttendanceMonth.state, choices=MONTH_STATES, filters=True, counts=True),
        Column("worked", msg("Hours worked"), "number", places=2),
        Column("late", msg("Times late"), "whole"),
        Column("absent_days", msg("Days absent without leave"), "number", places=2),
        Column("overtime", msg("Hours of overtime to be paid"), "number", places=2),
        Column("confirmed", msg("Confirmed on"), "moment", AttendanceMonth.confirmed_at, shown=False),
    ),
    fills=(Fill(("worked", "late", "absent_days", "overtime"), _totals),),
    href=lambda _, __, ___: "",
    bulk=(
        Bulk("reopen", msg("Reopen"), ("contact", "write"), _reopen, msg("{count} months were reopened."),
             ask=msg("Days of {count} months are decided again. Close them again: pay adjusts the difference."),
             fields=_REASON),
    ),
)  # fmt: skip


# What companies allow ---------------------------------------------------------------------------------------------

POLICY_FIELDS = (
    Field("company", msg("Company"), most=120, help=msg("May be empty where there is one only.")),
    Field("corrections", msg("Corrections a month"), "whole", required=True, low=Decimal(0), high=Decimal(31)),
    Field("correction_days", msg("Days back"), "whole", required=True, low=Decimal(0), high=Decimal(366)),
    Field("overtime", msg("Overtime is asked for"), "choice", required=True, choices=policy.OVERTIME),
)  # fmt: skip


def _set_policy(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    company = str(plans.whom(session, actor, "", "", _text(values, "company")).legal_entity_id)
    new = policy.Policy(int(str(values["corrections"])), int(str(values["correction_days"])), str(values["overtime"]))
    return policy.set_policy(session, actor, company, new, clock).id


TIME_POLICY = ListSpec(
    name="time_policy",
    title=msg("Limits of corrections and overtime"),
    about=msg("What people may ask for. A company without a line: 3 corrections a month, 31 days back, overtime before "
              "or after."),
    thing=msg("limit"),
    empty=msg("No company has set anything."),
    field_class="public",
    rows=lambda: select(TimePolicy.id).select_from(TimePolicy).join(
        LegalEntity, LegalEntity.id == TimePolicy.legal_entity_id
    ),
    key=TimePolicy.id,
    place=Place(legal_entity=TimePolicy.legal_entity_id),
    columns=(
        Column("company", msg("Company"), "text", LegalEntity.name, searched=True),
        Column("corrections", msg("Corrections a month"), "whole", TimePolicy.corrections),
        Column("correction_days", msg("Days back"), "whole", TimePolicy.correction_days),
        Column("overtime", msg("Overtime is asked for"), "choice", TimePolicy.overtime, choices=policy.OVERTIME),
    ),
    href=lambda _, __, ___: "",
    form=FormSpec(POLICY_FIELDS, _set_policy, ("public", "manage")),
)  # fmt: skip
