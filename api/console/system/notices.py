"""Notices: write one, keep it, send it now or later, see how far each came; and the page that a receiver reads (J4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.candidate.sessions import OwnOrigin
from api.console.acting import act
from api.console.forms import Form
from api.console.frame import ROLE_LABELS, console_page, done
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.render import environment, page
from api.sessions import PageActor, csrf_token, session_token
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employment
from interview_engine.hr.messaging import notice_drafts, notices
from interview_engine.hr.org import service as org
from interview_engine.hr.problems import required
from interview_engine.i18n import mark, msg, translator

router = APIRouter()
HOME = "/console/notices"

LEVELS: Mapping[str, str] = {
    "info": mark("Information"),
    "important": mark("Important"),
    "emergency": mark("Emergency"),
}
"""msgids."""

AUDIENCE = ("departments", "roles", "persons")
"""By what receivers are chosen; whoever is in one of the chosen is told."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the form."""

    values: Mapping[str, str] = field(default_factory=dict)
    audience: Mapping[str, Sequence[str]] = field(default_factory=lambda: {name: [] for name in AUDIENCE})


@router.get(HOME)
def listed(request: Request, context: Ctx, actor: PageActor, begin: str = "") -> Response:
    """The latest notices with their read rates, drafts and templates, and a form for the next. `begin`: from a draft or
    a template."""
    if not begin:
        return _page(request, context, actor, Filled(), None)
    with context.database.reading() as session:
        row = notice_drafts.kept(session, actor, begin)
    audience = row.audience or {}
    filled = Filled(
        {"level": row.level, "title": row.title, "body": row.body, "id": row.id if row.state == "draft" else ""},
        {name: list(audience.get(name, [])) for name in AUDIENCE},
    )
    return _page(request, context, actor, filled, None)


@router.post(HOME)
def save(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Send it now or later, or keep it as a draft or a template, as the button says."""
    what = form.text("do", "send")
    audience = {name: [one for one in form.many(name) if one] for name in AUDIENCE}
    written = notice_drafts.Written(form.text("level"), form.text("title"), form.raw("body"), audience)
    draft = form.optional("id")

    def change(session: Session) -> str:
        if what in notice_drafts.KEPT:
            state: Literal["draft", "template"] = "template" if what == "template" else "draft"
            notice_drafts.keep(
                session, actor, written, state, context.clock, notice_id=draft if state == "draft" else None
            )
            return f"notice_{state}"
        send_at = form.moment("send_at") if what == "schedule" else None
        if what == "schedule" and send_at is None:
            raise required("send_at", msg("time"))
        persons = employment.addressed(session, **audience)
        notices.send_notice(
            session, actor, written.level, written.title, written.body, persons, context.clock,
            send_at=send_at, audience=audience,
        )  # fmt: skip
        if draft is not None:
            notice_drafts.drop(session, actor, draft)
        return "noticed" if send_at is None else "notice_scheduled"

    return act(
        context,
        change,
        lambda note: done(HOME, note),
        lambda problem: _page(request, context, actor, Filled(form.values(), audience), problem),
    )


@router.post(f"{HOME}/{{notice_id}}/drop")
def drop(notice_id: str, context: Ctx, actor: PageActor) -> Response:
    """Throw a draft or a template away."""
    return act(
        context,
        lambda session: notice_drafts.drop(session, actor, notice_id),
        lambda _: done(HOME, "removed"),
    )


@router.post(f"{HOME}/{{notice_id}}/take-back")
def take_back(notice_id: str, context: Ctx, actor: PageActor) -> Response:
    """Make a draft of what is scheduled, and open it."""
    return act(
        context,
        lambda session: notice_drafts.take_back(session, actor, notice_id, context.clock),
        lambda row: done(f"{HOME}?begin={row.id}", "notice_back"),
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


def _fragment(request: Request, context: Context, actor: Actor) -> str:
    """What went out and what will, as it stands now."""
    with context.database.reading() as session:
        rows = notices.list_notices(session, actor)
    language = language_of(request)
    return (
        environment()
        .get_template("console/system/notices_live.html")
        .render(
            rows=rows,
            levels=LEVELS,
            language=language,
            _=translator(language),
            csrf=csrf_token(session_token(request, context)),
        )
    )


def _page(
    request: Request, context: Context, actor: Actor, filled: Filled, problem: InterviewEngineError | None
) -> HTMLResponse:
    with context.database.reading() as session:
        kept = notice_drafts.list_kept(session, actor)
        departments = [(node.department.id, node.department.name, node.depth) for node in org.departments(session)]
        people = employment.here_within_reach(session, actor)
    return console_page(
        request,
        actor,
        "system/notices.html",
        problem=problem,
        live=_fragment(request, context, actor),
        kept=kept,
        departments=departments,
        people=people,
        roles=ROLE_LABELS,
        levels=LEVELS,
        values=filled.values,
        chosen=filled.audience,
    )
