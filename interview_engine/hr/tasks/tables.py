"""Tables of tasks and of the templates they are made from."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class TaskTemplate(Row, Base):
    """What has to be done for everybody who joins or leaves.

    `kind` joining, leaving; `category` and `owner` see `rules.CATEGORIES`, `rules.OWNERS`. `account_id` is who does it
    where the owner is one account, or IT with an account of its own. `days` from the first or last day of work, below 0
    before it. `legal_entity_id` None is for every company of the group.
    """

    __tablename__ = "task_template"

    legal_entity_id: Mapped[str | None] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    category: Mapped[str] = mapped_column(String(12))
    title_zh: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(120))
    detail: Mapped[str] = mapped_column(Text, default="")
    owner: Mapped[str] = mapped_column(String(10))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    days: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)


class Task(Row, Base):
    """Something to do about a person. `state` open, done, waived, blocked; waived and blocked have a reason.

    `kind` joining, leaving, other. `ref` is what it belongs to ("onboarding:id", "separation:id"), "" for one that was
    made by hand. `owner_person_id` is the manager or the person themselves; `account_id` one account; neither is
    everybody of HR, or of IT, who reaches the place. `told_on`, `escalated_on`: the days of reminder and escalation.
    """

    __tablename__ = "task"
    __table_args__ = (UniqueConstraint("ref", "template_id"),)

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    template_id: Mapped[str | None] = mapped_column(ForeignKey("task_template.id"))
    ref: Mapped[str] = mapped_column(String(80), default="", index=True)
    kind: Mapped[str] = mapped_column(String(10))
    category: Mapped[str] = mapped_column(String(12))
    title_zh: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(120))
    detail: Mapped[str] = mapped_column(Text, default="")
    owner: Mapped[str] = mapped_column(String(10))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)
    owner_person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    days: Mapped[int | None]
    """From the first or last day; None where the due day was chosen by hand and does not move with it."""
    due: Mapped[date] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(10), default="open", index=True)
    reason: Mapped[str] = mapped_column(String(300), default="")
    closed_by: Mapped[str] = mapped_column(String(80), default="")
    closed_at: Mapped[datetime | None]
    told_on: Mapped[date | None]
    escalated_on: Mapped[date | None]
