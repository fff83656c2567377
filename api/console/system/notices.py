"""Notices: write one, see how far each came; and the page on which a receiver reads it (J4)."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.candidate.sessions import OwnOrigin
from api.console.acting import act
from api.console.forms import Form
from api.console.frame import console_page, done
from api.context import Context
from api.deps import Ctx
from api.render import page
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment.service import colleagues
from interview_engine.hr.messaging import notices
from interview_engine.hr.org import service as org
from interview_engine.i18n import mark

router = APIRouter()
HOME = "/console/notices"

LEVELS: Mapping[str, str] = {
    "info": mark("Information"),
    "important": mark("Important"),
    "emergency": mark("Emergency"),
}
"""msgids."""


@router.get(HOME)
def listed(request: Request, context: Ctx, actor: PageActor) -> Response:
    """The latest notices with their read rates, and a form for the next."""
    return _page(request, context, actor, {}, None)


@router.post(HOME)
def send(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """To everyone, or to a department with those below it."""

    def change(session: Session) -> None:
        below = _with_those_below(session, form.text("department"))
        persons = colleagues(session, below)
        level, title, body = form.text("level"), form.text("title"), form.raw("body")
        notices.send_notice(session, actor, level, title, body, persons, context.clock)

    return act(
        context,
        change,
        lambda _: done(HOME, "noticed"),
        lambda problem: _page(request, context, actor, form.values(), problem),
    )


@router.get("/n/{token}")
def read(token: str, request: Request, context: Ctx) -> HTMLResponse:
    """A notice by the link of its message."""
    with context.database.transaction() as session:
        opened = notices.open_notice(session, token, context.clock)
        return page(request, "public/notice.html", opened=opened, levels=LEVELS, token=token)


@router.post("/n/{token}")
def confirm(token: str, context: Ctx, _: OwnOrigin) -> Response:
    """The reader says so."""
    return act(
        context,
        lambda session: notices.open_notice(session, token, context.clock, confirm=True),
        lambda _: RedirectResponse(f"/n/{token}", 303),
    )


def _with_those_below(session: Session, department_id: str) -> list[str] | None:
    if not department_id:
        return None
    nodes = org.departments(session)
    inside, depth = [], -1
    for node in nodes:
        if node.department.id == department_id:
            inside, depth = [department_id], node.depth
        elif inside and node.depth > depth:
            inside.append(node.department.id)
        elif inside:
            break
    return inside


def _page(
    request: Request, context: Context, actor: Actor, values: Mapping[str, str], problem: InterviewEngineError | None
) -> HTMLResponse:
    with context.database.reading() as session:
        rows = notices.list_notices(session, actor)
        departments = [
            (node.department.id, "　" * node.depth + node.department.name) for node in org.departments(session)
        ]
        return console_page(
            request,
            actor,
            "system/notices.html",
            problem=problem,
            rows=rows,
            departments=departments,
            levels=LEVELS,
            values=values,
        )
