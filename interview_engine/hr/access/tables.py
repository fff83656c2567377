"""Table of grants."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class Grant(Row, Base):
    """One permission of one account.

    Args:
        scope: self, reports, subtree, entity, all.
        scope_ref: the department's id for subtree, the legal entity's for entity.
        field_class: public, contact, pay, health, interview, or "*".
        action: read, write, decide, export, manage, audit, or "*".
        effect: allow or deny; a deny wins over every allow that it meets.
    """

    __tablename__ = "access_grant"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    scope: Mapped[str] = mapped_column(String(20))
    scope_ref: Mapped[str | None] = mapped_column(String(32))
    field_class: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(20))
    effect: Mapped[str] = mapped_column(String(10), default="allow")
    expires_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(300), default="")
