"""Applicants of a requisition, the talent pool, approvals that wait for me, and the inbox."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.console import words
from api.console.acting import act, attempt
from api.console.forms import Form
from api.console.frame import console_page, done
from api.console.recruiting.application import account_names
from api.console.recruiting.requisitions import HOME, requisition_head
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import require
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.competency import service as competency
from interview_engine.hr.messaging.inbox import list_inbox, mark_all_read
from interview_engine.hr.recruiting.applying import applications, candidates, lists
from interview_engine.hr.recruiting.applying.lists import ApplicationFilters
from interview_engine.hr.recruiting.interviewing import invitations
from interview_engine.hr.recruiting.jobs import requisitions
from interview_engine.hr.recruiting.tables import Offer, Requisition
from interview_engine.store.tables import OutboxMessage

router = APIRouter()

MESSAGES: dict[str, str] = {
    "assessment.ready": "A report is ready: {title}",
    "interview.to_read": "A candidate refused automated assessment; please read the answers: {title}",
    "approval.pending": "Your decision is asked for: {subject}",
    "approval.decided": "Decided: {subject}, {state}",
    "rerating.requested": "A candidate asks that a person rates again: {title}",
    "offer.answered": "An offer was answered: {title}, {state}",
    "application.withdrawn": "A candidate has withdrawn: {title}",
    "work.parked": "An assessment is stuck and needs somebody to look",
}
"""What a message of the inbox says, by its template; msgids."""

STATES: dict[str, str] = {
    "approved": "approved",
    "rejected": "refused",
    "withdrawn": "taken back",
    "accepted": "accepted",
    "declined": "declined",
}


@router.get(f"{HOME}/{{requisition_id}}/applicants")
def applicants(
    requisition_id: str,
    request: Request,
    context: Ctx,
    actor: PageActor,
    stage: str = "",
    section: str = "",
    channel: str = "",
    q: str = "",
    cursor: str = "",
) -> Response:
    """Everybody who applied, newest first, with or without an interview."""
    return _applicants(requisition_id, request, context, actor, stage, section, channel, q, cursor)


@router.post(f"{HOME}/{{requisition_id}}/applicants")
def add(requisition_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Add somebody by hand and, when asked, invite at once; the link is shown this once."""
    new = candidates.NewPerson(
        name=form.text("name"),
        email=form.text("email"),
        phone=form.text("phone"),
        language=form.text("language", "zh"),
    )

    def change(session: Session) -> invitations.IssuedInvitation | None:
        row = applications.apply(session, actor, requisition_id, new, context.clock)
        if not form.checked("invite"):
            return None
        return invitations.invite(session, actor, row.id, context.clock, language=new.language)

    def then(issued: invitations.IssuedInvitation | None) -> Response:
        if issued is None:
            return done(f"{HOME}/{requisition_id}/applicants", "added")
        links = [(new.name, f"{context.service.public_url}/i/{issued.token}")]
        return _applicants(requisition_id, request, context, actor, links=links)

    return act(
        context,
        change,
        then,
        lambda problem: _applicants(requisition_id, request, context, actor, problem=problem, typed=form.values()),
    )


@router.post(f"{HOME}/{{requisition_id}}/invite")
def invite_many(requisition_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Invite everybody who was ticked, each in a transaction of their own; links are shown this once."""
    links: list[tuple[str, str]] = []
    refused: InterviewEngineError | None = None
    days = form.whole("days", 1, 60, 7)

    def invited(session: Session, application_id: str) -> tuple[str, str]:
        issued = invitations.invite(session, actor, application_id, context.clock, days=days)
        name = lists.candidate_names(session, [application_id]).get(application_id, "")
        return name, f"{context.service.public_url}/i/{issued.token}"

    for application_id in form.many("id"):
        made = attempt(context, partial(invited, application_id=application_id))
        if isinstance(made, InterviewEngineError):
            refused = made
        else:
            links.append(made)
    return _applicants(requisition_id, request, context, actor, links=links, problem=refused)


@router.get("/console/pool")
def pool(
    request: Request,
    context: Ctx,
    actor: PageActor,
    q: str = "",
    competency_code: str = "",
    least: float = 0.0,
    cursor: str = "",
) -> Response:
    """People who agreed to be kept for other jobs."""
    require(actor, "contact", "read")
    with context.database.reading() as session:
        found = lists.talent_pool(
            session,
            actor,
            name=q,
            competency=competency_code or None,
            least_score=least,
            cursor=cursor or None,
            limit=50,
        )
        model = competency.competency_model(session)
    names = {row.code: row.name[language_of(request)] for row in model}
    return console_page(
        request,
        actor,
        "recruiting/pool.html",
        page=found,
        q=q,
        chosen=competency_code,
        least=least,
        names=names,
    )


@router.get("/console/approvals")
def waiting(request: Request, context: Ctx, actor: PageActor) -> Response:
    """What waits for my decision."""
    return _approvals(request, context, actor)


@router.post("/console/approvals/{approval_id}")
def decide(approval_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Approve or refuse; what follows from it happens at once."""

    def change(session: Session) -> str:
        decision: approvals.Decision = form.choice("decision", ("approve", "reject"))  # type: ignore[assignment]
        approvals.decide(session, actor, approval_id, decision, form.text("comment"), context.clock)
        return "approved" if decision == "approve" else "rejected"

    return act(
        context,
        change,
        lambda what: done("/console/approvals", what),
        lambda problem: _approvals(request, context, actor, problem),
    )


@router.get("/console/inbox")
def inbox(request: Request, context: Ctx, actor: PageActor, cursor: str = "") -> Response:
    """Messages to me, newest first."""
    with context.database.reading() as session:
        page = list_inbox(session, actor, cursor=cursor or None, limit=50)
        rows = page.items
        titles = subjects_of(session, [row.payload.get("subject", "") for row in rows])
    return console_page(
        request,
        actor,
        "inbox.html",
        page=page,
        rows=[{"row": row, **_message(row, titles)} for row in rows],
        states=STATES,
    )


@router.post("/console/inbox/read")
def read(context: Ctx, actor: PageActor) -> Response:
    """All of them."""
    return act(
        context,
        lambda session: mark_all_read(session, actor, context.clock),
        lambda _: done("/console/inbox", "read"),
    )


def _applicants(
    requisition_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    stage: str = "",
    section: str = "",
    channel: str = "",
    q: str = "",
    cursor: str = "",
    *,
    problem: InterviewEngineError | None = None,
    typed: dict[str, str] | None = None,
    links: list[tuple[str, str]] | None = None,
) -> Response:
    wanted = ApplicationFilters(
        stages=(stage,) if stage in words.STAGES else (), channel=channel or None, section=section or None, name=q
    )
    with context.database.reading() as session:
        row = requisitions.get_requisition(session, actor, requisition_id)
        head = requisition_head(session, actor, row)
        found = lists.list_applications(session, actor, requisition_id, wanted, cursor or None, 50)
    return console_page(
        request,
        actor,
        "recruiting/applicants.html",
        problem=problem,
        row=row,
        head=head,
        page=found,
        stages=words.STAGES,
        sections={**words.SECTION_WORDS, "waiting": "Without an interview"},
        stage=stage,
        section=section,
        channel=channel,
        q=q,
        typed=typed or {},
        links=links or [],
    )


def _approvals(
    request: Request, context: Context, actor: Actor, problem: InterviewEngineError | None = None
) -> Response:
    with context.database.reading() as session:
        pending = approvals.pending_for(session, actor)
        titles = subjects_of(session, [one.approval.subject for one in pending])
        names = account_names(session, [one.approval.requested_by for one in pending], [])
    return console_page(
        request,
        actor,
        "approvals.html",
        problem=problem,
        rows=[
            {
                "approval": one.approval,
                "asked_by": names.get(f"account:{one.approval.requested_by}", ""),
                **titles.get(one.approval.subject, {"title": one.approval.subject, "href": ""}),
            }
            for one in pending
        ],
    )


def subjects_of(session: Any, subjects: list[str]) -> dict[str, dict[str, str]]:
    """Title and page of what approvals and messages are about ("requisition:id", "offer:id"), in two queries."""
    found: dict[str, dict[str, str]] = {}
    ids = {
        kind: [s.partition(":")[2] for s in subjects if s.startswith(f"{kind}:")] for kind in ("requisition", "offer")
    }
    if ids["requisition"]:
        rows = session.execute(select(Requisition.id, Requisition.title).where(Requisition.id.in_(ids["requisition"])))
        for key, title in rows:
            found[f"requisition:{key}"] = {"title": title, "href": f"{HOME}/{key}/job"}
    if ids["offer"]:
        rows = session.execute(select(Offer.id, Offer.title, Offer.application_id).where(Offer.id.in_(ids["offer"])))
        for key, title, application_id in rows:
            found[f"offer:{key}"] = {"title": title, "href": f"/console/applications/{application_id}#offer"}
    return found


def _message(row: OutboxMessage, titles: dict[str, dict[str, str]]) -> dict[str, Any]:
    payload = row.payload
    about = titles.get(str(payload.get("subject", "")), {})
    href = about.get("href", "")
    if payload.get("application"):
        href = f"/console/applications/{payload['application']}"
    if row.template == "approval.pending":
        href = "/console/approvals"
    if row.template.startswith("notice."):
        href = f"/n/{payload.get('token', '')}"
    return {
        "words": MESSAGES.get(row.template, "{title}"),
        "title": payload.get("title", ""),
        "subject": about.get("title", payload.get("subject", "")),
        "state": payload.get("state", ""),
        "href": href,
    }
