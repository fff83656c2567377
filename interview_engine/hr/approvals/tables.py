"""Tables of the approval engine."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class ApprovalFlow(Row, Base):
    """The steps a kind of request goes through.

    `steps` is [{"rule": "any" or "all", "approvers": ["account:…", "role:hr", "manager"], "when": a condition or None,
    "escalate_after_h": whole hours or None}].
    """

    __tablename__ = "approval_flow"

    kind: Mapped[str] = mapped_column(String(40), index=True)
    department_id: Mapped[str | None] = mapped_column(ForeignKey("department.id"))
    steps: Mapped[list[Any]]
    expires_after_days: Mapped[int | None]
    active: Mapped[bool] = mapped_column(default=True)


class Approval(Row, Base):
    """One request under way. `state` pending, approved, rejected, withdrawn, expired.

    `department_id` is where its subject belongs: who does not reach that place neither sees nor decides it. None is for
    what belongs to no company. `requested_by` is the account of who asked, None where they have none (an employee on
    the phone); `requested_by_person_id` the person, None in approvals from before that was kept. `person_id` is whom it
    is about, where that is a person: they do not decide about themselves. `step_opened_at` is when the step began that
    is open now (None: before that was kept); it is handed upwards at `escalate_at`, the whole expires at `expires_at`.
    """

    __tablename__ = "approval"

    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(120), index=True)
    department_id: Mapped[str | None] = mapped_column(ForeignKey("department.id"))
    requested_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    requested_by_person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str] = mapped_column(String(20), default="pending", index=True)
    step: Mapped[int] = mapped_column(default=0)
    step_opened_at: Mapped[datetime | None]
    escalate_at: Mapped[datetime | None] = mapped_column(index=True)
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    decided_at: Mapped[datetime | None]


class ApprovalStep(Row, Base):
    """One approver's part in one step. `decision` None until given.

    `delegated_from` is the account whose part it was. `escalated` marks the part of a head that the step was handed to
    because nobody had decided: that decision settles the step. `escalate_after_h` is of the step.
    """

    __tablename__ = "approval_step"

    approval_id: Mapped[str] = mapped_column(ForeignKey("approval.id"), index=True)
    step: Mapped[int]
    rule: Mapped[str] = mapped_column(String(10))
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    delegated_from: Mapped[str | None] = mapped_column(String(32))
    escalated: Mapped[bool] = mapped_column(default=False)
    escalate_after_h: Mapped[int | None]
    decision: Mapped[str | None] = mapped_column(String(20))
    comment: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None]


class ApprovalSubstitute(Row, Base):
    """Who decides instead of an account from `first_day` to `last_day`, both included; days of the product's time zone.

    `ended_at` is set when it is taken back.
    """

    __tablename__ = "approval_substitute"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    substitute_account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    ended_at: Mapped[datetime | None]
