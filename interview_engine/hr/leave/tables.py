"""Tables of leave."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.append_only import protect
from interview_engine.store.base import Base, Row


@protect
class LeaveOpening(Row, Base):
    """Minutes of leave that somebody brings along on a day, as the system before counted them; never changed.

    What is there is the sum over (employment, kind, day): a correction is a further row with the difference. The ledger
    of leave begins with these sums. `kind` see `service.KINDS`. `minutes_a_day`: what the source called a day, None
    where it counted hours.
    """

    __tablename__ = "leave_opening"
    __table_args__ = (Index("ix_leave_opening_key", "employment_id", "kind", "day"),)

    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    day: Mapped[date]
    minutes: Mapped[int]
    minutes_a_day: Mapped[int | None]
