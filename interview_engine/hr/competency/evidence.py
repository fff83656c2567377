"""The competency record: dated measures of a person, as other areas write and read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.competency.tables import CompetencyEvidence, Episode
from interview_engine.store.rows import AT_ONCE, batched, stamp


@dataclass(frozen=True, slots=True)
class NewMeasure:
    """A measure of one competency to be added to a record.

    Args:
        source: interview, survey, training, appraisal, kudos.
        score, low, high: 0..10 with its band.
        ruler: what it was measured with; only equal rulers can be compared.
        reference: what it is from, "assessment:<id>" or the like.
    """

    competency_code: str
    source: str
    measured_at: datetime
    score: float
    low: float
    high: float
    ruler: str
    reference: str
    detail: Mapping[str, Any]


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


def newest_measures(session: Session, person_id: str) -> dict[str, CompetencyEvidence]:
    """By competency, the newest measure of a person. The caller has checked that it may be read."""
    own = select(CompetencyEvidence).where(CompetencyEvidence.person_id == person_id)
    rows = session.scalars(own.order_by(CompetencyEvidence.measured_at, CompetencyEvidence.id))
    return {row.competency_code: row for row in rows}


def newest_of_many(
    session: Session, person_ids: Iterable[str], codes: Sequence[str]
) -> dict[tuple[str, str], CompetencyEvidence]:
    """By (person, competency), the newest measure, of these competencies. The caller has checked."""
    found: dict[tuple[str, str], CompetencyEvidence] = {}
    for part in batched(sorted(person_ids), AT_ONCE):
        own = CompetencyEvidence.person_id.in_(part), CompetencyEvidence.competency_code.in_(codes)
        rows = select(CompetencyEvidence).where(*own).order_by(CompetencyEvidence.measured_at, CompetencyEvidence.id)
        found |= {(row.person_id, row.competency_code): row for row in session.scalars(rows)}
    return found


def record(session: Session, actor: Actor, person_id: str, measures: Iterable[NewMeasure], clock: Clock) -> None:
    """Add dated measures to a person's record. The caller has checked that the actor may."""
    session.add_all(
        CompetencyEvidence(
            **stamp(actor.id, clock),
            person_id=person_id,
            competency_code=one.competency_code,
            source=one.source,
            measured_at=one.measured_at,
            score=one.score,
            low=one.low,
            high=one.high,
            ruler=one.ruler,
            reference=one.reference,
            detail=dict(one.detail),
        )
        for one in measures
    )
    session.flush()


def remove(session: Session, references: Sequence[str]) -> dict[str, int]:
    """Take what came from these sources ("assessment:<id>") out of the record; how many rows went, by table."""
    measures = delete(CompetencyEvidence).where(CompetencyEvidence.reference.in_(references))
    episodes = delete(Episode).where(Episode.reference.in_(references))
    return {"competency_evidence": _count(session.execute(measures)), "episode": _count(session.execute(episodes))}


def _count(result: Any) -> int:
    return int(result.rowcount)
