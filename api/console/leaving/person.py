"""Who leaves: how far it is, what is to do, what they have in hand, what they said, what goes to pay (D6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.forms import Form
from api.console.frame import console_page, done
from api.console.joining.person import with_owners
from api.context import Context
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.clock import china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import reached_persons
from interview_engine.hr.assets import rules as asset_rules
from interview_engine.hr.assets import service as assets
from interview_engine.hr.leave.service import KINDS as LEAVE_KINDS
from interview_engine.hr.offboarding import interviews, rules, service, settlement
from interview_engine.hr.offboarding.tables import Separation
from interview_engine.hr.org.service import department_names
from interview_engine.hr.people.tables import Person
from interview_engine.hr.tasks import rules as task_rules
from interview_engine.hr.tasks import service as tasks
from interview_engine.store import audit

HOME = "/console/leaving"

router = APIRouter()


@router.get(f"{HOME}/{{separation_id}}")
def leaving(separation_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """The page. The reading is recorded."""
    return _page(separation_id, request, context, actor)


@router.post(f"{HOME}/{{separation_id}}/last-day")
def last_day(separation_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Move the last day, with everything that hangs on it."""
    return _act(
        separation_id, request, context, actor, "last_day_moved",
        lambda session: service.move(session, actor, separation_id, form.day("last_day"), context.clock),
    )  # fmt: skip


@router.post(f"{HOME}/{{separation_id}}/kind")
def kind(separation_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Say why somebody leaves."""
    return _act(
        separation_id, request, context, actor, "kind_corrected",
        lambda session: service.correct_kind(session, actor, separation_id, form.text("kind"), context.clock),
    )  # fmt: skip


@router.post(f"{HOME}/{{separation_id}}/withdraw")
def withdraw(separation_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Call it off; what a resignation did waits for whoever decides on resignations."""
    return act(
        context,
        lambda session: service.withdraw(session, actor, separation_id, form.text("reason"), context.clock).state,
        lambda state: done(
            f"{HOME}/{separation_id}", "leaving_called_off" if state == "withdrawn" else "leaving_asked_off"
        ),
        lambda problem: _page(separation_id, request, context, actor, problem),
    )


@router.post(f"{HOME}/{{separation_id}}/settle")
def settle(separation_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Hand the settlement over to pay."""
    return _act(
        separation_id, request, context, actor, "settled",
        lambda session: service.settle(session, actor, separation_id, context.clock),
    )  # fmt: skip


@router.post(f"{HOME}/{{separation_id}}/take-back")
def take_back(separation_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Take the settlement back."""
    return _act(
        separation_id, request, context, actor, "settlement_back",
        lambda session: service.take_back(session, actor, separation_id, form.text("reason"), context.clock),
    )  # fmt: skip


@router.post(f"{HOME}/{{separation_id}}/assets")
def asset(separation_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Say what became of a thing that the leaver had."""
    return _act(
        separation_id, request, context, actor, "asset_ended",
        lambda session: assets.end(
            session, actor, form.text("asset"), form.text("state"), form.text("reason"), context.clock
        ),
    )  # fmt: skip


def around_list(session: Session, actor: Actor) -> Mapping[str, Any]:
    """What the list shows besides: what leavers answered, counted."""
    counts = interviews.counts(session, actor)
    fields = [one for one in interviews.FIELDS if one.kind == "choice"]
    return {"exit_counts": counts, "exit_fields": fields}


def _act(
    separation_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    notice: str,
    change: Callable[[Session], object],
) -> Response:
    return act(
        context,
        change,
        lambda _: done(f"{HOME}/{separation_id}", notice),
        lambda problem: _page(separation_id, request, context, actor, problem),
    )


def _page(
    separation_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    problem: InterviewEngineError | None = None,
) -> Response:
    with context.database.transaction() as session:
        row = service.get_for(session, actor, separation_id, "read")
        audit.record(session, actor.id, "separation.read", f"separation:{row.id}", {}, context.clock)
        own = list(tasks.of_ref(session, service.ref_of(row.employment_id)))
        person = session.get_one(Person, row.person_id)
        values: dict[str, Any] = {
            "row": row,
            "person": person,
            "department": department_names(session).get(row.department_id, ""),
            "tasks": [(one, tasks.title_of(one), who) for one, who in with_owners(session, own)],
            "mine": {one.id for one in own if tasks.is_mine(session, actor, one)},
            "assets": assets.of_employment(session, row.employment_id),
            "others": [one for one in service.of_person(session, row.person_id) if one.id != row.id],
            "hr": bool(reached_persons(session, actor, "identity", "write", (row.person_id,))),
            "interview": interviews.of_separation(session, row.id),
            "reads_answers": interviews.may_read(session, actor, row.person_id),
            **_settlement(session, actor, row),
        }
    return console_page(
        request,
        actor,
        "leaving/person.html",
        problem=problem,
        kinds=rules.KINDS,
        chosen_kinds=rules.CHOSEN_KINDS,
        states=rules.STATES,
        severance=rules.SEVERANCE,
        asset_states=asset_rules.STATES,
        interview_states=rules.INTERVIEW_STATES,
        fields=interviews.FIELDS,
        settlement_states=settlement.STATES,
        names=settlement.NAMES,
        source_of=settlement.words_of_source,
        leave_kinds=LEAVE_KINDS,
        task_states=task_rules.STATES,
        agreed=row.state in rules.AGREED,
        today=china_day(context.clock),
        **values,
    )


def _settlement(session: Session, actor: Actor, row: Separation) -> dict[str, Any]:
    """The facts, to who reads pay."""
    sees = bool(reached_persons(session, actor, "pay", "read", (row.person_id,)))
    return {"sees_pay": sees, "settlement": settlement.of_separation(session, row.id) if sees else None}
