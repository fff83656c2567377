"""Applicants of a requisition."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act, attempt
from api.console.forms import Form
from api.console.frame import console_page, done
from api.console.recruiting import words
from api.console.recruiting.chosen import outcome_values
from api.console.recruiting.requisitions import HOME, requisition_head
from api.context import Context
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.recruiting.applying import applications, candidates, lists
from interview_engine.hr.recruiting.applying.lists import ApplicationFilters
from interview_engine.hr.recruiting.interviewing import invitations
from interview_engine.hr.recruiting.jobs import requisitions

router = APIRouter()


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
    bulk: str = "",
) -> Response:
    """Everybody who applied, newest first, with or without an interview."""
    return _applicants(requisition_id, request, context, actor, stage, section, channel, q, cursor, bulk=bulk)


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
    bulk: str = "",
) -> Response:
    wanted = ApplicationFilters(
        stages=(stage,) if stage in words.STAGES else (), channel=channel or None, section=section or None, name=q
    )
    with context.database.reading() as session:
        row = requisitions.get_requisition(session, actor, requisition_id)
        head = requisition_head(session, actor, row)
        found = lists.list_applications(session, actor, requisition_id, wanted, cursor or None, 50)
        done = outcome_values(session, actor, context, requisition_id, bulk)
    filters = {"stage": stage, "section": section, "channel": channel, "q": q}
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
        query=urlencode({name: value for name, value in filters.items() if value}),
        **done,
    )
