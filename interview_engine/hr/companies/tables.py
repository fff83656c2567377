"""Table of what companies set."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class CompanySetting(Row, Base):
    """A company's settings; a company without a row has the defaults.

    `modules_off` names of modules that are switched off. `time_zone` an IANA name, by which mornings are told.
    `province` the first two digits of GB/T 2260, "" for none: whose own days off count beside the country's.
    """

    __tablename__ = "company_setting"

    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), unique=True)
    modules_off: Mapped[list[Any]]
    time_zone: Mapped[str] = mapped_column(String(40), default="Asia/Shanghai")
    province: Mapped[str] = mapped_column(String(2), default="")
    birthdays: Mapped[bool] = mapped_column(default=True)
    anniversaries: Mapped[bool] = mapped_column(default=True)
    holidays: Mapped[bool] = mapped_column(default=True)
