"""After the interview, by the same link: its state, the transcript, the measures, re-rating, deletion."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.candidate.media import media_address
from api.candidate.sessions import Candidate, FormerCandidate, PageCandidate
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.render import page
from interview_engine.assessment.kits.kit import Question
from interview_engine.clock import CHINA
from interview_engine.errors import ConflictError, InvalidInput
from interview_engine.hr.privacy import erasure
from interview_engine.hr.recruiting import reach, withdrawing
from interview_engine.hr.recruiting.interviewing import answers
from interview_engine.hr.recruiting.reviewing import assessments, reviews
from interview_engine.hr.recruiting.tables import Answer, Application, Invitation, Requisition
from interview_engine.i18n import mark, translator
from pipelines.reports.cues_view import measure_rows
from pipelines.reports.view import report_view

router = APIRouter()

STEPS = (
    ("handed_in", mark("Submitted")),
    ("read", mark("Review and assessment in progress")),
    ("decided", mark("A person decides")),
)
"""What a candidate sees of the pipeline."""

OUTCOMES = {
    "offer": mark("You will get an offer, or have one already."),
    "hired": mark("You have been hired."),
    "rejected": mark("The employer has decided to proceed with other candidates. You may ask for the reasons."),
    "withdrawn": mark("You have withdrawn"),
    "not_started": mark("You did not start"),
}
ERASED = {
    "recording": mark("A recording"),
    "part": mark("A part of a recording"),
    "measured": mark("A transcript with measures"),
    "report": mark("A report"),
    "frame": mark("A screenshot"),
    "resume": mark("A résumé"),
}
"""What a deletion's receipt names; everything else in it is "A text"."""
PROPOSED_ROWS = 12
"""Lines of a transcript's text area at most."""


@dataclass(frozen=True, slots=True)
class Handed:
    """One answer that counts, as the receipt names it."""

    number: int
    question: Question
    answer: Answer
    content_sha256: str


@router.get("/i/{token}/status")
def status(request: Request, context: Ctx, candidate: FormerCandidate) -> Response:
    """The receipt, where things stand, and what can be done from here."""
    with context.database.reading() as session:
        invitation = candidate.invitation
        asked_for = withdrawing.receipt_of(session, candidate.actor, invitation)
        if asked_for is None and invitation.state != "submitted":
            return RedirectResponse(candidate.home, 303)
        requisition = session.get_one(Requisition, candidate.application.requisition_id)
        if asked_for is not None:
            return page(
                request,
                "candidate/deletion.html",
                candidate=candidate,
                requisition=requisition,
                asked_for=asked_for,
                names=ERASED,
            )
        return page(
            request,
            "candidate/status.html",
            candidate=candidate,
            requisition=requisition,
            handed=_handed(session, candidate),
            step=_step(candidate.application),
            steps=STEPS,
            outcome=OUTCOMES.get(candidate.application.stage),
            assessed=answers.is_scored(session, candidate.invitation.id),
            correctable=_correctable(session, candidate),
            rerating=reviews.latest_rerating(session, candidate.application.id),
            retained=withdrawing.retention_receipt_of(session, candidate.actor, invitation),
        )


@router.get("/i/{token}/receipt.txt")
def receipt(request: Request, context: Ctx, candidate: PageCandidate) -> Response:
    """The receipt as a file to keep: what was received, by hash."""
    if candidate.invitation.receipt is None:
        return RedirectResponse(candidate.home, 303)
    translate = translator(language_of(request))
    with context.database.reading() as session:
        requisition = session.get_one(Requisition, candidate.application.requisition_id)
        lines = [
            translate("Receipt of your interview: {title}", title=requisition.title),
            translate("Submitted: {time} (Beijing time)", time=_submitted(candidate)),
            translate("Receipt: {receipt}", receipt=candidate.invitation.receipt),
            translate(
                "Check it at {link}",
                link=f"{context.service.public_url}/receipts?sha256={candidate.invitation.receipt}",
            ),
            "",
            *(
                f"{one.number}. {one.question.text.get(language_of(request))}\n   {one.answer.mode}, "
                f"{one.answer.duration_s:.1f} s, sha256 {one.content_sha256}"
                for one in _handed(session, candidate)
            ),
            "",
        ]
    headers = {"Content-Disposition": 'attachment; filename="interview-receipt.txt"'}
    return PlainTextResponse("\n".join(lines), headers=headers)


@router.get("/i/{token}/transcript")
def transcript(request: Request, context: Ctx, candidate: PageCandidate) -> Response:
    """What the software understood, to be corrected: before the score, and once after it."""
    return _transcript_page(request, context, candidate, None, None)


@router.post("/i/{token}/transcript")
def correct(
    request: Request,
    context: Ctx,
    candidate: PageCandidate,
    answer: Annotated[str, Form()],
    text: Annotated[str, Form()] = "",
) -> Response:
    """Store the candidate's correction beside the transcript."""
    try:
        with context.database.transaction() as session:
            answers.correct_transcript(session, candidate.actor, answer, text, context.clock)
    except (InvalidInput, ConflictError) as problem:
        return _transcript_page(request, context, candidate, answer, problem.text(language_of(request)))
    return RedirectResponse(f"{candidate.home}/transcript?saved={answer}", 303)


@router.get("/i/{token}/measured")
def measured(request: Request, context: Ctx, candidate: PageCandidate) -> Response:
    """The reasons behind the assessment, and every measure that the policy allowed."""
    with context.database.transaction() as session:
        if not answers.is_scored(session, candidate.invitation.id):
            return RedirectResponse(f"{candidate.home}/status", 303)
        document = assessments.report_document(
            session, candidate.actor, context.blobs, candidate.application.id, context.clock
        )
    return page(request, "candidate/measured.html", candidate=candidate, view=report_view(document))


@router.post("/i/{token}/rerating")
def rerating(context: Ctx, candidate: PageCandidate, reason: Annotated[str, Form()] = "") -> Response:
    """Request a review by a person."""
    with context.database.transaction() as session:
        reviews.request_rerating(session, candidate.actor, candidate.invitation, reason, context.clock)
    return RedirectResponse(f"{candidate.home}/status", 303)


@router.get("/i/{token}/withdraw")
def withdraw_page(request: Request, candidate: FormerCandidate) -> HTMLResponse:
    """The consequences of withdrawing, before it is done."""
    return page(request, "candidate/withdraw.html", candidate=candidate, due_days=erasure.DUE_DAYS, problem=False)


@router.post("/i/{token}/withdraw")
def withdraw(request: Request, context: Ctx, candidate: FormerCandidate, sure: Annotated[str, Form()] = "") -> Response:
    """Withdraw and delete. The deletion itself is tried at once; the retention job finishes what is left."""
    if sure != "yes":
        return page(
            request, "candidate/withdraw.html", status=422, candidate=candidate, due_days=erasure.DUE_DAYS, problem=True
        )
    with context.database.transaction() as session:
        request_id = withdrawing.withdraw(session, candidate.actor, candidate.invitation, context.clock).id
    try:
        with context.database.transaction() as session:
            erasure.erase(session, context.blobs, request_id, context.clock)
    except ConflictError as stopped:  # by a legal hold: the job deletes it once that has ended
        if stopped.code != "erasure.on_hold":
            raise
    return RedirectResponse(f"{candidate.home}/status", 303)


@router.get("/i/{token}/deletion.json")
def deletion(context: Ctx, candidate: FormerCandidate) -> Response:
    """The receipt of the deletion as a file; its sha256 is of its other content and stands in the audit trail."""
    with context.database.reading() as session:
        asked_for = withdrawing.receipt_of(session, candidate.actor, candidate.invitation)
        if asked_for is None:
            asked_for = withdrawing.retention_receipt_of(session, candidate.actor, candidate.invitation)
    if asked_for is None or asked_for.receipt is None:
        return RedirectResponse(f"{candidate.home}/status", 303)
    headers = {"Content-Disposition": 'attachment; filename="deletion-receipt.json"'}
    return JSONResponse(asked_for.receipt, headers=headers)


def _handed(session: Session, candidate: Candidate) -> list[Handed]:
    kit = reach.kit_of(session, candidate.invitation)
    chosen = answers.chosen_answers(session, candidate.invitation.id)
    return [
        Handed(
            number,
            question,
            chosen[question.id],
            chosen[question.id].blob_sha256
            or hashlib.sha256((chosen[question.id].text or "").encode("utf-8")).hexdigest(),
        )
        for number, question in enumerate(kit.questions, 1)
        if question.id in chosen
    ]


def _step(application: Application) -> str:
    if application.stage in OUTCOMES:
        return "decided"
    return "read" if application.assessment_id is None else "decided"


def _correctable(session: Session, candidate: Candidate) -> bool:
    """Whether there is a transcript to look at."""
    if candidate.invitation.automated is False:
        return False
    return any(one.blob_sha256 for one in answers.chosen_answers(session, candidate.invitation.id).values())


def _transcript_page(
    request: Request, context: Context, candidate: Candidate, wrong: str | None, problem: str | None
) -> HTMLResponse:
    with context.database.reading() as session:
        invitation = session.get_one(Invitation, candidate.invitation.id)
        handed = _handed(session, candidate)
        recorded = [one for one in handed if one.answer.blob_sha256]
        effects = {answers.correction_effect(session, invitation, one.answer) for one in recorded}
        rows = [_understood(context, candidate, one) for one in recorded]
        written = [one for one in handed if one.answer.mode == "text" and one.answer.text]
        session.expunge_all()
    return page(
        request,
        "candidate/transcript.html",
        status=200 if problem is None else 422,
        candidate=candidate,
        rows=rows,
        written=written,
        scored="counts" not in effects,
        again="again" in effects,
        automated=invitation.automated is not False,
        submitted=invitation.state == "submitted",
        saved=request.query_params.get("saved", ""),
        wrong=wrong,
        problem=problem,
    )


def _understood(context: Context, candidate: Candidate, handed: Handed) -> dict[str, Any]:
    """A recorded answer, its address for listening, the text that was understood (None: not yet), and its measures."""
    answer = handed.answer
    heard: dict[str, Any] | None = None
    if answer.measured_blob is not None:
        heard = json.loads(context.blobs.read(answer.measured_blob))["answer"]
    spoken = None if heard is None or heard["transcript"] is None else heard["transcript"]["text"]
    text = answer.correction if answer.correction is not None else spoken or ""
    return {
        "handed": handed,
        "address": media_address(
            context, candidate.actor.id, answer.blob_sha256 or "", answer.media_type, f"answer:{answer.id}"
        ),
        "ready": heard is not None,
        "spoken": spoken,
        "text": text,
        "lines": min(PROPOSED_ROWS, 3 + len(text) // 22),
        "measures": [] if heard is None else measure_rows(heard),
    }


def _submitted(candidate: Candidate) -> str:
    at = candidate.invitation.submitted_at
    return "–" if at is None else f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
