"""Employments as sheets name them: by the employee's number, or by who it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import scoped
from interview_engine.hr.employment.tables import EmployeeNumber, Employment
from interview_engine.hr.people.tables import LegalEntity, Person
from interview_engine.store.rows import AT_ONCE, batched


def persons_of(session: Session, employment_ids: Iterable[str]) -> dict[str, str]:
    """By id of the employment, whose it is; the caller has checked that they may be seen."""
    found: dict[str, str] = {}
    for part in batched(employment_ids, AT_ONCE):
        rows = session.execute(select(Employment.id, Employment.person_id).where(Employment.id.in_(part)))
        found |= dict(rows.tuples().all())
    return found


@dataclass(frozen=True, slots=True)
class Employed:
    """An employment as sheets name it: by the employee's number, by who it is, with which company."""

    id: str
    person_id: str
    name: str
    number: str
    legal_entity_id: str
    company: str
    state: str


def employed(
    session: Session, actor: Actor, *, numbers: Sequence[str] = (), person_ids: Sequence[str] = ()
) -> list[Employed]:
    """The employments of who has these numbers (upper case) or is one of these persons, of those the actor may write;
    the newest first."""
    found: dict[str, Employed] = {}
    statement = (
        select(Employment, Person.name, EmployeeNumber.number, LegalEntity.name)
        .join(Person, Person.id == Employment.person_id)
        .join(LegalEntity, LegalEntity.id == Employment.legal_entity_id)
        .outerjoin(
            EmployeeNumber,
            (EmployeeNumber.person_id == Employment.person_id)
            & (EmployeeNumber.legal_entity_id == Employment.legal_entity_id),
        )
        .order_by(Employment.start_date.desc(), Employment.id.desc())
    )
    asked = [EmployeeNumber.number.in_(part) for part in batched(numbers, AT_ONCE)]
    asked += [Employment.person_id.in_(part) for part in batched(person_ids, AT_ONCE)]
    for condition in asked:
        reached = scoped(
            statement.where(condition), actor, "contact", "write", department=Employment.department_id,
            legal_entity=Employment.legal_entity_id, person=Employment.person_id,
        )  # fmt: skip
        for row, name, number, company in session.execute(reached).tuples():
            found[row.id] = Employed(
                row.id, row.person_id, name, number or "", row.legal_entity_id, company, row.state
            )  # fmt: skip
    return list(found.values())


def here_called(session: Session, legal_entity_id: str, said: str) -> list[Employment]:
    """Employments of a company that have begun and not ended, of who has that number or that name; one a person."""
    numbered = select(EmployeeNumber.person_id).where(
        EmployeeNumber.legal_entity_id == legal_entity_id, EmployeeNumber.number == said.upper()
    )
    named = select(Person.id).where(Person.name == said, Person.erased_at.is_(None))
    statement = select(Employment).where(
        Employment.legal_entity_id == legal_entity_id,
        Employment.state.not_in(("pending", "left")),
        Employment.person_id.in_(numbered) | Employment.person_id.in_(named),
    )
    rows = session.scalars(statement.order_by(Employment.start_date, Employment.id))
    return list({row.person_id: row for row in rows}.values())
