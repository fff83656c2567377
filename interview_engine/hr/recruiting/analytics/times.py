"""How long hiring takes, and how many applications reach each stage (C6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import require
from interview_engine.hr.recruiting.analytics.estimates import Durations, Estimate, durations, wilson
from interview_engine.hr.recruiting.analytics.scope import within_reach
from interview_engine.hr.recruiting.rules import STAGES, Stage
from interview_engine.hr.recruiting.tables import (
    Application,
    ApplicationEvent,
    Assessment,
    Invitation,
    Requisition,
)

LATEST = 2000
"""Assessments whose waiting time is looked at: the newest."""


@dataclass(frozen=True, slots=True)
class StageTime:
    """One stage: how many applications reached it, what share of all that is, and how long they stayed."""

    stage: Stage
    reached: int
    share: Estimate | None
    stay: Durations | None


@dataclass(frozen=True, slots=True)
class HiringTimes:
    """Hours that hiring takes.

    Args:
        to_hire: from the application to the hire.
        to_assess_minutes: median of minutes from the end of the interview to its assessment, of the newest ones (A21).
        applications_per_hire: None without a hire.
    """

    since: datetime
    applications: int
    hired: int
    to_hire: Durations | None
    to_assess_minutes: float | None
    applications_per_hire: float | None
    stages: tuple[StageTime, ...]


def hiring_times(
    session: Session,
    actor: Actor,
    clock: Clock,
    *,
    requisition_id: str | None = None,
    days: int = 180,
) -> HiringTimes:
    """Durations and the funnel of what happened in the last `days` days; hours are whole ones.

    Raises:
        PermissionDenied: needs "interview" read.
    """
    require(actor, "interview", "read")
    since = clock.now() - timedelta(days=days)
    first_id = f"{int(since.timestamp() * 1000):012x}"  # identifiers begin with their time
    reached = _pairs(session, actor, requisition_id, first_id)
    stays = _histogram(session, actor, requisition_id, first_id, ApplicationEvent.from_stage, ApplicationEvent.stage_s)
    ends = _histogram(session, actor, requisition_id, first_id, ApplicationEvent.to_stage, ApplicationEvent.total_s)
    applications, hired = reached.get("new", 0), reached.get("hired", 0)
    return HiringTimes(
        since,
        applications,
        hired,
        durations(ends.get("hired", [])),
        _minutes_to_assess(session, actor, requisition_id),
        applications / hired if hired else None,
        tuple(
            StageTime(
                stage,
                reached.get(stage, 0),
                wilson(min(reached.get(stage, 0), applications), applications),
                durations(stays.get(stage, [])),
            )
            for stage in STAGES
        ),
    )


def _pairs(session: Session, actor: Actor, requisition_id: str | None, first_id: str) -> dict[str, int]:
    """How many applications reached each stage."""
    statement = _events(
        select(ApplicationEvent.to_stage, func.count(func.distinct(ApplicationEvent.application_id)))
        .where(ApplicationEvent.to_stage.is_not(None))
        .group_by(ApplicationEvent.to_stage),
        actor,
        requisition_id,
        first_id,
    )
    counts: dict[str, int] = dict(session.execute(statement).all())
    return counts


def _histogram(
    session: Session, actor: Actor, requisition_id: str | None, first_id: str, stage: Any, seconds: Any
) -> dict[str, list[tuple[int, int]]]:
    """(hour, count) pairs by stage; whole hours keep the answer small however many events there are."""
    hour = cast(seconds / 3600, Integer)
    statement = _events(
        select(stage, hour, func.count()).where(stage.is_not(None), seconds.is_not(None)).group_by(stage, hour),
        actor,
        requisition_id,
        first_id,
    )
    found: dict[str, list[tuple[int, int]]] = {}
    for name, hours, count in session.execute(statement).all():
        found.setdefault(name, []).append((hours, count))
    return found


def _minutes_to_assess(session: Session, actor: Actor, requisition_id: str | None) -> float | None:
    statement = within_reach(
        select(Invitation.submitted_at, func.min(Assessment.created_at))
        .join(Assessment, Assessment.invitation_id == Invitation.id)
        .join(Application, Application.id == Invitation.application_id)
        .join(Requisition, Requisition.id == Application.requisition_id)
        .where(Invitation.submitted_at.is_not(None))
        .group_by(Invitation.id, Invitation.submitted_at)
        .order_by(Invitation.id.desc())
        .limit(LATEST),
        actor,
        requisition_id,
    )
    minutes = sorted((done - ended).total_seconds() / 60 for ended, done in session.execute(statement).all())
    return minutes[len(minutes) // 2] if minutes else None


def _events(statement: Any, actor: Actor, requisition_id: str | None, first_id: str) -> Any:
    """Narrowed to events since then and within reach; a move that was undone did not happen, nor did undoing it."""
    undone = aliased(ApplicationEvent)
    was_undone = exists().where(
        undone.application_id == ApplicationEvent.application_id,
        undone.id > ApplicationEvent.id,
        undone.kind == "undone",
        undone.from_stage == ApplicationEvent.to_stage,
    )
    # few have one: all others are known by a list that is made once, without a search for each event
    with_undone = select(undone.application_id).where(undone.kind == "undone", undone.id >= first_id)
    stands = or_(ApplicationEvent.application_id.not_in(with_undone), ~was_undone)
    joined = (
        statement.join(Application, Application.id == ApplicationEvent.application_id)
        .join(Requisition, Requisition.id == Application.requisition_id)
        .where(ApplicationEvent.id >= first_id, ApplicationEvent.kind != "undone", stands)
    )
    return within_reach(joined, actor, requisition_id)
