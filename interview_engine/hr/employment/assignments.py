"""Where people work from which day on: transfers and promotions are written ahead, and take effect at midnight.

What holds today is copied to the employment and the person (department, level, manager), because permissions and lists
read it there. A move in the past or for today takes effect at once, one in the future when its day begins in China.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.employment import lifecycle
from interview_engine.hr.employment.tables import Assignment, Employment
from interview_engine.hr.people.tables import Department, Person
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit, dated
from interview_engine.store.dated import Span
from interview_engine.store.rows import find, touch

REASONS = ("transfer", "promotion", "reorganisation", "correction")
AT_ONCE = 500
"""Employments that one round of the job brings up to date."""


@dataclass(frozen=True, slots=True)
class NewPlace:
    """Where and as what somebody works from a day on.

    Args:
        department_id: of any company of the group: a move between companies keeps the person and the history.
        level: job level, higher is more senior; None is none.
        manager_person_id: whom they report to; None is the department's manager.
    """

    department_id: str
    title: str
    level: int | None = None
    manager_person_id: str | None = None


def assign(
    session: Session,
    actor: Actor,
    employment_id: str,
    new: NewPlace,
    from_day: date,
    reason: str,
    clock: Clock,
    *,
    ref: str = "",
    seen_revision: int | None = None,
) -> Assignment:
    """Say where somebody works from a day on. Needs "contact" write where they work and where they will.

    Raises:
        NotFoundError: employment, department or manager. PermissionDenied.
        InvalidInput: `assignment.day` (before the first day of work, or after the last), `assignment.reason`,
            `assignment.level`, title, `assignment.own_manager`. ConflictError: `employment.ended`, `dated.changed`.
    """
    employment = find(session, Employment, employment_id, lock=True)
    if employment is None:
        raise missing("employment", msg("employment"))
    _check_reach(session, actor, employment.department_id, employment.legal_entity_id, employment.person_id)
    department = find(session, Department, new.department_id)
    if department is None:
        raise missing("department", msg("department"))
    _check_reach(session, actor, department.id, department.legal_entity_id, None)
    _check(session, employment, new, from_day, reason)
    before = current(session, employment, from_day)
    row = dated.write(
        session,
        Assignment,
        ("employment_id", employment.id),
        from_day,
        {
            "person_id": employment.person_id,
            "legal_entity_id": department.legal_entity_id,
            "department_id": department.id,
            "title": text_within(new.title, "title", msg("job title"), 120),
            "level": new.level,
            "manager_person_id": new.manager_person_id,
            "reason": reason,
            "ref": ref,
        },
        actor.id,
        clock,
        seen_revision=seen_revision,
    )
    lifecycle.happened(
        session, employment, reason, from_day, actor.id, clock, before=_told(before), after=_told(row), ref=ref
    )
    audit.record(
        session, actor.id, "employment.assign", f"employment:{employment.id}", {"from": from_day.isoformat()}, clock
    )
    bring_up_to_date(session, employment, actor.id, clock)
    return row


def call_off(session: Session, actor: Actor, assignment_id: str, clock: Clock, *, ref: str = "") -> Assignment:
    """Take a move back: what held before holds on. Written as a further revision, so that both stay readable.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `assignment.first`, an employment has a first place;
        `dated.changed`, the day has been written anew since.
    """
    moved = find(session, Assignment, assignment_id)
    if moved is None:
        raise missing("assignment", msg("move"))
    employment = find(session, Employment, moved.employment_id, lock=True)
    if employment is None:
        raise missing("employment", msg("employment"))
    _check_reach(session, actor, employment.department_id, employment.legal_entity_id, employment.person_id)
    _check_reach(session, actor, moved.department_id, moved.legal_entity_id, None)
    spans = places(session, employment.id)
    if spans and spans[0].row.valid_from == moved.valid_from:
        raise conflict("assignment.first", msg("The first place of an employment cannot be withdrawn."))
    values = {
        name: getattr(moved, name)
        for name in ("person_id", "legal_entity_id", "department_id", "title", "level", "manager_person_id", "reason")
    }
    row = dated.write(
        session,
        Assignment,
        ("employment_id", employment.id),
        moved.valid_from,
        {**values, "ref": ref},
        actor.id,
        clock,
        state="withdrawn",
        seen_revision=moved.revision,
    )
    still = current(session, employment, moved.valid_from)
    lifecycle.happened(
        session, employment, "correction", moved.valid_from, actor.id, clock,
        before=_told(moved), after=_told(still), ref=ref,
    )  # fmt: skip
    audit.record(
        session, actor.id, "employment.call_off", f"employment:{employment.id}",
        {"from": moved.valid_from.isoformat()}, clock,
    )  # fmt: skip
    bring_up_to_date(session, employment, actor.id, clock)
    return row


def places(session: Session, employment_id: str) -> tuple[Span[Assignment], ...]:
    """Where somebody has worked and will work, in the order of days. The caller has checked that it may be seen."""
    return dated.history(dated.of_subject(session, Assignment, ("employment_id", employment_id)))


def current(session: Session, employment: Employment, day: date) -> Assignment | None:
    """The assignment that holds on a day; before the first day of work None."""
    return dated.as_of(dated.of_subject(session, Assignment, ("employment_id", employment.id)), day)


def bring_up_to_date(session: Session, employment: Employment, actor_id: str, clock: Clock) -> bool:
    """Copy what holds today to the employment and the person; whether anything changed.

    Before the first day of work the first place counts, so that a hire is reached where they will work.
    """
    day = china_day(clock)
    held = current(session, employment, max(day, employment.start_date))
    if held is None or employment.assignment_id == held.id:
        return False
    employment.assignment_id = held.id
    employment.legal_entity_id = held.legal_entity_id
    employment.department_id = held.department_id
    employment.title = held.title
    touch(employment, actor_id, clock)
    person = find(session, Person, employment.person_id, lock=True)
    if person is not None and _is_latest(session, employment):
        person.department_id = held.department_id
        person.level = held.level
        person.manager_person_id = held.manager_person_id
        touch(person, actor_id, clock)
    return True


def move_those_due(session: Session, clock: Clock) -> int:
    """Job: bring employments up to date whose move takes effect today; returns how many."""
    due = (
        select(Employment)
        .where(
            Employment.state != "left",
            or_(
                Employment.assignment_id.is_(None),
                Employment.assignment_id.not_in(
                    dated.ids_as_of(Assignment, Assignment.__table__.c.employment_id, china_day(clock))
                ),
            ),
            Employment.start_date <= china_day(clock),
        )
        .order_by(Employment.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return sum(bring_up_to_date(session, employment, "system", clock) for employment in session.scalars(due))


def _check(session: Session, employment: Employment, new: NewPlace, from_day: date, reason: str) -> None:
    if employment.state == "left":
        raise conflict("employment.ended", msg("The employment has ended already."))
    if reason not in REASONS:
        raise invalid("reason", "assignment.reason", msg("There is no such value."), msg("Choose a reason."))
    outside = from_day < employment.start_date or (employment.last_day is not None and from_day > employment.last_day)
    if outside:
        raise invalid(
            "from_day",
            "assignment.day",
            msg("The day is outside the employment."),
            msg("Choose a day from the first day of work to the last."),
        )
    if new.level is not None and not 0 <= new.level <= 99:
        raise invalid("level", "assignment.level", msg("A level is a number from 0 to 99."), msg("Change the level."))
    if new.manager_person_id == employment.person_id:
        raise invalid(
            "manager",
            "assignment.own_manager",
            msg("Nobody reports to themselves."),
            msg("Choose somebody else, or leave it to the department's manager."),
        )
    if new.manager_person_id is not None and find(session, Person, new.manager_person_id) is None:
        raise missing("person", msg("manager"))


def _check_reach(
    session: Session, actor: Actor, department_id: str, legal_entity_id: str, person_id: str | None
) -> None:
    check_row(
        session,
        actor,
        "contact",
        "write",
        department_id=department_id,
        legal_entity_id=legal_entity_id,
        person_id=person_id,
    )


def _is_latest(session: Session, employment: Employment) -> bool:
    """Whether no later employment of the person says where they work."""
    later = select(Employment.id).where(
        Employment.person_id == employment.person_id, Employment.start_date > employment.start_date
    )
    return session.scalar(later.limit(1)) is None


def _told(row: Assignment | None) -> dict[str, str | int | None]:
    if row is None:
        return {}
    return {
        "department": row.department_id,
        "title": row.title,
        "level": row.level,
        "manager": row.manager_person_id,
    }
