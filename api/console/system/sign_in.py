"""Sign-in to the console: name and password, then the code where the account has a second factor."""

from __future__ import annotations

import hmac
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.forms import Form
from api.context import Context
from api.deps import ClientAddress, Ctx
from api.i18n import COOKIE, language_of
from api.render import page
from api.sessions import CheckedForm, csrf_token, drop_session, inside, keep_session, session_token, signed_in
from interview_engine.errors import InterviewEngineError, PermissionDenied, TooManyRequests
from interview_engine.hr.accounts import sign_in as signing
from interview_engine.hr.accounts.sign_in import SignedIn
from interview_engine.i18n import msg
from interview_engine.store.secrets import token

router = APIRouter()

DOOR_COOKIE = "door"
"""A random value set with the empty form and sent back in it: nobody is signed in yet, so there is no session to bind
the form to, and a page elsewhere could otherwise sign somebody in as itself."""


@router.get("/sign-in")
def empty(request: Request, context: Ctx, next: str = "/console") -> Response:
    """The form; who is signed in already goes on."""
    visit = signed_in(request, context)
    if visit is not None and visit.due != "code":
        return RedirectResponse(inside(next), 303)
    return _form(request, context, next, "")


@router.post("/sign-in")
def enter(request: Request, context: Ctx, address: ClientAddress, form: Form) -> Response:
    """Check name and password; leads on, or to the code of the second step."""
    _check_door(request, form.text("door"))
    login, onward = form.text("login"), inside(form.text("next"))

    def change(session: Session) -> SignedIn:
        return signing.sign_in(
            session,
            login,
            form.raw("password"),
            context.clock,
            address=address,
            user_agent=request.headers.get("user-agent", ""),
        )

    def then(done: SignedIn) -> Response:
        if done.needs_code:
            response = RedirectResponse(f"/sign-in/code?next={quote(onward)}", 303)
            keep_session(response, context, done.secret)
            return response
        return _in(request, context, done, onward)

    return act(context, change, then, lambda problem: _form(request, context, onward, login, problem))


@router.get("/sign-in/code")
def code_form(request: Request, context: Ctx, next: str = "/console") -> Response:
    """The second step's form."""
    visit = signed_in(request, context)
    if visit is None:
        return RedirectResponse(f"/sign-in?next={quote(inside(next))}", 303)
    if visit.due != "code":
        return RedirectResponse(inside(next), 303)
    request.state.csrf = csrf_token(session_token(request, context))
    return page(request, "console/system/sign_in_code.html", next=inside(next), problem=None)


@router.post("/sign-in/code")
def code(request: Request, context: Ctx, form: Form, _: CheckedForm) -> Response:
    """Check the code of the second step and open the session."""
    onward = inside(form.text("next"))
    secret = session_token(request, context)

    def again(problem: InterviewEngineError) -> Response:
        if signed_in(request, context) is None:
            return RedirectResponse(f"/sign-in?next={quote(onward)}", 303)
        request.state.csrf = csrf_token(secret)
        return page(
            request, "console/system/sign_in_code.html", _status(problem), next=onward, problem=_told(request, problem)
        )

    return act(
        context,
        lambda session: signing.pass_second_factor(session, context.box, secret, form.text("code"), context.clock),
        lambda done: _in(request, context, done, onward),
        again,
    )


@router.post("/sign-out")
def leave(request: Request, context: Ctx, _: CheckedForm) -> Response:
    """End this session and forget its cookie."""

    def then(_: object) -> Response:
        response = RedirectResponse("/sign-in", 303)
        drop_session(response, context)
        return response

    return act(
        context,
        lambda session: signing.sign_out(session, session_token(request, context), context.clock),
        then,
    )


def _in(request: Request, context: Context, done: SignedIn, onward: str) -> Response:
    response = RedirectResponse(onward, 303)
    keep_session(response, context, done.secret)
    response.delete_cookie(DOOR_COOKIE, httponly=True, samesite="lax", secure=context.service.secure)
    if COOKIE not in request.cookies:
        response.set_cookie(
            COOKIE,
            done.account.language,
            max_age=31_536_000,
            httponly=True,
            samesite="lax",
            secure=context.service.secure,
        )
    return response


def _form(
    request: Request, context: Context, onward: str, login: str, problem: InterviewEngineError | None = None
) -> Response:
    door = request.cookies.get(DOOR_COOKIE) or token()
    told = None if problem is None else _told(request, problem)
    status = 200 if problem is None else _status(problem)
    response = page(
        request, "console/system/sign_in.html", status, next=inside(onward), login=login, door=door, problem=told
    )
    response.set_cookie(DOOR_COOKIE, door, httponly=True, samesite="lax", secure=context.service.secure)
    return response


def _check_door(request: Request, given: str) -> None:
    kept = request.cookies.get(DOOR_COOKIE, "")
    if not kept or not hmac.compare_digest(kept.encode(), given.encode()):
        raise PermissionDenied(
            "session.door",
            msg("The sign-in page is out of date."),
            msg("Open the sign-in page again."),
        )


def _status(problem: InterviewEngineError) -> int:
    return 429 if isinstance(problem, TooManyRequests) else 401


def _told(request: Request, problem: InterviewEngineError) -> dict[str, str]:
    language = language_of(request)
    return {
        "message": problem.message.get(language),
        "next_step": problem.next_step.get(language),
        "field": "",
        "code": problem.code,
    }
