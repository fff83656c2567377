"""Thousands of employments at once, as `employee_sheet` makes them one by one: the same rows, in few statements.

Every line is checked against what is there and against the lines before it; nothing is written before all are checked,
so a check needs no lock and can be asked for by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row, reached_persons, scoped
from interview_engine.hr.employment import numbers, persons, service, states
from interview_engine.hr.employment.persons import NewContact
from interview_engine.hr.employment.tables import Assignment, EmployeeNumber, Employment, LifecycleEvent
from interview_engine.hr.org.service import find_department
from interview_engine.hr.people.contact import email_key, email_written, name_key, phone_key, phone_written
from interview_engine.hr.people.tables import Department, LegalEntity, Person
from interview_engine.hr.problems import text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.ids import new_id
from interview_engine.store.rows import AT_ONCE, batched, stamp, touch


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
    new: NewEmployment
    place: service.Place
    number: str | None
    """None: they have one already."""
    person_id: str
    person: dict[str, Any] | None
    """The row of a new person."""


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
    places: dict[str, service.Place | InterviewEngineError] = field(default_factory=dict)


def check(
    session: Session, actor: Actor, lines: Sequence[NewEmployment], clock: Clock
) -> list[InterviewEngineError | None]:
    """For each line what would be wrong with it; writes nothing."""
    return [one if isinstance(one, InterviewEngineError) else None for one in _plan(session, actor, lines, clock)]


def begin_many(
    session: Session, actor: Actor, lines: Sequence[NewEmployment], clock: Clock
) -> list[str | InterviewEngineError]:
    """Employ the persons of all lines that are right; for each line the employment's id, or what is wrong with it."""
    # numbers of one company are given one after the other; two sheets at once wait here
    session.scalars(select(LegalEntity).order_by(LegalEntity.id).with_for_update()).all()
    planned = _plan(session, actor, lines, clock)
    made = _Rows(actor, len(planned), clock)
    found: list[str | InterviewEngineError] = [
        one if isinstance(one, InterviewEngineError) else made.add(one) for one in planned
    ]
    made.write(session)
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
        for person_id, company, last in session.execute(spans.where(Employment.person_id.in_(part))).tuples():
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
    name = text_within(new.contact.name, "name", msg("name"), 120)
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
    return _Planned(new, place, number, person_id, person)


def _place(session: Session, actor: Actor, there: _There, name: str) -> service.Place:
    found = there.places.get(name)
    if found is None:
        try:
            department = find_department(session, actor, name, "contact", "write")
            check_row(
                session, actor, "contact", "write", department_id=department.id,
                legal_entity_id=department.legal_entity_id,
            )  # fmt: skip
            found = service.Place(department.legal_entity_id, department.id)
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
    row = {
        **stamp(actor.id, clock),
        "name": name,
        "email": email_written(contact.email) if mail else "",
        "phone": phone_written(contact.phone) if phone else "",
        "email_key": mail,
        "phone_key": phone,
        "language": "zh",
    }
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


_TABLES: tuple[type[Any], ...] = (Person, EmployeeNumber, Employment, Assignment, LifecycleEvent)
"""In the order in which they are written. A line makes one row in each, and two events."""


class _Rows:
    """The rows of all lines, written table by table."""

    def __init__(self, actor: Actor, lines: int, clock: Clock) -> None:
        self._actor = actor
        self._ids = iter(sorted(new_id(clock.now()) for _ in range(lines * len(_TABLES))))
        self._clock = clock
        self._day = china_day(clock)
        self._tables: dict[type[Any], list[dict[str, Any]]] = {table: [] for table in _TABLES}
        self._moved: dict[str, dict[str, Any]] = {}
        self._back: dict[str, NewContact] = {}
        self._events: list[tuple[str, str, dict[str, Any]]] = []

    def add(self, planned: _Planned) -> str:
        """Keep what a line makes; the employment's id."""
        new, place = planned.new, planned.place
        where = {"department_id": place.department_id, "level": new.level}
        if planned.person is not None:
            self._tables[Person].append({**planned.person, **where, "talent_pool": False})
            self._events.append(("person.create", f"person:{planned.person_id}", {}))
        else:
            self._moved[planned.person_id] = where
            if new.person_id is not None:
                self._back[planned.person_id] = new.contact
        named = {"person_id": planned.person_id, "legal_entity_id": place.legal_entity_id}
        if planned.number is not None:
            self._tables[EmployeeNumber].append({**self._stamp(), **named, "number": planned.number})
        state = states.state_by(new.start, new.probation_end, None, self._day)
        employment = {
            **self._stamp(), **named,
            "department_id": place.department_id,
            "title": new.title,
            "start_date": new.start,
            "probation_end": new.probation_end,
            "state": state,
        }  # fmt: skip
        assignment = {
            **self._stamp(), **named,
            "employment_id": employment["id"],
            "department_id": place.department_id,
            "title": new.title,
            "level": new.level,
            "manager_person_id": None,
            "reason": "hired",
            "valid_from": new.start,
            "revision": 1,
            "dated_state": "holds",
        }  # fmt: skip
        employment["assignment_id"] = assignment["id"]
        self._tables[Employment].append(employment)
        self._tables[Assignment].append(assignment)
        subject = f"employment:{employment['id']}"
        self._events.append(("employment.create", subject, {}))
        told = {"department": place.department_id, "title": new.title, "level": new.level}
        self._happened(employment, "imported" if new.start < self._day else "hired", told)
        if state != "pending":
            self._events.append(("employment.state", subject, {"state": state}))
            self._happened(employment, "started", {})
        return str(employment["id"])

    def write(self, session: Session) -> None:
        """Write everything, and the events in the trail."""
        for table, rows in self._tables.items():
            if rows:
                session.execute(insert(table), rows)
        for part in batched(sorted(self._moved), AT_ONCE):
            for person in session.scalars(select(Person).where(Person.id.in_(part)).with_for_update()):
                moved = self._moved[person.id]
                person.level, person.department_id = moved["level"], moved["department_id"]
                person.talent_pool = False
                touch(person, self._actor.id, self._clock)
        session.flush()
        for person_id, contact in self._back.items():  # who comes back may have another phone by now
            persons.change_contact(session, self._actor, person_id, contact, self._clock)
        for action, subject, detail in self._events:
            audit.record(session, self._actor.id, action, subject, detail, self._clock)

    def _happened(self, employment: Mapping[str, Any], kind: str, after: dict[str, Any]) -> None:
        self._tables[LifecycleEvent].append(
            {
                **self._stamp(),
                "employment_id": employment["id"],
                "person_id": employment["person_id"],
                "kind": kind,
                "day": employment["start_date"],
                "before": {},
                "after": after,
                "ref": "",
            }
        )

    def _stamp(self) -> dict[str, Any]:
        """Rows of one millisecond keep the order of the lines."""
        return {**stamp(self._actor.id, self._clock), "id": next(self._ids)}
