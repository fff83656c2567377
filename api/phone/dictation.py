"""Dictation where the browser has no speech input: a short clip comes in, its words go back into the field (F5).

One route for console and phone. The words are sent with the form once they were edited; the sound is not kept.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from api.candidate.sessions import OwnOrigin
from api.context import Context
from api.deps import Ctx
from api.phone.employee import known_employee
from api.sessions import signed_in
from interview_engine.errors import NotSignedIn
from interview_engine.i18n import msg
from pipelines.hearing.dictation import words_of

router = APIRouter()


def somebody(request: Request, context: Ctx, _: OwnOrigin) -> None:
    """Anybody with a session of the console, or who works here by the sign-in of WeChat.

    Raises:
        NotSignedIn: `session.over`.
    """
    if not _is_known(request, context):
        raise NotSignedIn(
            "session.over",
            msg("You are not signed in any more."),
            msg("Sign in again in another window; what you typed stays here."),
        )


def _is_known(request: Request, context: Context) -> bool:
    visit = signed_in(request, context)
    return (visit is not None and visit.due is None) or known_employee(request, context) is not None


@router.post("/dictation", dependencies=[Depends(somebody)])
async def dictated(request: Request, context: Ctx) -> JSONResponse:
    """The words of the clip that is the body. `pipelines.hearing.dictation.words_of` says what is refused."""
    media_type = request.headers.get("content-type", "")
    text = await run_in_threadpool(words_of, await request.body(), media_type, context.engine)
    return JSONResponse({"text": text})
