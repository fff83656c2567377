"""Tables of performance: cycles, goals and what was achieved, work reports, appraisals and how they were calibrated."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.append_only import protect
from interview_engine.store.base import Base, Row
from interview_engine.store.money import Yuan


class Hundredths(Yuan):
    """A column of `Decimal` with two places, kept as whole hundredths: exact and in order on both databases."""

    cache_ok = True


class PerformanceCycle(Row, Base):
    """A quarter or month of a company in which goals are agreed and work is appraised. `state` see `rules.steps`.

    `weights` are those of the parts of a score, `shares` those of the grades, in per cent; `bonus` what a grade brings.
    `ties` in, out. `gm_person_id` writes the last review. `step_days` is how long a step takes, `due_on` when the one
    that is open ends.
    """

    __tablename__ = "performance_cycle"
    __table_args__ = (UniqueConstraint("legal_entity_id", "name"),)

    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(10))
    first_day: Mapped[date] = mapped_column(index=True)
    last_day: Mapped[date]
    state: Mapped[str] = mapped_column(String(12), default="draft", index=True)
    due_on: Mapped[date | None]
    step_days: Mapped[int] = mapped_column(default=5)
    weights: Mapped[dict[str, Any]]
    shares: Mapped[dict[str, Any]]
    bonus: Mapped[dict[str, Any]]
    ties: Mapped[str] = mapped_column(String(4), default="in")
    excellent: Mapped[Decimal] = mapped_column(Hundredths)
    good: Mapped[Decimal] = mapped_column(Hundredths)
    gm_person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)


class PerformanceGoal(Row, Base):
    """A goal of the company (no department, no person), of a department, or of a person.

    `kind` okr, kpi, competency (rated 0 to 100). `state` draft, sent, confirmed, returned (with `remark`). From `base`
    to `target` in `unit`; `actual` is the sum of its check-ins or the last of them (`counts` sum, last), None before
    the first. `contribution` is what it brings to its parent, in the parent's unit.
    """

    __tablename__ = "performance_goal"
    __table_args__ = (Index("ix_performance_goal_whose", "cycle_id", "person_id"),)

    cycle_id: Mapped[str] = mapped_column(ForeignKey("performance_cycle.id"))
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    department_id: Mapped[str | None] = mapped_column(ForeignKey("department.id"), index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    level: Mapped[str] = mapped_column(String(12))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("performance_goal.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(120))
    measure: Mapped[str] = mapped_column(String(40), default="")
    unit: Mapped[str] = mapped_column(String(20), default="")
    weight: Mapped[Decimal | None] = mapped_column(Hundredths)
    base: Mapped[Decimal] = mapped_column(Hundredths)
    target: Mapped[Decimal] = mapped_column(Hundredths)
    contribution: Mapped[Decimal | None] = mapped_column(Hundredths)
    actual: Mapped[Decimal | None] = mapped_column(Hundredths)
    progress: Mapped[Decimal | None] = mapped_column(Hundredths)
    counts: Mapped[str] = mapped_column(String(4), default="sum")
    competency_code: Mapped[str | None] = mapped_column(String(80))
    due_on: Mapped[date]
    reached_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(10), default="draft", index=True)
    remark: Mapped[str] = mapped_column(String(300), default="")
    confirmed_at: Mapped[datetime | None]


@protect
class GoalCheckin(Row, Base):
    """What was achieved of a goal by a day. `report_id` is the work report whose number it was. Only grows."""

    __tablename__ = "performance_checkin"

    goal_id: Mapped[str] = mapped_column(ForeignKey("performance_goal.id"), index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    day: Mapped[date]
    value: Mapped[Decimal] = mapped_column(Hundredths)
    note: Mapped[str] = mapped_column(String(300), default="")
    report_id: Mapped[str | None] = mapped_column(String(32))


class WorkReport(Row, Base):
    """What somebody did on a day, in their own words. `read` are the numbers that were proposed from it, as
    [{"goal", "value", "words"}]; `state` proposed (numbers wait for the person), told."""

    __tablename__ = "work_report"
    __table_args__ = (UniqueConstraint("person_id", "day"),)

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    day: Mapped[date] = mapped_column(index=True)
    text: Mapped[str] = mapped_column(Text)
    read: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(String(10), default="told")


class Appraisal(Row, Base):
    """One person's appraisal in a cycle. `step` is whose review it waits for (`rules.steps`), or done.

    `reviews` is by step {"score", "strengths", "improve", "by", "at"}; `basis` the lines of the score, as published.
    `proposed` is the grade by the shares, `grade` that of calibration. `reopened` names what an appeal reopened.
    `around` is the part of the 360, None where it does not apply. `top` is promotion priority.
    """

    __tablename__ = "appraisal"
    __table_args__ = (UniqueConstraint("cycle_id", "person_id"),)

    cycle_id: Mapped[str] = mapped_column(ForeignKey("performance_cycle.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    manager_person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    step: Mapped[str] = mapped_column(String(10), default="self", index=True)
    reviews: Mapped[dict[str, Any]]
    around: Mapped[Decimal | None] = mapped_column(Hundredths)
    basis: Mapped[list[Any]]
    score: Mapped[Decimal | None] = mapped_column(Hundredths)
    band: Mapped[str] = mapped_column(String(12), default="")
    proposed: Mapped[str] = mapped_column(String(2), default="")
    grade: Mapped[str] = mapped_column(String(2), default="")
    top: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    reopened: Mapped[str | None] = mapped_column(String(10))


@protect
class CalibrationMove(Row, Base):
    """Somebody was moved to another grade, with the reason. Only grows."""

    __tablename__ = "calibration_move"

    appraisal_id: Mapped[str] = mapped_column(ForeignKey("appraisal.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    before: Mapped[str] = mapped_column(String(2))
    after: Mapped[str] = mapped_column(String(2))
    reason: Mapped[str] = mapped_column(String(300))


class Feedback(Row, Base):
    """Praise or advice that somebody gave a colleague on a day. `kind` praise, advice; `state` given, taken_back.

    Praise is read by who reads the performance of whom it was given to; advice by the two and nobody else.
    """

    __tablename__ = "performance_feedback"
    __table_args__ = (Index("ix_performance_feedback_given", "giver_person_id", "day"),)

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    giver_person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    day: Mapped[date] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(12), default="given")
