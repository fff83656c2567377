"""Impact ratios over the applications of a requisition, by groups that the caller brings along and nobody stores."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.assessment.comparing.fairness import AuditTable, Person, audit
from interview_engine.clock import CHINA, Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.problems import conflict
from interview_engine.hr.recruiting.reach import requisition_for
from interview_engine.hr.recruiting.tables import Application
from interview_engine.i18n import msg
from interview_engine.store import audit as trail

SELECTED = ("offer", "hired")
DECIDED = (*SELECTED, "rejected")


def impact_ratios(
    session: Session, actor: Actor, requisition_id: str, groups: Mapping[str, Mapping[str, str]], clock: Clock
) -> tuple[AuditTable, ...]:
    """Rates and impact ratios in the form of Local Law 144, each attribute alone and all of them crossed.

    Selected are those who were made an offer or hired; scores are the engine's. The groups are used and forgotten; a
    trend by the quarter of application comes from the same table, so that nothing need be kept for it.

    Args:
        groups: by application id, the value of each attribute ({"sex": "female"}); applications that are not of this
            requisition, or have no score, do not count.

    Raises:
        NotFoundError, PermissionDenied: needs "interview" export. ConflictError: `fairness.nobody`.
    """
    requisition_for(session, actor, requisition_id, "interview", "export")
    rows = session.execute(
        select(Application.id, Application.score_value, Application.stage, Application.created_at).where(
            Application.requisition_id == requisition_id, Application.score_value.is_not(None)
        )
    ).tuples()
    people = [
        Person(groups[key], float(score), stage in SELECTED if stage in DECIDED else None, _quarter(applied_at))
        for key, score, stage, applied_at in rows
        if key in groups and score is not None
    ]
    attributes = sorted({attribute for values in groups.values() for attribute in values})
    if not people or not attributes:
        raise conflict(
            "fairness.nobody",
            msg("There is nobody to compare."),
            msg("Choose a job with scores, and fill in the groups in its table."),
        )
    detail = {"people": len(people), "attributes": attributes}
    trail.record(session, actor.id, "fairness.audit", f"requisition:{requisition_id}", detail, clock)
    return audit(people, attributes)


def _quarter(at: datetime) -> str:
    """The quarter of the year in China: "2026-4"."""
    day = at.astimezone(CHINA).date()
    return f"{day.year}-{(day.month + 2) // 3}"
