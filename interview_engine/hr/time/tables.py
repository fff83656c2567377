"""Tables of shifts and of who works them."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

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
