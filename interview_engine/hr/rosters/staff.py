"""What rosters know beforehand: posts and limits of people, their wishes, and what a department usually needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.employment import service as employments
from interview_engine.hr.people.tables import Department
from interview_engine.hr.problems import invalid, missing, text_within
from interview_engine.hr.rosters import rules
from interview_engine.hr.rosters.tables import RosterNeed, RosterStaff, RosterWish
from interview_engine.hr.time import service as time
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

MOST_POSTS = 20


@dataclass(frozen=True, slots=True)
class NewStaff:
    """What is said of somebody; see `tables.RosterStaff`."""

    posts: tuple[str, ...]
    week_most: int | None = None
    spared_until: date | None = None


@dataclass(frozen=True, slots=True)
class NewNeed:
    """What a department usually needs of a shift in a post, from Monday on."""

    department_id: str
    shift_id: str
    post: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NewWish:
    """A day and what somebody would like of it."""

    day: date
    shift_id: str | None
    wants: bool


def set_staff(session: Session, actor: Actor, employment_id: str, new: NewStaff, clock: Clock) -> RosterStaff:
    """Say which posts somebody can fill, and their limits; needs "contact" write of them.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `roster.posts`.
    """
    held = employments.get_for(session, actor, employment_id, "write", lock=True)
    posts = sorted({text_within(one, "posts", msg("post"), 60) for one in new.posts if one.strip()})
    if len(posts) > MOST_POSTS:
        raise invalid("posts", "roster.posts", msg("At most {most} posts.", most=MOST_POSTS),
                      msg("Leave some out and send again."))  # fmt: skip
    row = session.scalar(select(RosterStaff).where(RosterStaff.employment_id == employment_id))
    if row is None:
        row = RosterStaff(
            **stamp(actor.id, clock), employment_id=employment_id, person_id=held.person_id,
            legal_entity_id=held.legal_entity_id, posts=posts, week_most=new.week_most, spared_until=new.spared_until,
        )  # fmt: skip
        session.add(row)
    else:
        row.posts, row.week_most, row.spared_until = posts, new.week_most, new.spared_until
        touch(row, actor.id, clock)
    session.flush()
    audit.record(session, actor.id, "roster_staff.set", f"roster_staff:{row.id}", {}, clock)
    return row


def staff_for(session: Session, actor: Actor, row_id: str) -> RosterStaff:
    """What rosters know of somebody whom the actor may read.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, RosterStaff, row_id)
    if row is None:
        raise missing("roster_staff", msg("person"))
    employments.get_for(session, actor, row.employment_id, "read")
    return row


def set_wish(session: Session, actor: Actor, employment_id: str, new: NewWish, clock: Clock) -> RosterWish:
    """Write down a wish; the same day again replaces it. Needs "contact" write of the person, who has it of themselves.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `shift.unknown`.
    """
    held = employments.get_for(session, actor, employment_id, "write", lock=True)
    if new.shift_id is not None and new.shift_id not in time.of_company(session, held.legal_entity_id, used=True):
        raise _no_shift()
    row = session.scalar(select(RosterWish).where(RosterWish.employment_id == employment_id, RosterWish.day == new.day))
    if row is None:
        row = RosterWish(
            **stamp(actor.id, clock), employment_id=employment_id, person_id=held.person_id,
            legal_entity_id=held.legal_entity_id, day=new.day, shift_id=new.shift_id, wants=new.wants,
        )  # fmt: skip
        session.add(row)
    else:
        row.shift_id, row.wants = new.shift_id, new.wants
        touch(row, actor.id, clock)
    session.flush()
    audit.record(session, actor.id, "roster_wish.set", f"roster_wish:{row.id}", {"day": new.day.isoformat()}, clock)
    return row


def wish_for(session: Session, actor: Actor, row_id: str, action: str = "read") -> RosterWish:
    """A wish of somebody whom the actor may read, or write.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, RosterWish, row_id)
    if row is None:
        raise missing("roster_wish", msg("wish"))
    employments.get_for(session, actor, row.employment_id, "write" if action == "write" else "read")
    return row


def drop_wish(session: Session, actor: Actor, row_id: str, clock: Clock) -> None:
    """Take a wish back.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = wish_for(session, actor, row_id, "write")
    audit.record(session, actor.id, "roster_wish.drop", f"roster_wish:{row.id}", {"day": row.day.isoformat()}, clock)
    session.delete(row)


def set_need_usual(session: Session, actor: Actor, new: NewNeed, clock: Clock) -> RosterNeed:
    """Say what a department usually needs of a shift; the same shift and post again replaces it. Needs "contact" write
    of the department.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `shift.unknown`, `roster.count`.
    """
    department = find(session, Department, new.department_id)
    if department is None:
        raise missing("department", msg("department"))
    company = department.legal_entity_id
    check_row(session, actor, "contact", "write", department_id=department.id, legal_entity_id=company)
    if new.shift_id not in time.of_company(session, company, used=True):
        raise _no_shift()
    if len(new.counts) != 7 or not all(0 <= one <= rules.MOST_PEOPLE for one in new.counts):
        raise invalid("monday", "roster.count", msg("0 to {most} people.", most=rules.MOST_PEOPLE),
                      msg("Correct it and send again."))  # fmt: skip
    post = text_within(new.post, "post", msg("post"), 60, least=0)
    row = session.scalar(
        select(RosterNeed).where(
            RosterNeed.department_id == department.id, RosterNeed.shift_id == new.shift_id, RosterNeed.post == post
        )
    )
    if row is None:
        row = RosterNeed(
            **stamp(actor.id, clock), legal_entity_id=company, department_id=department.id, shift_id=new.shift_id,
            post=post, counts=list(new.counts),
        )  # fmt: skip
        session.add(row)
    else:
        row.counts = list(new.counts)
        touch(row, actor.id, clock)
    session.flush()
    audit.record(session, actor.id, "roster_need.set", f"roster_need:{row.id}", {}, clock)
    return row


def need_for(session: Session, actor: Actor, row_id: str, action: str = "read") -> RosterNeed:
    """A usual need of a department within reach.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, RosterNeed, row_id)
    if row is None:
        raise missing("roster_need", msg("usual need"))
    check_row(session, actor, "contact", action, department_id=row.department_id, legal_entity_id=row.legal_entity_id)
    return row


def drop_need(session: Session, actor: Actor, row_id: str, clock: Clock) -> None:
    """Need it no longer; rosters that were made keep theirs.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = need_for(session, actor, row_id, "write")
    audit.record(session, actor.id, "roster_need.drop", f"roster_need:{row.id}", {}, clock)
    session.delete(row)


def _no_shift() -> Exception:
    return invalid("shift", "shift.unknown", msg("There is no such shift in this company, or it is no longer used."),
                   msg("Choose one of the list of shifts."))  # fmt: skip
