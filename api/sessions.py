"""The console's session: a cookie that holds a secret, who is behind it, and proof that a form is ours (CSRF)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.exceptions import HTTPException
from fastapi.responses import Response
from starlette.datastructures import FormData

from api.context import Context
from api.deps import Ctx
from interview_engine.errors import NotSignedIn, PermissionDenied
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.accounts import sign_in
from interview_engine.hr.accounts.sign_in import Visit
from interview_engine.i18n import msg

CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf"
FRESH_HEADER = "x-fresh"
"""Of a page that fetches itself because something changed: nobody is at the keyboard, so it keeps no session open."""
SALT_BYTES = 8
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_ACCOUNT = "/console/account"
"""The one place an account may go to before it has set its own password."""


def cookie_name(context: Context) -> str:
    """`__Host-` keeps other hosts from setting it; browsers take that only over https."""
    return "__Host-session" if context.service.secure else "session"


def session_token(request: Request, context: Context) -> str:
    """The cookie's secret; empty when there is none."""
    return request.cookies.get(cookie_name(context), "")


def keep_session(response: Response, context: Context, token: str) -> None:
    """Put a session's secret into the browser, until the browser is closed or the session ends."""
    response.set_cookie(
        cookie_name(context), token, httponly=True, samesite="lax", secure=context.service.secure, path="/"
    )


def drop_session(response: Response, context: Context) -> None:
    """Take it out again."""
    response.delete_cookie(cookie_name(context), httponly=True, samesite="lax", secure=context.service.secure, path="/")


def csrf_token(token: str) -> str:
    """What a form of this session must carry: follows from the session's secret and does not give it away.

    Different in every answer, since answers are compressed: a text that stays the same could be guessed from the length
    of answers that repeat what somebody else wrote (the BREACH attack).
    """
    salt = secrets.token_hex(SALT_BYTES)
    return salt + _salted(token, salt)


def is_csrf_token(token: str, given: str) -> bool:
    """Whether `given` was made by `csrf_token` for this secret."""
    salt = given[: 2 * SALT_BYTES]
    return hmac.compare_digest(given.encode(), (salt + _salted(token, salt)).encode())


def _salted(token: str, salt: str) -> str:
    return hmac.new(token.encode(), f"csrf {salt}".encode(), hashlib.sha256).hexdigest()


def keep_typed(request: Request, form: FormData) -> None:
    """Set `request.state.typed`, the form's names and values: should it be refused, it comes back with them."""
    request.state.typed = tuple((name, value) for name, value in form.multi_items() if isinstance(value, str))


async def check_csrf(request: Request, context: Ctx) -> None:
    """Every unsafe request of a session carries its token, in a header or in the form.

    Raises:
        PermissionDenied: `session.csrf`.
    """
    if request.method in SAFE:
        return
    given = request.headers.get(CSRF_HEADER)
    if given is None:
        form = await request.form()
        keep_typed(request, form)
        given = str(form.get(CSRF_FIELD, ""))
    if not is_csrf_token(session_token(request, context), given):
        await request.close()
        raise PermissionDenied(
            "session.csrf",
            msg("This form does not belong to your current session."),
            msg("Reload the page and send it again."),
        )


CheckedForm = Annotated[None, Depends(check_csrf)]


def page_actor(request: Request, context: Ctx, _: CheckedForm) -> Actor:
    """Who is signed in. Sends the browser to sign-in, to the second step or to the new password where that is due.

    Sets `request.state.account`, `.person` and `.csrf`.
    """
    request.state.since = request.app.state.changes.seen  # before anything is read: what comes later is told
    secret = session_token(request, context)
    visit = signed_in(request, context)
    if visit is None:
        raise _elsewhere(f"/sign-in?next={quote(_here(request))}")
    if visit.due == "code":
        raise _elsewhere(f"/sign-in/code?next={quote(_here(request))}")
    if visit.due is not None and not request.url.path.startswith(OWN_ACCOUNT):
        raise _elsewhere(f"{OWN_ACCOUNT}/password" if visit.due == "password" else OWN_ACCOUNT)
    if visit.stale and FRESH_HEADER not in request.headers:
        context.database.attempt(lambda session: sign_in.touch(session, secret, context.clock))
    request.state.account = visit.account
    request.state.person = visit.person
    request.state.csrf = csrf_token(secret)
    return visit.actor


PageActor = Annotated[Actor, Depends(page_actor)]


def signed_in(request: Request, context: Context) -> Visit | None:
    """The request's session, or None where there is none that holds."""
    secret = session_token(request, context)
    if not secret:
        return None
    try:
        with context.database.reading() as session:
            required = context.service.second_factor
            return sign_in.visit(session, secret, context.clock, second_factor_required=required)
    except NotSignedIn:
        return None


def inside(address: str, default: str = "/console") -> str:
    """The address when it is a path of ours, else `default`: nobody is sent to another site after signing in."""
    ours = address.startswith("/") and not address.startswith(("//", "/\\")) and "\n" not in address
    return address if ours else default


def _here(request: Request) -> str:
    if request.method not in SAFE:
        return "/console"
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def _elsewhere(address: str) -> HTTPException:
    return HTTPException(303, headers={"Location": address})
