"""Where somebody works now, for rooms below that know no employments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from interview_engine.hr.area import Post
from interview_engine.hr.employment.tables import Assignment, Employment
from interview_engine.hr.people.tables import Person
from interview_engine.store import dated
from interview_engine.store.rows import AT_ONCE, batched


def post_of(session: Session, person_id: str) -> Post | None:
    """The employment that counts today: one that has begun before one that has not, the later before the earlier."""
    rows = session.scalars(
        select(Employment)
        .where(Employment.person_id == person_id, Employment.state != "left")
        .order_by(Employment.start_date.desc(), Employment.id.desc())
    ).all()
    row = next((one for one in rows if one.state != "pending"), rows[0] if rows else None)
    if row is None:
        return None
    return Post(row.id, row.department_id, row.legal_entity_id, row.state, row.start_date, row.last_day)


def working_in(session: Session, legal_entity_id: str, day: date) -> Sequence[Employment]:
    """The employments of a company that have begun and have not ended on a day, without those of erased persons."""
    here = select(Employment).join(Person, Person.id == Employment.person_id)
    return session.scalars(
        here.where(
            Employment.legal_entity_id == legal_entity_id,
            Employment.state.in_(("probation", "active", "notice")),
            Employment.start_date <= day,
            or_(Employment.last_day.is_(None), Employment.last_day >= day),
            Person.erased_at.is_(None),
        ).order_by(Employment.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Stay:
    """Where somebody worked from a day on, until the next stay."""

    first: date
    last: date | None
    department_id: str


def stays_of(session: Session, employment_ids: Iterable[str]) -> dict[str, list[Stay]]:
    """By employment, where its person works on which days, in order. The caller has checked that it may be seen."""
    found: dict[str, list[Assignment]] = {}
    for part in batched(employment_ids, AT_ONCE):
        rows = session.scalars(select(Assignment).where(Assignment.employment_id.in_(part)))
        for row in rows:
            found.setdefault(row.employment_id, []).append(row)
    return {
        employment_id: [Stay(one.first, one.last, one.row.department_id) for one in dated.history(rows)]
        for employment_id, rows in found.items()
    }


def stays_within(
    session: Session, department_ids: Iterable[str], first: date, last: date
) -> dict[str, list[tuple[date, date]]]:
    """By employment, the days between two days on which its person works in one of the departments, as (first, last).

    The caller has checked that it may be seen.
    """
    departments = set(department_ids)
    candidates: set[str] = set()
    for part in batched(sorted(departments), AT_ONCE):
        candidates.update(
            session.scalars(
                select(Assignment.employment_id)
                .where(Assignment.department_id.in_(part), Assignment.valid_from <= last)
                .distinct()
            )
        )
    rows: dict[str, Employment] = {}
    for part in batched(sorted(candidates), AT_ONCE):
        there = select(Employment).join(Person, Person.id == Employment.person_id)
        rows |= {
            row.id: row for row in session.scalars(there.where(Employment.id.in_(part), Person.erased_at.is_(None)))
        }
    found: dict[str, list[tuple[date, date]]] = {}
    for employment_id, stays in stays_of(session, rows).items():
        begins, ends = rows[employment_id].start_date, rows[employment_id].last_day or last
        for one in stays:
            low, high = max(one.first, begins, first), min(one.last or last, ends, last)
            if one.department_id in departments and low <= high:
                found.setdefault(employment_id, []).append((low, high))
    return found
