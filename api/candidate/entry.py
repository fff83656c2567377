"""The entry form of who joins, on the phone by a link: before the first day the form, then the welcome (D1, D3, D4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.candidate.sessions import COOKIE_AGE_S, OwnOrigin
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.render import page
from api.uploaded import read_upload
from interview_engine.clock import china_day
from interview_engine.errors import ConflictError, InterviewEngineError, InvalidInput, PermissionDenied
from interview_engine.hr.access.rules import employee_actor
from interview_engine.hr.employment.persons import NewContact, change_contact
from interview_engine.hr.files import photos
from interview_engine.hr.files import service as files
from interview_engine.hr.files.service import BY_NAME
from interview_engine.hr.onboarding import asked_sections, entry_form, links, rules, service, welcome
from interview_engine.hr.onboarding.rules import Entry
from interview_engine.hr.onboarding.service import Onboarding
from interview_engine.hr.onboarding.team import team_of
from interview_engine.hr.people.tables import Department, LegalEntity, Person
from interview_engine.hr.problems import required
from interview_engine.hr.tasks import service as tasks
from interview_engine.i18n import msg
from interview_engine.store.blobs import Owner, register
from interview_engine.store.secrets import digest
from pipelines.scans.id_card import MAX_BYTES, read_id_card

router = APIRouter()

MEDIA = "application/json"
FIELDS = ("document", "number", "born_on", "valid_from", "valid_until", "address", "emergency_name",
          "emergency_relation", "emergency_phone", "bank", "account_number", "phone", "read_number",
          "read_address")  # fmt: skip
MOST_TYPED = 500
"""Characters of a field; no field takes more."""


@router.get("/e/{token}")
def entry(token: str, request: Request, context: Ctx, sent: str = "") -> Response:
    """What is to do now: begin, fill in, wait, come; on another phone the question for a code."""
    return _page(request, context, token, sent=bool(sent))


@router.post("/e/{token}/begin")
def begin(token: str, request: Request, context: Ctx, _: OwnOrigin) -> Response:
    """Begin on this phone."""
    try:
        with context.database.transaction() as session:
            secret = links.begin(session, token, context.clock)
            row_id = links.glance(session, token).id
    except ConflictError:
        return RedirectResponse(f"/e/{token}", 303)  # the page asks for the code
    return _bound(context, token, row_id, secret)


@router.post("/e/{token}/code")
def code(token: str, request: Request, context: Ctx, _: OwnOrigin) -> Response:
    """Send a code to the person whose form it is."""
    try:
        with context.database.transaction() as session:
            links.send_code(session, token, context.clock)
    except ConflictError as problem:
        return _page(request, context, token, problem)
    return RedirectResponse(f"/e/{token}?sent=1", 303)


@router.post("/e/{token}/phone")
def phone(
    token: str, request: Request, context: Ctx, _: OwnOrigin, code: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    """Go on with this phone; the other one is shut out."""
    try:
        with context.database.transaction() as session:
            secret = links.take_code(session, token, code, context.clock)
            row_id = links.glance(session, token).id
    except ConflictError as problem:
        return _page(request, context, token, problem, sent=True)
    if secret is None:
        return _page(request, context, token, links.wrong_code(), sent=True)
    return _bound(context, token, row_id, secret)


@router.post("/e/{token}/card")
def card(token: str, request: Request, context: Ctx, _: OwnOrigin, photo: UploadFile | None = None) -> Response:
    """Read the identity card from a photo into the form, to be looked over; the photo is not kept."""
    with context.database.reading() as session:
        row = links.glance(session, token)
        links.check_device(row, _secret(request, context, row.id))
        name = session.get_one(Person, row.person_id).name
    try:
        given = read_upload("photo", photo, MAX_BYTES, msg("A photo of the card: JPEG, PNG or WebP."))
        read = read_id_card(given.data, china_day(context.clock))
    except InterviewEngineError as problem:
        return _page(request, context, token, problem)
    doubts = list(read.doubts)
    if read.name and read.name != name:
        doubts.append(
            msg("On the card stands the name “{name}”: tell HR if yours is written wrong here.", name=read.name)
        )
    number = read.number_seen if read.id_number is None else read.id_number.number
    seen = {"document": "id_card", "number": number, "address": read.address, "read_number": number}
    seen |= {"read_address": read.address}
    for side, day in (("valid_from", read.valid_from), ("valid_until", read.valid_until)):
        seen[side] = "" if day is None else day.isoformat()
    with context.database.transaction() as session:
        row = links.glance(session, token)
        typed = _typed_so_far(session, context, row) | {name: value for name, value in seen.items() if value}
        if row.state in rules.EDITABLE:
            entry_form.keep_draft(session, token, _secret(request, context, row.id), typed, context.clock)
    return _page(request, context, token, typed=typed, doubts=[one.get(language_of(request)) for one in doubts])


@router.post("/e/{token}/tasks/{task_id}")
def task(token: str, task_id: str, request: Request, context: Ctx, _: OwnOrigin) -> Response:
    """Say that something of one's own list is done."""
    with context.database.transaction() as session:
        row = links.glance(session, token)
        links.check_device(row, _secret(request, context, row.id))
        actor = employee_actor(row.person_id, language_of(request))
        tasks.close(session, actor, task_id, "done", "", context.clock)
    return RedirectResponse(f"/e/{token}#tasks", 303)


@router.get("/e/{token}/team/{photo_id}.jpg")
def face(token: str, photo_id: str, request: Request, context: Ctx) -> Response:
    """The photo of somebody whom the new colleague will meet."""
    with context.database.reading() as session:
        row = links.glance(session, token)
        links.check_device(row, _secret(request, context, row.id))
        shown = [one.photo_id for one in team_of(session, row) if one.photo_id is not None]
        sha256 = photos.sha256_of(session, photo_id, shown)
    return Response(context.blobs.read(sha256), media_type=photos.MEDIA)


@router.post("/e/{token}/draft")
async def draft(token: str, request: Request, context: Ctx, _: OwnOrigin) -> Response:
    """Keep what was typed so far; the page does so while it is filled in."""
    given = _given(await request.form())
    await run_in_threadpool(_keep, token, request, context, given)
    return Response(status_code=204)


@router.post("/e/{token}")
async def fill(token: str, request: Request, context: Ctx, _: OwnOrigin) -> Response:
    """Take the form in, or show it again with what is to be corrected. With `more` the name of a section: with room
    for one entry more of it; with `later`: kept to go on another time."""
    form = await request.form()
    given = _given(form)
    more, later = str(form.get("more", "")), "later" in form
    if more in BY_NAME or later:
        return await run_in_threadpool(_go_on, token, request, context, given, more)
    return await run_in_threadpool(_fill, token, request, context, given)


def _given(form: Mapping[str, Any]) -> dict[str, str]:
    asked = (name for name in form if name in FIELDS or asked_sections.is_asked(name))
    return {name: value[:MOST_TYPED] for name in asked if isinstance(value := form[name], str)}


def _keep(token: str, request: Request, context: Context, given: Mapping[str, str]) -> None:
    with context.database.transaction() as session:
        secret = _secret(request, context, links.glance(session, token).id)
        entry_form.keep_draft(session, token, secret, given, context.clock)


def _go_on(token: str, request: Request, context: Context, given: dict[str, str], more: str) -> Response:
    try:
        _keep(token, request, context, given)
    except (InvalidInput, ConflictError) as problem:
        return _page(request, context, token, problem, typed=given)
    if more in BY_NAME:
        place = min(asked_sections.places(given, more), asked_sections.MOST - 1)
        given[asked_sections.input_name(more, place, BY_NAME[more].fields[0].name)] = ""
    return _page(request, context, token, typed=given, kept=True)


def _fill(token: str, request: Request, context: Context, given: Mapping[str, str]) -> Response:
    secret = ""
    try:
        with context.database.reading() as session:
            row = links.glance(session, token)
            secret = _secret(request, context, row.id)
            links.check_device(row, secret)
            person = session.get_one(Person, row.person_id)
            person_id, own_phone, name, email = person.id, person.phone, person.name, person.email
        if not own_phone and not given.get("phone", "").strip():
            raise required("phone", msg("phone"))
        filled = rules.read_entry(given, own_phone or given["phone"], china_day(context.clock))
        content = rules.dump(filled)
        sha256 = context.blobs.put(content, MEDIA, Owner(person_id, entry_form.PART))
        with context.database.transaction() as session:
            register(session, sha256, len(content), MEDIA, context.clock)
            if not own_phone:
                actor = employee_actor(person_id, language_of(request))
                change_contact(session, actor, person_id, NewContact(name, email, given["phone"]), context.clock)
            entry_form.submit(session, token, secret, sha256, context.clock)
    except PermissionDenied:
        raise
    except (InvalidInput, ConflictError) as problem:
        return _page(request, context, token, problem, typed=dict(given))
    return RedirectResponse(f"/e/{token}", 303)


def _page(
    request: Request,
    context: Context,
    token: str,
    problem: InterviewEngineError | None = None,
    *,
    typed: Mapping[str, str] | None = None,
    sent: bool = False,
    doubts: list[str] | None = None,
    kept: bool = False,
) -> HTMLResponse:
    language = language_of(request)
    with context.database.reading() as session:
        row = links.glance(session, token)
        person = session.get_one(Person, row.person_id)
        values: dict[str, Any] = {
            "row": row,
            "home": f"/e/{token}",
            "company": session.get_one(LegalEntity, row.legal_entity_id).name,
            "problem": None if problem is None else problem.text(language),
            "wrong": getattr(problem, "field", "") if problem is not None else "",
            "status": 200 if problem is None else 422,
        }
        if row.device_hash is None:
            return page(request, "public/entry_begin.html", **values)
        if not links.is_bound(row, _secret(request, context, row.id)):
            return page(request, "public/entry_code.html", sent=sent, **values)
        if row.state in rules.EDITABLE:
            shown = typed if typed is not None else _typed_so_far(session, context, row)
            return page(
                request,
                "public/entry.html",
                person=person,
                given={**dict.fromkeys(FIELDS, ""), "document": "id_card", **shown},
                sections=[
                    (one, asked_sections.places(shown, one.name), len(files.held_by(session, person.id, one.name)))
                    for one in asked_sections.ASKED
                ],
                input_name=asked_sections.input_name,
                most=asked_sections.MOST,
                kept=kept,
                documents=rules.DOCUMENTS,
                relations=rules.RELATIONS,
                doubts=doubts or [],
                again=typed is not None,
                **values,
            )
        return page(request, "public/entry_welcome.html", person=person, **_welcome(session, row), **values)


def _welcome(session: Session, row: Onboarding) -> dict[str, Any]:
    return {
        "department": session.get_one(Department, row.department_id).name,
        "told": welcome.told_at(session, row.department_id),
        "team": team_of(session, row),
        "tasks": [(one, tasks.title_of(one)) for one in tasks.of_the_person(session, service.ref_of(row))],
    }


def _typed_so_far(session: Session, context: Context, row: Onboarding) -> dict[str, str]:
    """What was typed and not sent, else what was sent."""
    typed = entry_form.draft_of(session, row)
    if typed is not None:
        return typed
    entry: Entry | None = entry_form.entry_of(context.blobs, row)
    return {} if entry is None else rules.as_form(entry)


def entry_cookie(context: Context, onboarding_id: str) -> str:
    """The cookie by which the phone is known again: one an onboarding, whichever of its links is opened."""
    name = f"entry-{digest(onboarding_id)[:16]}"
    return f"__Host-{name}" if context.service.secure else name


def keep_entry_phone(response: Response, context: Context, onboarding_id: str, secret: str) -> None:
    """Put the phone's secret into the browser."""
    response.set_cookie(
        entry_cookie(context, onboarding_id),
        secret,
        max_age=COOKIE_AGE_S,
        httponly=True,
        samesite="lax",
        secure=context.service.secure,
        path="/",
    )


def entry_secret(request: Request, context: Context, session: Session, link_token: str) -> str:
    """What this phone proves itself with for a link; "" when it has nothing. Raises as `links.glance`."""
    return _secret(request, context, links.glance(session, link_token).id)


def _secret(request: Request, context: Context, onboarding_id: str) -> str:
    return request.cookies.get(entry_cookie(context, onboarding_id), "")


def _bound(context: Context, token: str, onboarding_id: str, secret: str) -> Response:
    response = RedirectResponse(f"/e/{token}", 303)
    keep_entry_phone(response, context, onboarding_id, secret)
    return response
