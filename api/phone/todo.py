"""What waits for a colleague, on the phone: approvals to decide here, reports to read, jobs with their ranked lists."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.area import areas_of
from api.candidate.own_applications import WAYS, ways_set_up
from api.console.work.approvals import waiting_for
from api.console.work.inbox import address_of
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.phone.lists import phone_address
from api.render import page
from api.sessions import PageActor, page_actor, signed_in
from api.switches import shown_for
from api.visitor import browser_of
from interview_engine.errors import ConflictError, InterviewEngineError, InvalidInput
from interview_engine.hr.access.rules import Actor, may_at_all
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.house import house
from interview_engine.hr.messaging.choices import choices_of, choose
from interview_engine.hr.messaging.inbox import list_inbox
from interview_engine.hr.recruiting.jobs.lists import list_requisitions
from interview_engine.hr.tasks import service as tasks

router = APIRouter()

TODO = "/wechat/todo"
MAX_SHOWN = 10


@router.get(TODO)
def todo(request: Request, context: Ctx) -> Response:
    """The list; in WeCom without a password."""
    if signed_in(request, context) is None and context.wechat.wecom is not None and browser_of(request) == "wecom":
        return RedirectResponse(f"/wechat/in/wecom?back={TODO}", 303)
    return _page(request, context, page_actor(request, context, None))


@router.post(f"{TODO}/way")
def way(context: Ctx, actor: PageActor, way: Annotated[str, Form(max_length=40)] = "") -> RedirectResponse:
    """Choose the preferred channel."""
    if actor.person_id is not None:
        with context.database.transaction() as session:
            choose(session, actor.person_id, way, ways_set_up(context), context.clock)
    return RedirectResponse(TODO, 303)


@router.post(f"{TODO}/tasks/{{task_id}}")
def task_done(
    task_id: str,
    request: Request,
    context: Ctx,
    actor: PageActor,
    state: Annotated[str, Form(max_length=10)] = "",
    reason: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Say that one's task is done, or what it waits for."""
    try:
        with context.database.transaction() as session:
            tasks.close(session, actor, task_id, "blocked" if state == "blocked" else "done", reason, context.clock)
    except (InvalidInput, ConflictError) as problem:
        return _page(request, context, actor, problem)
    return RedirectResponse(TODO, 303)


@router.post(f"{TODO}/{{approval_id}}")
def decide(
    approval_id: str,
    request: Request,
    context: Ctx,
    actor: PageActor,
    decision: Annotated[str, Form()] = "",
    comment: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Approve or decline; declining wants a reason."""
    try:
        with context.database.transaction() as session:
            chosen: approvals.Decision = "approve" if decision == "approve" else "reject"
            approvals.decide(session, actor, approval_id, chosen, comment, context.clock)
    except (InvalidInput, ConflictError) as problem:
        return _page(request, context, actor, problem)
    return RedirectResponse(TODO, 303)


def _page(request: Request, context: Context, actor: Actor, problem: InterviewEngineError | None = None) -> Response:
    shown = shown_for(request, context, actor.person_id)
    with context.database.reading() as session:
        to_read = {name: one for name, one in house().messages.items() if one.to_read is not None}
        unread = list_inbox(session, actor, unread=True, limit=50).items
        reports = [row for row in unread if row.template in to_read][:MAX_SHOWN]
        about = house().names_seen(session, actor, [row.payload for row in reports])
        may_see = may_at_all(actor, "public", "read") and shown("/console/requisitions")
        jobs = list_requisitions(session, actor, "open", None, limit=MAX_SHOWN).items if may_see else ()
        ways = choices_of(session, actor.person_id, ways_set_up(context)) if actor.person_id else ()
        return page(
            request,
            "wechat/todo.html",
            200 if problem is None else 422,
            problem=None if problem is None else problem.text(language_of(request)),
            linked="linked" in request.query_params,
            approvals=waiting_for(session, actor, context.clock),
            tasks=tasks.waiting_for(session, actor, context.clock),
            reports=list(zip(reports, about, strict=True)),
            words=to_read,
            address_of=address_of,
            jobs=jobs,
            lists=[
                (phone_address(one.spec), one.spec.title)
                for area in areas_of(request)
                for one in area.lists
                if may_at_all(actor, one.spec.field_class, "read") and shown(one.href)
            ],
            ways=ways,
            names=WAYS,
            way_action=f"{TODO}/way",
            csrf_field=request.state.csrf,
        )
