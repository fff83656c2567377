"""The door of leaving: what pages and other areas may call."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.offboarding import separations
from interview_engine.hr.offboarding.following import follow, follow_one, ref_of
from interview_engine.hr.offboarding.separations import NewSeparation, correct_kind, current, get_for, of_person
from interview_engine.hr.offboarding.settlement import handed_over, handed_over_in, settle, take_back
from interview_engine.hr.offboarding.tables import FinalSettlement, Separation

__all__ = [
    "FinalSettlement",
    "NewSeparation",
    "Separation",
    "correct_kind",
    "current",
    "enter",
    "follow",
    "get_for",
    "handed_over",
    "handed_over_in",
    "move",
    "of_person",
    "ref_of",
    "settle",
    "take_back",
    "withdraw",
]


def enter(session: Session, actor: Actor, employment_id: str, new: NewSeparation, clock: Clock) -> Separation:
    """Enter that somebody leaves, with tasks and settlement at once. Raises as `separations.open_separation`."""
    row = separations.open_separation(session, actor, employment_id, new, clock)
    if row.state == "approved":
        follow_one(session, employments.locked(session, employment_id), clock)
    return row


def move(session: Session, actor: Actor, separation_id: str, last_day: date, clock: Clock) -> Separation:
    """Another last day, with the due days of the tasks. Raises as `separations.move`."""
    row = separations.move(session, actor, separation_id, last_day, clock)
    follow_one(session, employments.locked(session, row.employment_id), clock)
    return row


def withdraw(session: Session, actor: Actor, separation_id: str, reason: str, clock: Clock) -> Separation:
    """Call it off, with its tasks. Raises as `separations.withdraw`."""
    row = separations.withdraw(session, actor, separation_id, reason, clock)
    follow(session, clock)
    return row
