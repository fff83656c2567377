"""What is left of somebody's leave in the system before: written down in minutes, corrected by a further row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.leave.tables import LeaveOpening
from interview_engine.hr.problems import conflict, invalid, missing
from interview_engine.i18n import Text, msg
from interview_engine.store import append_only, audit
from interview_engine.store.rows import find, stamp

KINDS: Mapping[str, Text] = {
    "annual": msg("Annual leave"),
    "time_off": msg("Time off for overtime"),
    "other": msg("Other leave"),
}
MOST_MINUTES = 366 * 24 * 60


@dataclass(frozen=True, slots=True)
class Opening:
    """What somebody brings along. `minutes` may be less than 0: leave taken in advance."""

    kind: str
    day: date
    minutes: int
    minutes_a_day: int | None


def bring_along(session: Session, actor: Actor, employment_id: str, new: Opening, clock: Clock) -> LeaveOpening:
    """Write down what somebody brings along; what was written for that kind and day is corrected to it. Needs
    "contact" write.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `leave.kind`, `leave.minutes`.
    """
    employment = employments.get_for(session, actor, employment_id, "write", lock=True)
    if new.kind not in KINDS:
        raise invalid("kind", "leave.kind", msg("There is no such value."), msg("Choose a kind of leave."))
    if abs(new.minutes) > MOST_MINUTES:
        raise invalid("days", "leave.minutes", msg("This is more than a year."), msg("Correct it and send again."))
    held = minutes_of(session, employment_id, new.kind, new.day)
    row = LeaveOpening(
        **stamp(actor.id, clock),
        employment_id=employment_id,
        person_id=employment.person_id,
        kind=new.kind,
        day=new.day,
        minutes=new.minutes - held,
        minutes_a_day=new.minutes_a_day,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "leave.bring_along", f"leave:{row.id}", {"kind": new.kind}, clock)
    return row


def minutes_of(session: Session, employment_id: str, kind: str, day: date) -> int:
    """What somebody brought along of a kind on a day; 0 where nothing is written. The caller has checked."""
    total = select(func.sum(LeaveOpening.minutes)).where(
        LeaveOpening.employment_id == employment_id, LeaveOpening.kind == kind, LeaveOpening.day == day
    )
    return int(session.scalar(total) or 0)


def first_row(session: Session, actor: Actor, row_id: str) -> LeaveOpening:
    """A row whose employment the actor may read.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, LeaveOpening, row_id)
    if row is None:
        raise missing("leave", msg("leave"))
    employments.get_for(session, actor, row.employment_id, "read")
    return row


def find_rows(
    session: Session, actor: Actor, keys: Sequence[tuple[str, str, date]]
) -> dict[tuple[str, str, date], str]:
    """By (employee number, kind, day), the first row that was written for it, within reach."""
    employment = employments.of_numbers(session, actor, sorted({number for number, _, _ in keys}))
    found: dict[tuple[str, str, date], str] = {}
    by_id = {row_id: number for number, row_id in employment.items()}
    for part in employments.parts(sorted(by_id)):
        rows = session.scalars(
            select(LeaveOpening).where(LeaveOpening.employment_id.in_(part)).order_by(LeaveOpening.id)
        )
        for row in rows:
            found.setdefault((by_id[row.employment_id], row.kind, row.day), row.id)
    return {key: found[key] for key in keys if key in found}


def take_back(
    session: Session, actor: Actor, ids: Sequence[str], since: datetime, clock: Clock
) -> dict[str, InterviewEngineError]:
    """Remove what an import wrote at or after `since`; by id, why a row stays: somebody has corrected it."""
    stays: dict[str, InterviewEngineError] = {}
    going: list[str] = []
    for row_id in ids:
        try:
            row = first_row(session, actor, row_id)
            employments.get_for(session, actor, row.employment_id, "write", lock=True)
            same = (LeaveOpening.employment_id == row.employment_id, LeaveOpening.kind == row.kind,
                    LeaveOpening.day == row.day)  # fmt: skip
            if row.created_at < since or (session.scalar(select(func.count(LeaveOpening.id)).where(*same)) or 0) > 1:
                raise conflict("leave.corrected", msg("This leave has been corrected since it was imported."))
        except InterviewEngineError as error:
            stays[row_id] = error
            continue
        going.append(row_id)
        audit.record(session, actor.id, "leave.take_back", f"leave:{row_id}", {}, clock)
    if going:
        with append_only.passage(session, actor.id, "import taken back", clock):
            for part in employments.parts(going):
                session.execute(delete(LeaveOpening).where(LeaveOpening.id.in_(part)))
    return stays


@dataclass(frozen=True, slots=True)
class Left:
    """Minutes of leave of a kind that are left, and the day as of which they were counted."""

    kind: str
    minutes: int
    day: date


def left_on(session: Session, employment_id: str, day: date) -> list[Left]:
    """What is left of each kind on a day, from what was taken over by then. The caller has checked.

    Leave is counted by days taken over only so far; what was taken since is in the requests.
    """
    newest = select(LeaveOpening.kind, func.max(LeaveOpening.day).label("day")).where(
        LeaveOpening.employment_id == employment_id, LeaveOpening.day <= day
    )
    rows = session.execute(newest.group_by(LeaveOpening.kind).order_by(LeaveOpening.kind)).tuples().all()
    return [Left(kind, minutes_of(session, employment_id, kind, last), last) for kind, last in rows]
