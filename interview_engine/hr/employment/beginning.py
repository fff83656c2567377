"""How an employment begins: hired or taken over; its first day moved; of who did not come, without a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import ConflictError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.area import NotBegun
from interview_engine.hr.employment import lifecycle, states
from interview_engine.hr.employment.assignments import bring_up_to_date
from interview_engine.hr.employment.first_rows import Beginning, Evidence, FirstRows, Place
from interview_engine.hr.employment.numbers import give_number, new_number, number_of
from interview_engine.hr.employment.reading import check_reach, has_days, is_without_day, locked, of_application
from interview_engine.hr.employment.tables import Assignment, EmployeeNumber, Employment
from interview_engine.hr.house import house
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import conflict, invalid, missing
from interview_engine.i18n import msg
from interview_engine.store import audit, dated
from interview_engine.store.rows import find, touch


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
    given = new_number(session, person_id, place.legal_entity_id, number)
    rows = FirstRows(actor.id, 1, clock)
    row_id = rows.add(Beginning(person_id, place, title, start, kind, given, level, probation_end, evidence))
    rows.write(session)
    return session.get_one(Employment, row_id)


def move_start(session: Session, actor: Actor, employment_id: str, day: date, clock: Clock) -> Employment:
    """Move the first day of an employment that has not begun; the same day again changes nothing. Needs "contact"
    write.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `employment.begun_already`; `employment.overlaps`.
        InvalidInput: `employment.start`, the probation ends before it.
    """
    row = locked(session, employment_id)
    check_reach(session, actor, row, "contact", "write")
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


def never_begun(session: Session, actor: Actor, employment_id: str, clock: Clock, *, reason: str = "") -> Employment:
    """End an employment whose person did not come: it has no day, its number is free again, nobody works here by it.
    Every area does its part (`Area.not_begun`).

    Needs "contact" write. Again changes nothing.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `employment.ended`, it has had an end already.
    """
    row = locked(session, employment_id)
    check_reach(session, actor, row, "contact", "write")
    if is_without_day(row):
        return row
    if row.state == "left" or row.last_day is not None:
        raise conflict("employment.ended", msg("The employment has ended already."))
    probation, number = row.probation_end, number_of(session, row.person_id, row.legal_entity_id)
    row.last_day = row.start_date - timedelta(days=1)
    row.state = "left"
    row.probation_end = None
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "employment.never_begun", f"employment:{row.id}", {}, clock)
    before = {"probation_end": None if probation is None else probation.isoformat(), "number": number}
    lifecycle.happened(session, row, "not_begun", row.start_date, actor.id, clock, before=before)
    session.flush()
    if session.scalar(select(Employment.id).where(Employment.person_id == row.person_id, has_days()).limit(1)) is None:
        session.execute(
            delete(EmployeeNumber).where(
                EmployeeNumber.person_id == row.person_id, EmployeeNumber.legal_entity_id == row.legal_entity_id
            )
        )
        person = find(session, Person, row.person_id, lock=True)
        if person is not None:
            person.department_id = person.level = person.manager_person_id = None
            touch(person, actor.id, clock)
    house().not_begun(session, actor, NotBegun(row.id, row.person_id, row.application_id, reason), clock)
    return row


def begun_after_all(session: Session, actor: Actor, employment_id: str, clock: Clock) -> Employment:
    """Take back that somebody did not come: the employment has its days, its probation and its number again.

    Needs "contact" write. The caller has checked that it is not too late. Again changes nothing.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `employment.overlaps`, the person was employed since.
    """
    row = locked(session, employment_id)
    check_reach(session, actor, row, "contact", "write")
    if not is_without_day(row):
        return row
    _check_free(session, row.person_id, row.legal_entity_id, row.start_date, but=row.id)
    told = next(one for one in reversed(lifecycle.of_person(session, row.person_id))
                if one.employment_id == row.id and one.kind == "not_begun")  # fmt: skip
    probation = told.before.get("probation_end")
    row.last_day = None
    row.probation_end = None if probation is None else date.fromisoformat(probation)
    row.state, row.assignment_id = "pending", None
    touch(row, actor.id, clock)
    _number_again(session, row, told.before.get("number"), actor.id, clock)
    audit.record(session, actor.id, "employment.begun_after_all", f"employment:{row.id}", {}, clock)
    lifecycle.happened(session, row, "begun_after_all", row.start_date, actor.id, clock)
    bring_up_to_date(session, row, actor.id, clock)
    states.step(session, row, actor.id, clock)
    house().not_begun(session, actor, NotBegun(row.id, row.person_id, row.application_id, "", undone=True), clock)
    return row


def _number_again(session: Session, row: Employment, number: str | None, actor_id: str, clock: Clock) -> None:
    """The number that they had, or the next one where somebody else got it since."""
    taken = number is not None and session.scalar(
        select(EmployeeNumber.id).where(
            EmployeeNumber.legal_entity_id == row.legal_entity_id,
            EmployeeNumber.number == number,
            EmployeeNumber.person_id != row.person_id,
        )
    )
    give_number(session, row.person_id, row.legal_entity_id, None if taken else number, actor_id, clock)


def _check_free(session: Session, person_id: str, legal_entity_id: str, start: date, *, but: str | None = None) -> None:
    """Whether no employment of the person in the company holds that day or begins later."""
    clash = session.scalar(
        select(Employment.id)
        .where(
            Employment.person_id == person_id,
            Employment.legal_entity_id == legal_entity_id,
            or_(Employment.last_day.is_(None), Employment.last_day >= start),
            has_days(),
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
