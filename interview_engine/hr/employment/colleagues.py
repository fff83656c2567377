"""Who works here: by department, by name, within reach, and those whom a notice is for."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from interview_engine.errors import InvalidInput
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import reached_persons, scoped
from interview_engine.hr.accounts.service import every_holder, holders, persons_with_roles
from interview_engine.hr.employment.tables import EmployeeNumber, Employment
from interview_engine.hr.people.contact import phone_key
from interview_engine.hr.people.tables import Department, Person


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works here. `title` None: they have an account and no employment; `opens`: the actor may read what
    is known of their interviews."""

    person_id: str
    name: str
    department_id: str | None
    title: str | None
    opens: bool


def colleagues(session: Session, department_ids: Iterable[str] | None = None) -> tuple[str, ...]:
    """Ids of everyone who works here (an active account or an employment), in all departments or in these."""
    statement = select(Person.id).where(_here())
    if department_ids is not None:
        statement = statement.where(Person.department_id.in_(tuple(department_ids)))
    return tuple(session.scalars(statement.order_by(Person.id)))


def addressed(
    session: Session,
    *,
    departments: Collection[str] = (),
    roles: Collection[str] = (),
    persons: Collection[str] = (),
) -> tuple[str, ...]:
    """Ids of those who work here and are in one of the departments or below, hold an account with one of the roles, or
    are one of the persons; everyone who works here where nothing is chosen."""
    here = colleagues(session)
    if not departments and not roles and not persons:
        return here
    below = or_(false(), *(Department.path.contains(f"/{department}/") for department in departments))
    chosen = set(persons) | set(persons_with_roles(session, roles))
    inside = select(Person.id).where(Person.department_id.in_(select(Department.id).where(below)))
    chosen |= set(session.scalars(inside))
    return tuple(person for person in here if person in chosen)


def here_within_reach(session: Session, actor: Actor, *, limit: int = 500) -> list[tuple[str, str]]:
    """(person, name) of those who work here and whom the actor may tell something, by name."""
    found = (
        session.execute(select(Person.id, Person.name).where(_here()).order_by(Person.name, Person.id)).tuples().all()
    )
    reached = reached_persons(session, actor, "public", "manage", (person_id for person_id, _ in found))
    return [one for one in found if one[0] in reached][:limit]


def here_by_department(session: Session, actor: Actor) -> dict[str | None, list[Colleague]]:
    """Who works in each department, by name, of those whose contact data the actor may read; None: in no department."""
    found: dict[str | None, list[Colleague]] = {}
    for one in _colleagues(session, actor, _here()):
        found.setdefault(one.department_id, []).append(one)
    return found


def find_colleagues(session: Session, actor: Actor, words: str, *, limit: int = 20) -> list[Colleague]:
    """Those who work here and have the words in their name, or begin so with their number or phone, by name, of those
    whose contact data the actor may read."""
    said = words.strip()
    if not said:
        return []
    meant = [Person.name.contains(said, autoescape=True)]
    if any(one.isdigit() for one in said):
        numbered = select(EmployeeNumber.person_id).where(
            func.lower(EmployeeNumber.number).startswith(said.lower(), autoescape=True)
        )
        meant += [Person.id.in_(numbered), Person.phone.startswith(said, autoescape=True)]
        with suppress(InvalidInput):  # words with a digit in them that are no phone
            meant.append(Person.phone_key == phone_key(said))
    return _colleagues(session, actor, and_(_here(), or_(*meant)), limit=limit)


def within_reach(session: Session, actor: Actor, *, limit: int = 500) -> list[tuple[str, str]]:
    """(person, name) of employees and holders of accounts whose contact data the actor may read, by name."""
    statement = scoped(
        select(Person.id, Person.name)
        .where(
            or_(Person.id.in_(select(Employment.person_id)), Person.id.in_(every_holder())),
            Person.erased_at.is_(None),
        )
        .order_by(Person.name),
        actor,
        "contact",
        "read",
        department=Person.department_id,
        person=Person.id,
    )
    return list(session.execute(statement.limit(limit)).tuples())


def names_in(
    session: Session, department_id: str, *, without: Collection[str] = (), limit: int = 12
) -> list[tuple[str, str, str]]:
    """(person, name, job title) of those at work in a department, by seniority and name: what every colleague may
    know."""
    statement = (
        select(Person.id, Person.name, Employment.title)
        .join(Employment, Employment.person_id == Person.id)
        .where(
            Employment.department_id == department_id,
            Employment.state.in_(("probation", "active", "notice")),
            Person.erased_at.is_(None),
            Person.id.not_in(tuple(without)),
        )
        .order_by(func.coalesce(Person.level, 0).desc(), Person.name)
        .limit(limit)
    )
    return list(session.execute(statement).tuples())


def titles_of(session: Session, person_ids: Collection[str], legal_entity_id: str) -> dict[str, str]:
    """By person, the job title of who works in a company now: what every colleague may know."""
    rows = session.execute(
        select(Employment.person_id, Employment.title)
        .where(
            Employment.person_id.in_(tuple(person_ids)),
            Employment.legal_entity_id == legal_entity_id,
            Employment.state.in_(("probation", "active", "notice")),
        )
        .order_by(Employment.id)
    )
    return dict(rows.tuples().all())


def _colleagues(
    session: Session, actor: Actor, which: ColumnElement[bool], *, limit: int | None = None
) -> list[Colleague]:
    current = (
        select(func.max(Employment.id))
        .where(Employment.person_id == Person.id, Employment.state != "left")
        .correlate(Person)
        .scalar_subquery()
    )
    statement = scoped(
        select(Person.id, Person.name, Person.department_id, Employment.title)
        .outerjoin(Employment, Employment.id == current)
        .where(which)
        .order_by(Person.name, Person.id)
        .limit(limit),
        actor,
        "contact",
        "read",
        department=Person.department_id,
        person=Person.id,
    )
    rows = session.execute(statement).tuples().all()
    opened = reached_persons(session, actor, "interview", "read", (row[0] for row in rows))
    return [Colleague(*row, opens=row[0] in opened) for row in rows]


def _here() -> ColumnElement[bool]:
    """Of a person: an active account or an employment that has not ended."""
    return and_(
        Person.erased_at.is_(None),
        or_(
            Person.id.in_(holders()),
            Person.id.in_(select(Employment.person_id).where(Employment.state != "left")),
        ),
    )
