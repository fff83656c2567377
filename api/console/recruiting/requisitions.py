"""Requisitions: the form, approval and lifecycle, postings (C1, C3, B8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.charts import qr_code
from api.console.forms import Fields, Form, as_number
from api.console.frame import console_page, done
from api.console.recruiting import words
from api.context import Context
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.assessment.policy import POLICIES, UNCHECKED, WATCHED
from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import require
from interview_engine.hr.accounts.service import names_of
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.approvals.preview import PlannedStep
from interview_engine.hr.approvals.standing import deciders_of
from interview_engine.hr.competency import service as competency
from interview_engine.hr.org import service as org
from interview_engine.hr.people.tables import Department
from interview_engine.hr.problems import required
from interview_engine.hr.recruiting.headcount import service as headcount
from interview_engine.hr.recruiting.jobs import closing, postings, requisitions
from interview_engine.hr.recruiting.jobs.job_description import JobRequirement, requirements_of
from interview_engine.hr.recruiting.jobs.lists import possible_owners, stage_counts
from interview_engine.hr.recruiting.jobs.wish import MOST_PAY, NewRequisition
from interview_engine.hr.recruiting.rules import OPEN_STAGES
from interview_engine.hr.recruiting.tables import Requisition
from interview_engine.hr.recruiting.words import EMPLOYMENT, REQUISITION_STATES
from interview_engine.i18n import msg
from interview_engine.store.rows import find

router = APIRouter()
HOME = "/console/requisitions"


@router.get(f"{HOME}/new")
def blank(request: Request, context: Ctx, actor: PageActor) -> Response:
    """The form of a new requisition: one place, Chinese, the policy of China, a bar of 6."""
    require(actor, "public", "write")
    return _form(request, context, actor, None, {"headcount": "1", "policy": "cn", "language": "zh", "bar": "6.0"})


@router.post(f"{HOME}/new")
def create(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Create a draft and, if asked, submit it for approval; errors stand beside their fields and nothing typed is
    lost."""
    send = form.checked("send")

    def change(session: Session) -> str:
        made = requisitions.create_requisition(session, actor, _written(session, form, None), context.clock)
        if send:
            requisitions.submit_for_approval(session, actor, made.id, context.clock)
        return made.id

    return act(
        context,
        change,
        lambda made: done(f"{HOME}/{made}/job", "sent" if send else "created"),
        lambda problem: _form(request, context, actor, None, form.values(), problem),
    )


@router.get(f"{HOME}/{{requisition_id}}/edit")
def edit(requisition_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """The form with the current values."""
    with context.database.reading() as session:
        row = requisitions.get_requisition(session, actor, requisition_id)
    values = {
        "title": row.title,
        "department_id": row.department_id,
        "headcount": str(row.headcount),
        "description": row.description,
        "role_profile_id": row.role_profile_id or "",
        "kit_version_id": row.kit_version_id or "",
        "policy": row.policy,
        "language": row.language,
        "bar": f"{row.bar:g}",
        "owner_account_id": row.owner_account_id,
        "place": row.place,
        "employment_type": row.employment_type,
        "pay_low": "" if row.pay_low is None else str(row.pay_low),
        "pay_high": "" if row.pay_high is None else str(row.pay_high),
        "closes_on": "" if row.closes_on is None else row.closes_on.isoformat(),
        "urgent": "1" if row.urgent else "",
        "reason": row.reason,
    }
    return _form(request, context, actor, row, values)


@router.post(f"{HOME}/{{requisition_id}}/edit")
def update(requisition_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Replace the fields; errors stand beside their fields and nothing typed is lost."""

    def change(session: Session) -> None:
        new = _written(session, form, _requirements(form))
        requisitions.update_requisition(session, actor, requisition_id, new, context.clock)

    def again(problem: InterviewEngineError) -> Response:
        with context.database.reading() as session:
            row = requisitions.get_requisition(session, actor, requisition_id)
        return _form(request, context, actor, row, form.values(), problem, _typed_requirements(form))

    return act(context, change, lambda _: done(f"{HOME}/{requisition_id}/job", "saved"), again)


@router.get(f"{HOME}/{{requisition_id}}/job")
def job(requisition_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """The job itself: description, requirements, approval, postings."""
    return _job(requisition_id, request, context, actor)


def _job(
    requisition_id: str, request: Request, context: Context, actor: Actor, problem: InterviewEngineError | None = None
) -> Response:
    with context.database.reading() as session:
        row = requisitions.get_requisition(session, actor, requisition_id)
        approval = approvals.of_subject(session, requisitions.KIND, f"{requisitions.KIND}:{row.id}")
        asks = _would_decide(session, actor, row, context) if row.state == "draft" else ()
        deciders = deciders_of(session, approval.id) if approval is not None else ()
        mine = {pending.approval.id for pending in approvals.pending_for(session, actor, context.clock)}
        standing = requisitions.plan_standing(session, row, context.clock)
        values: dict[str, Any] = {
            "row": row,
            "head": requisition_head(session, actor, row),
            "requirements": requirements_of(row.requirements),
            "postings": [_posting(context, one) for one in postings.postings_of(session, actor, row.id)],
            "approval": approval,
            "asks": asks,
            "plan": None if standing is None else headcount.words_of(standing),
            "over_plan": standing is not None and headcount.Standing(**standing).over > 0,
            "steps": [{"row": step, "name": name} for step, name in deciders],
            "may_approve": approval is not None and approval.id in mine,
            "profile": next((p for p in competency.list_profiles(session, actor) if p.id == row.role_profile_id), None),
            "kit": next((k for k in competency.list_kits(session, actor) if k.id == row.kit_version_id), None),
        }
    under_way = sum(count for stage, count in values["head"]["counts"].items() if stage in OPEN_STAGES)
    return console_page(
        request,
        actor,
        "recruiting/requisition_job.html",
        problem=problem,
        **values,
        kinds=words.REQUIREMENT_KINDS,
        channels=words.CHANNELS,
        policies=POLICIES,
        watched=WATCHED,
        unchecked=UNCHECKED,
        types=EMPLOYMENT,
        public_channel=postings.PUBLIC_CHANNEL,
        under_way=under_way,
        may_take_back=closing.may_be_taken_back(row, context.clock),
    )


def _would_decide(session: Session, actor: Actor, row: Requisition, context: Context) -> Sequence[PlannedStep]:
    subject = f"{requisitions.KIND}:{row.id}"
    return approvals.planned_steps(session, actor, requisitions.KIND, subject, row.department_id, context.clock)


@router.post(f"{HOME}/{{requisition_id}}/submit")
def submit(requisition_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Submit a draft for approval."""

    def change(session: Session) -> str:
        requisitions.submit_for_approval(session, actor, requisition_id, context.clock)
        return "sent"

    return _on_job(requisition_id, request, context, actor, change)


@router.post(f"{HOME}/{{requisition_id}}/open")
def open_it(requisition_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Open to applications; without a role profile and a kit it is refused (B8)."""

    def change(session: Session) -> str:
        requisitions.open_requisition(session, actor, requisition_id, context.clock)
        return "opened"

    return _on_job(requisition_id, request, context, actor, change)


@router.post(f"{HOME}/{{requisition_id}}/hold")
def hold(requisition_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Put a requisition on hold."""

    def change(session: Session) -> str:
        closing.hold_requisition(session, actor, requisition_id, context.clock)
        return "held"

    return _on_job(requisition_id, request, context, actor, change)


@router.post(f"{HOME}/{{requisition_id}}/close")
def close(requisition_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Close a requisition as filled or cancelled."""

    def change(session: Session) -> str:
        state = form.choice("state", ("filled", "cancelled"))
        closing.close_requisition(session, actor, requisition_id, state, context.clock)  # type: ignore[arg-type]
        return state

    return _on_job(requisition_id, request, context, actor, change)


@router.post(f"{HOME}/{{requisition_id}}/take-back")
def take_back(requisition_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Undo a hold, a closing or a cancellation within a day; the links it closed open again."""

    def change(session: Session) -> str:
        closing.take_back_closing(session, actor, requisition_id, context.clock)
        return "taken_back"

    return _on_job(requisition_id, request, context, actor, change)


@router.post(f"{HOME}/{{requisition_id}}/postings")
def post(requisition_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Publish the job in a channel."""

    def change(session: Session) -> str:
        postings.create_posting(
            session,
            actor,
            requisition_id,
            form.text("channel"),
            form.money("cost"),
            context.clock,
            automatic_invitation=form.checked("automatic_invitation"),
        )
        return "posted"

    return _on_job(requisition_id, request, context, actor, change, "#postings")


@router.post("/console/postings/{posting_id}/close")
def close_posting(posting_id: str, context: Ctx, actor: PageActor) -> Response:
    """Close a posting to applications."""
    return act(
        context,
        lambda session: postings.close_posting(session, actor, posting_id, context.clock),
        lambda row: done(f"{HOME}/{row.requisition_id}/job#postings", "closed"),
    )


@router.post("/console/postings/{posting_id}/reopen")
def reopen_posting(posting_id: str, context: Ctx, actor: PageActor) -> Response:
    """Reopen a posting to applications."""
    return act(
        context,
        lambda session: postings.reopen_posting(session, actor, posting_id, context.clock),
        lambda row: done(f"{HOME}/{row.requisition_id}/job#postings", "reopened"),
    )


def _on_job(
    requisition_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    change: Callable[[Session], str],
    where: str = "",
) -> Response:
    """Act on a requisition, then go to the page of its job with the note that `change` names."""
    return act(
        context,
        change,
        lambda what: done(f"{HOME}/{requisition_id}/job{where}", what),
        lambda problem: _job(requisition_id, request, context, actor, problem),
    )


def around_list(session: Session, actor: Actor, clock: Clock) -> dict[str, Any]:
    """What the page of all requisitions shows besides: what waits for the actor, and whether there is a company yet."""
    return {
        "waiting": len(approvals.pending_for(session, actor, clock)),
        "has_company": bool(org.legal_entities(session)),
    }


def requisition_head(session: Session, actor: Actor, row: Requisition) -> dict[str, Any]:
    """The head of every page of a requisition: its title, state, place and numbers."""
    names = org.department_names(session)
    owner = names_of(session, [row.owner_account_id]).get(row.owner_account_id, "")
    counts = stage_counts(session, actor, row.id)
    return {
        "id": row.id,
        "title": row.title,
        "state": row.state,
        "state_label": REQUISITION_STATES[row.state],
        "department": names.get(row.department_id, ""),
        "owner": owner,
        "headcount": row.headcount,
        "urgent": row.urgent,
        "counts": counts,
        "total": sum(counts.values()),
    }


def _posting(context: Context, one: postings.PostingSummary) -> dict[str, Any]:
    address = f"{context.service.public_url}/p/{one.posting.code}"
    return {"row": one.posting, "applications": one.applications, "address": address, "qr": qr_code(address)}


def _form(
    request: Request,
    context: Context,
    actor: Actor,
    row: Requisition | None,
    values: dict[str, str],
    problem: InterviewEngineError | None = None,
    typed: list[dict[str, str]] | None = None,
) -> Response:
    with context.database.reading() as session:
        entities = {entity.id: entity.name for entity in org.legal_entities(session)}
        departments = [
            (
                node.department.id,
                _department_label(node, entities),
            )
            for node in org.departments(session)
        ]
        profiles = competency.list_profiles(session, actor, state="published")
        kits = [kit for kit in competency.list_kits(session, actor) if kit.state == "published"]
        owners = possible_owners(session, actor, context.clock)
    if typed is None and row is not None:
        typed = [
            {"text": one.text, "kind": one.kind, "weight": f"{one.weight:g}", "reason": one.reason}
            for one in requirements_of(row.requirements)
        ]
    return console_page(
        request,
        actor,
        "recruiting/requisition_form.html",
        problem=problem,
        row=row,
        values=values,
        departments=departments,
        profiles=profiles,
        kits=kits,
        owners=owners,
        policies=POLICIES,
        watched=WATCHED,
        unchecked=UNCHECKED,
        kinds=words.REQUIREMENT_KINDS,
        types=EMPLOYMENT,
        requirements=typed or [],
    )


def _written(session: Session, form: Fields, requirements: tuple[JobRequirement, ...] | None) -> NewRequisition:
    department = find(session, Department, form.text("department_id"))
    if department is None:
        raise required("department_id", msg("department"))
    return NewRequisition(
        title=form.text("title"),
        legal_entity_id=department.legal_entity_id,
        department_id=department.id,
        headcount=form.whole("headcount", 1, 10_000, 1),
        description=form.raw("description"),
        requirements=requirements,
        role_profile_id=form.optional("role_profile_id"),
        kit_version_id=form.optional("kit_version_id"),
        policy=form.text("policy", "cn"),
        language=form.text("language", "zh"),
        bar=form.number("bar", 0, 10, 6.0),
        owner_account_id=form.optional("owner_account_id"),
        place=form.text("place"),
        employment_type=form.text("employment_type") or "full_time",  # type: ignore[arg-type]  # the service refuses another
        pay_low=form.whole("pay_low", 1, MOST_PAY) if form.text("pay_low") else None,
        pay_high=form.whole("pay_high", 1, MOST_PAY) if form.text("pay_high") else None,
        closes_on=form.day("closes_on") if form.text("closes_on") else None,
        urgent=form.checked("urgent"),
        reason=form.text("reason"),
    )


def _typed_requirements(form: Fields) -> list[dict[str, str]]:
    columns = [form.many(f"requirement_{name}") for name in ("text", "kind", "weight", "reason")]
    return [
        {"text": text, "kind": kind, "weight": weight, "reason": reason}
        for text, kind, weight, reason in zip(*columns, strict=False)
        if text
    ]


def _requirements(form: Fields) -> tuple[JobRequirement, ...] | None:
    """What the table holds; None (read from the description) when that was asked for."""
    if form.checked("read_again"):
        return None
    return tuple(
        JobRequirement(
            one["text"],
            one["kind"],  # type: ignore[arg-type]  # checked_requirements refuses another
            as_number(one["weight"], f"requirements.{place}.weight", 0, 10, 0.0),
            one["reason"],
        )
        for place, one in enumerate(_typed_requirements(form))
    )


def _department_label(node: org.DepartmentNode, entities: dict[str, str]) -> str:
    """Indented by ideographic spaces, which an option keeps, with its company."""
    return f"{chr(0x3000) * node.depth}{node.department.name} · {entities[node.department.legal_entity_id]}"
