"""Tables of rosters: what is needed, who may fill it, what people wish, and who works what until it is published."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class Roster(Row, Base):
    """A department's plan from a first to a last day. `state` draft (breaks a rule, or not planned), checked (the
    validator found nothing), published (its days are planned shifts).

    `rules` as `rules.Rules`. `method` is how it was planned last: solver, greedy, "" by hand; `figures` what came of
    it, `problem` why nothing did. `reason` is why it was published although it breaks a rule.
    """

    __tablename__ = "roster"
    __table_args__ = (Index("ix_roster_department", "department_id", "first_day"),)

    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), default="draft")
    rules: Mapped[dict[str, Any]]
    method: Mapped[str] = mapped_column(String(10), default="")
    figures: Mapped[dict[str, Any]]
    problem: Mapped[dict[str, Any] | None]
    reason: Mapped[str] = mapped_column(String(300), default="")
    published_at: Mapped[datetime | None]


class RosterDemand(Row, Base):
    """How many people a shift of a day needs in a post; "" is any post."""

    __tablename__ = "roster_demand"
    __table_args__ = (UniqueConstraint("roster_id", "day", "shift_id", "post"),)

    roster_id: Mapped[str] = mapped_column(ForeignKey("roster.id"))
    day: Mapped[date]
    shift_id: Mapped[str] = mapped_column(ForeignKey("shift.id"), index=True)
    post: Mapped[str] = mapped_column(String(60), default="")
    count: Mapped[int]


class RosterItem(Row, Base):
    """Somebody's shift of a day; a day without a row is free. `pinned` ones stay when the roster is planned again."""

    __tablename__ = "roster_item"
    __table_args__ = (UniqueConstraint("roster_id", "employment_id", "day"),)

    roster_id: Mapped[str] = mapped_column(ForeignKey("roster.id"))
    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    day: Mapped[date]
    shift_id: Mapped[str] = mapped_column(ForeignKey("shift.id"), index=True)
    post: Mapped[str] = mapped_column(String(60), default="")
    pinned: Mapped[bool] = mapped_column(default=False)


class RosterNeed(Row, Base):
    """What a department usually needs: `counts` of people by weekday, from Monday on."""

    __tablename__ = "roster_need"
    __table_args__ = (UniqueConstraint("department_id", "shift_id", "post"),)

    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"))
    shift_id: Mapped[str] = mapped_column(ForeignKey("shift.id"), index=True)
    post: Mapped[str] = mapped_column(String(60), default="")
    counts: Mapped[list[Any]]


class RosterStaff(Row, Base):
    """What rosters know of somebody: posts they can fill, minutes of a week at most (None: the roster's), and until
    when they have neither night shifts nor overtime."""

    __tablename__ = "roster_staff"

    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    posts: Mapped[list[Any]]
    week_most: Mapped[int | None]
    spared_until: Mapped[date | None]


class RosterWish(Row, Base):
    """What somebody would like of a day: to work (`wants`) or not, a shift or any (None)."""

    __tablename__ = "roster_wish"
    __table_args__ = (UniqueConstraint("employment_id", "day"),)

    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    day: Mapped[date]
    shift_id: Mapped[str | None] = mapped_column(ForeignKey("shift.id"), index=True)
    wants: Mapped[bool]


class RosterFeed(Row, Base):
    """A secret address under which a calendar reads somebody's shifts, until it is revoked."""

    __tablename__ = "roster_feed"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    revoked_at: Mapped[datetime | None]
