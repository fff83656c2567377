"""The interview's evidence in the employee's file and record: copied by hiring, removed by withdrawal (A16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.competency import service as competency
from interview_engine.hr.competency.service import KitVersion, NewMeasure
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.service import Employment, Evidence
from interview_engine.hr.recruiting.reviewing.episodes import reference
from interview_engine.hr.recruiting.reviewing.overrides import scores_by_people_of
from interview_engine.hr.recruiting.tables import Application, Assessment
from interview_engine.store import audit
from interview_engine.store.rows import find

BY_A_PERSON = "person"
"""The scorer named by the ruler of a score that a person gave."""


def ruler(version: KitVersion, scorer: str) -> str:
    """What a score was measured with: only equal rulers can be compared."""
    return f"{version.kit_id} v{version.version} {version.sha256[:12]} {scorer}"


def evidence_of(session: Session, application: Application) -> Evidence:
    """What an application leaves in the employee file, by the assessment that counts.

    An interview that a person read without a program leaves no scores, and the file says so by being empty.
    """
    assessment = _counting(session, application)
    if assessment is None:
        return Evidence(application.id, application.requisition_id, None)
    version = competency.kit_version(session, assessment.kit_version_id)
    people = scores_by_people_of(session, application.id)
    document = evidence_document(assessment, version, application.human_score, people)
    return Evidence(application.id, application.requisition_id, document)


def record_competencies(
    session: Session, actor: Actor, application: Application, employment: Employment, clock: Clock
) -> None:
    """Copy each competency that the interview of an employed person assessed into their record.

    Where a person gave a score of their own it is the one that is copied, without a band and measured with another
    ruler; the engine's stays in its details.
    """
    assessment = _counting(session, application)
    if assessment is None:
        return
    version = competency.kit_version(session, assessment.kit_version_id)
    people = scores_by_people_of(session, application.id)
    measures = [
        _measure(assessment, version, one, people.get(one["id"]))
        for one in assessment.competencies
        if one["score"] is not None or one["id"] in people
    ]
    competency.record_measures(session, actor, application.person_id, measures, clock)
    detail = {"assessment": assessment.id, "employment": employment.id}
    audit.record(session, actor.id, "evidence.copy", f"application:{application.id}", detail, clock)


def _measure(assessment: Assessment, version: KitVersion, one: dict[str, Any], human: float | None) -> NewMeasure:
    """A competency as the record keeps it; `human` is the score 0..10 that a person gave instead."""
    details = {"weight": one["weight"], "required_level": one["required_level"]}
    score, low, high = (one[name] for name in ("score", "low", "high"))
    if human is not None:
        details["engine_score"] = score
        score = low = high = human
    scorer = assessment.scorer if human is None else BY_A_PERSON
    source = reference(assessment.id)
    return NewMeasure(
        one["id"], "interview", assessment.created_at, score, low, high, ruler(version, scorer), source, details
    )


def evidence_document(
    assessment: Assessment, version: KitVersion, human_score: float | None, people: Mapping[str, float]
) -> dict[str, Any]:
    """What the file keeps: scores with bands, what they were measured with, and where they are from. `people` are
    scores that people gave, by competency; they stand beside the engine's."""
    return {
        "assessment": assessment.id,
        "kit": {"id": version.kit_id, "version": version.version, "sha256": version.sha256},
        "scorer": assessment.scorer,
        "report_sha256": assessment.report_sha256,
        "measured_at": assessment.created_at.isoformat(),
        "status": assessment.status,
        "score": assessment.score_value,
        "low": assessment.score_low,
        "high": assessment.score_high,
        "match_percent": assessment.match_percent,
        "human_score": human_score,
        "competencies": [
            {key: one[key] for key in ("id", "name", "score", "low", "high", "weight", "required_level")}
            | {"human_score": people.get(one["id"])}
            for one in assessment.competencies
        ],
    }


def remove_evidence(session: Session, application_id: str, assessment_ids: Sequence[str]) -> dict[str, int]:
    """Remove an interview from the employee file and the competency record; returns how many rows were deleted or
    emptied."""
    return {
        **competency.remove_measures(session, [reference(one) for one in assessment_ids]),
        "employment.interview": employments.remove_evidence(session, application_id),
    }


def _counting(session: Session, application: Application) -> Assessment | None:
    return find(session, Assessment, application.assessment_id) if application.assessment_id else None
