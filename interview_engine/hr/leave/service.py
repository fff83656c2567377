"""The door of leave: what is left of it, and what was left in the system before (in minutes, corrected by a further
row)."""

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
from interview_engine.hr.leave import ledger
from interview_engine.hr.leave.balances import Moved
from interview_engine.hr.leave.entering import NewRule, words_of
from interview_engine.hr.leave.entering import check as check_rule
from interview_engine.hr.leave.entering import enter as enter_rule
from interview_engine.hr.leave.history import NewHistory, set_history
from interview_engine.hr.leave.ledger import Balance, give_back, minutes_a_day
from interview_engine.hr.leave.tables import LeaveOpening
from interview_engine.hr.leave.taken import WHOLE, days_by_kind, taken_on
from interview_engine.hr.leave.types import WORDS, hours_text
from interview_engine.hr.problems import conflict, invalid, missing
from interview_engine.i18n import Text, msg
from interview_engine.store import append_only, audit
from interview_engine.store.rows import find, stamp

__all__ = [
    "KINDS",
    "WHOLE",
    "Balance",
    "NewHistory",
    "NewRule",
    "Opening",
    "bring_along",
    "check_rule",
    "credit",
    "days_by_kind",
    "enter_rule",
    "find_rows",
    "first_row",
    "give_back",
    "hours_text",
    "left_on",
    "minutes_a_day",
    "minutes_of",
    "set_history",
    "take_back",
    "taken_on",
    "words_of",
]

KINDS: Mapping[str, Text] = {name: WORDS[name] for name in ("annual", "time_off", "other")}
"""Kinds of which other systems keep balances."""
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
    ledger.open_account(session, employment_id, new.kind, actor.id, clock)
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
    touched: set[tuple[str, str]] = set()
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
        touched.add((row.employment_id, row.kind))
        audit.record(session, actor.id, "leave.take_back", f"leave:{row_id}", {}, clock)
    if going:
        with append_only.passage(session, actor.id, "import taken back", clock):
            for part in employments.parts(going):
                session.execute(delete(LeaveOpening).where(LeaveOpening.id.in_(part)))
            # an employment that is taken back next must not be held by an account in which nothing is left
            kept = [one for one in sorted(touched) if not ledger.remove_empty(session, *one)]
        for employment_id, kind in kept:
            ledger.open_account(session, employment_id, kind, actor.id, clock)
    return stays


def left_on(session: Session, employment_id: str, day: date) -> list[Balance]:
    """What is left of each kind on a day by the ledger, with what is approved until then; the caller has checked.

    A kind of which nothing was ever granted is not in it: nothing is known of it. What was taken in advance is less
    than 0. Offboarding reads it for the last day.
    """
    return ledger.balances_of(session, session.get_one(employments.Employment, employment_id), day)


def credit(
    session: Session,
    actor_id: str,
    employment_id: str,
    name: str,
    request_id: str,
    day: date,
    minutes: int,
    clock: Clock,
) -> str:
    """Add time off that a request has earned; the id of its account. `give_back` takes it back."""
    return ledger.credit(session, actor_id, employment_id, name, request_id, Moved(day, minutes), clock).id
