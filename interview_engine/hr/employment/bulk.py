"""Thousands of employments at once, as `employee_sheet` makes them one by one: checked in memory, the same rows
(`first_rows`) in few statements.

Every line is checked against what is there and against the lines before it; nothing is written before all are checked,
so a check needs no lock and can be asked for by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row, reached_persons, scoped
from interview_engine.hr.employment import numbers, persons, service
from interview_engine.hr.employment.first_rows import Beginning, FirstRows, Place
from interview_engine.hr.employment.persons import NewContact
from interview_engine.hr.employment.reading import has_days
from interview_engine.hr.employment.tables import EmployeeNumber, Employment
from interview_engine.hr.forms.spec import Told
from interview_engine.hr.org.service import find_department
from interview_engine.hr.people.contact import email_key, name_key, phone_key
from interview_engine.hr.people.tables import Department, LegalEntity, Person
from interview_engine.hr.problems import text_within
from interview_engine.i18n import msg
from interview_engine.store.rows import AT_ONCE, batched


@dataclass(frozen=True, slots=True)
class NewEmployment:
    """One line: who, where, as what and from when. `department`: its name, see `org.service.find_department`."""

    contact: NewContact
    department: str
    title: str
    start: date
    number: str | None = None
    level: int | None = None
    probation_end: date | None = None
    person_id: str | None = None
    """Who it is, where an ID number has said so."""


@dataclass(frozen=True, slots=True)
class _Planned:
    """A line that is right: what begins, the row of a new person, and what is new of who comes back."""

    beginning: Beginning
    person: dict[str, Any] | None
    contact: NewContact | None


@dataclass(slots=True)
class _There:
    """What lines are checked against: what the database holds of their persons, numbers and departments, and what the
    lines before have taken."""

    persons: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """By mail or phone key: (id, name key), in the order of ids."""
    reached: frozenset[str] = frozenset()
    held: dict[tuple[str, str], str] = field(default_factory=dict)
    """By person and company: the number."""
    owners: dict[tuple[str, str], str] = field(default_factory=dict)
    """By company and number: the person."""
    highest: dict[str, int] = field(default_factory=dict)
    last_days: dict[tuple[str, str], list[date | None]] = field(default_factory=dict)
    """By person and company: the last days of their employments."""
    places: dict[str, Place | InterviewEngineError] = field(default_factory=dict)


def check(
    session: Session, actor: Actor, lines: Sequence[NewEmployment], clock: Clock
) -> list[InterviewEngineError | Sequence[Told]]:
    """For each line what would be wrong with it; writes nothing."""
    return [one if isinstance(one, InterviewEngineError) else () for one in _plan(session, actor, lines, clock)]


def begin_many(
    session: Session, actor: Actor, lines: Sequence[NewEmployment], clock: Clock
) -> list[str | InterviewEngineError]:
    """Employ the persons of all lines that are right; for each line the employment's id, or what is wrong with it."""
    # numbers of one company are given one after the other; two sheets at once wait here
    session.scalars(select(LegalEntity).order_by(LegalEntity.id).with_for_update()).all()
    planned = _plan(session, actor, lines, clock)
    rows = FirstRows(actor.id, len(planned), clock)
    found: list[str | InterviewEngineError] = []
    for one in planned:
        if isinstance(one, InterviewEngineError):
            found.append(one)
            continue
        if one.person is not None:
            rows.add_person(one.person)
        if one.contact is not None:
            persons.change_contact(session, actor, one.beginning.person_id, one.contact, clock)
        found.append(rows.add(one.beginning))
    rows.write(session)
    return found


def companies(session: Session, actor: Actor, lines: Sequence[NewEmployment]) -> list[str | None]:
    """The company of each line's department; None where that is not to be found."""
    there = _There()
    found: list[str | None] = []
    for one in lines:
        try:
            found.append(_place(session, actor, there, one.department).legal_entity_id)
        except InterviewEngineError:
            found.append(None)
    return found


def load_many(session: Session, actor: Actor, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What a form shows of employments within reach, by id."""
    found: dict[str, dict[str, Any]] = {}
    for part in batched(ids, AT_ONCE):
        statement = (
            select(Employment, Person, Department.name, EmployeeNumber.number)
            .join(Person, Person.id == Employment.person_id)
            .join(Department, Department.id == Employment.department_id)
            .outerjoin(
                EmployeeNumber,
                (EmployeeNumber.person_id == Employment.person_id)
                & (EmployeeNumber.legal_entity_id == Employment.legal_entity_id),
            )
            .where(Employment.id.in_(part))
        )
        reached = scoped(
            statement, actor, "contact", "read", department=Employment.department_id,
            legal_entity=Employment.legal_entity_id, person=Employment.person_id,
        )  # fmt: skip
        for row, person, department, number in session.execute(reached).tuples():
            found[row.id] = {
                "employee_number": number,
                "name": person.name,
                "department": department,
                "title": row.title,
                "level": person.level,
                "phone": person.phone or None,
                "email": person.email or None,
                "start_date": row.start_date,
                "probation_end": row.probation_end,
            }
    return found


def _plan(
    session: Session, actor: Actor, lines: Sequence[NewEmployment], clock: Clock
) -> list[_Planned | InterviewEngineError]:
    keys = [_keys(one.contact) for one in lines]
    named = sorted({one.person_id for one in lines if one.person_id is not None})
    there = _there(session, actor, [key for key in keys if not isinstance(key, InterviewEngineError)], named)
    return [
        key if isinstance(key, InterviewEngineError) else _caught(_planned, session, actor, there, one, key, clock)
        for one, key in zip(lines, keys, strict=True)
    ]


def _caught(make: Callable[..., _Planned], *given: Any) -> _Planned | InterviewEngineError:
    try:
        return make(*given)
    except InterviewEngineError as error:
        return error


def _keys(contact: NewContact) -> tuple[str | None, str | None] | InterviewEngineError:
    """Mail and phone as they are known again."""
    try:
        return (
            email_key(contact.email) if contact.email else None,
            phone_key(contact.phone) if contact.phone else None,
        )
    except InterviewEngineError as error:
        return error


def _there(
    session: Session, actor: Actor, keys: Sequence[tuple[str | None, str | None]], named: Sequence[str]
) -> _There:
    found = _There()
    known: dict[str, str] = dict.fromkeys(named, "")
    columns: tuple[tuple[Any, list[str]], ...] = (
        (Person.email_key, sorted({mail for mail, _ in keys if mail})),
        (Person.phone_key, sorted({phone for _, phone in keys if phone})),
    )
    for column, values in columns:
        for part in batched(values, AT_ONCE):
            rows = session.execute(select(Person.id, Person.name, column).where(column.in_(part)).order_by(Person.id))
            for person_id, name, key in rows.tuples():
                found.persons.setdefault(key, []).append((person_id, name_key(name)))
                known[person_id] = name
    reached: set[str] = set()
    for part in batched(sorted(known), AT_ONCE):
        reached |= reached_persons(session, actor, "contact", "write", part)
        spans = select(Employment.person_id, Employment.legal_entity_id, Employment.last_day)
        lived = (Employment.person_id.in_(part), has_days())
        for person_id, company, last in session.execute(spans.where(*lived)).tuples():
            found.last_days.setdefault((person_id, company), []).append(last)
    found.reached = frozenset(reached)
    statement = select(EmployeeNumber.legal_entity_id, EmployeeNumber.number, EmployeeNumber.person_id)
    for company, number, person_id in session.execute(statement).tuples():
        found.owners[company, number] = person_id
        found.held[person_id, company] = number
        if number.isascii() and number.isdigit():
            found.highest[company] = max(found.highest.get(company, 0), int(number))
    return found


def _planned(
    session: Session,
    actor: Actor,
    there: _There,
    new: NewEmployment,
    keys: tuple[str | None, str | None],
    clock: Clock,
) -> _Planned:
    place = _place(session, actor, there, new.department)
    name = text_within(new.contact.name, "name", msg("name", context="person"), 120)
    person_id, person = _person(there, actor, name, new, keys, clock)
    company = place.legal_entity_id
    if any(last is None or last >= new.start for last in there.last_days.get((person_id, company), ())):
        raise service.overlaps()
    service.check_probation(new.start, new.probation_end)
    number = _number(there, person_id, company, numbers.clean_number(new.number))
    if person is not None:
        for key in filter(None, keys):
            there.persons.setdefault(key, []).append((person_id, name_key(name)))
        there.reached |= {person_id}
    there.last_days.setdefault((person_id, company), []).append(None)
    kind: Literal["hired", "imported"] = "imported" if new.start < china_day(clock) else "hired"
    beginning = Beginning(person_id, place, new.title, new.start, kind, number, new.level, new.probation_end)
    return _Planned(beginning, person, new.contact if new.person_id is not None else None)


def _place(session: Session, actor: Actor, there: _There, name: str) -> Place:
    found = there.places.get(name)
    if found is None:
        try:
            department = find_department(session, actor, name, "contact", "write")
            check_row(
                session, actor, "contact", "write", department_id=department.id,
                legal_entity_id=department.legal_entity_id,
            )  # fmt: skip
            found = Place(department.legal_entity_id, department.id)
        except InterviewEngineError as error:
            found = error
        there.places[name] = found
    if isinstance(found, InterviewEngineError):
        raise found
    return found


def _person(
    there: _There,
    actor: Actor,
    name: str,
    new: NewEmployment,
    keys: tuple[str | None, str | None],
    clock: Clock,
) -> tuple[str, dict[str, Any] | None]:
    """The known person, or the row of a new one; by the rules of `persons.find_or_make`."""
    contact = new.contact
    if new.person_id is not None:
        if any(person_id != new.person_id for key in keys if key for person_id, _ in there.persons.get(key, ())):
            raise persons.somebody_else()
        return new.person_id, None
    said = name_key(name)
    known = sorted({one for key in keys if key for one in there.persons.get(key, ())})
    if any(other != said or person_id not in there.reached for person_id, other in known):
        raise persons.somebody_else()
    if known:
        return known[0][0], None
    mail, phone = keys
    row = persons.new_row(actor.id, name, contact, mail, phone, clock)
    return str(row["id"]), row


def _number(there: _There, person_id: str, company: str, wanted: str | None) -> str | None:
    held = there.held.get((person_id, company))
    if held is not None:
        numbers.check_held(held, wanted)
        return None
    if wanted is not None and (company, wanted) in there.owners:
        raise numbers.taken(wanted)
    if wanted is None:
        wanted = numbers.written(there.highest.get(company, 0) + 1)
    there.owners[company, wanted] = person_id
    there.held[person_id, company] = wanted
    if wanted.isascii() and wanted.isdigit():
        there.highest[company] = max(there.highest.get(company, 0), int(wanted))
    return wanted
