"""The competency record: dated measures of a person, as other areas write and read them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from interview_engine.hr.competency.tables import CompetencyEvidence


def people_with(competency_code: str, least_score: float) -> Select[str]:
    """Ids of persons with a score of at least that (0..10) in a competency, for a list's IN."""
    return select(CompetencyEvidence.person_id).where(
        CompetencyEvidence.competency_code == competency_code, CompetencyEvidence.score >= least_score
    )


def newest_scores(session: Session, person_ids: Sequence[str]) -> dict[str, dict[str, float]]:
    """By person, the newest score (0..10) of each competency by code; one statement for all of them."""
    rows = session.execute(
        select(CompetencyEvidence.person_id, CompetencyEvidence.competency_code, CompetencyEvidence.score)
        .where(CompetencyEvidence.person_id.in_(person_ids))
        .order_by(CompetencyEvidence.measured_at, CompetencyEvidence.id)
    ).tuples()
    found: dict[str, dict[str, float]] = {}
    for person_id, code, score in rows:
        found.setdefault(person_id, {})[code] = score
    return found
