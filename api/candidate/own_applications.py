"""What people see of their own: where applications stand, the way back into them, how they want to be reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.candidate.sessions import OwnOrigin
from api.context import Context
from api.deps import Ctx
from api.render import page
from api.visitor import browser_of
from interview_engine.hr.messaging.choices import choices_of, choose
from interview_engine.hr.recruiting.applying import own
from interview_engine.hr.recruiting.applying.own import OwnApplication
from interview_engine.hr.recruiting.tables import Application, Requisition
from interview_engine.i18n import mark

router = APIRouter()

APPLICATIONS = "applications"
APPLICATIONS_LIFETIME = timedelta(days=365)

STAGES = {
    "new": mark("Application received"),
    "screening": mark("Under review"),
    "invited": mark("Invited to the interview"),
    "interviewing": mark("Interview started"),
    "review": mark("Interview submitted, assessment in progress"),
    "offer": mark("Offer sent to you"),
    "hired": mark("You are hired"),
    "rejected": mark("Decision made: not selected this time"),
    "withdrawn": mark("You have withdrawn"),
    "not_started": mark("You did not start"),
}
"""Stages in a candidate's words."""

DECIDED = mark("Decision made; we will contact you")
"""Instead of "Offer sent to you" while there is none yet."""

WAYS: Mapping[str, str] = {"official": mark("WeChat"), "wecom": mark("WeCom"), "email": mark("E-mail")}
"""msgids."""


@dataclass(frozen=True, slots=True)
class Row:
    """One application: what is shown of it, and what can be gone on with now."""

    application: Application
    requisition: Requisition
    stage: str
    interview: str
    """ "open", "submitted" or ""."""
    offer: str
    """ "sent", "accepted", "declined" or ""."""
    messages: tuple[tuple[datetime, str], ...]


@router.get("/a/{signed}")
def own_applications(signed: str, request: Request, context: Ctx) -> HTMLResponse:
    """Where a person's applications stand, by a signed link."""
    person_id = context.signer.verify(APPLICATIONS, signed, context.clock.now())
    channel = "wecom" if browser_of(request) == "wecom" else "official"
    inside = browser_of(request) is not None and channel in context.wechat.channel_names()
    with context.database.reading() as session:
        return page(
            request,
            "public/applications.html",
            rows=[_row(one) for one in own.own_applications(session, person_id, context.clock)],
            again=f"/wechat/in/{channel}?back=/wechat" if inside else None,
            ways=choices_of(session, person_id, ways_set_up(context)),
            names=WAYS,
            way_action=f"/a/{signed}/way",
            csrf_field=None,
        )


@router.post("/a/{signed}/way")
def choose_way(
    signed: str, context: Ctx, _: OwnOrigin, way: Annotated[str, Form(max_length=40)] = ""
) -> RedirectResponse:
    """Choose the preferred channel."""
    person_id = context.signer.verify(APPLICATIONS, signed, context.clock.now())
    with context.database.transaction() as session:
        choose(session, person_id, way, ways_set_up(context), context.clock)
    return RedirectResponse(f"/a/{signed}", 303)


def applications_address(context: Context, person_id: str) -> str:
    """The link to a person's own applications; for that person's eyes only."""
    return f"/a/{applications_token(context, person_id)}"


def applications_token(context: Context, person_id: str) -> str:
    """The secret part of that link."""
    return context.signer.sign(APPLICATIONS, person_id, context.clock.now() + APPLICATIONS_LIFETIME)


def ways_set_up(context: Context) -> tuple[str, ...]:
    """The channels that this installation has."""
    mail = ("email",) if context.service.smtp_url else ()
    return (*context.wechat.channel_names(), *mail)


def _row(one: OwnApplication) -> Row:
    stage = STAGES[one.application.stage]
    if one.application.stage == "offer" and not one.offer:
        stage = DECIDED
    return Row(one.application, one.requisition, stage, one.interview, one.offer, one.messages)
