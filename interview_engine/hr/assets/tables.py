"""Table of things handed out."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class AssetHolding(Row, Base):
    """A thing of the company in somebody's hands. `state` held, returned, lost, waived; lost and waived have a reason.

    `kind` see `rules.KINDS`. `tag` is what stands on it (an inventory or serial number), "" where nothing does: a thing
    with a tag is in one person's hands at a time. `task_id` is the task of joining with which it was handed out.
    """

    __tablename__ = "asset_holding"
    __table_args__ = (
        Index(
            "uq_asset_holding_tag",
            "legal_entity_id",
            "tag",
            unique=True,
            sqlite_where=text("state = 'held' AND tag != ''"),
            postgresql_where=text("state = 'held' AND tag != ''"),
        ),
    )

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(120))
    tag: Mapped[str] = mapped_column(String(60), default="")
    handed_on: Mapped[date]
    task_id: Mapped[str | None] = mapped_column(ForeignKey("task.id"))
    state: Mapped[str] = mapped_column(String(10), default="held", index=True)
    ended_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(300), default="")
    note: Mapped[str] = mapped_column(String(300), default="")
