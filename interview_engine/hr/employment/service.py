"""Employments as other areas and systems read them. Hiring makes them (recruiting.offers)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row, scoped
from interview_engine.hr.accounts.service import holders
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import missing
from interview_engine.store.page import Page, clamp, page_of, read_cursor
from interview_engine.store.rows import find


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
    row = find(session, Employment, employment_id)
    if row is None:
        raise missing("employment", "雇佣关系", "employment")
    for field_class in ("contact", "interview"):
        check_row(
            session,
            actor,
            field_class,
            "read",
            department_id=row.department_id,
            legal_entity_id=row.legal_entity_id,
            person_id=row.person_id,
        )
    return row


def colleagues(session: Session, department_ids: Iterable[str] | None = None) -> tuple[str, ...]:
    """Ids of everyone who works here (an active account or an employment), in all departments or in these."""
    statement = select(Person.id).where(
        Person.erased_at.is_(None),
        or_(
            Person.id.in_(holders()),
            Person.id.in_(select(Employment.person_id).where(Employment.state != "left")),
        ),
    )
    if department_ids is not None:
        statement = statement.where(Person.department_id.in_(tuple(department_ids)))
    return tuple(session.scalars(statement.order_by(Person.id)))
