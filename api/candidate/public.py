"""Pages that anybody may open who has the link: a job and its application form, an offer, a survey."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.candidate.own_applications import applications_address, applications_token
from api.candidate.sessions import OwnOrigin
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.render import page
from api.uploaded import read_upload
from api.visitor import browser_of, visitor_of
from interview_engine.errors import ConflictError, InterviewEngineError, InvalidInput, UnsupportedMedia
from interview_engine.hr.access.rules import anybody
from interview_engine.hr.competency import service as competency
from interview_engine.hr.people import identities
from interview_engine.hr.people.tables import LegalEntity, Person
from interview_engine.hr.recruiting import notices
from interview_engine.hr.recruiting.applying import applications
from interview_engine.hr.recruiting.applying.applications import NewPerson, NewResume
from interview_engine.hr.recruiting.hiring import offers
from interview_engine.hr.recruiting.interviewing import invitations
from interview_engine.hr.recruiting.jobs import postings
from interview_engine.hr.recruiting.tables import Requisition
from interview_engine.hr.recruiting.words import EMPLOYMENT
from interview_engine.store.blobs import register
from pipelines.reports.page import asset
from pipelines.service.resume import MAX_BYTES, read_resume

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Filled:
    """The application form as it was sent."""

    name: str = ""
    email: str = ""
    phone: str = ""


@router.get("/")
def first() -> RedirectResponse:
    """The console, or the sign-in page."""
    return RedirectResponse("/console", 303)


@router.get("/page.css")
def page_style() -> Response:
    """What pages and reports share in looks; base.css has what only the service's pages need."""
    return Response(asset("page.css"), media_type="text/css", headers={"Cache-Control": "public, max-age=86400"})


@router.get("/jobs")
def jobs(request: Request, context: Ctx) -> HTMLResponse:
    """The jobs that companies put on their public list."""
    with context.database.reading() as session:
        listed = postings.public_jobs(session, context.clock)
    return page(request, "public/jobs.html", jobs=listed, types=EMPLOYMENT)


@router.get("/p/{code}")
def job(code: str, request: Request, context: Ctx, wx: str = "") -> Response:
    """A job, and the form to apply for it.

    In WeChat by way of its sign-in (once, `wx`), which asks nothing: the invitation can then reach whoever applies.
    """
    reachable = context.wechat.official is not None and browser_of(request) == "official"
    if reachable and not wx and visitor_of(request, context) is None:
        return RedirectResponse(f"/wechat/in/official?back={quote(f'/p/{code}?wx=1', safe='')}", 303)
    return _job_page(request, context, code, Filled(), None)


@router.post("/p/{code}")
def apply(
    code: str,
    request: Request,
    context: Ctx,
    _: OwnOrigin,
    name: Annotated[str, Form(max_length=200)] = "",
    email: Annotated[str, Form(max_length=300)] = "",
    phone: Annotated[str, Form(max_length=80)] = "",
    resume: UploadFile | None = None,
) -> Response:
    """Apply; where the posting invites by itself this leads a new person straight into the interview.

    Somebody whom we know is not led on, named or completed: their link goes to the contact that is stored. Where mail
    goes out, whoever gives an address is answered like them, so that the answer does not tell who is known.
    """
    filled = Filled(name.strip(), email.strip(), phone.strip())
    language = language_of(request)
    by_mail = bool(context.service.smtp_url and filled.email)
    try:
        kept = None if resume is None or not resume.filename else _keep_resume(context, resume)
        with context.database.transaction() as session:
            if kept is not None:
                register(
                    session, kept.blob_sha256, context.blobs.size(kept.blob_sha256), kept.media_type, context.clock
                )
            new = NewPerson(filled.name, filled.email, filled.phone, language)
            applied = applications.apply_with_form(session, anybody(language), code, new, context.clock, resume=kept)
            application = applied.application
            issued = invitations.invite_automatically(session, application, context.clock)
            if applied.new_person:
                _recognise(session, context, request, session.get_one(Person, application.person_id))
            if issued is None and (by_mail or not applied.new_person):
                title = session.get_one(Requisition, application.requisition_id).title
                secret = applications_token(context, application.person_id)
                notices.application_received(session, application, title, secret, context.clock)
    except (InvalidInput, UnsupportedMedia) as problem:
        return _job_page(request, context, code, filled, problem)
    led_on = applied.new_person and not by_mail
    if issued is not None and led_on:
        return RedirectResponse(f"/i/{issued.token}", 303)
    # Who only knows somebody's address must not get into their interview or learn where they have applied.
    address = applications_address(context, application.person_id) if led_on else None
    return page(request, "public/applied.html", address=address, by_mail=by_mail)


def _recognise(session: Session, context: Context, request: Request, person: Person) -> None:
    """Messages reach a new applicant in the WeChat account that was signed in when they applied.

    Not somebody whom we knew already: who only knows their address must not get their messages. Nor does an account
    that is somebody else's here change hands, as when two use one phone: the second is reached by mail.
    """
    visitor = visitor_of(request, context)
    if visitor is None or identities.is_taken(session, visitor.channel, visitor.app_id, visitor.openid):
        return
    identities.bind(
        session,
        person.id,
        visitor.channel,
        visitor.app_id,
        visitor.openid,
        context.clock,
        actor_id=f"person:{person.id}",
        unionid=visitor.unionid,
    )


@router.get("/o/{token}")
def offer(token: str, request: Request, context: Ctx) -> HTMLResponse:
    """An offer, to be accepted or declined."""
    return _offer_page(request, context, token, None)


@router.post("/o/{token}")
def answer_offer(
    token: str, request: Request, context: Ctx, _: OwnOrigin, answer: Annotated[str, Form()] = ""
) -> Response:
    """Accept or decline; the same answer again changes nothing."""
    if answer not in ("accept", "decline"):
        return _offer_page(request, context, token, None)
    try:
        with context.database.transaction() as session:
            offers.answer_offer(session, token, answer == "accept", context.clock)
    except ConflictError as problem:
        return _offer_page(request, context, token, problem)
    return RedirectResponse(f"/o/{token}", 303)


@router.get("/s/{token}")
def survey(token: str, request: Request, context: Ctx) -> HTMLResponse:
    """A survey, to be answered once."""
    return _survey_page(request, context, token, {}, None)


@router.post("/s/{token}")
async def answer_survey(token: str, request: Request, context: Ctx, _: OwnOrigin) -> Response:
    """Keep the answers of one survey link; a page of thanks, or the survey again with what was wrong."""
    form = await request.form()
    given: dict[str, Any] = {}
    for key, value in form.multi_items():
        if isinstance(value, str):
            given.setdefault(key, []).append(value.strip())
    with context.database.reading() as session:
        questions = competency.open_survey(session, token, context.clock).survey.questions
    answers = {one["id"]: _survey_answer(one["kind"], given.get(one["id"], [])) for one in questions}
    try:
        with context.database.transaction() as session:
            competency.answer_survey(session, token, {k: v for k, v in answers.items() if v is not None}, context.clock)
    except InvalidInput as problem:
        return _survey_page(request, context, token, answers, problem)
    return RedirectResponse(f"/s/{token}", 303)


def _survey_answer(kind: str, values: list[str]) -> Any:
    """What the form's fields of one question say, as the service takes it; None: not answered."""
    named = [value for value in values if value]
    if not named:
        return None
    if kind == "scale":
        return int(named[0]) if named[0].isdecimal() and len(named[0]) == 1 else named[0]
    return named if kind == "top3" else named[0]


def _keep_resume(context: Context, resume: UploadFile) -> NewResume:
    """The file in the blob store, and what was read from it in a confined child.

    Raises:
        InvalidInput: `file.too_large`. UnsupportedMedia: `resume.media_type`.
    """
    given = read_upload("resume", resume, MAX_BYTES)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "resume"
        path.write_bytes(given.data)
        found = read_resume(path)
    sha256, key = context.blobs.put_for_new(given.data, found.media_type)
    filename = Path(given.name.replace("\\", "/")).name[:200]
    return NewResume(filename, found.media_type, sha256, found.text, found.fields, found.parser, found.reason, key)


def _job_page(
    request: Request, context: Context, code: str, filled: Filled, problem: InterviewEngineError | None
) -> HTMLResponse:
    with context.database.reading() as session:
        posting, requisition = postings.by_code(session, code, context.clock)
        kit = None if requisition.kit_version_id is None else competency.kit(session, requisition.kit_version_id)
        seconds = 0 if kit is None else sum(one.think_s + one.answer_s for one in kit.questions)
        return page(
            request,
            "public/job.html",
            status=200 if problem is None else 422,
            posting=posting,
            requisition=requisition,
            company=_company(session, requisition),
            questions=0 if kit is None else len(kit.questions),
            minutes=round(seconds / 60) + 4,
            types=EMPLOYMENT,
            filled=filled,
            problem=None if problem is None else problem.text(language_of(request)),
            wrong=problem.field if isinstance(problem, InvalidInput) else "resume" if problem is not None else "",
        )


def _offer_page(request: Request, context: Context, token: str, problem: ConflictError | None) -> HTMLResponse:
    with context.database.reading() as session:
        opened = offers.open_offer(session, token, context.clock)
        return page(
            request,
            "public/offer.html",
            status=200 if problem is None else 409,
            opened=opened,
            first_day=date.fromisoformat(opened.offer.start_date),
            company=_company(session, opened.requisition),
            problem=None if problem is None else problem.text(language_of(request)),
        )


def _survey_page(
    request: Request, context: Context, token: str, answers: Mapping[str, Any], problem: InvalidInput | None
) -> HTMLResponse:
    with context.database.reading() as session:
        opened = competency.open_survey(session, token, context.clock)
        return page(
            request,
            "public/survey.html",
            status=200 if problem is None else 422,
            opened=opened,
            answers=answers,
            problem=None if problem is None else problem.text(language_of(request)),
            wrong="" if problem is None else problem.field,
        )


def _company(session: Session, requisition: Requisition) -> LegalEntity:
    return session.get_one(LegalEntity, requisition.legal_entity_id)
