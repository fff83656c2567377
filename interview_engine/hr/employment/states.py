"""The states an employment goes through by the calendar: begun, probation over, last day over."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.employment import lifecycle
from interview_engine.hr.employment.assignments import AT_ONCE
from interview_engine.hr.employment.tables import Employment
from interview_engine.store import audit
from interview_engine.store.rows import touch


def state_on(employment: Employment, day: date) -> str:
    """The state by the calendar alone; a leaver's notice is a state of its own until the last day is over."""
    return state_by(employment.start_date, employment.probation_end, employment.last_day, day)


def state_by(start: date, probation_end: date | None, last_day: date | None, day: date) -> str:
    """The same, of the days that an employment has."""
    if last_day is not None and day > last_day:
        return "left"
    if day < start:
        return "pending"
    if last_day is not None:
        return "notice"
    if probation_end is not None and day <= probation_end:
        return "probation"
    return "active"


def step(session: Session, employment: Employment, actor_id: str, clock: Clock, *, quietly: bool = False) -> bool:
    """Bring the state to what it is today, with what happened on the way in the lifecycle; whether it changed.

    Args:
        quietly: write no lifecycle event, because the caller's own says it.
    """
    before = employment.state
    after = state_on(employment, china_day(clock))
    if before == after:
        return False
    employment.state = after
    touch(employment, actor_id, clock)
    audit.record(session, actor_id, "employment.state", f"employment:{employment.id}", {"state": after}, clock)
    if quietly:
        return True
    if before == "pending" and after != "left":
        lifecycle.happened(session, employment, "started", employment.start_date, actor_id, clock)
    if before == "probation" and after == "active" and employment.probation_end is not None:
        passed = employment.probation_end + timedelta(days=1)
        lifecycle.happened(session, employment, "probation_passed", passed, actor_id, clock)
    if after == "left" and employment.last_day is not None:
        lifecycle.happened(session, employment, "left", employment.last_day, actor_id, clock)
    return True


def step_those_due(session: Session, clock: Clock) -> int:
    """Job: bring employments to the state of today; returns how many changed."""
    day = china_day(clock)
    due = (
        select(Employment)
        .where(
            or_(
                and_(Employment.state != "left", Employment.last_day < day),
                and_(Employment.state == "pending", Employment.start_date <= day),
                and_(Employment.state == "probation", Employment.probation_end < day),
            )
        )
        .order_by(Employment.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return sum(step(session, employment, "system", clock) for employment in session.scalars(due))
