"""The candidate's session: no account, one device. The link names the interview, a cookie proves the device.

The cookie is SameSite=Lax: a link opened from webmail is a navigation from another site, and with Strict the
candidate's own device would not be recognised. Writes are protected by the Origin check below, which needs no token in
the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import Ctx, get_context
from interview_engine.errors import PermissionDenied
from interview_engine.hr.access.rules import Actor, candidate_actor
from interview_engine.hr.recruiting import withdrawing
from interview_engine.hr.recruiting.interviewing import devices
from interview_engine.hr.recruiting.tables import Application, Invitation
from interview_engine.i18n import msg
from interview_engine.store.secrets import digest

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
COOKIE_AGE_S = 400 * 86_400
"""As long as browsers keep any: the link serves for corrections, re-rating and deletion later."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate on the invitation's own device. Rows are detached: read them, change them through services."""

    token: str
    invitation: Invitation
    application: Application
    actor: Actor

    @property
    def home(self) -> str:
        """The address of the interview; every page of it lies below."""
        return f"/i/{self.token}"


def check_origin(request: Request) -> None:
    """Refuse a write that another site's page sent.

    Raises:
        PermissionDenied: `request.origin`.
    """
    if request.method in SAFE:
        return
    origin = request.headers.get("origin")
    if origin is None:
        if request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none"):
            return
    elif urlsplit(origin).netloc in (
        request.headers.get("host", ""),
        urlsplit(get_context(request).service.public_url).netloc,
    ):
        return
    raise PermissionDenied(
        "request.origin",
        msg("This request comes from another site."),
        msg("Open the page from your link again, then try once more."),
    )


OwnOrigin = Annotated[None, Depends(check_origin)]


def cookie_name(context: Context, token: str) -> str:
    """One cookie an invitation, so that two interviews on one phone do not disturb each other."""
    name = f"device-{digest(token)[:16]}"
    return f"__Host-{name}" if context.service.secure else name


def device_secret(request: Request, context: Context, token: str) -> str:
    """What this device proves itself with; empty when it has nothing for this link."""
    return request.cookies.get(cookie_name(context, token), "")


def keep_device(response: Response, context: Context, token: str, secret: str) -> None:
    """Put the device's secret into the browser."""
    response.set_cookie(
        cookie_name(context, token),
        secret,
        max_age=COOKIE_AGE_S,
        httponly=True,
        samesite="lax",
        secure=context.service.secure,
        path="/",
    )


def bound_candidate(request: Request, context: Context, token: str, *, live: bool = True) -> Candidate:
    """The candidate of a link on its own device.

    Args:
        live: also refuse an invitation that was taken back or ran out; False for what a person may do afterwards.

    Raises:
        NotFoundError: `invitation.unknown`. GoneError: `invitation.revoked`, `invitation.expired`.
        PermissionDenied: `invitation.other_device`.
    """
    with context.database.reading() as session:
        invitation = devices.glance(session, token)
        if live:
            devices.check_live(invitation, context.clock)
        if live or not was_erased(session, invitation):
            devices.check_device(invitation, device_secret(request, context, token))
        application = session.get_one(Application, invitation.application_id)
        session.expunge_all()
    return Candidate(
        token, invitation, application, candidate_actor(invitation.id, application.person_id, invitation.language)
    )


def was_erased(session: Session, invitation: Invitation) -> bool:
    """Whether its deletion is done. The device is forgotten with the rest; the receipt, which holds no content, is then
    shown to whoever has the link."""
    return withdrawing.is_deleted(session, invitation)


def page_candidate(token: str, request: Request, context: Ctx, _: OwnOrigin) -> Candidate:
    """For pages of an interview that is going on or was submitted."""
    return bound_candidate(request, context, token)


def former_candidate(token: str, request: Request, context: Ctx, _: OwnOrigin) -> Candidate:
    """For what a person may do however the interview ended: read the receipt, withdraw, ask for deletion."""
    return bound_candidate(request, context, token, live=False)


PageCandidate = Annotated[Candidate, Depends(page_candidate)]
FormerCandidate = Annotated[Candidate, Depends(former_candidate)]
