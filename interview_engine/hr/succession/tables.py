"""Table of succession."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class Succession(Row, Base):
    """A key post with one person who is planned for it; a post for whom nobody is planned yet has a row without one.

    `holder_person_id` who has the post now, None where it is vacant. `readiness` see `rules.READINESS`, judged on
    `judged_on` by `actor`; None with nobody planned. `profile_id` what the post needs, which evidence is held against.
    """

    __tablename__ = "succession"
    __table_args__ = (UniqueConstraint("department_id", "title", "successor_person_id"),)

    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    holder_person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    successor_person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    readiness: Mapped[str | None] = mapped_column(String(10), index=True)
    judged_on: Mapped[date | None]
    profile_id: Mapped[str | None] = mapped_column(ForeignKey("role_profile.id"))
    note: Mapped[str] = mapped_column(String(300), default="")
