"""Employments as other areas and systems read them, and the little that they write into them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, exists, or_, select, update
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Action, Actor, FieldClass
from interview_engine.hr.access.service import check_row, require, scoped
from interview_engine.hr.employment import lifecycle, states
from interview_engine.hr.employment.numbers import number_of
from interview_engine.hr.employment.tables import EmployeeNumber, Employment
from interview_engine.hr.problems import invalid, missing
from interview_engine.i18n import msg
from interview_engine.store.page import Page, clamp, page_of, read_cursor
from interview_engine.store.rows import batched, find, touch

AT_ONCE = 400
"""Values that every database takes in one statement."""


def is_without_day(row: Employment) -> bool:
    """Whether it is one of somebody who did not come."""
    return row.last_day is not None and row.last_day < row.start_date


def locked(session: Session, employment_id: str) -> Employment:
    """An employment, kept from others until the transaction ends. The caller checks that the actor may.

    Raises:
        NotFoundError.
    """
    return _found(session, employment_id, lock=True)


def many_of(session: Session, ids: Iterable[str], *, lock: bool = False) -> dict[str, Employment]:
    """Employments by id; with `lock` kept from others until the transaction ends. The caller has checked that the actor
    may."""
    found: dict[str, Employment] = {}
    for part in batched(sorted(set(ids)), AT_ONCE):
        statement = select(Employment).where(Employment.id.in_(part)).order_by(Employment.id)
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        found |= {row.id: row for row in session.scalars(statement)}
    return found


def get_for(session: Session, actor: Actor, employment_id: str, action: Action, *, lock: bool = False) -> Employment:
    """An employment whose contact data the actor may read or write.

    Raises:
        NotFoundError, PermissionDenied.
    """
    require(actor, "contact", action)
    row = _found(session, employment_id, lock=lock)
    check_reach(session, actor, row, "contact", action)
    return row


def of_number(
    session: Session, actor: Actor, number: str, field_class: FieldClass = "contact", action: Action = "write"
) -> str:
    """The id of the newest employment of who has the employee number, of those the actor may reach so.

    Raises:
        InvalidInput: `employee.unknown`, at the field "employee_number".
    """
    clean = number.strip().upper()
    found = of_numbers(session, actor, (clean,), field_class, action).get(clean)
    if found is None:
        raise invalid(
            "employee_number",
            "employee.unknown",
            msg("No employee within your reach has the number {number}.", number=number.strip()),
            msg("Check it in the list of employees."),
        )
    return found


def of_numbers(
    session: Session,
    actor: Actor,
    numbers: Sequence[str],
    field_class: FieldClass = "contact",
    action: Action = "write",
) -> dict[str, str]:
    """By number (upper case), the id of the newest employment of who has it, of those the actor may write (or do
    what is asked to that class of data)."""
    found: dict[str, str] = {}
    for part in batched(numbers, AT_ONCE):
        statement = (
            select(EmployeeNumber.number, Employment.id)
            .join(
                Employment,
                (Employment.person_id == EmployeeNumber.person_id)
                & (Employment.legal_entity_id == EmployeeNumber.legal_entity_id),
            )
            .where(EmployeeNumber.number.in_(part))
            .order_by(Employment.start_date)
        )
        reached = scoped(
            statement,
            actor,
            field_class,
            action,
            department=Employment.department_id,
            legal_entity=Employment.legal_entity_id,
            person=Employment.person_id,
        )
        found |= dict(session.execute(reached).tuples().all())
    return found


def of_company(session: Session, legal_entity_id: str) -> Sequence[Employment]:
    """Every employment of a company, in the order in which they were written. The caller has checked."""
    statement = select(Employment).where(Employment.legal_entity_id == legal_entity_id).order_by(Employment.id)
    return session.scalars(statement).all()


def number_for(session: Session, employment: Employment) -> str | None:
    """The employee's number of an employment. The caller has checked that it may be seen."""
    return number_of(session, employment.person_id, employment.legal_entity_id)


def parts(ids: Iterable[str]) -> Iterator[list[str]]:
    """Ids in parts that every database takes in one statement."""
    return batched(ids, AT_ONCE)


def number_column(person: Any, legal_entity: Any) -> ScalarSelect[str]:
    """SQL of the employee's number, for lists of other areas: of a row's person in its company."""
    return (
        select(EmployeeNumber.number)
        .where(EmployeeNumber.person_id == person, EmployeeNumber.legal_entity_id == legal_entity)
        .scalar_subquery()
    )


def note(
    session: Session,
    employment_id: str,
    kind: str,
    day: date,
    actor_id: str,
    clock: Clock,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Let another area write into the timeline what it did (`lifecycle.KINDS`)."""
    lifecycle.happened(session, locked(session, employment_id), kind, day, actor_id, clock, before=before, after=after)


def agree_probation(session: Session, employment_id: str, last: date | None, actor_id: str, clock: Clock) -> None:
    """The probation that a contract agrees on; None agrees on none and leaves what was agreed before."""
    row = locked(session, employment_id)
    if last is None or row.state == "left":
        return
    row.probation_end = last
    touch(row, actor_id, clock)
    states.step(session, row, actor_id, clock, quietly=True)


def of_application(session: Session, application_id: str) -> Employment | None:
    """The employment that an application led to."""
    return session.scalar(select(Employment).where(Employment.application_id == application_id))


def anybody(session: Session) -> bool:
    """Whether anybody works here, or ever has: an installation without anybody has only just begun."""
    return session.scalar(select(Employment.id).limit(1)) is not None


def works_here(session: Session, person_id: str) -> bool:
    """Whether a person has or had an employment: their file is kept, the law asks for it."""
    return bool(session.scalar(select(exists().where(Employment.person_id == person_id, has_days()))))


def is_here(session: Session, person_id: str) -> bool:
    """Whether a person has an employment that has not ended; one that begins later counts."""
    here = exists().where(Employment.person_id == person_id, Employment.state != "left")
    return bool(session.scalar(select(here)))


def remove_evidence(session: Session, application_id: str) -> int:
    """Remove the interview evidence of an application from employee files; returns how many files changed."""
    return _empty(session, Employment.application_id == application_id)


def empty_files(session: Session, person_id: str) -> int:
    """Remove all interview evidence from a person's files; returns how many files changed."""
    return _empty(session, Employment.person_id == person_id)


def list_employments(session: Session, actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[Employment]:
    """Employments within reach, newest first; needs "contact" read. What the interview left in the file is not for a
    list: see `get_employment`.

    Raises:
        InvalidInput: the cursor.
    """
    limit = clamp(limit)
    statement = scoped(
        select(Employment),
        actor,
        "contact",
        "read",
        department=Employment.department_id,
        legal_entity=Employment.legal_entity_id,
        person=Employment.person_id,
    )
    if cursor is not None:
        statement = statement.where(Employment.id < read_cursor(cursor, 1)[0])
    rows = session.scalars(statement.order_by(Employment.id.desc()).limit(limit + 1)).all()
    return page_of(rows, limit, [(row.id,) for row in rows])


def get_employment(session: Session, actor: Actor, employment_id: str) -> Employment:
    """One employment with what the interview left in the file (A16); needs "contact" and "interview" read.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = _found(session, employment_id)
    check_reach(session, actor, row, "contact", "read")
    check_reach(session, actor, row, "interview", "read")
    return row


def with_last_day(session: Session, since: date) -> list[Employment]:
    """Employments with a last day on or after a day, of those who came, by id."""
    statement = select(Employment).where(Employment.last_day >= since, has_days()).order_by(Employment.id)
    return list(session.scalars(statement))


def without_last_day(session: Session, employment_ids: Sequence[str]) -> list[str]:
    """Those of the employments that have no last day (any more)."""
    found: list[str] = []
    for part in batched(employment_ids, AT_ONCE):
        found.extend(
            session.scalars(select(Employment.id).where(Employment.id.in_(part), Employment.last_day.is_(None)))
        )
    return found


def every_employee() -> Select[str]:
    """Ids of the persons who have or had an employment, for a list's IN."""
    return select(Employment.person_id).where(has_days())


def of_person(session: Session, person_id: str) -> Employment | None:
    """A person's employment; None where there is none. The caller has checked that it may be seen."""
    return session.scalars(
        select(Employment).where(Employment.person_id == person_id).order_by(Employment.id.desc()).limit(1)
    ).one_or_none()


def all_of(session: Session, person_id: str) -> list[Employment]:
    """A person's employments in the order of days. The caller has checked that they may be seen."""
    statement = select(Employment).where(Employment.person_id == person_id)
    return list(session.scalars(statement.order_by(Employment.start_date, Employment.id)))


def _found(session: Session, employment_id: str, *, lock: bool = False) -> Employment:
    row = find(session, Employment, employment_id, lock=lock)
    if row is None:
        raise missing("employment", msg("employment"))
    return row


def has_days() -> ColumnElement[bool]:
    """Whether an employment is of somebody who came; see `never_begun`."""
    return or_(Employment.last_day.is_(None), Employment.last_day >= Employment.start_date)


def check_reach(session: Session, actor: Actor, row: Employment, field_class: FieldClass, action: Action) -> None:
    """Refuse an employment that is beyond the actor's reach: PermissionDenied."""
    check_row(
        session,
        actor,
        field_class,
        action,
        department_id=row.department_id,
        legal_entity_id=row.legal_entity_id,
        person_id=row.person_id,
    )


def _empty(session: Session, which: ColumnElement[bool]) -> int:
    emptied: Any = session.execute(
        update(Employment).where(which, Employment.interview.is_not(None)).values(interview=None)
    )
    return int(emptied.rowcount)
