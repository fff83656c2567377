"""Tables of the organisation."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class LegalEntity(Row, Base):
    """A company; the tenant boundary of scopes."""

    __tablename__ = "legal_entity"

    name: Mapped[str] = mapped_column(String(120), unique=True)
    city: Mapped[str] = mapped_column(String(60), default="")


class Department(Row, Base):
    """`path` is "/id/id/": its own id last, so that a subtree is a prefix."""

    __tablename__ = "department"

    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("department.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    path: Mapped[str] = mapped_column(String(700), unique=True)
    manager_person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))


class Position(Row, Base):
    """A position of a department with its planned headcount."""

    __tablename__ = "position"

    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    level_low: Mapped[int | None]
    level_high: Mapped[int | None]
    headcount: Mapped[int] = mapped_column(default=1)
