"""How long somebody worked for others, and how long their day is: what annual leave is counted by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.leave import ledger
from interview_engine.hr.leave.tables import LeaveAccount, LeaveHistory
from interview_engine.hr.leave.types import DAY_MINUTES
from interview_engine.hr.problems import invalid, missing
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

MOST_MONTHS = 70 * 12


@dataclass(frozen=True, slots=True)
class NewHistory:
    """See `tables.LeaveHistory`; `from_year` None is this year."""

    months_before: int
    minutes_a_day: int = DAY_MINUTES
    from_year: int | None = None
    shown_by: str = ""


def set_history(session: Session, actor: Actor, employment_id: str, new: NewHistory, clock: Clock) -> LeaveHistory:
    """Write down what annual leave is counted by; the ledger follows at once. The same again changes nothing. Needs
    "contact" write.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `leave.months`, `leave.hours_a_day`, `leave.year`.
    """
    employment = employments.get_for(session, actor, employment_id, "write", lock=True)
    this_year = china_day(clock).year
    if not 0 <= new.months_before <= MOST_MONTHS:
        raise invalid("months_before", "leave.months", msg("This is no number of months of work."),
                      msg("Count the full months for other employers; 0 where there were none."))  # fmt: skip
    if not 60 <= new.minutes_a_day <= 24 * 60:
        raise invalid("hours_a_day", "leave.hours_a_day", msg("A day of leave has 1 to 24 hours."),
                      msg("Correct it and send again."))  # fmt: skip
    held = of_employment(session, employment_id)
    year = new.from_year or (this_year if held is None else held.from_year)
    if not 2000 <= year <= this_year + 1:
        raise invalid("from_year", "leave.year", msg("Leave cannot be counted from that year on."),
                      msg("Give a year up to the next one."))  # fmt: skip
    values = {"months_before": new.months_before, "minutes_a_day": new.minutes_a_day, "from_year": year,
              "shown_by": new.shown_by.strip()[:200]}  # fmt: skip
    if held is None:
        held = LeaveHistory(
            **stamp(actor.id, clock), employment_id=employment_id, person_id=employment.person_id, **values
        )
        session.add(held)
    elif all(getattr(held, name) == value for name, value in values.items()):
        return held
    else:
        for name, value in values.items():
            setattr(held, name, value)
        touch(held, actor.id, clock)
    session.flush()
    audit.record(session, actor.id, "leave.history", f"leave:{held.id}", {}, clock)
    ledger.open_account(session, employment_id, "annual", actor.id, clock)
    others = select(LeaveAccount).where(
        LeaveAccount.employment_id == employment_id, LeaveAccount.leave_type != "annual"
    )
    for account in session.scalars(others.order_by(LeaveAccount.id)).all():
        ledger.settle(session, account, actor.id, clock)
    return held


def of_employment(session: Session, employment_id: str) -> LeaveHistory | None:
    """What is known of it; None for nothing. The caller has checked that it may be seen."""
    return session.scalar(select(LeaveHistory).where(LeaveHistory.employment_id == employment_id))


def get_for(session: Session, actor: Actor, row_id: str) -> LeaveHistory:
    """A row whose employment the actor may read.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, LeaveHistory, row_id)
    if row is None:
        raise missing("leave_history", msg("work before"))
    employments.get_for(session, actor, row.employment_id, "read")
    return row


def find_rows(session: Session, actor: Actor, numbers: Sequence[str]) -> dict[str, str]:
    """By employee number (upper case), the row of who has it, within reach."""
    by_id = {row_id: number for number, row_id in employments.of_numbers(session, actor, numbers).items()}
    found: dict[str, str] = {}
    for part in employments.parts(sorted(by_id)):
        for row in session.scalars(select(LeaveHistory).where(LeaveHistory.employment_id.in_(part))):
            found[by_id[row.employment_id]] = row.id
    return found
