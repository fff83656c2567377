"""A photo of oneself for colleagues: giving it, seeing who sees it, withdrawing it; and the team's on the team page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from api.console.acting import act, attempt_alone
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.phone.employee import FILE, PHOTO, TEAM, EmployeeActor
from api.render import page
from api.uploaded import read_upload
from interview_engine.clock import china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment.team import team_of
from interview_engine.hr.files import photos
from interview_engine.hr.files.photos import NewPhoto
from interview_engine.hr.people.tables import Person
from interview_engine.i18n import msg
from pipelines.scans.portrait import MAX_BYTES, portrait_of

router = APIRouter()


@router.get(PHOTO)
def photo(request: Request, context: Ctx, actor: EmployeeActor) -> Response:
    """My photo, who sees it, and the way to withdraw it."""
    return _page(request, context, actor)


@router.post(PHOTO)
def give(
    request: Request,
    context: Ctx,
    actor: EmployeeActor,
    photo: UploadFile | None = None,
    agreed: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Give a photo, or another one instead of it; a small upright copy is kept and nothing that the camera wrote."""
    made = attempt_alone(lambda: _stored(context, actor, photo, bool(agreed)))
    if isinstance(made, InterviewEngineError):
        return _page(request, context, actor, made)
    language = language_of(request)
    return act(
        context,
        lambda session: photos.give(session, actor, made, bool(agreed), language, context.clock),
        lambda _: RedirectResponse(PHOTO, 303),
        lambda problem: _page(request, context, actor, problem),
    )


@router.post(f"{PHOTO}/withdraw")
def withdraw(context: Ctx, actor: EmployeeActor) -> Response:
    """Withdraw the consent, and with it the photo."""
    return act(
        context,
        lambda session: photos.withdraw(session, actor, context.clock),
        lambda _: RedirectResponse(PHOTO, 303),
    )


@router.get(f"{PHOTO}.jpg")
def picture(context: Ctx, actor: EmployeeActor) -> Response:
    """The picture as colleagues see it."""
    with context.database.reading() as session:
        row = photos.own(session, actor.person_id or "")
        sha256 = photos.sha256_of(session, "" if row is None else row.id, () if row is None else (row.id,))
    return Response(context.blobs.read(sha256), media_type=photos.MEDIA)


@router.get(f"{TEAM}/{{photo_id}}.jpg")
def of_team(photo_id: str, context: Ctx, actor: EmployeeActor) -> Response:
    """The photo of somebody of my team, who works in my company."""
    person_id = actor.person_id or ""
    with context.database.reading() as session:
        members = team_of(session, person_id, actor.language, china_day(context.clock))
        shown = photos.seen_by(session, person_id, [one.person_id for one in members])
        sha256 = photos.sha256_of(session, photo_id, tuple(shown.values()))
    return Response(context.blobs.read(sha256), media_type=photos.MEDIA)


def _stored(context: Context, actor: Actor, photo: UploadFile | None, agreed: bool) -> NewPhoto:
    with context.database.reading() as session:
        person_id = photos.check_may_give(session, actor, agreed)
    given = read_upload("photo", photo, MAX_BYTES, msg("A photo of yourself: JPEG, PNG or WebP."))
    return photos.store_photo(context.blobs, person_id, portrait_of(given.data), context.clock)


def _page(request: Request, context: Context, actor: Actor, problem: InterviewEngineError | None = None) -> Response:
    person_id = actor.person_id or ""
    with context.database.reading() as session:
        return page(
            request,
            "wechat/photo.html",
            200 if problem is None else 422,
            name=session.get_one(Person, person_id).name,
            given=photos.own(session, person_id),
            at_work=photos.at_work(session, person_id),
            here=PHOTO,
            file=FILE,
            problem=None if problem is None else problem.text(language_of(request)),
            wrong="" if problem is None else getattr(problem, "field", ""),
        )
