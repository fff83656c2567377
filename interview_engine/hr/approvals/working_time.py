"""When hours of workdays have passed: who is not at work on a day off is not late with a decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import CHINA
from interview_engine.hr.approvals.tables import Approval
from interview_engine.hr.calendar import service as calendars
from interview_engine.hr.people.tables import Department

LONGEST_BREAK = 60
"""Days off in a row after which time runs on: a calendar in which nobody works is a mistake."""


def due(session: Session, approval: Approval, start: datetime, hours: int) -> datetime:
    """The moment at which so many hours of days that are worked where the approval belongs have passed, in UTC."""
    company = None if approval.department_id is None else session.scalar(
        select(Department.legal_entity_id).where(Department.id == approval.department_id)
    )  # fmt: skip
    regions = [calendars.COUNTRY] if company is None else [calendars.COUNTRY, calendars.company_region(company)]
    return after(start, hours, calendars.calendar(session, regions).is_workday)


def after(start: datetime, hours: int, is_workday: Callable[[date], bool]) -> datetime:
    """`hours` of workdays in Shanghai after `start`; a day that is worked has 24 of them."""
    at, left, off = start.astimezone(CHINA), timedelta(hours=hours), 0
    while True:
        midnight = datetime.combine(at.date() + timedelta(days=1), time(), CHINA)
        off = 0 if is_workday(at.date()) else off + 1
        if off == 0 or off > LONGEST_BREAK:
            if at + left <= midnight:
                return (at + left).astimezone(start.tzinfo)
            left -= midnight - at
        at = midnight
