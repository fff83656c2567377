"""Tables of the employee file."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class Contract(Row, Base):
    """A contract of work. `state` draft, signing (out for signature), active, ended, dropped; whether it has begun or
    expired follows from its days.

    `kind` fixed, open, task (`contract_rules.Kind`). `sign_count` which contract with the company it is, from 1.
    `document_sha256` the signed paper or file. `asked_for_fixed`: the employee asked in writing for a fixed term.
    `told_on` the day the reminder went out, `decided` what was decided on it: renew, end.
    """

    __tablename__ = "contract"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    first_day: Mapped[date]
    last_day: Mapped[date | None] = mapped_column(index=True)
    probation_last_day: Mapped[date | None]
    sign_count: Mapped[int] = mapped_column(default=1)
    asked_for_fixed: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default="draft", index=True)
    document_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    note: Mapped[str] = mapped_column(String(300), default="")
    told_on: Mapped[date | None]
    escalated_on: Mapped[date | None]
    decided: Mapped[str | None] = mapped_column(String(10))
