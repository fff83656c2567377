"""The pages of the interview: consent, device check, questions, overview, submission."""

from __future__ import annotations

import io
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from api.candidate import later
from api.candidate.media import media_address
from api.candidate.recorder_texts import recorder_texts
from api.candidate.sessions import (
    Candidate,
    OwnOrigin,
    PageCandidate,
    bound_candidate,
    device_secret,
    keep_device,
    was_erased,
)
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.render import page
from interview_engine.assessment.kits.kit import Kit, Question
from interview_engine.errors import InvalidInput, NotFoundError
from interview_engine.hr.access.rules import candidate_actor
from interview_engine.hr.privacy.consents import consents_of
from interview_engine.hr.recruiting import reach
from interview_engine.hr.recruiting.interviewing import answers, consent_texts, devices, invitations, uploads
from interview_engine.hr.recruiting.interviewing.invitations import ConsentGiven, Opened
from interview_engine.hr.recruiting.tables import Answer, Invitation
from interview_engine.i18n import msg, translator

router = APIRouter()
router.include_router(later.router)

MINUTES_AROUND = 4
"""Minutes that consent, device check and overview take beside the questions."""


@router.get("/i/{token}")
def enter(token: str, request: Request, context: Ctx) -> Response:
    """Where the link leads: to the consent, or to where this candidate was."""
    secret = device_secret(request, context, token)
    with context.database.reading() as session:
        invitation = devices.glance(session, token)
        over = invitation.state in ("submitted", "revoked")
        if was_erased(session, invitation) or (over and devices.is_bound(invitation, secret)):
            return RedirectResponse(f"/i/{token}/status", 303)
        devices.check_live(invitation, context.clock)
        if invitation.device_hash is not None:
            devices.check_device(invitation, secret)
        opened = invitations.peek(session, token, context.clock)
        if invitation.state in ("consented", "in_progress") and invitation.device_hash is not None:
            agreed = consents_of(session, invitation.id)
            return RedirectResponse(_onward(token, agreed), 303)
        session.expunge_all()
    if invitation.device_hash is None and is_computer_wechat(request):
        return page(request, "candidate/computer_wechat.html", opened=opened, token=token)
    return _consent_page(request, context, opened, token, {}, None)


@router.get("/i/{token}/consent")
def change_consent(token: str, request: Request, context: Ctx) -> Response:
    """The consents, which may be changed until the interview is submitted; before it has begun, its first page."""
    with context.database.reading() as session:
        if devices.glance(session, token).device_hash is None:
            return RedirectResponse(f"/i/{token}", 303)
    candidate = bound_candidate(request, context, token)
    if candidate.invitation.state == "submitted":
        return RedirectResponse(f"{candidate.home}/status", 303)
    with context.database.reading() as session:
        opened = invitations.peek(session, candidate.token, context.clock)
        agreed = consents_of(session, candidate.invitation.id)
        session.expunge_all()
    return _consent_page(request, context, opened, candidate.token, agreed, None)


@router.post("/i/{token}/consent")
def agree(
    token: str,
    request: Request,
    context: Ctx,
    _: OwnOrigin,
    route: Annotated[str, Form()] = "",
    automated: Annotated[str, Form()] = "",
    voice: Annotated[str, Form()] = "",
    face: Annotated[str, Form()] = "",
) -> Response:
    """Store the consents; the first device that does becomes the interview's device."""
    recording = route == "record"
    if route not in ("record", "write") or automated not in ("yes", "no"):
        with context.database.reading() as session:
            opened = invitations.peek(session, token, context.clock)
            session.expunge_all()
        chosen = {"voice": bool(voice), "face": bool(face)}
        if automated in ("yes", "no"):
            chosen["automated_assessment"] = automated == "yes"
        if route in ("record", "write"):
            return _consent_page(request, context, opened, token, {**chosen, "recording": recording}, "automated")
        return _consent_page(request, context, opened, token, chosen, "route")
    secret = device_secret(request, context, token)
    with context.database.transaction() as session:
        opened = invitations.open_invitation(session, token, secret or None, context.clock)
        text = _consent_text(opened, context)
        asked = {purpose.id for purpose in text.purposes} if recording else set()
        actor = candidate_actor(opened.invitation.id, opened.person.id, opened.invitation.language)
        consent = ConsentGiven(
            recording=recording,
            voice="voice" in asked and bool(voice),
            face="face" in asked and bool(face),
            automated=automated == "yes",
            text_version=consent_texts.version_of(language_of(request), judged=_is_judged(opened, context)),
            language=language_of(request),
        )
        invitations.give_consent(session, actor, opened.invitation, consent, context.clock)
    response = RedirectResponse(_onward(token, {"recording": recording}), 303)
    if opened.new_device_secret is not None:
        keep_device(response, context, token, opened.new_device_secret)
    return response


@router.get("/i/{token}/qr.svg")
def qr_code(token: str, context: Ctx) -> Response:
    """The link as a QR code, so that it can be opened on a phone."""
    code = segno.make(f"{context.service.public_url}/i/{token}", error="m", micro=False)
    drawn = io.BytesIO()
    code.save(drawn, kind="svg", scale=8, border=3, dark="#1c2127", light="#fff", xmldecl=False)
    return Response(drawn.getvalue(), media_type="image/svg+xml")


@router.get("/i/{token}/interview")
def interview(request: Request, context: Ctx, candidate: PageCandidate) -> Response:
    """The recorder: device check and all questions in one document."""
    elsewhere = _not_now(candidate)
    if elsewhere is not None:
        return elsewhere
    with context.database.reading() as session:
        opened = invitations.peek(session, candidate.token, context.clock)
        if not consents_of(session, candidate.invitation.id).get("recording", False):
            return RedirectResponse(f"{candidate.home}/write/1", 303)
        chosen = answers.chosen_answers(session, candidate.invitation.id)
        begun = bool(chosen) or bool(uploads.open_uploads(session, candidate.invitation.id))
        session.expunge_all()
    texts = recorder_texts(translator(language_of(request)))
    missing = [n for n, question in enumerate(opened.kit.questions, 1) if question.id not in chosen]
    config = {
        "home": candidate.home,
        "invitation": candidate.invitation.id,
        "total": len(opened.kit.questions),
        "next": missing[0] if missing else len(opened.kit.questions),
        "begun": begun,
        "all_answered": not missing,
        "texts": texts,
    }
    return page(
        request,
        "candidate/interview.html",
        candidate=candidate,
        title=opened.requisition.title,
        config=config,
        texts=texts,
    )


@router.get("/i/{token}/questions/{number}")
def question(number: int, request: Request, context: Ctx, candidate: PageCandidate) -> Response:
    """One question, when it is its turn to be seen, with what was recorded for it so far."""
    devices.check_live(candidate.invitation, context.clock)
    with context.database.reading() as session:
        kit = reach.kit_of(session, candidate.invitation)
        asked = _asked(kit, number)
        given = [one for one in answers.answers_of(session, candidate.invitation.id) if one.question_id == asked.id]
        begun = uploads.open_uploads(session, candidate.invitation.id)
        return JSONResponse(
            {
                "id": asked.id,
                "number": number,
                "total": len(kit.questions),
                "text": asked.text.get(language_of(request)),
                "think_s": asked.think_s,
                "answer_s": asked.answer_s,
                "attempts": asked.attempts,
                "used": max((one.attempt for one in given), default=0),
                "open": [
                    {
                        "key": upload.client_key,
                        "address": f"{candidate.home}/uploads/{upload.id}",
                        "offset": upload.offset,
                        "length": upload.length,
                    }
                    for upload in begun
                    if upload.question_id == asked.id and upload.offset > 0
                ],
            }
        )


@router.get("/i/{token}/write/{number}")
def write(number: int, request: Request, context: Ctx, candidate: PageCandidate) -> Response:
    """One question to be answered in writing; works without JavaScript."""
    elsewhere = _not_now(candidate)
    return elsewhere or _writing_page(request, context, candidate, number, None, None)


@router.post("/i/{token}/write/{number}")
def written(
    number: int,
    request: Request,
    context: Ctx,
    candidate: PageCandidate,
    text: Annotated[str, Form()] = "",
) -> Response:
    """Store a written answer and go on to the next open question."""
    try:
        with context.database.transaction() as session:
            kit = reach.kit_of(session, candidate.invitation)
            asked = _asked(kit, number)
            invitation = session.get_one(Invitation, candidate.invitation.id)
            answers.record_answer(session, candidate.actor, invitation, asked.id, "text", text, context.clock)
            agreed = consents_of(session, candidate.invitation.id)
            chosen = answers.chosen_answers(session, candidate.invitation.id)
    except InvalidInput as problem:
        return _writing_page(request, context, candidate, number, text, problem)
    following = [n for n in range(number + 1, len(kit.questions) + 1) if kit.questions[n - 1].id not in chosen]
    if not following:
        return RedirectResponse(f"{candidate.home}/review", 303)
    onward = f"interview#{following[0]}" if agreed.get("recording") else f"write/{following[0]}"
    return RedirectResponse(f"{candidate.home}/{onward}", 303)


@router.get("/i/{token}/review")
def review(request: Request, context: Ctx, candidate: PageCandidate) -> Response:
    """An overview of all questions before submitting."""
    return _not_now(candidate) or _review_page(request, context, candidate, None)


@router.post("/i/{token}/choose")
def choose(context: Ctx, candidate: PageCandidate, answer: Annotated[str, Form()]) -> Response:
    """Choose another attempt."""
    with context.database.transaction() as session:
        answers.choose_attempt(session, candidate.actor, answer, context.clock)
    return RedirectResponse(f"{candidate.home}/review", 303)


@router.post("/i/{token}/submit")
def submit(request: Request, context: Ctx, candidate: PageCandidate, missing: Annotated[str, Form()] = "") -> Response:
    """Submit the interview; repeating it leads to the same receipt."""
    try:
        with context.database.transaction() as session:
            invitations.submit(
                session, candidate.actor, candidate.invitation, context.clock, allow_missing=missing == "yes"
            )
    except InvalidInput as problem:
        return _review_page(request, context, candidate, problem)
    return RedirectResponse(f"{candidate.home}/status", 303)


def is_computer_wechat(request: Request) -> bool:
    """Whether the page is opened in WeChat on a computer, whose browser cannot record."""
    agent = request.headers.get("user-agent", "").lower()
    return "micromessenger" in agent and ("windowswechat" in agent or "macwechat" in agent)


def _onward(token: str, agreed: dict[str, bool]) -> str:
    return f"/i/{token}/{'interview' if agreed.get('recording') else 'write/1'}"


def _not_now(candidate: Candidate) -> Response | None:
    """Where else to go when there is nothing to answer here now."""
    if candidate.invitation.state == "submitted":
        return RedirectResponse(f"{candidate.home}/status", 303)
    if candidate.invitation.consented_at is None:
        return RedirectResponse(f"{candidate.home}/consent", 303)
    return None


def _consent_text(opened: Opened, context: Context) -> consent_texts.ConsentText:
    delivery = sum(one.weight for one in opened.kit.competencies if one.is_delivery)
    return consent_texts.consent_text(opened.invitation.policy, delivery, judged=_is_judged(opened, context))


def _is_judged(opened: Opened, context: Context) -> bool:
    return (opened.kit.scorer or context.engine.scorer) != "evidence"


def _consent_page(
    request: Request, context: Context, opened: Opened, token: str, chosen: dict[str, bool], problem: str | None
) -> HTMLResponse:
    asked = opened.kit.questions
    minutes = MINUTES_AROUND + round(sum(one.think_s + one.answer_s for one in asked) / 60)
    return page(
        request,
        "candidate/consent.html",
        status=200 if problem is None else 422,
        opened=opened,
        token=token,
        text=_consent_text(opened, context),
        minutes=minutes,
        chosen=chosen,
        problem=problem,
        fresh=opened.invitation.device_hash is None,
    )


def _asked(kit: Kit, number: int) -> Question:
    if not 1 <= number <= len(kit.questions):
        raise NotFoundError(
            "question.unknown",
            msg("The interview has no such question."),
            msg("Open the interview from your link again."),
        )
    return kit.questions[number - 1]


def _writing_page(
    request: Request,
    context: Context,
    candidate: Candidate,
    number: int,
    text: str | None,
    problem: InvalidInput | None,
) -> HTMLResponse:
    with context.database.reading() as session:
        kit = reach.kit_of(session, candidate.invitation)
        asked = _asked(kit, number)
        given = [one for one in answers.answers_of(session, candidate.invitation.id) if one.question_id == asked.id]
        agreed = consents_of(session, candidate.invitation.id)
        session.expunge_all()
    last = max(given, key=lambda one: one.attempt, default=None)
    earlier = last.text if last is not None and last.mode == "text" else None
    return page(
        request,
        "candidate/write.html",
        status=200 if problem is None else 422,
        candidate=candidate,
        number=number,
        total=len(kit.questions),
        question=asked,
        text=text if text is not None else (earlier or ""),
        answered=last,
        left=asked.attempts - (last.attempt if last else 0),
        recording=bool(agreed.get("recording")),
        most=answers.MAX_TEXT,
        problem=None if problem is None else problem.text(language_of(request)),
    )


def _review_page(
    request: Request, context: Context, candidate: Candidate, problem: InvalidInput | None
) -> HTMLResponse:
    with context.database.reading() as session:
        kit = reach.kit_of(session, candidate.invitation)
        every = answers.answers_of(session, candidate.invitation.id)
        agreed = consents_of(session, candidate.invitation.id)
        begun = uploads.open_uploads(session, candidate.invitation.id)
        session.expunge_all()
    rows = [
        {
            "number": number,
            "question": asked,
            "attempts": [_playable(context, candidate, one) for one in every if one.question_id == asked.id],
            "chosen": next((one for one in every if one.question_id == asked.id and one.state == "chosen"), None),
            "broken": any(upload.question_id == asked.id and upload.offset for upload in begun),
        }
        for number, asked in enumerate(kit.questions, 1)
    ]
    texts = recorder_texts(translator(language_of(request)))
    recording = bool(agreed.get("recording"))
    return page(
        request,
        "candidate/review.html",
        status=200 if problem is None else 422,
        candidate=candidate,
        rows=rows,
        missing=[row["number"] for row in rows if row["chosen"] is None],
        recording=recording,
        transcript=candidate.invitation.automated is not False and any(one.blob_sha256 for one in every),
        problem=None if problem is None else problem.text(language_of(request)),
        config={
            "home": candidate.home,
            "invitation": candidate.invitation.id,
            "questions": [asked.id for asked in kit.questions],
            "texts": {name: texts[name] for name in REVIEW_TEXTS},
        },
    )


REVIEW_TEXTS = ("review_sending", "review_row", "review_interrupted", "offline", "failed_title", "failed_text")


def _playable(context: Context, candidate: Candidate, answer: Answer) -> dict[str, Any]:
    """An attempt and the address it can be replayed from."""
    address = None
    if answer.blob_sha256 is not None:
        subject = f"answer:{answer.id}"
        address = media_address(context, candidate.actor.id, answer.blob_sha256, answer.media_type, subject)
    return {"answer": answer, "address": address}
