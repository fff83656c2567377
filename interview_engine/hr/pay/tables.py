"""Tables of pay."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class PayParameter(Row, Base):
    """What a city, a province or a newer law says from a day on; what ships is in `law.json`.

    `kind`, `item` see `parameters.KINDS`, `ITEMS`. `place` "CN", or the city's or province's name as employees'
    profiles say it. `figures` as the kind's reader takes them, numbers as texts. `law` which document, `source` where.

    `state` entered (nobody works by it yet), provisional (of the year before, until the city publishes), confirmed,
    dropped. A row that was checked is never changed: a correction is a further row, and the newest one counts.
    """

    __tablename__ = "pay_parameter"
    __table_args__ = (Index("ix_pay_parameter_key", "kind", "place", "item", "first_day"),)

    kind: Mapped[str] = mapped_column(String(30))
    place: Mapped[str] = mapped_column(String(40))
    item: Mapped[str] = mapped_column(String(20), default="")
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    figures: Mapped[dict[str, Any]]
    law: Mapped[str] = mapped_column(String(300))
    source: Mapped[str] = mapped_column(String(300))
    provisional: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(12), default="entered", index=True)
    entered_by: Mapped[str] = mapped_column(String(80))
    checked_by: Mapped[str | None] = mapped_column(String(80))
    checked_at: Mapped[datetime | None]
