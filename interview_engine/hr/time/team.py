"""A month of the people within reach, day by day, and what departments come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import scoped
from interview_engine.hr.employment import service as employments
from interview_engine.hr.months import last_of
from interview_engine.hr.people.tables import Department, Person
from interview_engine.hr.time.attendance import Month, months_of
from interview_engine.hr.time.tables import AttendanceDay

MOST = 300
"""People of one page; a department narrows it."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody, with the state of each day and the month's sums."""

    employment_id: str
    name: str
    department: str
    days: Mapping[int, str]
    month: Month


@dataclass(frozen=True, slots=True)
class OfDepartment:
    """What a department comes to: people, minutes worked, times late, days that wait, days absent without leave."""

    name: str
    people: int
    worked: int
    late: int
    held: int
    absent: str


@dataclass(frozen=True, slots=True)
class TeamMonth:
    """A month of people. `more`: there are further ones that the page does not show."""

    month: date
    members: Sequence[Member]
    departments: Sequence[OfDepartment]
    choices: Sequence[tuple[str, str]]
    more: bool


def team_month(session: Session, actor: Actor, month: date, department_id: str = "") -> TeamMonth:
    """The month of everybody whose contact data the actor reads, of one department and those below it, or of all."""
    held = employments.Employment
    statement = (
        select(held.id, Person.name, Department.name, Department.id, Department.path)
        .join(Person, Person.id == held.person_id)
        .join(Department, Department.id == held.department_id)
        .where(held.start_date <= last_of(month), (held.last_day.is_(None)) | (held.last_day >= month))
    )
    reached = scoped(
        statement, actor, "contact", "read", department=held.department_id, legal_entity=held.legal_entity_id,
        person=held.person_id,
    )  # fmt: skip
    rows = session.execute(reached.order_by(Department.name, Person.name, held.id)).tuples().all()
    choices = {row[3]: row[2] for row in rows}
    kept = [row for row in rows if not department_id or f"/{department_id}/" in row[4]]
    shown = kept[:MOST]
    ids = [row[0] for row in shown]
    days: dict[str, dict[int, str]] = {}
    for part in employments.parts(ids):
        found = select(AttendanceDay.employment_id, AttendanceDay.day, AttendanceDay.state, AttendanceDay.leave).where(
            AttendanceDay.employment_id.in_(part), AttendanceDay.day >= month, AttendanceDay.day <= last_of(month),
            AttendanceDay.state != "off",
        )  # fmt: skip
        for employment_id, day, state, leave in session.execute(found).tuples():
            said = "leave" if state == "fine" and leave else state
            days.setdefault(employment_id, {})[day.day] = said
    months = months_of(session, ids, month)
    members = [Member(row[0], row[1], row[2], days.get(row[0], {}), months[row[0]]) for row in shown]
    return TeamMonth(month, members, _departments(members), sorted(choices.items(), key=lambda one: one[1]),
                     len(kept) > len(shown))  # fmt: skip


def _departments(members: Sequence[Member]) -> list[OfDepartment]:
    found = []
    for name in sorted({one.department for one in members}):
        mine = [one.month for one in members if one.department == name]
        absent = sum((one.absent_days for one in mine), start=mine[0].absent_days * 0)
        found.append(
            OfDepartment(name, len(mine), sum(one.worked for one in mine), sum(one.late for one in mine),
                         sum(one.held for one in mine), f"{absent.normalize():f}")
        )  # fmt: skip
    return found
