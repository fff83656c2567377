"""The retention schedule: how long each kind is kept, legal holds, and what will be destroyed when (D10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.forms import Form
from api.console.frame import console_page, done
from api.context import Context
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.assessment.policy import POLICIES
from interview_engine.clock import china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import reaches_group, require
from interview_engine.hr.employment import service as employments
from interview_engine.hr.people.names import person_names
from interview_engine.hr.privacy import planning, scheduled
from interview_engine.hr.privacy import service as privacy

HOME = "/console/retention"
AHEAD = timedelta(days=365)
"""So far ahead the page shows what will be destroyed."""

router = APIRouter()


@router.get(HOME)
def shown(request: Request, context: Ctx, actor: PageActor) -> Response:
    """Periods, holds, and what goes within a year."""
    require(actor, "identity", "write")
    return _page(request, context, actor)


@router.post(f"{HOME}/period")
def period(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Keep a kind for longer, or as long as the law asks again."""
    return _act(
        request, context, actor, "period_set",
        lambda session: scheduled.set_period(
            session, actor, form.text("kind"), form.whole("months", 0, 100_000), form.text("reason"), context.clock
        ),
    )  # fmt: skip


@router.post(f"{HOME}/holds")
def place(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Stop every destruction of a person, a kind, or both, until a day."""

    def change(session: Session) -> object:
        person_id = _person(session, actor, form.text("employee_number"))
        until, reason = form.day("until"), form.text("reason")
        return privacy.place_hold(session, actor, person_id, form.text("kind"), until, reason, context.clock)

    return _act(request, context, actor, "on_legal_hold", change)


@router.post(f"{HOME}/holds/{{hold_id}}/release")
def release(hold_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """End a hold."""
    return _act(
        request, context, actor, "hold_ended",
        lambda session: privacy.release_hold(session, actor, hold_id, context.clock),
    )  # fmt: skip


@router.post(f"{HOME}/plans/{{plan_id}}/cancel")
def keep(plan_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Keep one document for a year more."""
    return _act(
        request, context, actor, "dropped",
        lambda session: planning.cancel(session, actor, plan_id, scheduled.reach(actor), context.clock),
    )  # fmt: skip


@router.post(f"{HOME}/confirm")
def confirm(request: Request, context: Ctx, actor: PageActor) -> Response:
    """Approve all that is due."""
    return _act(
        request, context, actor, "confirmed",
        lambda session: planning.confirm(session, actor, scheduled.reach(actor), context.clock),
    )  # fmt: skip


def _person(session: Session, actor: Actor, number: str) -> str | None:
    """The person with that employee number; None where none is given: everybody."""
    if not number:
        return None
    return employments.locked(session, employments.of_number(session, actor, number)).person_id


def _act(
    request: Request, context: Context, actor: Actor, notice: str, change: Callable[[Session], object]
) -> Response:
    return act(
        context,
        change,
        lambda _: done(HOME, notice),
        lambda problem: _page(request, context, actor, problem),
    )


def _page(
    request: Request, context: Context, actor: Actor, problem: InterviewEngineError | None = None
) -> Response:  # fmt: skip
    until = china_day(context.clock) + AHEAD
    with context.database.reading() as session:
        holds = privacy.standing_holds(session, actor, context.clock)
        periods = scheduled.periods(session)
        return console_page(
            request,
            actor,
            "system/retention.html",
            problem=problem,
            periods=periods,
            kinds={one.kind.name: one.kind.word for one in periods},
            policies=POLICIES,
            holds=holds,
            names=person_names(session, {one.person_id for one in holds if one.person_id}),
            coming=scheduled.coming(session, actor, until, context.clock),
            stop=scheduled.stopped(session, context.clock, context.service.deletion_share),
            administers=reaches_group(session, actor, "contact", "manage"),
            until=until,
        )
