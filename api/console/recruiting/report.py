"""The report's files and recordings: addresses of the answers, the PDF, the JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.candidate.media import media_address
from api.context import Context
from api.deps import Ctx
from api.export import attachment
from api.i18n import language_of
from api.report_file import report_pdf
from api.sessions import PageActor
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.competency.service import kit
from interview_engine.hr.problems import missing
from interview_engine.hr.recruiting.interviewing import answers as recorded
from interview_engine.hr.recruiting.reach import application_for
from interview_engine.hr.recruiting.reviewing import assessments
from interview_engine.hr.recruiting.tables import Answer, Invitation
from interview_engine.i18n import languages, msg
from interview_engine.store import audit
from interview_engine.store.rows import find
from pipelines.reports.cues_document import Document
from pipelines.reports.reading import dump

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Told:
    """One answer as the page needs it beside the report.

    Args:
        src: address of the recording, empty when there is none (any more).
        kind: "video" or "audio". original: what was recognised, where the candidate corrected it.
    """

    question: str
    kind: str
    mime: str
    src: str
    text: str | None
    correction: str | None
    corrected_at: datetime | None
    original: str


def told_answers(
    session: Session, context: Context, actor: Actor, invitation_id: str, document: Document | None
) -> list[Told | None]:
    """The answers that count, in the order of the report (None: the kit's); None where a question has none.

    The caller has checked that the actor may read this interview.
    """
    invitation = find(session, Invitation, invitation_id)
    if invitation is None:
        raise missing("invitation", msg("interview"))
    asked = kit(session, invitation.kit_version_id)
    chosen = recorded.chosen_answers(session, invitation_id)
    texts = {one.id: one.text.get(invitation.language) for one in asked.questions}
    heard = {} if document is None else {one["question"]: one["transcript"] or {} for one in document["answers"]}
    return [
        _told(context, actor, chosen.get(key), texts.get(key, ""), heard.get(key, {}).get("recognised", ""))
        for key in (heard or texts)
    ]


@router.get("/console/applications/{application_id}/report.pdf")
def pdf(application_id: str, request: Request, context: Ctx, actor: PageActor, language: str = "") -> Response:
    """The same report on paper, in the page's language or in another that there are catalogues for."""
    with context.database.transaction() as session:
        application_for(session, actor, application_id, "interview", "export")
        document = assessments.report_document(session, actor, context.blobs, application_id, context.clock)
        row = assessments.current_assessment(session, actor, application_id)
        audit.record(
            session, actor.id, "report.export", f"application:{application_id}", {"form": "pdf"}, context.clock
        )
    frames = row.frames if row is not None else {}
    data = report_pdf(context.blobs, document, frames, language if language in languages() else language_of(request))
    return attachment(data, "application/pdf", f"{document['interview']['candidate']}.pdf")


@router.get("/console/applications/{application_id}/report.json")
def as_json(application_id: str, context: Ctx, actor: PageActor) -> Response:
    """The same report as data (docs/report.schema.json)."""
    with context.database.transaction() as session:
        application_for(session, actor, application_id, "interview", "export")
        document = assessments.report_document(session, actor, context.blobs, application_id, context.clock)
        audit.record(
            session, actor.id, "report.export", f"application:{application_id}", {"form": "json"}, context.clock
        )
    return attachment(dump(document).encode(), "application/json", f"{document['interview']['candidate']}.json")


def _told(context: Context, actor: Actor, answer: Answer | None, question: str, recognised: str) -> Told | None:
    if answer is None:
        return None
    src = ""
    if answer.blob_sha256 and context.blobs.exists(answer.blob_sha256):
        src = media_address(context, actor.id, answer.blob_sha256, answer.media_type, f"answer:{answer.id}")
    return Told(
        question=question,
        kind="audio" if answer.mode == "voice" else "video",
        mime=answer.media_type,
        src=src,
        text=answer.text,
        correction=answer.correction,
        corrected_at=answer.corrected_at,
        original=recognised,
    )
