"""Table of positions; companies and departments are in `people.tables`."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class Position(Row, Base):
    """A position of a department with its planned headcount."""

    __tablename__ = "position"

    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    level_low: Mapped[int | None]
    level_high: Mapped[int | None]
    headcount: Mapped[int] = mapped_column(default=1)
