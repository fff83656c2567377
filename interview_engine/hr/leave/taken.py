"""Approved leave as attendance and pay read it: minutes by day, days by kind. The caller has checked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.leave.tables import LeaveEntry, LeaveHistory
from interview_engine.hr.leave.types import DAY_MINUTES
from interview_engine.store.rows import AT_ONCE, batched

WHOLE = 24 * 60
"""What a whole day of leave excuses, however long the shift is."""


def taken_on(session: Session, employment_ids: Sequence[str], first: date, last: date) -> dict[tuple[str, date], int]:
    """By (employment, day), the minutes of leave of every kind; `WHOLE` where it is a day of leave or more."""
    found: dict[tuple[str, date], int] = {}
    for part in batched(employment_ids, AT_ONCE):
        a_day = _minutes_a_day(session, part)
        minutes: dict[tuple[str, date], int] = defaultdict(int)
        for employment_id, day, _, moved in _entries(session, part, first, last):
            minutes[employment_id, day] -= moved
        for key, taken in minutes.items():
            if taken > 0:
                found[key] = WHOLE if taken >= a_day.get(key[0], DAY_MINUTES) else taken
    return found


def days_by_kind(
    session: Session, employment_ids: Sequence[str], first: date, last: date
) -> dict[str, dict[str, Decimal]]:
    """By employment and kind of leave, its days between two days, to two decimals."""
    found: dict[str, dict[str, Decimal]] = {}
    for part in batched(employment_ids, AT_ONCE):
        a_day = _minutes_a_day(session, part)
        minutes: dict[tuple[str, str], int] = defaultdict(int)
        for employment_id, _, kind, moved in _entries(session, part, first, last):
            minutes[employment_id, kind] -= moved
        for (employment_id, kind), taken in minutes.items():
            if taken > 0:
                days = Decimal(taken) / a_day.get(employment_id, DAY_MINUTES)
                found.setdefault(employment_id, {})[kind] = days.quantize(Decimal("0.01"))
    return found


def _minutes_a_day(session: Session, ids: Sequence[str]) -> dict[str, int]:
    rows = select(LeaveHistory.employment_id, LeaveHistory.minutes_a_day).where(LeaveHistory.employment_id.in_(ids))
    return dict(session.execute(rows).tuples().all())


def _entries(session: Session, ids: Sequence[str], first: date, last: date) -> Sequence[tuple[str, date, str, int]]:
    """What was taken and given back; time off that overtime earned is neither."""
    rows = select(LeaveEntry.employment_id, LeaveEntry.day, LeaveEntry.leave_type, LeaveEntry.minutes).where(
        LeaveEntry.employment_id.in_(ids),
        LeaveEntry.kind.in_(("use", "reversal")),
        LeaveEntry.source.not_like("credit:%"),
        LeaveEntry.day >= first,
        LeaveEntry.day <= last,
    )
    return session.execute(rows).tuples().all()
