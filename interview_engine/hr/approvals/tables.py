"""Tables of the approval engine."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class ApprovalFlow(Row, Base):
    """The steps a kind of request goes through.

    `steps` is [{"rule": "any" or "all", "approvers": ["account:…", "role:hr", "manager"]}].
    """

    __tablename__ = "approval_flow"

    kind: Mapped[str] = mapped_column(String(40), index=True)
    department_id: Mapped[str | None] = mapped_column(ForeignKey("department.id"))
    steps: Mapped[list[Any]]
    active: Mapped[bool] = mapped_column(default=True)


class Approval(Row, Base):
    """One request under way. `state` pending, approved, rejected, withdrawn, expired.

    `department_id` is where its subject belongs: who does not reach that place neither sees nor decides it. None is for
    what belongs to no company.
    """

    __tablename__ = "approval"

    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(120), index=True)
    department_id: Mapped[str | None] = mapped_column(ForeignKey("department.id"))
    requested_by: Mapped[str] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(String(20), default="pending", index=True)
    step: Mapped[int] = mapped_column(default=0)
    decided_at: Mapped[datetime | None]


class ApprovalStep(Row, Base):
    """One approver's part in one step. `decision` None until given."""

    __tablename__ = "approval_step"

    approval_id: Mapped[str] = mapped_column(ForeignKey("approval.id"), index=True)
    step: Mapped[int]
    rule: Mapped[str] = mapped_column(String(10))
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    delegated_from: Mapped[str | None] = mapped_column(String(32))
    decision: Mapped[str | None] = mapped_column(String(20))
    comment: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None]
