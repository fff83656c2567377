"""The calibration board: people in columns by grade, moved by drag or by keyboard, each move with its reason."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.console.acting import act
from api.console.forms import Form
from api.console.frame import console_page, done
from api.console.performance.cycle import HOME
from api.context import Context
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import require
from interview_engine.hr.performance import calibration, cycles
from interview_engine.hr.performance.words import BANDS

router = APIRouter()


@router.get(f"{HOME}/{{cycle_id}}/board")
def shown(request: Request, context: Ctx, actor: PageActor, cycle_id: str) -> Response:
    """The board."""
    require(actor, "performance", "decide")
    return _page(request, context, actor, cycle_id)


@router.post(f"{HOME}/{{cycle_id}}/board")
def move(request: Request, context: Ctx, actor: PageActor, cycle_id: str, form: Form) -> Response:
    """Move somebody to another grade."""
    return act(
        context,
        lambda session: calibration.move(
            session, actor, form.text("appraisal"), form.text("grade"), form.text("reason"), context.clock
        ),
        lambda _: done(f"{HOME}/{cycle_id}/board", "grade_moved"),
        lambda problem: _page(request, context, actor, cycle_id, problem),
    )


def _page(
    request: Request, context: Context, actor: Actor, cycle_id: str, problem: InterviewEngineError | None = None
) -> Response:
    with context.database.reading() as session:
        found = calibration.board(session, actor, cycle_id)
        shares = cycles.shares_of(found.cycle)
        return console_page(
            request, actor, "performance/board.html", board=found, shares=shares, bands=BANDS, problem=problem
        )
