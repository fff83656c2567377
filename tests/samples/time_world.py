"""Somebody with a shift, their punches, and a job that has run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from request_staff import Staff
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.time import service as time
from interview_engine.hr.time.rules.shifts import read_parts
from interview_engine.hr.time.tables import AttendanceDay

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass
class Fixed:
    """A clock that stands where the test puts it."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def monotonic_s(self) -> float:
        return 0.0


def local(day: date, text: str) -> datetime:
    """A moment in Shanghai; "+06:00" is of the next day."""
    moment = datetime.fromisoformat(f"{day + timedelta(days=text.startswith('+'))}T{text.lstrip('+')}")
    return moment.replace(tzinfo=SHANGHAI).astimezone(UTC)


def shift(staff: Staff, session: Session, code: str = "D", parts: str = "09:00-12:00,13:00-18:00") -> str:
    """A shift that the person usually works on workdays from the beginning on."""
    new = time.NewShift(code, f"班次{code}", read_parts(parts))
    made = time.create(session, SYSTEM, staff.world.entity_id, new, staff.world.clock).id
    usual = time.NewDefault(date(2026, 1, 5), (made,), True, employment_id=staff.employment_id)
    time.set_default(session, SYSTEM, usual, staff.world.clock)
    return made


def punch(staff: Staff, session: Session, day: date, *times: str) -> None:
    """Punches of a terminal."""
    clock = Fixed(local(day + timedelta(days=2), "12:00"))
    for one in times:
        time.enter(session, SYSTEM, staff.employment_id, local(day, one), "device", clock, device="1")


def decided(staff: Staff, session: Session, day: date, after: timedelta = timedelta(days=2)) -> AttendanceDay | None:
    """The day once the job has run."""
    clock = Fixed(local(day, "12:00") + after)
    time.decide_those_due(session, clock)
    session.expire_all()
    return session.scalar(
        select(AttendanceDay).where(AttendanceDay.employment_id == staff.employment_id, AttendanceDay.day == day)
    )
