"""Approvals that wait for my decision, of every kind: each kind names itself and its subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.forms import Form
from api.console.frame import console_page, done
from api.context import Context
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.accounts.service import colleagues_by_name, names_of
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.approvals.about import about_approvals
from interview_engine.i18n import Text

router = APIRouter()
HOME = "/console/approvals"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An approval that waits for me: `word` is the name of its kind."""

    id: str
    word: Text
    title: str
    href: str
    facts: tuple[tuple[Text, str], ...]
    asked_by: str
    at: datetime


@router.get(HOME)
def listed(request: Request, context: Ctx, actor: PageActor) -> Response:
    """Approvals that wait for my decision."""
    return _page(request, context, actor)


@router.post(f"{HOME}/absences")
def set_absence(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Name a substitute for some days."""

    def change(session: Session) -> None:
        first, last = form.day("first_day"), form.day("last_day")
        approvals.set_substitute(session, actor, form.text("substitute"), first, last, context.clock)

    return act(
        context,
        change,
        lambda _: done(HOME, "away_set"),
        lambda problem: _page(request, context, actor, problem, form.values()),
    )


@router.post(f"{HOME}/absences/{{substitute_id}}/end")
def end_absence(substitute_id: str, context: Ctx, actor: PageActor) -> Response:
    """End a substitution."""
    return act(
        context,
        lambda session: approvals.end_substitute(session, actor, substitute_id, context.clock),
        lambda _: done(HOME, "away_ended"),
    )


@router.post(f"{HOME}/{{approval_id}}")
def decide(approval_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Approve or reject; the effect follows in the same transaction."""

    def change(session: Session) -> str:
        decision: approvals.Decision = form.choice("decision", ("approve", "reject"))  # type: ignore[assignment]
        approvals.decide(session, actor, approval_id, decision, form.text("comment"), context.clock)
        return "approved" if decision == "approve" else "rejected"

    return act(context, change, lambda what: done(HOME, what), lambda problem: _page(request, context, actor, problem))


def waiting_for(session: Session, actor: Actor, clock: Clock) -> tuple[Waiting, ...]:
    """What waits for this account now, oldest first, as lists show it."""
    pending = [one.approval for one in approvals.pending_for(session, actor, clock)]
    about = about_approvals(session, pending)
    return tuple(
        Waiting(row.id, of.word, of.found.title, of.found.href, of.found.facts, of.asked_by, row.created_at)
        for row in pending
        if (of := about[row.id])
    )


def _page(
    request: Request,
    context: Context,
    actor: Actor,
    problem: InterviewEngineError | None = None,
    values: Mapping[str, str] | None = None,
) -> Response:
    with context.database.reading() as session:
        rows = waiting_for(session, actor, context.clock)
        colleagues = colleagues_by_name(session, actor)
        absences = approvals.absences_of(session, actor, context.clock)
        names = names_of(session, [row.substitute_account_id for row in absences])
    return console_page(
        request,
        actor,
        "work/approvals.html",
        problem=problem,
        rows=rows,
        colleagues=colleagues,
        absences=[(row, names.get(row.substitute_account_id, "")) for row in absences],
        away_open=values is not None,
        values=values or {},
    )
