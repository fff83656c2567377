"""The interview's evidence in the employee's file and record: copied by hiring, removed by withdrawal (A16)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.competency import service as competency
from interview_engine.hr.competency.service import KitVersion, NewMeasure
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.service import Employment, Evidence
from interview_engine.hr.recruiting.tables import Application, Assessment
from interview_engine.store import audit
from interview_engine.store.rows import find


def reference(assessment_id: str) -> str:
    """What evidence rows name as their source."""
    return f"assessment:{assessment_id}"


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
    document = evidence_document(assessment, version, application.human_score)
    return Evidence(application.id, application.requisition_id, document)


def record_competencies(
    session: Session, actor: Actor, application: Application, employment: Employment, clock: Clock
) -> None:
    """Copy each competency that the interview of an employed person assessed into their record."""
    assessment = _counting(session, application)
    if assessment is None:
        return
    version = competency.kit_version(session, assessment.kit_version_id)
    measures = [
        NewMeasure(
            one["id"],
            "interview",
            assessment.created_at,
            one["score"],
            one["low"],
            one["high"],
            ruler(version, assessment.scorer),
            reference(assessment.id),
            {"weight": one["weight"], "required_level": one["required_level"]},
        )
        for one in assessment.competencies
        if one["score"] is not None
    ]
    competency.record_measures(session, actor, application.person_id, measures, clock)
    detail = {"assessment": assessment.id, "employment": employment.id}
    audit.record(session, actor.id, "evidence.copy", f"application:{application.id}", detail, clock)


def evidence_document(assessment: Assessment, version: KitVersion, human_score: float | None) -> dict[str, Any]:
    """What the file keeps: scores with bands, what they were measured with, and where they are from."""
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
            for one in assessment.competencies
        ],
    }


def remove_evidence(session: Session, application_id: str, assessment_ids: Sequence[str]) -> dict[str, int]:
    """Take an interview out of the file and the competency record; returns how many rows went or were emptied."""
    return {
        **competency.remove_measures(session, [reference(one) for one in assessment_ids]),
        "employment.interview": employments.remove_evidence(session, application_id),
    }


def _counting(session: Session, application: Application) -> Assessment | None:
    return find(session, Assessment, application.assessment_id) if application.assessment_id else None
