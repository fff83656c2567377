"""Table of the headcount plan."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row
from interview_engine.store.dated import Dated


class HeadcountPlan(Row, Dated, Base):
    """How many people there are to be from a day on. A correction is a further revision, an end a row "ended".

    `title` is the job in the department; "" is the department with all below it. `slot` is both, as rows of one plan
    are found by. `reason` is why it was changed; `checked_by` another account that has looked at it, "" for none.
    """

    __tablename__ = "headcount_plan"
    __table_args__ = (UniqueConstraint("slot", "valid_from", "revision"),)

    slot: Mapped[str] = mapped_column(String(200), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    title: Mapped[str] = mapped_column(String(120), default="")
    headcount: Mapped[int]
    reason: Mapped[str] = mapped_column(String(300), default="")
    checked_by: Mapped[str] = mapped_column(String(80), default="")
