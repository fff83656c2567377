"""The photo that an employee gives to colleagues, on their file: HR looks at it and takes down what is not fit (D4)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.employees.file import HOME, again
from api.console.forms import Form
from api.console.frame import done
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.hr.access.service import require
from interview_engine.hr.employment import service as employment
from interview_engine.hr.files import photos

router = APIRouter()


@router.get(f"{HOME}/{{employment_id}}/photo.jpg")
def picture(employment_id: str, context: Ctx, actor: PageActor) -> Response:
    """The picture. The reading is recorded."""
    require(actor, "identity", "write")
    with context.database.transaction() as session:
        person_id = employment.get_for(session, actor, employment_id, "read").person_id
        sha256 = photos.open_for_hr(session, actor, person_id, context.clock)
    return Response(context.blobs.read(sha256), media_type=photos.MEDIA)


@router.post(f"{HOME}/{{employment_id}}/photo/take-down")
def take_down(employment_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Take the photo down that was looked at; whom it shows is told why."""

    def work(session: Session) -> None:
        person_id = employment.get_for(session, actor, employment_id, "read").person_id
        photos.take_down(session, actor, person_id, form.text("photo"), form.text("reason"), context.clock)

    return act(
        context,
        work,
        lambda _: done(f"{HOME}/{employment_id}#photo", "photo_taken_down"),
        lambda problem: again(employment_id, request, context, actor, problem, form),
    )
