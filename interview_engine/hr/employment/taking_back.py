"""Employments that began with a sheet are taken back: with their persons, numbers and first events, where nothing has
happened since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import scoped
from interview_engine.hr.employment.tables import Assignment, EmployeeNumber, Employment, LifecycleEvent
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import conflict
from interview_engine.i18n import msg
from interview_engine.store import append_only, audit
from interview_engine.store.rows import AT_ONCE, batched, referred, touch

MADE_WITH = frozenset({"hired", "imported", "started"})
"""Lifecycle events that beginning an employment writes."""


def take_back(
    session: Session, actor: Actor, ids: Sequence[str], since: datetime, clock: Clock
) -> dict[str, InterviewEngineError]:
    """Remove employments that began with a sheet at or after `since`; by id, why one stays. Needs "contact" write.

    Goes with them: assignment, number, the events of the beginning, and the person where the sheet has made them too
    and nothing else names them. What anybody has added to an employment or a person since keeps both.
    """
    stays: dict[str, InterviewEngineError] = {}
    rows: dict[str, Employment] = {}
    for part in batched(ids, AT_ONCE):
        statement = scoped(
            select(Employment).where(Employment.id.in_(part)).with_for_update(), actor, "contact", "write",
            department=Employment.department_id, legal_entity=Employment.legal_entity_id, person=Employment.person_id,
        )  # fmt: skip
        rows |= {row.id: row for row in session.scalars(statement)}
    own = (Assignment.employment_id, LifecycleEvent.employment_id)
    used = referred(session, Employment, rows, but=own) | _lived(session, rows)
    for row_id in ids:
        row = rows.get(row_id)
        if row is None:
            stays[row_id] = conflict("employment.gone", msg("It is not there any more, or out of your reach."))
        elif row.created_at < since or row.application_id is not None or row.last_day is not None or row_id in used:
            stays[row_id] = conflict(
                "employment.in_use",
                msg("Something has happened in this employment since it was imported."),
                msg("End the employment in the employee file, if it was wrong."),
            )
    going = [row for row_id, row in rows.items() if row_id not in stays]
    people = {row.person_id for row in going}
    new = _made_since(session, people, since)
    named = (
        Employment.person_id,
        EmployeeNumber.person_id,
        Assignment.person_id,
        LifecycleEvent.person_id,
    )
    busy = referred(session, Person, new, but=named)
    others = _other_employments(session, people, {row.id for row in going})
    for row in list(going):
        if row.person_id in busy:
            stays[row.id] = conflict(
                "person.in_use",
                msg("Other entries name this person by now: an account, an application, a department."),
                msg("Remove those first, or end the employment in the employee file."),
            )
            going.remove(row)
    _remove(session, actor, going, new - busy - others.keys(), others, clock)
    return stays


def _lived(session: Session, rows: Mapping[str, Employment]) -> set[str]:
    """Employments in which more happened than their beginning."""
    found: set[str] = set()
    for part in batched(rows, AT_ONCE):
        found.update(
            session.scalars(
                select(LifecycleEvent.employment_id).where(
                    LifecycleEvent.employment_id.in_(part), LifecycleEvent.kind.not_in(MADE_WITH)
                )
            )
        )
        found.update(
            session.scalars(
                select(Assignment.employment_id).where(
                    Assignment.employment_id.in_(part), or_(Assignment.reason != "hired", Assignment.revision > 1)
                )
            )
        )
    return found


def _made_since(session: Session, people: set[str], since: datetime) -> set[str]:
    found: set[str] = set()
    for part in batched(sorted(people), AT_ONCE):
        found.update(session.scalars(select(Person.id).where(Person.id.in_(part), Person.created_at >= since)))
    return found


def _other_employments(session: Session, people: set[str], going: set[str]) -> dict[str, Employment]:
    """By person, the newest employment that stays."""
    found: dict[str, Employment] = {}
    for part in batched(sorted(people), AT_ONCE):
        rows = session.scalars(select(Employment).where(Employment.person_id.in_(part)).order_by(Employment.start_date))
        found |= {row.person_id: row for row in rows if row.id not in going}
    return found


def _remove(
    session: Session,
    actor: Actor,
    going: Sequence[Employment],
    people: set[str],
    others: Mapping[str, Employment],
    clock: Clock,
) -> None:
    if not going:
        return
    for row in going:
        audit.record(session, actor.id, "employment.take_back", f"employment:{row.id}", {}, clock)
    kept = {(one.person_id, one.legal_entity_id) for one in others.values()}
    with append_only.passage(session, actor.id, "import taken back", clock):
        for part in batched([row.id for row in going], AT_ONCE):
            session.execute(delete(LifecycleEvent).where(LifecycleEvent.employment_id.in_(part)))
            session.execute(delete(Assignment).where(Assignment.employment_id.in_(part)))
            session.execute(delete(Employment).where(Employment.id.in_(part)))
    for leaving in batched([row for row in going if (row.person_id, row.legal_entity_id) not in kept], AT_ONCE):
        pairs = {(row.person_id, row.legal_entity_id) for row in leaving}
        numbered = EmployeeNumber.person_id.in_([person for person, _ in pairs])
        for number in session.scalars(select(EmployeeNumber).where(numbered)):
            if (number.person_id, number.legal_entity_id) in pairs:
                session.delete(number)
    session.flush()
    for person_id in sorted(people):
        audit.record(session, actor.id, "person.take_back", f"person:{person_id}", {}, clock)
    for part in batched(sorted(people), AT_ONCE):
        session.execute(delete(Person).where(Person.id.in_(part)))
    for part in batched(sorted({row.person_id for row in going} - people), AT_ONCE):
        for person in session.scalars(select(Person).where(Person.id.in_(part)).with_for_update()):
            other = others.get(person.id)
            person.department_id = None if other is None else other.department_id
            person.level = person.level if other is not None else None
            touch(person, actor.id, clock)
    session.flush()
