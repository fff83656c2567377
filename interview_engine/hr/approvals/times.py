"""How long people wait for a decision, by kind of request and department (F2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import reaches_group, visible
from interview_engine.hr.approvals.tables import Approval

DECIDED = ("approved", "rejected")


@dataclass(frozen=True, slots=True)
class DecisionTime:
    """Decision times of one kind of request in one department (None: no department).

    Args:
        count: requests that were decided; those withdrawn or expired are not.
        median_s, longest_s: seconds from asking to the last decision.
    """

    kind: str
    department_id: str | None
    count: int
    median_s: float
    longest_s: float


def decision_times(session: Session, actor: Actor, since: datetime, until: datetime) -> list[DecisionTime]:
    """Decision times of requests decided from `since` until before `until`, both aware, where the actor may manage;
    slowest first."""
    within = visible(actor, "public", "manage", department=Approval.department_id)
    if reaches_group(session, actor, "public", "manage"):
        within = or_(within, Approval.department_id.is_(None))
    rows = session.execute(
        select(Approval.kind, Approval.department_id, Approval.created_at, Approval.decided_at).where(
            Approval.state.in_(DECIDED), Approval.decided_at >= since, Approval.decided_at < until, within
        )
    )
    return summarise(
        (kind, place, (decided - asked).total_seconds()) for kind, place, asked, decided in rows if decided
    )


def summarise(waits: Iterable[tuple[str, str | None, float]]) -> list[DecisionTime]:
    """(kind, department, seconds) of single requests, by kind and department; the longest median first. Pure."""
    grouped: dict[tuple[str, str | None], list[float]] = defaultdict(list)
    for kind, place, seconds in waits:
        grouped[kind, place].append(seconds)
    found = [
        DecisionTime(kind, place, len(seconds), median(seconds), max(seconds))
        for (kind, place), seconds in grouped.items()
    ]
    return sorted(found, key=lambda one: (-one.median_s, one.kind, one.department_id or ""))
