"""Which days must be decided again: said by whoever changes something of them, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.employment import service as employments
from interview_engine.hr.time.tables import AttendanceChange, AttendanceDay
from interview_engine.store.rows import stamp

Changed = tuple[str, date, date]
"""(employment, first day, last day)."""


def changed(session: Session, days: Iterable[Changed], clock: Clock) -> None:
    """Have days decided again; those that were never decided are decided anyway."""
    by_id: dict[str, tuple[date, date]] = {}
    for employment_id, first, last in days:
        held = by_id.get(employment_id)
        by_id[employment_id] = (first, last) if held is None else (min(held[0], first), max(held[1], last))
    people = employments.many_of(session, by_id)
    for employment_id, (first, last) in sorted(by_id.items()):
        company = people[employment_id].legal_entity_id
        session.add(
            AttendanceChange(
                **stamp("system", clock), employment_id=employment_id, legal_entity_id=company, first=first, last=last
            )
        )
    session.flush()


def shift_changed(session: Session, shift_id: str, clock: Clock) -> None:
    """Have the days decided again on which a shift was worked."""
    decided = select(AttendanceDay.employment_id, func.min(AttendanceDay.day), func.max(AttendanceDay.day)).where(
        AttendanceDay.shift_id == shift_id
    )
    rows = list(session.execute(decided.group_by(AttendanceDay.employment_id)).tuples())
    changed(session, rows, clock)


def usual_changed(session: Session, subject: str, legal_entity_id: str, first: date, today: date, clock: Clock) -> None:
    """Have the days from `first` on decided again of whom a usual shift is about."""
    if first >= today:
        return
    kind, _, row_id = subject.partition(":")
    found = select(AttendanceDay.employment_id).where(
        AttendanceDay.legal_entity_id == legal_entity_id, AttendanceDay.day >= first
    )
    if kind == "employment":
        found = found.where(AttendanceDay.employment_id == row_id)
    changed(session, [(one, first, today) for one in session.scalars(found.distinct())], clock)


def around(day: date) -> tuple[date, date]:
    """The days to which a moment of a day can belong: its own, and those on both sides."""
    return day - timedelta(days=1), day + timedelta(days=1)
