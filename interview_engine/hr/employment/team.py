"""Who somebody leads: names, places and anniversaries for their phone. Never pay, never health (J2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import Actor, GrantRule
from interview_engine.hr.access.service import scoped
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.people.tables import Department, Person


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a team. `anniversary` the next day on which they complete `years` whole years here; 29 February is
    kept on 28 February."""

    person_id: str
    employment_id: str
    name: str
    department: str
    title: str
    state: str
    start_date: date
    anniversary: date
    years: int


def team_of(session: Session, person_id: str, language: str, today: date, *, limit: int = 500) -> tuple[Member, ...]:
    """Those who report to a person, directly or further down, and who work in a department that they lead or below; by
    department and name, without those who left and without the person."""
    lead = Actor(
        f"person:{person_id}", None, person_id, "manager", (GrantRule("reports", "contact", "read"),), language
    )
    statement = scoped(
        select(Employment, Person.name, Department.name)
        .join(Person, Person.id == Employment.person_id)
        .join(Department, Department.id == Employment.department_id)
        .where(Employment.state != "left", Employment.person_id != person_id, Person.erased_at.is_(None))
        .order_by(Department.name, Person.name, Employment.id)
        .limit(limit),
        lead,
        "contact",
        "read",
        department=Employment.department_id,
        legal_entity=Employment.legal_entity_id,
        person=Employment.person_id,
    )
    return tuple(
        Member(row.person_id, row.id, name, department, row.title, row.state, row.start_date,
               *next_anniversary(row.start_date, today))
        for row, name, department in session.execute(statement).tuples()
    )  # fmt: skip


def next_anniversary(start: date, today: date) -> tuple[date, int]:
    """The next day, from `today` on, on which whole years since `start` are complete, and how many; never the 0th."""
    years = max(1, today.year - start.year)
    day = _in_year(start, start.year + years)
    if day < today:
        years += 1
        day = _in_year(start, start.year + years)
    return day, years


def _in_year(start: date, year: int) -> date:
    try:
        return start.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
