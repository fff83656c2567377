"""A cycle: its step, who waits for what, and whether its goals reconcile from the company down."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.console.buttons import Button, add_buttons
from api.console.frame import console_page
from api.context import Context
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor, may_at_all
from interview_engine.hr.access.service import require
from interview_engine.hr.people.tables import LegalEntity
from interview_engine.hr.performance import cycles, goals, service
from interview_engine.hr.performance.rules import steps
from interview_engine.hr.performance.words import LEVELS, PARTS, STEPS

router = APIRouter()
HOME = "/console/performance-cycles"


@router.get(f"{HOME}/{{cycle_id}}")
def shown(request: Request, context: Ctx, actor: PageActor, cycle_id: str) -> Response:
    """The page."""
    require(actor, "performance", "read")
    return _page(cycle_id, request, context, actor)


def _page(
    cycle_id: str, request: Request, context: Context, actor: Actor, problem: InterviewEngineError | None = None
) -> Response:
    with context.database.reading() as session:
        row = cycles.get_for(session, actor, cycle_id)
        found, by_id = goals.cascade_of(session, cycle_id)
        shared = [one for one in by_id.values() if one.person_id is None]
        return console_page(
            request,
            actor,
            "performance/cycle.html",
            row=row,
            company=session.get_one(LegalEntity, row.legal_entity_id).name,
            counts=service.counts(session, cycle_id),
            cascade=found,
            shared=shared,
            unsaid={key: [by_id[one].title for one in got.unsaid] for key, got in found.reconciled.items()},
            loose=sum(1 for one in found.loose if by_id[one].person_id is not None),
            following=steps.following(row.state),
            decides=may_at_all(actor, "performance", "decide"),
            board=steps.ORDER.index(row.state) >= steps.ORDER.index("calibration"),
            states=steps.STATES,
            steps=STEPS,
            parts=PARTS,
            levels=LEVELS,
            problem=problem,
        )


add_buttons(
    router,
    HOME,
    "cycle_id",
    {
        "step": Button(
            lambda session, by: service.advance(session, by.actor, by.row_id, by.form.text("step"), by.clock),
            "cycle_step",
        ),
    },
    _page,
)
