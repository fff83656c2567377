"""Planned deletions that nobody asked for: their dates, and ways to hold, cancel or approve them (D10)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.console.acting import act
from api.console.frame import console_page, done
from api.context import Context
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.hr.access.service import require
from interview_engine.hr.privacy import service as planning
from interview_engine.hr.recruiting import retention
from interview_engine.i18n import mark

router = APIRouter()
HOME = "/console/deletions"

KINDS = {
    "retention": mark("Recordings, transcripts and reports of an interview; scores stay"),
    "person": mark("All data of a candidate"),
}
"""msgids."""


@router.get(HOME)
def listed(request: Request, context: Ctx, actor: PageActor) -> Response:
    """The plans, the nearest day first."""
    require(actor, "public", "manage")
    return _page(request, context, actor)


@router.post(f"{HOME}/confirm")
def confirm(context: Ctx, actor: PageActor) -> Response:
    """Approve all due deletions."""
    return act(
        context,
        lambda session: planning.confirm(session, actor, retention.reached(actor), context.clock),
        lambda _: done(HOME, "confirmed"),
    )


@router.post(f"{HOME}/{{request_id}}/hold")
def hold(request_id: str, context: Ctx, actor: PageActor) -> Response:
    """Put a plan on hold."""
    return act(
        context,
        lambda session: planning.hold(session, actor, request_id, retention.reached(actor), context.clock),
        lambda _: done(HOME, "stopped"),
    )


@router.post(f"{HOME}/{{request_id}}/release")
def release(request_id: str, context: Ctx, actor: PageActor) -> Response:
    """Release a plan on hold."""
    days = context.service.deletion_days
    return act(
        context,
        lambda session: planning.release(session, actor, request_id, retention.reached(actor), days, context.clock),
        lambda _: done(HOME, "released"),
    )


@router.post(f"{HOME}/{{request_id}}/cancel")
def cancel(request_id: str, context: Ctx, actor: PageActor) -> Response:
    """Cancel a plan for a year."""
    return act(
        context,
        lambda session: planning.cancel(session, actor, request_id, retention.reached(actor), context.clock),
        lambda _: done(HOME, "dropped"),
    )


def _page(request: Request, context: Context, actor: PageActor) -> Response:
    with context.database.reading() as session:
        rows = retention.planned(session, actor)
        stop = retention.stopped(session, context.clock, context.service.deletion_share)
        return console_page(
            request,
            actor,
            "system/deletions.html",
            rows=rows,
            stop=stop,
            share=context.service.deletion_share,
            kinds=KINDS,
        )
