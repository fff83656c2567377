"""The lists of rosters, of what departments usually need, of people's posts and limits, and of wishes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.forms.fields import Field, Shown, Value
from interview_engine.hr.forms.mending import plain_number
from interview_engine.hr.forms.spec import Bulk, Column, Fill, FormSpec, ListSpec, Place
from interview_engine.hr.org import service as org
from interview_engine.hr.people.tables import Department, LegalEntity, Person
from interview_engine.hr.rosters import making, rules, staff
from interview_engine.hr.rosters.making import NewRoster
from interview_engine.hr.rosters.staff import NewNeed, NewStaff, NewWish
from interview_engine.hr.rosters.tables import Roster, RosterItem, RosterNeed, RosterStaff, RosterWish
from interview_engine.hr.time import service as time
from interview_engine.i18n import msg

WEEKDAYS = {"monday": msg("Monday"), "tuesday": msg("Tuesday"), "wednesday": msg("Wednesday"),
            "thursday": msg("Thursday"), "friday": msg("Friday"), "saturday": msg("Saturday"),
            "sunday": msg("Sunday")}  # fmt: skip
WISHES = {"free": msg("Would like to be free"), "work": msg("Would like to work")}
_Held = employments.Employment
_NUMBER = Field("employee_number", msg("Employee number"), required=True, most=20, tidy=plain_number)
_DEPARTMENT = Field("department", msg("Department"), required=True, most=250)


def _text(values: Mapping[str, Value], name: str) -> str:
    return str(values.get(name) or "").strip()


def _day(values: Mapping[str, Value], name: str) -> date:
    found = values[name]
    assert isinstance(found, date)
    return found


def _minutes(values: Mapping[str, Value], name: str, otherwise: int) -> int:
    value = values.get(name)
    return otherwise if value is None else int(Decimal(str(value)) * 60)


# Rosters ----------------------------------------------------------------------------------------------------------


def _new(session: Session, actor: Actor, values: Mapping[str, Value]) -> NewRoster:
    standard = rules.standard_rules()
    days = values.get("days_in_row")
    return NewRoster(
        org.find_department(session, actor, _text(values, "department"), "contact", "write").id,
        _day(values, "first_day"),
        _day(values, "last_day"),
        rules.Rules(
            _minutes(values, "rest_hours", standard.rest_minutes),
            standard.days_in_row if days is None else int(str(days)),
            _minutes(values, "week_hours", standard.week_most),
        ),
        str(values["source"]),
    )


def _make(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    return making.make(session, actor, _new(session, actor, values), clock).id


def _change(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> object:
    return making.change(session, actor, row_id, _new(session, actor, values), clock)


def _load(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    held = making.loaded(session, actor, row_id)
    return {
        "department": session.get_one(Department, held.department_id).name,
        "first_day": held.first_day,
        "last_day": held.last_day,
        "source": held.source,
        "rest_hours": Decimal(held.rules.rest_minutes) / 60,
        "days_in_row": held.rules.days_in_row,
        "week_hours": Decimal(held.rules.week_most) / 60,
    }


def _rows() -> Select[Any]:
    return (
        select(Roster.id)
        .select_from(Roster)
        .join(Department, Department.id == Roster.department_id)
        .join(LegalEntity, LegalEntity.id == Roster.legal_entity_id)
    )


_ASSIGNED = (
    select(func.count())
    .select_from(RosterItem)
    .where(RosterItem.roster_id == Roster.id)
    .correlate(Roster)
    .scalar_subquery()
)

ROSTERS = ListSpec(
    name="rosters",
    title=msg("Rosters"),
    about=msg("Who works which shift: planned for a department, checked, then published."),
    thing=msg("roster"),
    empty=msg("No roster yet. Say first what the department usually needs, then make one."),
    field_class="contact",
    rows=_rows,
    key=Roster.id,
    place=Place(Roster.department_id, Roster.legal_entity_id),
    columns=(
        Column("department", msg("Department"), "text", Department.name, searched=True, opens=True),
        Column("first_day", msg("First day", context="days"), "day", Roster.first_day, filters=True),
        Column("last_day", msg("Last day", context="days"), "day", Roster.last_day),
        Column("state", msg("State"), "choice", Roster.state, choices=rules.STATES, filters=True, counts=True,
               tones={"published": "go"}),
        Column("assigned", msg("Shifts planned"), "whole", _ASSIGNED),
        Column("method", msg("How it was planned"), "choice", Roster.method, choices=rules.METHODS),
        Column("published_at", msg("Published at"), "moment", Roster.published_at),
        Column("company", msg("Company"), "text", LegalEntity.name, filters=True, shown=False),
    ),
    href=lambda _, row_id, __: f"/console/rosters/{row_id}",
    form=FormSpec(
        (
            _DEPARTMENT,
            Field("first_day", msg("First day", context="days"), "day", required=True),
            Field("last_day", msg("Last day", context="days"), "day", required=True,
                  help=msg("At most {most} days.", most=rules.MOST_DAYS)),
            Field("source", msg("How many are needed"), "choice", required=True, choices=rules.SOURCES),
            Field("rest_hours", msg("Rest between two shifts, hours"), "number", low=Decimal(0), high=Decimal(48),
                  places=1, help=msg("Left empty: 11.")),
            Field("days_in_row", msg("Days in a row at most"), "whole", low=Decimal(1),
                  high=Decimal(rules.lawful_days_in_row()),
                  help=msg("Left empty: 6. The law asks for a day off in every week.")),
            Field("week_hours", msg("Hours of a week at most"), "number", low=Decimal(1), high=Decimal(84), places=1,
                  help=msg("Left empty: 40. More is overtime.")),
        ),
        _make, ("contact", "write"), _change, _load,
    ),
    bulk=(
        Bulk("remove", msg("Remove"), ("contact", "write"),
             lambda session, actor, row_id, _, clock: making.remove(session, actor, row_id, clock),
             msg("{count} rosters were removed."), ask=msg("Remove {count} rosters with everything in them?")),
    ),
)  # fmt: skip


# What is usual ----------------------------------------------------------------------------------------------------


def _need(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    department = org.find_department(session, actor, _text(values, "department"), "contact", "write")
    shift = time.named(session, department.legal_entity_id, _text(values, "shift"))
    counts = tuple(int(str(values.get(name) or 0)) for name in WEEKDAYS)
    new = NewNeed(department.id, shift.id, _text(values, "post"), counts)
    return staff.set_need_usual(session, actor, new, clock).id


def _week_of(session: Session, _: Actor, ids: Sequence[str]) -> Mapping[str, Mapping[str, Shown]]:
    rows = session.scalars(select(RosterNeed).where(RosterNeed.id.in_(ids))).all()
    codes = time.codes_of(session, (row.shift_id for row in rows))
    return {
        row.id: {"shift": codes[row.shift_id], "week": " ".join(str(one) for one in row.counts)} for row in rows
    }  # fmt: skip


ROSTER_NEEDS = ListSpec(
    name="roster_needs",
    title=msg("What departments usually need"),
    about=msg("People on each shift by weekday. A new roster begins with it; a further line replaces the same shift "
              "and post."),
    thing=msg("usual need"),
    empty=msg("Nothing is said yet: add how many people each shift needs."),
    field_class="contact",
    rows=lambda: (
        select(RosterNeed.id)
        .select_from(RosterNeed)
        .join(Department, Department.id == RosterNeed.department_id)
        .join(LegalEntity, LegalEntity.id == RosterNeed.legal_entity_id)
    ),
    key=RosterNeed.id,
    place=Place(RosterNeed.department_id, RosterNeed.legal_entity_id),
    columns=(
        Column("department", msg("Department"), "text", Department.name, searched=True),
        Column("shift", msg("Shift")),
        Column("post", msg("Post", context="roster"), "text", RosterNeed.post, searched=True),
        Column("week", msg("People, Monday to Sunday")),
        Column("company", msg("Company"), "text", LegalEntity.name, filters=True, shown=False),
    ),
    fills=(Fill(("shift", "week"), _week_of),),
    href=lambda _, __, ___: "",
    form=FormSpec(
        (
            _DEPARTMENT,
            Field("shift", msg("Shift"), required=True, most=60, help=msg("Its code or name.")),
            Field("post", msg("Post", context="roster"), most=60,
                  help=msg("What the people on it must be able to do. Left empty: anybody of the department.")),
            *(Field(name, label, "whole", low=Decimal(0), high=Decimal(rules.MOST_PEOPLE))
              for name, label in WEEKDAYS.items()),
        ),
        _need, ("contact", "write"),
    ),
    bulk=(
        Bulk("drop", msg("Remove"), ("contact", "write"),
             lambda session, actor, row_id, _, clock: staff.drop_need(session, actor, row_id, clock),
             msg("{count} lines were removed."),
             ask=msg("Remove {count} lines? Rosters that were made stay as they are.")),
    ),
)  # fmt: skip


# Posts and limits of people ---------------------------------------------------------------------------------------


def _staff(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    employment_id = employments.of_number(session, actor, _text(values, "employee_number"))
    return _set_staff(session, actor, employment_id, values, clock)


def _set_staff(
    session: Session, actor: Actor, employment_id: str, values: Mapping[str, Value], clock: Clock
) -> str:  # fmt: skip
    said = _text(values, "posts").replace("，", ",").replace("、", ",").replace("\n", ",")
    until = values.get("spared_until")
    hours = values.get("week_hours")
    new = NewStaff(
        tuple(one.strip() for one in said.split(",") if one.strip()),
        None if hours is None else _minutes(values, "week_hours", 0),
        until if isinstance(until, date) else None,
    )
    return staff.set_staff(session, actor, employment_id, new, clock).id


def _change_staff(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    row = staff.staff_for(session, actor, row_id)
    _set_staff(session, actor, row.employment_id, values, clock)


def _load_staff(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = staff.staff_for(session, actor, row_id)
    held = employments.get_for(session, actor, row.employment_id, "read")
    return {
        "employee_number": employments.number_for(session, held),
        "posts": ", ".join(row.posts),
        "week_hours": None if row.week_most is None else Decimal(row.week_most) / 60,
        "spared_until": row.spared_until,
    }


def _posts(session: Session, _: Actor, ids: Sequence[str]) -> Mapping[str, Mapping[str, Shown]]:
    rows = session.scalars(select(RosterStaff).where(RosterStaff.id.in_(ids)))
    return {
        row.id: {
            "posts": ", ".join(row.posts),
            "week_hours": None if row.week_most is None else Decimal(row.week_most) / 60,
        }
        for row in rows
    }


ROSTER_STAFF = ListSpec(
    name="roster_staff",
    title=msg("Posts and limits of people"),
    about=msg("What somebody can be planned for. Without a line somebody fills places that need no post."),
    thing=msg("person", context="roster"),
    empty=msg("Nothing is said yet: everybody can fill places that need no post."),
    field_class="contact",
    rows=lambda: (
        select(RosterStaff.id)
        .select_from(RosterStaff)
        .join(Person, Person.id == RosterStaff.person_id)
        .join(_Held, _Held.id == RosterStaff.employment_id)
    ),
    key=RosterStaff.id,
    place=Place(_Held.department_id, _Held.legal_entity_id, RosterStaff.person_id),
    columns=(
        Column("name", msg("Name"), "text", Person.name, searched=True, opens=True),
        Column("employee_number", msg("Employee number"), "text",
               employments.number_column(RosterStaff.person_id, _Held.legal_entity_id), under="name"),
        Column("posts", msg("Posts", context="roster")),
        Column("week_hours", msg("Hours of a week at most"), "number"),
        Column("spared_until", msg("No night shifts and no overtime until"), "day", RosterStaff.spared_until),
    ),
    fills=(Fill(("posts", "week_hours"), _posts),),
    form=FormSpec(
        (
            _NUMBER,
            Field("posts", msg("Posts", context="roster"), most=600,
                  help=msg("With commas between them: cashier, shift leader.")),
            Field("week_hours", msg("Hours of a week at most"), "number", low=Decimal(1), high=Decimal(84), places=1,
                  help=msg("Left empty: as the roster says. Never more than the roster says.")),
            Field("spared_until", msg("No night shifts and no overtime until"), "day",
                  help=msg("The last day on which the law spares somebody. Why is not asked.")),
        ),
        _staff, ("contact", "write"), _change_staff, _load_staff,
    ),
)  # fmt: skip


# Wishes -----------------------------------------------------------------------------------------------------------


def _wish(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    employment_id = employments.of_number(session, actor, _text(values, "employee_number"))
    held = employments.get_for(session, actor, employment_id, "write")
    said = _text(values, "shift")
    shift_id = time.named(session, held.legal_entity_id, said).id if said else None
    new = NewWish(_day(values, "day"), shift_id, values["wish"] == "work")
    return staff.set_wish(session, actor, employment_id, new, clock).id


def _shift_of(session: Session, _: Actor, ids: Sequence[str]) -> Mapping[str, Mapping[str, Shown]]:
    rows = session.scalars(select(RosterWish).where(RosterWish.id.in_(ids))).all()
    codes = time.codes_of(session, (row.shift_id for row in rows if row.shift_id is not None))
    return {row.id: {"shift": codes.get(row.shift_id or "", "")} for row in rows}


ROSTER_WISHES = ListSpec(
    name="roster_wishes",
    title=msg("Wishes", context="roster"),
    about=msg("Days on which somebody would like to be free, or to work. Rosters grant them where they can."),
    thing=msg("wish"),
    empty=msg("Nobody has a wish yet. People enter theirs on the phone."),
    field_class="contact",
    rows=lambda: (
        select(RosterWish.id)
        .select_from(RosterWish)
        .join(Person, Person.id == RosterWish.person_id)
        .join(_Held, _Held.id == RosterWish.employment_id)
    ),
    key=RosterWish.id,
    place=Place(_Held.department_id, _Held.legal_entity_id, RosterWish.person_id),
    columns=(
        Column("name", msg("Name"), "text", Person.name, searched=True),
        Column("day", msg("Day"), "day", RosterWish.day, filters=True),
        Column("wish", msg("Wish", context="roster"), "choice", case((RosterWish.wants, "work"), else_="free"),
               choices=WISHES, filters=True),
        Column("shift", msg("Shift")),
    ),
    fills=(Fill(("shift",), _shift_of),),
    href=lambda _, __, ___: "",
    form=FormSpec(
        (
            _NUMBER,
            Field("day", msg("Day"), "day", required=True),
            Field("wish", msg("Wish", context="roster"), "choice", required=True, choices=WISHES),
            Field("shift", msg("Shift"), most=60, help=msg("Its code or name. Left empty: the whole day.")),
        ),
        _wish, ("contact", "write"),
    ),
    bulk=(
        Bulk("drop", msg("Remove"), ("contact", "write"),
             lambda session, actor, row_id, _, clock: staff.drop_wish(session, actor, row_id, clock),
             msg("{count} wishes were removed."), ask=msg("Remove {count} wishes?")),
    ),
)  # fmt: skip
