"""What every console page stands in: sections by permission, unread messages, the note after something was done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.area import Entry, WebArea, areas_of
from api.console.refill import refilled
from api.context import Context
from api.deps import get_context
from api.i18n import language_of
from api.render import page
from api.switches import shown_for
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor, may_at_all
from interview_engine.hr.messaging.inbox import unread_count
from interview_engine.i18n import mark, translator

NOTICES: dict[str, str] = {
    "saved": mark("Saved."),
    "created": mark("Created."),
    "sent": mark("Sent for approval."),
    "cancelled": mark("Cancelled."),
    "closed": mark("Closed."),
    "published": mark("Published."),
    "revoked": mark("Revoked: it no longer works."),
    "requested": mark("Requested."),
    "added": mark("Added."),
    "removed": mark("Removed."),
}
"""What a page of any area says after an action, by the `done` of its address; msgids. What only one area does, that
area says (`WebArea.notices`)."""

CHANNEL_WORDS = {"direct": mark("Added by hand"), "jobs": mark("Public list of jobs")}
"""Channels that the product itself names; all others are called what colleagues call them."""
"""The channel of whoever a recruiter added."""

ROLE_LABELS: dict[str, str] = {
    "administrator": mark("Administrator"),
    "hr": mark("HR"),
    "payroll": mark("Payroll"),
    "recruiter": mark("Recruiter"),
    "hiring_manager": mark("Hiring manager"),
    "interviewer": mark("Interviewer"),
    "manager": mark("Manager"),
    "employee": mark("Employee"),
    "auditor": mark("Auditor"),
}


def console_page(
    request: Request,
    actor: Actor,
    template: str,
    *,
    problem: InterviewEngineError | None = None,
    status: int | None = None,
    holding: bool = False,
    **values: Any,
) -> HTMLResponse:
    """A page of the console in its frame; `actor` comes from `PageActor`.

    A form that is shown again with what was wrong holds everything that was typed into it.

    Args:
        problem: what was wrong with a form that is shown again; its message stands above the form.
        status: where it is neither 200 nor, with a problem, 422.
        holding: the form holds what was sent although nothing was wrong, as where a text is checked before it is sent.
    """
    context = get_context(request)
    translate = translator(language_of(request))
    areas = areas_of(request)
    notice = _notice(areas, request.query_params.get("done", ""))
    frame = {
        **_navigation(areas, request.url.path, actor, shown_for(request, context, actor.person_id)),
        **_person(context, request, actor),
        "notice": None if notice is None else translate(notice),
    }
    told = None
    if problem is not None:
        language = language_of(request)
        told = {
            "message": problem.message.get(language),
            "next_step": problem.next_step.get(language),
            "code": problem.code,
            "field": getattr(problem, "field", ""),
        }
    shown = page(
        request,
        f"console/{template}",
        status or (200 if problem is None else 422),
        frame=frame,
        problem=told,
        may=lambda field_class, action: may_at_all(actor, field_class, action),
        job_address=partial(job_address, actor),
        channel_name=partial(channel_name, translate),
        **values,
    )
    sent = getattr(request.state, "typed", ())
    if not sent or not (holding or problem is not None):
        return shown
    held = refilled(bytes(shown.body).decode(), request.url.path, sent, at_fault=getattr(problem, "field", ""))
    return shown if held is None else HTMLResponse(held, shown.status_code)


def channel_name(say: Callable[[str], str], channel: str) -> str:
    """What a channel is called: the product's own in the reader's language, all others as colleagues typed them."""
    return say(CHANNEL_WORDS[channel]) if channel in CHANNEL_WORDS else channel


def job_address(actor: Actor, requisition_id: str) -> str:
    """A job's page: its ranked list for those who may read interviews, else what is said of the job."""
    last = "" if may_at_all(actor, "interview", "read") else "/job"
    return f"/console/requisitions/{requisition_id}{last}"


def done(address: str, what: str) -> RedirectResponse:
    """Back to a page after an action, with its note: a key of NOTICES or of the area's notices."""
    path, _, fragment = address.partition("#")
    joined = f"{path}{'&' if '?' in path else '?'}done={what}"
    return RedirectResponse(f"{joined}#{fragment}" if fragment else joined, 303)


def _notice(areas: Sequence[WebArea], what: str) -> str | None:
    return next((area.notices[what] for area in areas if what in area.notices), NOTICES.get(what))


def _navigation(areas: Sequence[WebArea], path: str, actor: Actor, shown: Callable[[str], bool]) -> dict[str, Any]:
    needed = {entry.needs for area in areas for entry in area.entries}
    allowed = {needs for needs in needed if may_at_all(actor, *needs)}
    by_section: dict[str, list[Entry]] = {}
    for area in areas:
        for entry in area.entries:
            if entry.needs in allowed and shown(entry.href):
                by_section.setdefault(area.section, []).append(entry)
    sections = []
    pages: list[dict[str, Any]] = []
    for label, entries in by_section.items():
        current = any(_is_at(path, entry) for entry in entries)
        sections.append({"label": label, "href": entries[0].href, "current": current})
        if current:
            at = max((e.href for e in entries if _is_at(path, e)), key=len)  # one of them may lie below another
            pages = [{"href": e.href, "label": e.label, "current": e.href == at} for e in entries]
    return {"sections": sections, "pages": pages}


def _is_at(path: str, entry: Entry) -> bool:
    return path == entry.href or path.startswith((f"{entry.href}/", *entry.below))


def _person(context: Context, request: Request, actor: Actor) -> dict[str, Any]:
    account = request.state.account
    with context.database.reading() as session:
        unread = unread_count(session, actor)
    role = ROLE_LABELS.get(account.role, account.role)
    return {"name": request.state.person.name, "role": role, "unread": unread}
