"""What every console page stands in: sections by permission, unread messages, the note after something was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.context import Context
from api.deps import get_context
from api.i18n import language_of
from api.render import page
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor, may_at_all
from interview_engine.hr.messaging.inbox import unread_count
from interview_engine.i18n import mark, translator


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the navigation; shown to those who may do `needs` (field class, action) to anything at all."""

    href: str
    label: str
    needs: tuple[str, str]


SECTIONS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        mark("Recruiting"),
        (
            Entry("/console/requisitions", "Requisitions", ("public", "read")),
            Entry("/console/approvals", "Approvals", ("public", "read")),
            Entry("/console/pool", "Talent pool", ("contact", "read")),
            Entry("/console/channels", "Channels and time", ("interview", "read")),
        ),
    ),
    (
        mark("Kits and competencies"),
        (
            Entry("/console/kits", "Interview kits", ("public", "read")),
            Entry("/console/competencies", "Competency model", ("public", "read")),
            Entry("/console/profiles", "Role profiles", ("public", "read")),
            Entry("/console/surveys", "Surveys", ("public", "manage")),
        ),
    ),
    (
        mark("Quality"),
        (
            Entry("/console/calibration", "Calibration", ("interview", "write")),
            Entry("/console/fairness", "Fairness", ("interview", "export")),
        ),
    ),
    (
        mark("System"),
        (
            Entry("/console/organisation", "Organisation", ("public", "manage")),
            Entry("/console/notices", "Notices", ("public", "manage")),
            Entry("/console/operations", "Operations", ("public", "manage")),
            Entry("/console/audit", "Audit log", ("interview", "audit")),
            Entry("/console/accounts", "Users and grants", ("contact", "manage")),
        ),
    ),
)
"""Labels are msgids."""

NOTICES: dict[str, str] = {
    "saved": mark("Saved."),
    "created": mark("Created."),
    "sent": mark("Sent for approval."),
    "approved": mark("Approved."),
    "rejected": mark("Rejected, with your reason."),
    "opened": mark("The requisition is open: candidates can apply."),
    "held": mark("The requisition is on hold."),
    "cancelled": mark("Cancelled."),
    "filled": mark("Marked as filled."),
    "posted": mark("The posting is ready: copy its link or print its QR code."),
    "closed": mark("Closed."),
    "moved": mark("Moved; it is in the history."),
    "decided": mark("Your decision is recorded, with your reason."),
    "overridden": mark("Your score stands beside the engine's."),
    "offered": mark("The offer is drafted."),
    "hired": mark("Hired: the interview's evidence is in the employee file."),
    "published": mark("Published."),
    "retired": mark("Retired."),
    "rated": mark("Your rating is recorded."),
    "fitted": mark("A calibration was fitted. Look at its agreement before you use it."),
    "activated": mark("In use from now on."),
    "retried": mark("It is in the queue again."),
    "given-up": mark("Left out; a person reads this one."),
    "password": mark("Your password is changed. Other devices are signed out."),
    "totp": mark("The second step is on."),
    "totp-off": mark("The second step is off."),
    "revoked": mark("Taken back: it no longer works."),
    "extended": mark("Extended."),
    "device": mark("The link can be opened on another device now."),
    "read": mark("Marked as read."),
    "granted": mark("The grant is in force."),
    "requested": mark("Requested."),
    "added": mark("Added."),
    "removed": mark("Removed."),
    "noticed": mark("The notice is on its way."),
    "resumed": mark("The webhook sends again."),
}
"""What a page says after an action, by the `done` of its address; msgids."""

BY_HAND = mark("Added by hand")
"""The channel of whoever a recruiter added."""

ROLE_LABELS: dict[str, str] = {
    "administrator": mark("Administrator"),
    "hr": mark("HR"),
    "recruiter": mark("Recruiter"),
    "hiring_manager": mark("Hiring manager"),
    "interviewer": mark("Interviewer"),
    "auditor": mark("Auditor"),
}


def console_page(
    request: Request,
    actor: Actor,
    template: str,
    *,
    problem: InterviewEngineError | None = None,
    status: int | None = None,
    **values: Any,
) -> HTMLResponse:
    """A page of the console in its frame; `actor` comes from `PageActor`.

    Args:
        problem: what was wrong with a form that is shown again; its message stands above the form.
        status: where it is neither 200 nor, with a problem, 422.
    """
    context = get_context(request)
    translate = translator(language_of(request))
    notice = NOTICES.get(request.query_params.get("done", ""))
    frame = {
        **_navigation(request.url.path, actor),
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
    return page(
        request,
        f"console/{template}",
        status or (200 if problem is None else 422),
        frame=frame,
        problem=told,
        may=lambda field_class, action: may_at_all(actor, field_class, action),
        channel_name=lambda name: translate(BY_HAND) if name == "direct" else name,
        **values,
    )


def done(address: str, what: str) -> RedirectResponse:
    """Back to a page after an action, with its note (a key of NOTICES)."""
    assert what in NOTICES
    path, _, fragment = address.partition("#")
    joined = f"{path}{'&' if '?' in path else '?'}done={what}"
    return RedirectResponse(f"{joined}#{fragment}" if fragment else joined, 303)


def first_page(actor: Actor) -> str:
    """Where an actor begins: the first page of the navigation that is theirs."""
    for _, entries in SECTIONS:
        for entry in entries:
            if may_at_all(actor, *entry.needs):
                return entry.href
    return "/console/inbox"


def _navigation(path: str, actor: Actor) -> dict[str, Any]:
    sections = []
    pages: list[dict[str, Any]] = []
    for label, entries in SECTIONS:
        open_to = [entry for entry in entries if may_at_all(actor, *entry.needs)]
        if not open_to:
            continue
        current = any(_is_at(path, entry.href) for entry in open_to)
        sections.append({"label": label, "href": open_to[0].href, "current": current})
        if current:
            pages = [{"href": e.href, "label": e.label, "current": _is_at(path, e.href)} for e in open_to]
    return {"sections": sections, "pages": pages}


BELOW: dict[str, tuple[str, ...]] = {
    "/console/requisitions": ("/console/applications/",),
    "/console/pool": ("/console/people/",),
    "/console/calibration": ("/console/rate/",),
}
"""Pages that belong to an entry without lying below its address."""


def _is_at(path: str, href: str) -> bool:
    return path == href or path.startswith((f"{href}/", *BELOW.get(href, ())))


def _person(context: Context, request: Request, actor: Actor) -> dict[str, Any]:
    account = request.state.account
    with context.database.reading() as session:
        unread = unread_count(session, actor)
    role = ROLE_LABELS.get(account.role, account.role)
    return {"name": request.state.person.name, "role": role, "unread": unread}
