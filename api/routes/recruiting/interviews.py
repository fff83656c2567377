"""Interviews: answers with addresses of their recordings, assessments, reports as JSON and PDF. Reading is audited."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from fastapi.responses import Response
from pydantic import AfterValidator, Field

from api.access import Call, needs
from api.candidate.media import media_address
from api.export import attachment
from api.report_file import report_pdf
from api.routes.frame import Id, Out, PageOut, Words, list_out, new_router
from interview_engine.hr.problems import missing
from interview_engine.hr.recruiting.interviewing import answers as answered
from interview_engine.hr.recruiting.reach import application_for
from interview_engine.hr.recruiting.reviewing import assessments as service
from interview_engine.hr.recruiting.tables import Answer, Assessment, Invitation
from interview_engine.i18n import languages, msg
from interview_engine.store import audit
from interview_engine.store.rows import find

router = new_router("interviews")


def _has_catalogues(language: str) -> str:
    if language not in languages():
        raise ValueError(f"one of {', '.join(languages())}")
    return language


PaperLanguage = Annotated[str, AfterValidator(_has_catalogues), Query(json_schema_extra={"enum": [*languages()]})]


class AnswerOut(Out):
    """One attempt at one question. The attempt that counts is `chosen`."""

    id: str
    invitation_id: str
    question_id: str
    attempt: int
    mode: Literal["video", "voice", "text"]
    state: Literal["received", "chosen", "discarded"]
    media_type: str
    size: int
    duration_s: float
    text: str | None = Field(description="Of a written answer.")
    correction: str | None = Field(description="The candidate's own wording beside the transcript.")
    corrected_at: datetime | None
    measured_at: datetime | None
    created_at: datetime
    media: str | None = Field(description="Address of the recording, with byte ranges, valid for some hours.")


class CompetencyScore(Out):
    """One competency of an assessment, 0..10 with its band."""

    id: str
    name: Words
    score: float | None
    low: float | None
    high: float | None
    weight: float
    required_level: float
    is_delivery: bool
    status: Literal["assessed", "cannot_assess"]
    reason: dict[str, str] | None


class AssessmentOut(Out):
    """The assessment of one interview: which scorer, which kit, and its result."""

    id: str
    application_id: str
    invitation_id: str
    kit_version_id: str
    scorer: str
    status: str
    score_value: float | None
    score_low: float | None
    score_high: float | None
    match_percent: float | None
    assessed_weight: float
    reason: dict[str, str] | None
    competencies: list[CompetencyScore]
    needs_review: list[dict[str, str]]
    report_sha256: str
    created_at: datetime


@router.get("/invitations/{invitation_id}/answers")
def list_answers(invitation_id: Id, call: Annotated[Call, needs("interview", "read")]) -> PageOut[AnswerOut]:
    """Every attempt of an interview with the addresses of its recordings."""
    with call.writing() as session:
        invitation = find(session, Invitation, invitation_id)
        if invitation is None:
            raise missing("invitation", msg("invitation"))
        application_for(session, call.actor, invitation.application_id, "interview", "read")
        rows = answered.answers_of(session, invitation_id)
        audit.record(session, call.actor.id, "answers.read", f"invitation:{invitation_id}", {}, call.clock)
    return list_out(rows, lambda row: _answer(call, row))


@router.get("/applications/{application_id}/assessments")
def list_assessments(application_id: Id, call: Annotated[Call, needs("interview", "read")]) -> PageOut[AssessmentOut]:
    """Every assessment of an application, newest first; the application names the current one."""
    with call.reading() as session:
        return list_out(service.assessments_of(session, call.actor, application_id), _assessment)


@router.get("/applications/{application_id}/assessment")
def get_assessment(application_id: Id, call: Annotated[Call, needs("interview", "read")]) -> AssessmentOut:
    """The current assessment of an application, with its competencies."""
    with call.reading() as session:
        row = service.current_assessment(session, call.actor, application_id)
    if row is None:
        raise missing("assessment", msg("assessment"))
    return _assessment(row)


@router.get("/applications/{application_id}/report")
def get_report(application_id: Id, call: Annotated[Call, needs("interview", "read")]) -> dict[str, Any]:
    """The whole current report, as docs/report.schema.json describes it. The reading is in the audit trail."""
    with call.writing() as session:
        return service.report_document(session, call.actor, call.context.blobs, application_id, call.clock)


@router.get(
    "/applications/{application_id}/report.pdf",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}},
)
def get_report_pdf(
    application_id: Id,
    call: Annotated[Call, needs("interview", "read", ("interview", "export"))],
    language: PaperLanguage = "zh",
) -> Response:
    """The same report on paper, in any language that has catalogues."""
    with call.writing() as session:
        application_for(session, call.actor, application_id, "interview", "export")
        document = service.report_document(session, call.actor, call.context.blobs, application_id, call.clock)
        row = service.current_assessment(session, call.actor, application_id)
        audit.record(
            session, call.actor.id, "report.export", f"application:{application_id}", {"form": "pdf"}, call.clock
        )
    frames = row.frames if row is not None else {}
    return attachment(report_pdf(call.context.blobs, document, frames, language), "application/pdf", "report.pdf")


def _answer(call: Call, row: Answer) -> AnswerOut:
    values = {name: getattr(row, name) for name in AnswerOut.model_fields if name != "media"}
    media = None
    if row.blob_sha256 is not None and call.context.blobs.exists(row.blob_sha256):
        address = media_address(
            call.context, f"token:{call.actor.account_id}", row.blob_sha256, row.media_type, f"answer:{row.id}"
        )
        media = f"{call.context.service.public_url}{address}"
    return AnswerOut(**values, media=media)


def _assessment(row: Assessment) -> AssessmentOut:
    return AssessmentOut.model_validate(row)
