"""What is left of one's own leave, for the pages on the phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import Actor
from interview_engine.hr.house import house
from interview_engine.hr.leave import service as leave
from interview_engine.hr.leave.types import days_text, hours_text
from interview_engine.i18n import Text


@dataclass(frozen=True, slots=True)
class Left:
    """A kind of leave: days and hours left today, and days that can still be asked for."""

    word: Text
    days: str
    hours: str
    free: str


def own_balances(session: Session, actor: Actor, today: date) -> list[Left]:
    """What is left of each kind of leave of who reads; none of who does not work here."""
    post = house().post_of(session, actor.person_id or "")
    return [] if post is None else [
        Left(
            one.leave_type.word,
            days_text(one.minutes, one.minutes_a_day),
            hours_text(one.minutes),
            days_text(one.free, one.minutes_a_day),
        )
        for one in leave.left_on(session, post.employment_id, today)
    ]  # fmt: skip
