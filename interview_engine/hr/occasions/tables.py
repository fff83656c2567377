"""Table of occasions that were told."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class Occasion(Row, Base):
    """Something that was told, once: `kind` see `rules.KINDS`, `key` what and when ("person:2026-11-30").

    `person_id` who was told; None for what a whole company was told and for a company's morning that is done.
    """

    __tablename__ = "occasion"
    __table_args__ = (UniqueConstraint("kind", "key"),)

    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(80))
