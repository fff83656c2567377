"""Tables of shifts and who works them, of punches, and of the days that follow from them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.append_only import protect
from interview_engine.store.base import Base, Row
from interview_engine.store.dated import Dated


class Shift(Row, Base):
    """A shift of a company, see `rules.shifts.Shift`; `parts` as [[begin, end], …], `night` as [begin, end] or [].

    `state` used, ended (nobody is planned for it any more).
    """

    __tablename__ = "shift"
    __table_args__ = (UniqueConstraint("legal_entity_id", "code"),)

    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(10))
    zone: Mapped[str] = mapped_column(String(40))
    parts: Mapped[list[Any]]
    break_minutes: Mapped[int] = mapped_column(default=0)
    before: Mapped[int]
    after: Mapped[int]
    grace_late: Mapped[int] = mapped_column(default=0)
    grace_early: Mapped[int] = mapped_column(default=0)
    flex: Mapped[int] = mapped_column(default=0)
    night: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(String(10), default="used")


class ShiftDefault(Row, Dated, Base):
    """What somebody works from a day on where nothing is planned: of a person, a department or a company.

    `subject` "employment:<id>", "department:<id>", "legal_entity:<id>". `cycle` ids of shifts in turn, None for a day
    off, begun on the first day; `by_calendar` on workdays only.
    """

    __tablename__ = "shift_default"
    __table_args__ = (UniqueConstraint("subject", "valid_from", "revision"),)

    subject: Mapped[str] = mapped_column(String(60), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    department_id: Mapped[str | None] = mapped_column(ForeignKey("department.id"), index=True)
    employment_id: Mapped[str | None] = mapped_column(ForeignKey("employment.id"), index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    cycle: Mapped[list[Any]]
    by_calendar: Mapped[bool]


class ShiftPlan(Row, Base):
    """What somebody works on one day, as a roster ("roster:<id>") or a person ("person") wrote; no shift is a day off.

    What is no longer planned keeps its row with `source` "", so that the default holds again.
    """

    __tablename__ = "shift_plan"
    __table_args__ = (UniqueConstraint("employment_id", "day"), Index("ix_shift_plan_day", "legal_entity_id", "day"))

    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    day: Mapped[date]
    shift_id: Mapped[str | None] = mapped_column(ForeignKey("shift.id"), index=True)
    source: Mapped[str] = mapped_column(String(60))


class PunchPlace(Row, Base):
    """Where people of a company, or of one department, may punch: a circle, networks of its Wi-Fi, its rotating code.

    `latitude`, `longitude` in millionths of a degree (WGS 84); None where only networks or the code count. `networks`
    as texts ("203.0.113.0/24"): addresses from which the company's Wi-Fi reaches the internet.
    """

    __tablename__ = "punch_place"

    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    department_id: Mapped[str | None] = mapped_column(ForeignKey("department.id"))
    name: Mapped[str] = mapped_column(String(80))
    latitude: Mapped[int | None]
    longitude: Mapped[int | None]
    radius_m: Mapped[int] = mapped_column(default=200)
    networks: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(String(10), default="used")


@protect
class Punch(Row, Base):
    """Somebody was there at a moment; never changed. What was entered by mistake is voided by a further row.

    `source` gps, code, network, device, supervisor, correction; "void" takes back the punch that `voids` names. `flags`
    mock, jump, accuracy (signs of a forged place), late (sent more than a few minutes after its moment). `key` is there
    once: what a phone or a terminal sends twice is one.
    """

    __tablename__ = "punch"
    __table_args__ = (UniqueConstraint("key"), Index("ix_punch_employment", "employment_id", "at"))

    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(12))
    place_id: Mapped[str | None] = mapped_column(ForeignKey("punch_place.id"))
    latitude: Mapped[int | None]
    longitude: Mapped[int | None]
    accuracy_m: Mapped[int | None]
    flags: Mapped[list[Any]]
    device: Mapped[str] = mapped_column(String(60), default="")
    reason: Mapped[str] = mapped_column(String(300), default="")
    request_id: Mapped[str | None] = mapped_column(ForeignKey("request.id"), index=True)
    voids: Mapped[str | None] = mapped_column(String(32), index=True)
    key: Mapped[str] = mapped_column(String(120))


class AttendanceDay(Row, Base):
    """What a day of work was, see `rules.days.Decided`; decided again when something of it changes, until its month is
    locked.

    `state` fine, look (late, early, away: a person may explain), held (a person must decide), settled (somebody has
    decided: `verdict` present or absent, with `reason`), off (nothing is worked any more).
    """

    __tablename__ = "attendance_day"
    __table_args__ = (
        UniqueConstraint("employment_id", "day"),
        Index("ix_attendance_day_company", "legal_entity_id", "day"),
        Index("ix_attendance_day_state", "state", "day"),
    )

    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    day: Mapped[date]
    shift_id: Mapped[str | None] = mapped_column(ForeignKey("shift.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    required: Mapped[int]
    worked: Mapped[int]
    night: Mapped[int]
    leave: Mapped[int]
    late: Mapped[int]
    early: Mapped[int]
    away: Mapped[int]
    absent: Mapped[int]
    problems: Mapped[list[Any]]
    punches: Mapped[list[Any]]
    explanation: Mapped[str] = mapped_column(String(500), default="")
    verdict: Mapped[str] = mapped_column(String(10), default="")
    reason: Mapped[str] = mapped_column(String(300), default="")


class AttendanceMonth(Row, Base):
    """A month of somebody that they have confirmed, or that is locked for pay.

    `state` open, confirmed, locked, reopened.

    `totals` of a locked month as pay read them, and of a reopened one until it is locked again.
    """

    __tablename__ = "attendance_month"
    __table_args__ = (UniqueConstraint("employment_id", "month"),)

    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    month: Mapped[date]
    state: Mapped[str] = mapped_column(String(10))
    totals: Mapped[dict[str, Any]]
    confirmed_at: Mapped[datetime | None]
    locked_by: Mapped[str | None] = mapped_column(String(80))


class AttendanceChange(Row, Base):
    """Days of somebody that must be decided again: a punch arrived, a plan or a leave changed. Gone once they are."""

    __tablename__ = "attendance_change"

    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    first: Mapped[date]
    last: Mapped[date]


class OvertimeEntry(Row, Base):
    """Approved minutes of overtime of one kind of day, in the month of their own dates; a reversal is a further row.

    `kind` workday, restday, statutory; `paid_by` pay, time_off.
    """

    __tablename__ = "overtime_entry"
    __table_args__ = (UniqueConstraint("source"), Index("ix_overtime_entry_month", "employment_id", "month"))

    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    month: Mapped[date]
    day: Mapped[date]
    kind: Mapped[str] = mapped_column(String(10))
    minutes: Mapped[int]
    paid_by: Mapped[str] = mapped_column(String(10))
    request_id: Mapped[str] = mapped_column(ForeignKey("request.id"), index=True)
    source: Mapped[str] = mapped_column(String(160))


class TimePolicy(Row, Base):
    """What a company lets people ask for: corrections of punches in a month, how many days back, and overtime before or
    after it is worked ("before", "after", "both")."""

    __tablename__ = "time_policy"

    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), unique=True)
    corrections: Mapped[int]
    correction_days: Mapped[int]
    overtime: Mapped[str] = mapped_column(String(10))
