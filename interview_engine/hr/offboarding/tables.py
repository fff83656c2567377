"""Tables of leaving: the separation, what the leaver says of it, and what pay is handed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class Separation(Row, Base):
    """The end of an employment. `state` requested, approved, handover, settled, closed, withdrawn (`rules.STATES`).

    `kind` see `rules.KINDS`. An employment has one that is not withdrawn; who comes back and leaves again has one for
    each employment. `request_id` is the resignation it came from, None where HR entered it. `notice_on` is the day on
    which it was said; `last_day` follows the employment's.
    """

    __tablename__ = "separation"
    __table_args__ = (
        Index(
            "uq_separation_employment",
            "employment_id",
            unique=True,
            sqlite_where=text("state != 'withdrawn'"),
            postgresql_where=text("state != 'withdrawn'"),
        ),
    )

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    last_day: Mapped[date] = mapped_column(index=True)
    notice_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(300), default="")
    request_id: Mapped[str | None] = mapped_column(ForeignKey("request.id"))
    state: Mapped[str] = mapped_column(String(12), index=True)
    withdrawn_reason: Mapped[str] = mapped_column(String(300), default="")


class ExitInterview(Row, Base):
    """What a leaver says on the way out, if they like. `state` offered, answered, declined, lapsed.

    `answers` by the names of `interviews.FIELDS`; who may read "identity" of the person reads them.
    """

    __tablename__ = "exit_interview"

    separation_id: Mapped[str] = mapped_column(ForeignKey("separation.id"), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"))
    state: Mapped[str] = mapped_column(String(10), default="offered", index=True)
    reminded_on: Mapped[date | None]
    answered_at: Mapped[datetime | None]
    answers: Mapped[dict[str, Any] | None]


class FinalSettlement(Row, Base):
    """The facts that pay needs for the last payment; no sums. `state` draft (recomputed), handed_over (fixed), void.

    `facts` is [{"name", "value", "unit", "source"}] (`settlement.facts_of`). `reopened` counts how often it was taken
    back after it was handed over.
    """

    __tablename__ = "final_settlement"

    separation_id: Mapped[str] = mapped_column(ForeignKey("separation.id"), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"))
    state: Mapped[str] = mapped_column(String(12), default="draft")
    last_day: Mapped[date]
    facts: Mapped[list[Any]]
    computed_at: Mapped[datetime]
    handed_over_at: Mapped[datetime | None]
    handed_over_by: Mapped[str] = mapped_column(String(80), default="")
    reopened: Mapped[int] = mapped_column(default=0)
