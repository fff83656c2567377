"""Who joins: how far they are, what they filled in (masked), their tasks, and what HR can do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.forms import Form
from api.console.frame import console_page, done
from api.context import Context
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.clock import china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor, may_at_all
from interview_engine.hr.access.service import reached_persons
from interview_engine.hr.accounts.service import names_of
from interview_engine.hr.approvals.service import of_subject
from interview_engine.hr.approvals.standing import deciders_of
from interview_engine.hr.assets import rules as asset_rules
from interview_engine.hr.assets import service as assets
from interview_engine.hr.assets.service import NewHolding
from interview_engine.hr.onboarding import no_shows, rules, service
from interview_engine.hr.onboarding.service import Onboarding
from interview_engine.hr.org.service import department_names
from interview_engine.hr.people.names import person_names
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import conflict
from interview_engine.hr.tasks import rules as task_rules
from interview_engine.hr.tasks import service as tasks
from interview_engine.hr.tasks.service import Task
from interview_engine.i18n import Text, msg
from interview_engine.store import audit

HOME = "/console/joining"

router = APIRouter()


@router.get(f"{HOME}/{{onboarding_id}}")
def joining(onboarding_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """The page. The reading is recorded."""
    return _page(onboarding_id, request, context, actor)


@router.post(f"{HOME}/{{onboarding_id}}/first-day")
def first_day(onboarding_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Move the first day, with everything that hangs on it."""
    return _act(
        onboarding_id, request, context, actor, "first_day_moved",
        lambda session: service.change_first_day(session, actor, onboarding_id, form.day("first_day"), context.clock),
    )  # fmt: skip


@router.post(f"{HOME}/{{onboarding_id}}/come")
def come(onboarding_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Say that the person has come."""
    return _act(
        onboarding_id, request, context, actor, "has_come",
        lambda session: service.has_come(session, actor, onboarding_id, context.clock),
    )  # fmt: skip


@router.post(f"{HOME}/{{onboarding_id}}/not-come")
def not_come(onboarding_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Say that the person does not come."""
    return _act(
        onboarding_id, request, context, actor, "does_not_come",
        lambda session: service.does_not_come(session, actor, onboarding_id, form.text("reason"), context.clock),
    )  # fmt: skip


@router.post(f"{HOME}/{{onboarding_id}}/come-after-all")
def come_after_all(onboarding_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Take back that the person did not come."""
    return _act(
        onboarding_id, request, context, actor, "comes_after_all",
        lambda session: no_shows.take_back(session, actor, onboarding_id, context.clock),
    )  # fmt: skip


@router.post(f"{HOME}/{{onboarding_id}}/send")
def send(onboarding_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Send one more link."""
    return _act(
        onboarding_id, request, context, actor, "link_sent",
        lambda session: service.send_again(session, actor, onboarding_id, context.clock),
    )  # fmt: skip


@router.post(f"{HOME}/{{onboarding_id}}/phone")
def free_phone(onboarding_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Let the next phone in."""
    return _act(
        onboarding_id, request, context, actor, "phone_freed",
        lambda session: service.free_phone(session, actor, onboarding_id, context.clock),
    )  # fmt: skip


@router.post(f"{HOME}/{{onboarding_id}}/assets")
def hand_out(onboarding_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Hand a thing out, with the task that asks for it."""

    def change(session: Session) -> object:
        row = service.get_for(session, actor, onboarding_id, "read")
        if row.employment_id is None:
            raise conflict("onboarding.employment", msg("This person is not employed yet."),
                           msg("Hand things out once the entry form is approved."))  # fmt: skip
        new = NewHolding(form.text("kind"), form.text("name"), china_day(context.clock), form.text("tag"),
                         task_id=form.text("task"))  # fmt: skip
        return assets.hand_out(session, actor, row.employment_id, new, context.clock)

    return _act(onboarding_id, request, context, actor, "asset_out", change)


@router.post(f"{HOME}/{{onboarding_id}}/ask")
def ask(onboarding_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Ask for the approval once more."""
    return _act(
        onboarding_id, request, context, actor, "approval_asked",
        lambda session: service.ask_again(session, actor, onboarding_id, context.clock),
    )  # fmt: skip


def _act(
    onboarding_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    notice: str,
    change: Callable[[Session], object],
) -> Response:
    return act(
        context,
        change,
        lambda _: done(f"{HOME}/{onboarding_id}", notice),
        lambda problem: _page(onboarding_id, request, context, actor, problem),
    )


def _page(
    onboarding_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    problem: InterviewEngineError | None = None,
) -> Response:
    with context.database.transaction() as session:
        row = service.get_for(session, actor, onboarding_id, "read")
        audit.record(session, actor.id, "onboarding.read", f"onboarding:{row.id}", {}, context.clock)
        approval = of_subject(session, service.KIND, service.ref_of(row))
        own = list(tasks.of_ref(session, service.ref_of(row)))
        values: dict[str, Any] = {
            "row": row,
            "person": session.get_one(Person, row.person_id),
            "department": department_names(session).get(row.department_id, ""),
            "deciders": [] if approval is None else deciders_of(session, approval.id),
            "approval": approval,
            "tasks": [(one, tasks.title_of(one), who) for one, who in with_owners(session, own)],
            "assets": [] if row.employment_id is None else assets.of_employment(session, row.employment_id),
            "mine": {one.id for one in own if tasks.is_mine(session, actor, one)},
            "sees_pay": bool(reached_persons(session, actor, "pay", "read", (row.person_id,))),
            "entry": _entry(context, row) if may_at_all(actor, "contact", "write") else None,
        }
    return console_page(
        request,
        actor,
        "joining/person.html",
        problem=problem,
        states=rules.STATES,
        documents=rules.DOCUMENTS,
        relations=rules.RELATIONS,
        sources=rules.SOURCES,
        filed=row.entry_sha256 is None and row.state in ("approved", "joined"),
        task_states=task_rules.STATES,
        asset_kinds=asset_rules.KINDS,
        asset_states=asset_rules.STATES,
        under_way=row.state in rules.UNDER_WAY,
        may_undo=no_shows.may_be_taken_back(row, context.clock),
        today=china_day(context.clock),
        **values,
    )


def _entry(context: Context, row: Onboarding) -> rules.Entry | None:
    return service.entry_of(context.blobs, row)


def with_owners(session: Session, own: list[Task]) -> list[tuple[Task, Text | str]]:
    """Each with the name of whose it is, else what the owner is called."""
    persons = person_names(session, {one.owner_person_id for one in own if one.owner_person_id})
    accounts = names_of(session, {one.account_id for one in own if one.account_id})
    return [
        (
            one,
            persons.get(one.owner_person_id or "")
            or accounts.get(one.account_id or "")
            or task_rules.OWNERS[one.owner],
        )
        for one in own
    ]
