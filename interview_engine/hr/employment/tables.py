"""Table of employments: who works where, as what, from when to when, and what the interview left in the file."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class Employment(Row, Base):
    """A person's employment. `state` pending, probation, active, notice, left.

    `last_day` is the last day of work once it has ended or is going to; `leaving_reason` why, as the employer noted it.

    `interview` is what hiring copied into the file (scores, bands, kit version; A16); None after withdrawal or erasure.
    """

    __tablename__ = "employment"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    application_id: Mapped[str | None] = mapped_column(ForeignKey("application.id"), unique=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    start_date: Mapped[date]
    last_day: Mapped[date | None]
    leaving_reason: Mapped[str | None] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(20), default="pending")
    interview: Mapped[dict[str, Any] | None]
