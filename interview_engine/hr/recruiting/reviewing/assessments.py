"""Assessments as the engine made them: a new one supersedes the last, none is changed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from interview_engine.assessment.comparing.ranking import EntryCompetency, Remark, Section, remark_for
from interview_engine.assessment.comparing.sameness import sketch
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.report import InterviewReport
from interview_engine.assessment.scoring import Score, Status
from interview_engine.clock import Clock
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.problems import missing
from interview_engine.hr.recruiting import notices
from interview_engine.hr.recruiting.reach import application_for, change_stage, note_event
from interview_engine.hr.recruiting.reviewing import same_answers
from interview_engine.hr.recruiting.reviewing.same_answers import NewPrint
from interview_engine.hr.recruiting.tables import Answer, Application, Assessment, Invitation, Requisition
from interview_engine.i18n import LocalizedText, Text, msg
from interview_engine.store import audit
from interview_engine.store.blobs import BlobStore
from interview_engine.store.rows import find, stamp, touch


@dataclass(frozen=True, slots=True)
class NewAssessment:
    """One scored interview on its way into the database. `new_assessment` makes it from a report.

    Args:
        inputs_sha256: over everything that the result follows from; the same inputs are stored once.
        report_sha256: the blob of the whole report as JSON.
        score: overall, 0..10 with band; None exactly when `status` is cannot_assess, and then `reason` says why.
        match_percent, assessed_weight: 0..100.
        frames: {path in the report: blob sha256}.
        prints: of its answers, by which one finds those that are nearly another candidate's.
    """

    inputs_sha256: str
    report_sha256: str
    scorer: str
    status: Status
    score: Score | None
    match_percent: float | None
    assessed_weight: float
    reason: Remark | None
    competencies: tuple[EntryCompetency, ...]
    needs_review: tuple[Remark, ...]
    frames: Mapping[str, str] = field(default_factory=dict)
    prints: tuple[NewPrint, ...] = ()

    @property
    def section(self) -> Section:
        """Where it stands in the ranked list."""
        if self.score is None:
            return "cannot_assess"
        return "needs_review" if self.needs_review else "ranked"


def new_assessment(
    report: InterviewReport,
    kit: Kit,
    *,
    inputs_sha256: str,
    report_sha256: str,
    frames: Mapping[str, str] | None = None,
) -> NewAssessment:
    """The columns of a report."""
    found = {result.competency_id: result for result in report.competencies}
    return NewAssessment(
        inputs_sha256=inputs_sha256,
        report_sha256=report_sha256,
        scorer=report.provenance.scorer,
        status=report.overall.status,
        score=report.overall.score,
        match_percent=report.overall.match_percent,
        assessed_weight=report.overall.assessed_weight,
        reason=remark_for(report.overall.reason),
        competencies=tuple(
            EntryCompetency(
                one.id,
                one.name,
                one.weight,
                one.required_level,
                one.is_delivery,
                found[one.id].score,
                remark_for(found[one.id].reason),
            )
            for one in kit.competencies
            if one.id in found
        ),
        needs_review=tuple(remark for reason in report.needs_review if (remark := remark_for(reason)) is not None),
        frames=dict(frames or {}),
        prints=_prints(report, kit),
    )


def store_measured(session: Session, answer_id: str, blob_sha256: str, clock: Clock) -> Answer:
    """Record the blob of a measured answer. Repeating it changes nothing.

    Raises:
        NotFoundError: the answer is gone (withdrawn meanwhile); the work is to be given up.
    """
    answer = find(session, Answer, answer_id, lock=True)
    if answer is None or answer.state == "discarded":
        raise missing("answer", msg("answer"))
    if answer.measured_blob != blob_sha256:
        answer.measured_blob = blob_sha256
        answer.measured_at = clock.now()
        touch(answer, "system", clock)
        audit.record(session, "system", "answer.measured", f"answer:{answer.id}", {"sha256": blob_sha256}, clock)
    return answer


def store_assessment(
    session: Session, application_id: str, invitation_id: str, new: NewAssessment, clock: Clock
) -> Assessment:
    """Store an assessment and make it the current one of its application; the owner is notified once.

    The same inputs again are the assessment they already are, and change nothing.

    Raises:
        NotFoundError: the application or the invitation is gone (withdrawn or erased meanwhile).
    """
    application = find(session, Application, application_id, lock=True)
    invitation = find(session, Invitation, invitation_id)
    if application is None or invitation is None or invitation.state == "revoked":
        raise missing("invitation", msg("interview"))
    requisition = find(session, Requisition, application.requisition_id)
    if requisition is None:
        raise missing("requisition", msg("requisition"))
    there = _same(session, invitation_id, new.inputs_sha256)
    if there is not None:
        return there
    row = _row(application_id, invitation, new, clock)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # a second worker finished the same inputs first
        there = _same(session, invitation_id, new.inputs_sha256)
        if there is None:
            raise
        return there
    same_answers.keep(session, application, requisition, invitation_id, new.prints, clock)
    superseded = application.assessment_id
    count(application, row, new.section)
    touch(application, "system", clock)
    detail: dict[str, object] = {"assessment": row.id, "status": row.status, "superseded": superseded}
    if application.stage == "interviewing":
        change_stage(session, SYSTEM, application, "review", "", clock, kind="assessed", detail=detail)
    else:
        note_event(session, SYSTEM, application, "assessed", clock, detail=detail)
    audit.record(session, "system", "assessment.store", f"assessment:{row.id}", detail, clock)
    notices.assessment_ready(session, row, application, requisition, clock)
    return row


def hand_to_person(session: Session, invitation: Invitation, clock: Clock) -> None:
    """A submitted interview gets no score: a person will read the answers, and the owner is notified."""
    application = find(session, Application, invitation.application_id, lock=True)
    requisition = None if application is None else find(session, Requisition, application.requisition_id)
    if application is None or requisition is None:
        return
    if application.section is None:
        application.section = "needs_review"
        touch(application, "system", clock)
    notices.interview_submitted(session, invitation, requisition, clock)


def count(application: Application, row: Assessment | None, section: str | None) -> None:
    """Make an assessment the current one of its application, in the columns that lists read; None clears them."""
    application.assessment_id = None if row is None else row.id
    application.section = section
    application.score_value = None if row is None else row.score_value
    application.score_low = None if row is None else row.score_low
    application.score_high = None if row is None else row.score_high
    application.match_percent = None if row is None else row.match_percent
    application.human_score = None


def current_assessment(session: Session, actor: Actor, application_id: str) -> Assessment | None:
    """The current assessment, or None before there is one.

    Raises:
        NotFoundError, PermissionDenied.
    """
    application, _ = application_for(session, actor, application_id, "interview", "read")
    return find(session, Assessment, application.assessment_id) if application.assessment_id else None


def assessments_of(session: Session, actor: Actor, application_id: str) -> tuple[Assessment, ...]:
    """Every assessment of an application, newest first."""
    application_for(session, actor, application_id, "interview", "read")
    statement = select(Assessment).where(Assessment.application_id == application_id)
    return tuple(session.scalars(statement.order_by(Assessment.id.desc())))


def report_document(
    session: Session,
    actor: Actor,
    blobs: BlobStore,
    application_id: str,
    clock: Clock,
    *,
    assessment_id: str | None = None,
) -> dict[str, Any]:
    """The whole report that counts (or an earlier one) as JSON values. The reading is recorded (L10), so the session
    must be one that commits.

    Raises:
        NotFoundError: `not_found.assessment`, or its blob is gone by retention. PermissionDenied.
    """
    application, _ = application_for(session, actor, application_id, "interview", "read")
    wanted = assessment_id or application.assessment_id
    row = find(session, Assessment, wanted) if wanted else None
    if row is None or row.application_id != application_id:
        raise missing("assessment", msg("assessment"))
    audit.record(session, actor.id, "report.read", f"application:{application_id}", {"assessment": row.id}, clock)
    document: dict[str, Any] = json.loads(blobs.read(row.report_sha256))
    return document


def entry_competencies(stored: Sequence[Mapping[str, Any]]) -> tuple[EntryCompetency, ...]:
    """Stored competencies as the ranking's values."""
    return tuple(
        EntryCompetency(
            one["id"],
            _name(one["name"]["zh"], one["name"]["en"]),
            one["weight"],
            one["required_level"],
            one["is_delivery"],
            None if one["score"] is None else Score(one["score"], one["low"], one["high"]),
            remark_of(one["reason"]),
        )
        for one in stored
    )


@lru_cache(maxsize=4096)
def _name(zh: str, en: str) -> Text:
    """A list of thousands has the same few names over and over."""
    return LocalizedText(zh, en)


def remark_of(stored: Mapping[str, Any] | None) -> Remark | None:
    """A stored {"code", "zh", "en"} as a value."""
    return None if stored is None else Remark(stored["code"], LocalizedText(stored["zh"], stored["en"]))


def _prints(report: InterviewReport, kit: Kit) -> tuple[NewPrint, ...]:
    asked = {question.id: question.text for question in kit.questions}
    found = []
    for answer in report.answers:
        heard = answer.transcript
        if heard is None or heard.reason is not None or heard.language not in ("zh", "en"):
            continue
        question = asked[answer.question_id].get(heard.language) if answer.question_id in asked else ""
        if made := sketch(heard.text, heard.language, question):
            found.append(NewPrint(answer.question_id, heard.language, made))
    return tuple(found)


def _same(session: Session, invitation_id: str, inputs_sha256: str) -> Assessment | None:
    return session.scalar(
        select(Assessment).where(Assessment.invitation_id == invitation_id, Assessment.inputs_sha256 == inputs_sha256)
    )


def _row(application_id: str, invitation: Invitation, new: NewAssessment, clock: Clock) -> Assessment:
    score = new.score
    return Assessment(
        **stamp("system", clock),
        application_id=application_id,
        invitation_id=invitation.id,
        kit_version_id=invitation.kit_version_id,
        inputs_sha256=new.inputs_sha256,
        report_sha256=new.report_sha256,
        scorer=new.scorer,
        status=new.status,
        score_value=None if score is None else score.value,
        score_low=None if score is None else score.low,
        score_high=None if score is None else score.high,
        match_percent=new.match_percent,
        assessed_weight=new.assessed_weight,
        reason=_stored(new.reason),
        competencies=[_competency(one) for one in new.competencies],
        needs_review=[_stored(remark) for remark in new.needs_review],
        frames=dict(new.frames),
    )


def _competency(one: EntryCompetency) -> dict[str, Any]:
    return {
        "id": one.competency_id,
        "name": {"zh": one.name.zh, "en": one.name.en},
        "score": None if one.score is None else one.score.value,
        "low": None if one.score is None else one.score.low,
        "high": None if one.score is None else one.score.high,
        "weight": one.weight,
        "required_level": one.required_level,
        "is_delivery": one.is_delivery,
        "status": "cannot_assess" if one.score is None else "assessed",
        "reason": _stored(one.reason),
    }


def _stored(remark: Remark | None) -> dict[str, str] | None:
    return None if remark is None else {"code": remark.code, "zh": remark.text.zh, "en": remark.text.en}


def reports_of(session: Session, assessment_ids: Iterable[str]) -> dict[str, str]:
    """sha256 of the report by assessment, in one query."""
    rows = session.execute(
        select(Assessment.id, Assessment.report_sha256).where(Assessment.id.in_(list(assessment_ids)))
    )
    return dict(rows.tuples().all())


def first_frames(session: Session, assessment_ids: Collection[str]) -> dict[str, str]:
    """By assessment, the sha256 of its first picture; those without one are left out. The caller has checked that the
    interviews may be read."""
    rows = session.execute(select(Assessment.id, Assessment.frames).where(Assessment.id.in_(assessment_ids)))
    return {key: frames[min(frames)] for key, frames in rows.tuples() if frames}
