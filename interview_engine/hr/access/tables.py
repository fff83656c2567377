"""Table of grants: what an account, a department or a level may do, and until when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class Grant(Row, Base):
    """One permission, held by an account, by everybody of a department and below, or by everybody from a level up (L4).

    Args:
        account_id, holder_department_id, holder_level: who holds it; exactly one is set.
        scope: self, reports, subtree, entity, all.
        scope_ref: the department's id for subtree, the legal entity's for entity.
        field_class: public, contact, identity (ID number, address, family), pay, health, interview, performance,
            or "*".
        action: read, write, decide, export, manage, audit, or "*".
        effect: allow or deny; a deny wins over every matching allow, regardless of the holder.
        level_low, level_high: reaches only persons of these levels (without one: 0); None is no limit.
    """

    __tablename__ = "access_grant"
    __table_args__ = (
        CheckConstraint(
            "(account_id IS NOT NULL AND holder_department_id IS NULL AND holder_level IS NULL)"
            " OR (account_id IS NULL AND holder_department_id IS NOT NULL AND holder_level IS NULL)"
            " OR (account_id IS NULL AND holder_department_id IS NULL AND holder_level IS NOT NULL)",
            name="one_holder",
        ),
    )

    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)
    holder_department_id: Mapped[str | None] = mapped_column(ForeignKey("department.id"), index=True)
    holder_level: Mapped[int | None]
    scope: Mapped[str] = mapped_column(String(20))
    scope_ref: Mapped[str | None] = mapped_column(String(32))
    field_class: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(20))
    effect: Mapped[str] = mapped_column(String(10), default="allow")
    level_low: Mapped[int | None]
    level_high: Mapped[int | None]
    role: Mapped[str | None] = mapped_column(String(40))
    """The preset it came from, replaced with the role; None for a personal one."""
    expires_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(300), default="")
