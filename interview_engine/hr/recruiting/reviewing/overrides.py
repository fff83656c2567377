"""Scores by people: the newest of each competency counts, beside the engine's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.hr.recruiting.tables import Application, HumanReview


def scores_by_people(session: Session, requisition_id: str) -> dict[str, dict[str, float]]:
    """Scores 0..10 of a requisition by application and code of the competency; applications without one are left out.

    Scores of the whole interview are `Application.human_score`.
    """
    statement = select(HumanReview.application_id).join(Application, Application.id == HumanReview.application_id)
    return _newest(session, statement.where(Application.requisition_id == requisition_id))


def scores_by_people_of(session: Session, application_id: str) -> dict[str, float]:
    """The same of one application: scores 0..10 by code of the competency."""
    of_one = select(HumanReview.application_id).where(HumanReview.application_id == application_id)
    return _newest(session, of_one).get(application_id, {})


def overridden(session: Session, requisition_id: str) -> set[str]:
    """Ids of a requisition's applications to which a person gave a score, for the whole or for a competency."""
    statement = (
        select(HumanReview.application_id)
        .join(Application, Application.id == HumanReview.application_id)
        .where(Application.requisition_id == requisition_id, HumanReview.kind == "override")
    )
    return set(session.scalars(statement))


def _newest(session: Session, applications: Any) -> dict[str, dict[str, float]]:
    given = (HumanReview.kind == "override", HumanReview.competency_code.is_not(None), HumanReview.score.is_not(None))
    newest = (
        select(func.max(HumanReview.id))
        .where(*given, HumanReview.application_id.in_(applications))
        .group_by(HumanReview.application_id, HumanReview.competency_code)
    )
    rows = select(HumanReview.application_id, HumanReview.competency_code, HumanReview.score)
    found: dict[str, dict[str, float]] = {}
    for application_id, code, score in session.execute(rows.where(HumanReview.id.in_(newest))).tuples():
        found.setdefault(application_id, {})[code or ""] = score or 0.0
    return found
