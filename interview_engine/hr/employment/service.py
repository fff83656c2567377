"""Employment: it begins here (hiring calls `begin`), ends here, and is read here by other areas and systems."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, delete, exists, false, func, or_, select, update
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.errors import ConflictError
from interview_engine.hr.access.rules import Action, Actor, FieldClass
from interview_engine.hr.access.service import check_row, reached_persons, require, scoped
from interview_engine.hr.accounts.service import every_holder, holders, persons_with_roles
from interview_engine.hr.employment import lifecycle, states
from interview_engine.hr.employment.assignments import NewPlace as NewPlace
from interview_engine.hr.employment.numbers import give_number, number_of
from interview_engine.hr.employment.tables import Assignment, EmployeeNumber
from interview_engine.hr.employment.tables import Employment as Employment
from interview_engine.hr.employment.transfer_request import call_off_move as call_off_move
from interview_engine.hr.employment.transfer_request import held_on as held_on
from interview_engine.hr.employment.transfer_request import move as move
from interview_engine.hr.employment.transfer_request import one_move_at_a_time as one_move_at_a_time
from interview_engine.hr.people.tables import Department, Person
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit, dated
from interview_engine.store.page import Page, clamp, page_of, read_cursor
from interview_engine.store.rows import batched, find, stamp, touch

AT_ONCE = 400
"""Values that every database takes in one statement."""


@dataclass(frozen=True, slots=True)
class Place:
    """The company and the department that somebody works in, by id."""

    legal_entity_id: str
    department_id: str


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works here. `title` None: they have an account and no employment; `opens`: the actor may read what
    is known of their interviews."""

    person_id: str
    name: str
    department_id: str | None
    title: str | None
    opens: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an application leaves in the employee file (A16).

    Args:
        application_id, requisition_id: the application that led to the employment, and the job it was for; an
            application leads to one employment at most.
        interview: scores, bands and kit version of its interview; None where there was none that a program read.
    """

    application_id: str
    requisition_id: str
    interview: Mapping[str, Any] | None


def begin(
    session: Session,
    actor: Actor,
    person_id: str,
    place: Place,
    title: str,
    start: date,
    evidence: Evidence | None,
    clock: Clock,
    *,
    number: str | None = None,
    level: int | None = None,
    probation_end: date | None = None,
    kind: Literal["hired", "imported"] = "hired",
) -> Employment:
    """Employ a person from the day `start` on. The caller has checked that the actor may.

    Who is employed leaves the talent pool and is of the place's department from now on. Who worked here before keeps
    their number and gets an employment of its own.

    Args:
        number: of the employee in the company; None gives the next one.
        level: job level. probation_end: the last day of the probation.

    Raises:
        NotFoundError: person. InvalidInput: number, `employment.probation` (it ends before it begins).
        ConflictError: `employment.begun`, the application led to an employment already; `employment.overlaps`, the
            person works for the company on that day; `employee.number_taken`, `employee.number_differs`.
    """
    person = find(session, Person, person_id, lock=True)
    if person is None:
        raise missing("person", msg("person"))
    if evidence is not None and of_application(session, evidence.application_id) is not None:
        raise conflict("employment.begun", msg("This application has led to an employment already."))
    _check_free(session, person_id, place.legal_entity_id, start)
    check_probation(start, probation_end)
    give_number(session, person_id, place.legal_entity_id, number, actor.id, clock)
    interview = None if evidence is None or evidence.interview is None else dict(evidence.interview)
    employment = Employment(
        **stamp(actor.id, clock),
        person_id=person_id,
        application_id=None if evidence is None else evidence.application_id,
        legal_entity_id=place.legal_entity_id,
        department_id=place.department_id,
        title=title,
        start_date=start,
        probation_end=probation_end,
        state="pending",
        interview=interview,
    )
    session.add(employment)
    session.flush()
    first = dated.write(
        session,
        Assignment,
        ("employment_id", employment.id),
        start,
        {
            "person_id": person_id,
            "legal_entity_id": place.legal_entity_id,
            "department_id": place.department_id,
            "title": title,
            "level": level,
            "manager_person_id": None,
            "reason": "hired",
        },
        actor.id,
        clock,
    )
    employment.assignment_id = first.id
    person.level = level
    person.department_id = place.department_id
    person.talent_pool = False
    touch(person, actor.id, clock)
    session.flush()
    detail = (
        {} if evidence is None else {"application": evidence.application_id, "requisition": evidence.requisition_id}
    )
    audit.record(session, actor.id, "employment.create", f"employment:{employment.id}", detail, clock)
    told = {"department": place.department_id, "title": title, "level": level}
    lifecycle.happened(session, employment, kind, start, actor.id, clock, after=told)
    states.step(session, employment, actor.id, clock)
    return employment


def end(session: Session, actor: Actor, employment_id: str, last_day: date, reason: str, clock: Clock) -> Employment:
    """End an employment with `last_day`; the same day again changes nothing. Needs "contact" manage.

    Until that day is over the person works here ("notice"); a day that is over ends it at once.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `employment.ended`, with another last day.
        InvalidInput: `employment.last_day` (before the first), reason.
    """
    row = locked(session, employment_id)
    _check(session, actor, row, "contact", "manage")
    clean = text_within(reason, "reason", msg("reason"), 300, least=2)
    if row.last_day == last_day:
        return row
    if row.state == "left":
        raise conflict("employment.ended", msg("The employment has ended already."))
    if last_day < row.start_date:
        raise invalid(
            "leaving_on",
            "employment.last_day",
            msg("The last day is before the first."),
            msg("Change the day."),
        )
    before = row.last_day
    row.last_day = last_day
    row.leaving_reason = clean
    touch(row, actor.id, clock)
    detail = {"last_day": last_day.isoformat()}
    audit.record(session, actor.id, "employment.end", f"employment:{row.id}", detail, clock)
    told = {"last_day": last_day.isoformat()}
    was = {} if before is None else {"last_day": before.isoformat()}
    lifecycle.happened(session, row, "notice", china_day(clock), actor.id, clock, before=was, after=told)
    states.step(session, row, actor.id, clock)
    return row


def move_start(session: Session, actor: Actor, employment_id: str, day: date, clock: Clock) -> Employment:
    """Move the first day of an employment that has not begun; the same day again changes nothing. Needs "contact"
    write.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `employment.begun_already`; `employment.overlaps`.
        InvalidInput: `employment.start`, the probation ends before it.
    """
    row = locked(session, employment_id)
    _check(session, actor, row, "contact", "write")
    if row.start_date == day:
        return row
    if row.state != "pending":
        raise conflict(
            "employment.begun_already",
            msg("The employment has begun already."),
            msg("Correct it in the employee file."),
        )
    if row.probation_end is not None and row.probation_end < day:
        raise invalid(
            "first_day",
            "employment.start",
            msg("The probation ends before the first day of work."),
            msg("Change the probation in the employee file first."),
        )
    _check_free(session, row.person_id, row.legal_entity_id, day, but=row.id)
    spans = dated.history(dated.of_subject(session, Assignment, ("employment_id", row.id)))
    first, before = spans[0].row, row.start_date
    later = any(span.first <= day for span in spans[1:])
    if later:
        raise conflict(
            "employment.moved_before",
            msg("A move is written down for a day before that."),
            msg("Call the move off in the employee file first."),
        )
    names = ("person_id", "legal_entity_id", "department_id", "title", "level", "manager_person_id", "reason", "ref")
    values = {name: getattr(first, name) for name in names}
    dated.write(
        session, Assignment, ("employment_id", row.id), first.valid_from, values, actor.id, clock, state="withdrawn"
    )
    written = dated.write(session, Assignment, ("employment_id", row.id), day, values, actor.id, clock)
    row.start_date, row.assignment_id = day, written.id
    touch(row, actor.id, clock)
    audit.record(
        session, actor.id, "employment.move_start", f"employment:{row.id}", {"to": day.isoformat()}, clock
    )  # fmt: skip
    told = {"first_day": day.isoformat()}
    was = {"first_day": before.isoformat()}
    lifecycle.happened(session, row, "start_moved", day, actor.id, clock, before=was, after=told)
    states.step(session, row, actor.id, clock)
    return row


def never_begun(session: Session, actor: Actor, employment_id: str, clock: Clock) -> Employment:
    """End an employment whose person did not come: it has no day, its number is free again, nobody works here by it.

    Needs "contact" write. Again changes nothing.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `employment.ended`, it has had an end already.
    """
    row = locked(session, employment_id)
    _check(session, actor, row, "contact", "write")
    if is_without_day(row):
        return row
    if row.state == "left" or row.last_day is not None:
        raise conflict("employment.ended", msg("The employment has ended already."))
    row.last_day = row.start_date - timedelta(days=1)
    row.state = "left"
    row.probation_end = None
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "employment.never_begun", f"employment:{row.id}", {}, clock)
    lifecycle.happened(session, row, "not_begun", row.start_date, actor.id, clock)
    session.flush()
    if session.scalar(select(Employment.id).where(Employment.person_id == row.person_id, _has_days()).limit(1)) is None:
        session.execute(
            delete(EmployeeNumber).where(
                EmployeeNumber.person_id == row.person_id, EmployeeNumber.legal_entity_id == row.legal_entity_id
            )
        )
        person = find(session, Person, row.person_id, lock=True)
        if person is not None:
            person.department_id = person.level = person.manager_person_id = None
            touch(person, actor.id, clock)
    return row


def is_without_day(row: Employment) -> bool:
    """Whether it is one of somebody who did not come."""
    return row.last_day is not None and row.last_day < row.start_date


def call_off_end(session: Session, actor: Actor, employment_id: str, clock: Clock) -> Employment:
    """Take an agreed last day back before it is over; where there is none nothing changes. Needs "contact" manage.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `employment.ended`, the last day is over.
    """
    row = locked(session, employment_id)
    _check(session, actor, row, "contact", "manage")
    if row.state == "left":
        raise conflict("employment.ended", msg("The employment has ended already."))
    if row.last_day is None:
        return row
    before = {"last_day": row.last_day.isoformat()}
    row.last_day = None
    row.leaving_reason = None
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "employment.call_off_end", f"employment:{row.id}", {}, clock)
    lifecycle.happened(session, row, "notice_withdrawn", china_day(clock), actor.id, clock, before=before)
    states.step(session, row, actor.id, clock, quietly=True)
    return row


def locked(session: Session, employment_id: str) -> Employment:
    """An employment, kept from others until the transaction ends. The caller checks that the actor may.

    Raises:
        NotFoundError.
    """
    return _found(session, employment_id, lock=True)


def get_for(session: Session, actor: Actor, employment_id: str, action: Action, *, lock: bool = False) -> Employment:
    """An employment whose contact data the actor may read or write.

    Raises:
        NotFoundError, PermissionDenied.
    """
    require(actor, "contact", action)
    row = _found(session, employment_id, lock=lock)
    _check(session, actor, row, "contact", action)
    return row


def of_numbers(session: Session, actor: Actor, numbers: Sequence[str]) -> dict[str, str]:
    """By number (upper case), the id of the newest employment of who has it, of those the actor may write."""
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
            "contact",
            "write",
            department=Employment.department_id,
            legal_entity=Employment.legal_entity_id,
            person=Employment.person_id,
        )
        found |= dict(session.execute(reached).tuples().all())
    return found


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


def works_here(session: Session, person_id: str) -> bool:
    """Whether a person has or had an employment: their file is kept, the law asks for it."""
    return bool(session.scalar(select(exists().where(Employment.person_id == person_id, _has_days()))))


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
    _check(session, actor, row, "contact", "read")
    _check(session, actor, row, "interview", "read")
    return row


def with_last_day(session: Session, since: date) -> list[Employment]:
    """Employments with a last day on or after a day, of those who came, by id."""
    statement = select(Employment).where(Employment.last_day >= since, _has_days()).order_by(Employment.id)
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
    return select(Employment.person_id).where(_has_days())


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
    """Those who work here and have the words in their name, by name, of those whose contact data the actor may read."""
    if not words.strip():
        return []
    named = Person.name.contains(words.strip(), autoescape=True)
    return _colleagues(session, actor, and_(_here(), named), limit=limit)


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
) -> list[tuple[str, str]]:
    """(name, job title) of those at work in a department, by seniority and name: what every colleague may know."""
    statement = (
        select(Person.name, Employment.title)
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


def _has_days() -> ColumnElement[bool]:
    """Whether an employment is of somebody who came; see `never_begun`."""
    return or_(Employment.last_day.is_(None), Employment.last_day >= Employment.start_date)


def _check_free(session: Session, person_id: str, legal_entity_id: str, start: date, *, but: str | None = None) -> None:
    """Whether no employment of the person in the company holds that day or begins later."""
    clash = session.scalar(
        select(Employment.id)
        .where(
            Employment.person_id == person_id,
            Employment.legal_entity_id == legal_entity_id,
            or_(Employment.last_day.is_(None), Employment.last_day >= start),
            _has_days(),
            Employment.id != (but or ""),
        )
        .limit(1)
    )
    if clash is not None:
        raise overlaps()


def overlaps() -> ConflictError:
    """What is said of an employment in the days of another one."""
    return conflict(
        "employment.overlaps",
        msg("This person works for the company on that day."),
        msg("End that employment first, or choose a later first day."),
    )


def check_probation(start: date, last: date | None) -> None:
    """Refuse a probation that ends before the first day of work: InvalidInput `employment.probation`."""
    if last is not None and last < start:
        raise invalid(
            "probation_end",
            "employment.probation",
            msg("The probation ends before the first day of work."),
            msg("Change the day."),
        )


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


def _check(session: Session, actor: Actor, row: Employment, field_class: FieldClass, action: Action) -> None:
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
