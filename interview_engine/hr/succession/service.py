"""Succession: who is planned after whom, judged, changed, taken out; and what the evidence says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Actor, over_oneself
from interview_engine.hr.access.service import check_row, denied, reached_persons, require
from interview_engine.hr.competency import service as competency
from interview_engine.hr.competency.service import Bar
from interview_engine.hr.employment import service as employments
from interview_engine.hr.org.service import find_department
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.hr.succession.rules import CLASS, READINESS
from interview_engine.hr.succession.tables import Succession
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A line of a slate as somebody enters it; "" for what is left empty.

    Args:
        department: its name, see `org.service.find_department`. holder, successor: employee numbers.
        profile: code of a published role profile.
    """

    title: str
    department: str
    holder: str = ""
    successor: str = ""
    readiness: str = ""
    profile: str = ""
    note: str = ""


def plan(session: Session, actor: Actor, new: NewPlan, clock: Clock) -> Succession:
    """Plan somebody for a key post, or name a post for which nobody is planned yet. Needs "succession" write.

    Raises:
        PermissionDenied: also for one's own post. InvalidInput: title, `org.no_department`, `employee.unknown`,
            `succession.same`, `succession.readiness`, `succession.profile`, note. ConflictError: `succession.twice`.
    """
    row = Succession(**stamp(actor.id, clock), **_checked(session, actor, new, None, clock))
    _check(session, actor, row, "write")
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "succession.plan", f"succession:{row.id}", _told(row), clock)
    return row


def change(session: Session, actor: Actor, row_id: str, new: NewPlan, clock: Clock) -> Succession:
    """Change a line; the same again changes nothing. Another readiness or successor is judged today.

    Raises:
        NotFoundError, and as `plan`.
    """
    row = get_for(session, actor, row_id, "write", lock=True)
    values = _checked(session, actor, new, row, clock)
    if all(getattr(row, name) == value for name, value in values.items()):
        return row
    for name, value in values.items():
        setattr(row, name, value)
    _check(session, actor, row, "write")
    touch(row, actor.id, clock)
    session.flush()
    audit.record(session, actor.id, "succession.change", f"succession:{row.id}", _told(row), clock)
    return row


def remove(session: Session, actor: Actor, row_id: str, clock: Clock) -> Succession:
    """Take a line out of the slate. Needs "succession" write.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = get_for(session, actor, row_id, "write", lock=True)
    audit.record(session, actor.id, "succession.remove", f"succession:{row.id}", {}, clock)
    session.delete(row)
    session.flush()
    return row


def get_for(session: Session, actor: Actor, row_id: str, action: str, *, lock: bool = False) -> Succession:
    """A line that the actor may read or write.

    Raises:
        NotFoundError, PermissionDenied: also of who has the post or is planned for it, without a permission over
            themselves.
    """
    require(actor, CLASS, action)
    row = find(session, Succession, row_id, lock=lock)
    if row is None:
        raise missing("succession", msg("line of succession"))
    _check(session, actor, row, action)
    return row


def bars(session: Session, actor: Actor, ids: Sequence[str]) -> Mapping[str, tuple[Bar, ...]]:
    """By line, what the post's profile asks for beside the newest evidence of who is planned, of those whose interviews
    the actor may read. The caller has checked that the lines may be read."""
    rows = session.execute(
        select(Succession.id, Succession.profile_id, Succession.successor_person_id).where(
            Succession.id.in_(ids), Succession.profile_id.is_not(None), Succession.successor_person_id.is_not(None)
        )
    ).tuples()
    asked = {row_id: (profile_id or "", person_id or "") for row_id, profile_id, person_id in rows}
    reached = reached_persons(session, actor, "interview", "read", {person for _, person in asked.values()})
    seen = {row_id: pair for row_id, pair in asked.items() if pair[1] in reached}
    found = competency.bars_of_many(session, set(seen.values()))
    return {row_id: found[pair] for row_id, pair in seen.items()}


def _checked(session: Session, actor: Actor, new: NewPlan, row: Succession | None, clock: Clock) -> dict[str, object]:
    department = find_department(session, actor, new.department, CLASS, "write")
    title = text_within(new.title, "title", msg("job title"), 120, least=2)
    holder = _person(session, actor, new.holder, "holder")
    successor = _person(session, actor, new.successor, "successor")
    if successor is not None and successor == holder:
        raise invalid("successor", "succession.same", msg("This person has the post already."),
                      msg("Choose somebody else, or leave it empty."))  # fmt: skip
    if (successor is None) != (not new.readiness) or new.readiness not in ("", *READINESS):
        raise invalid("readiness", "succession.readiness",
                      msg("Who is planned is ready at some time, and nobody is nothing."),
                      msg("Choose how ready the person is; leave it empty where nobody is planned."))  # fmt: skip
    same = select(Succession.id).where(
        Succession.department_id == department.id,
        Succession.title == title,
        Succession.successor_person_id == successor
        if successor is not None
        else Succession.successor_person_id.is_(None),
    )
    if row is not None:
        same = same.where(Succession.id != row.id)
    if session.scalar(same.limit(1)) is not None:
        raise conflict("succession.twice", msg("This is planned already."), msg("Change the line that is there."))
    judged = row is None or (row.successor_person_id, row.readiness) != (successor, new.readiness or None)
    today = china_day(clock) if judged or row is None else row.judged_on
    return {
        "legal_entity_id": department.legal_entity_id,
        "department_id": department.id,
        "title": title,
        "holder_person_id": holder,
        "successor_person_id": successor,
        "readiness": new.readiness or None,
        "judged_on": today if successor is not None else None,
        "profile_id": competency.published_profile(session, new.profile, department.legal_entity_id),
        "note": text_within(new.note, "note", msg("note"), 300, least=0),
    }


def _person(session: Session, actor: Actor, number: str, field: str) -> str | None:
    clean = number.strip().upper()
    if not clean:
        return None
    employment_id = employments.of_numbers(session, actor, (clean,), CLASS, "write").get(clean)
    if employment_id is None:
        raise invalid(field, "employee.unknown", msg("No employee within your reach has the number {number}.",
                                                     number=number.strip()),
                      msg("Check it in the list of employees."))  # fmt: skip
    return employments.persons_of(session, (employment_id,))[employment_id]


def _check(session: Session, actor: Actor, row: Succession, action: str) -> None:
    check_row(
        session, actor, CLASS, action, department_id=row.department_id, legal_entity_id=row.legal_entity_id,
        person_id=row.holder_person_id,
    )  # fmt: skip
    about = (row.holder_person_id, row.successor_person_id)
    if actor.person_id is not None and actor.person_id in about and not over_oneself(actor, CLASS, action):
        raise denied()


def _told(row: Succession) -> dict[str, object]:
    return {"department": row.department_id, "planned": row.successor_person_id is not None}
