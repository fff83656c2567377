"""Tables of employments: who works where, as what, from when to when, and everything that happened on the way."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.append_only import protect
from interview_engine.store.base import Base, Row
from interview_engine.store.dated import Dated


class Employment(Row, Base):
    """A person's employment. `state` pending (not begun), probation, active, notice (the last day is known), left.

    `department_id`, `title` are those of the assignment that holds today (`assignment_id`).
    `last_day` is the last day of work once it is known; `leaving_reason` why, as the employer noted it.

    `interview` is what hiring copied into the file (scores, bands, kit version; A16); None after withdrawal or erasure.
    """

    __tablename__ = "employment"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    application_id: Mapped[str | None] = mapped_column(ForeignKey("application.id"), unique=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    assignment_id: Mapped[str | None] = mapped_column(String(32))
    start_date: Mapped[date]
    probation_end: Mapped[date | None]
    """The last day of the probation; None where none was agreed or it has been passed."""
    last_day: Mapped[date | None] = mapped_column(index=True)
    leaving_reason: Mapped[str | None] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(20), default="pending", index=True)
    interview: Mapped[dict[str, Any] | None]


class EmployeeNumber(Row, Base):
    """A person's number in a company. Who leaves keeps it, and gets it again on coming back."""

    __tablename__ = "employee_number"
    __table_args__ = (UniqueConstraint("legal_entity_id", "number"), UniqueConstraint("person_id", "legal_entity_id"))

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    number: Mapped[str] = mapped_column(String(20))


class Assignment(Row, Dated, Base):
    """Where somebody works, as what and under whom, from a day on. `reason` hired, transfer, promotion, reorganisation,
    correction; `ref` the request or import that it came from."""

    __tablename__ = "assignment"
    __table_args__ = (UniqueConstraint("employment_id", "valid_from", "revision"),)

    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    level: Mapped[int | None]
    manager_person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(20))
    ref: Mapped[str] = mapped_column(String(80), default="")


class PayRate(Row, Dated, Base):
    """What somebody is paid a month from a day on, in fen before tax. `ref` the request or import that it came from."""

    __tablename__ = "pay_rate"
    __table_args__ = (UniqueConstraint("employment_id", "valid_from", "revision"),)

    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    monthly_fen: Mapped[int] = mapped_column(BigInteger)
    ref: Mapped[str] = mapped_column(String(80), default="")


@protect
class LifecycleEvent(Row, Base):
    """Something that happened in an employment on a day; never changed. `kind` see `lifecycle.KINDS`.

    `before`, `after` hold identifiers, states and days; no pay and nothing of health, which have lists of their own.
    """

    __tablename__ = "lifecycle_event"

    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    day: Mapped[date]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    ref: Mapped[str] = mapped_column(String(80), default="")
