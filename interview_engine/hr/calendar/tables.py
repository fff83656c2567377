"""Tables of notices and of the days they set."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class CalendarNotice(Row, Base):
    """What sets days: a year's notice, or a change of single days.

    `region` "CN" for the whole country, "CN-33" for a province (GB/T 2260's first two digits), or "company:<id>".
    `state` proposed (nobody works by it yet), in_force, replaced (a later one of the same region and year is in force),
    dropped. `tentative`: made of a rule because the notice is not out; never counts as confirmed.

    `days` as {"day", "kind", "name"}; they become rows of `calendar_day` when a second person has checked them.
    """

    __tablename__ = "calendar_notice"

    region: Mapped[str] = mapped_column(String(50), index=True)
    year: Mapped[int]
    source: Mapped[str] = mapped_column(String(300))
    tentative: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default="proposed")
    days: Mapped[list[Any]]
    entered_by: Mapped[str] = mapped_column(String(80))
    checked_by: Mapped[str | None] = mapped_column(String(80))
    checked_at: Mapped[datetime | None]


class CalendarDay(Row, Base):
    """A day that is not as its weekday says, or a statutory one; `kind` see `rules.DayKind`."""

    __tablename__ = "calendar_day"
    __table_args__ = (UniqueConstraint("region", "day"),)

    notice_id: Mapped[str] = mapped_column(ForeignKey("calendar_notice.id"), index=True)
    region: Mapped[str] = mapped_column(String(50))
    day: Mapped[date]
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(60), default="")
