"""One appraisal: the basis of its score line by line, goals with their entries, the reviews, and the next one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.buttons import Button, Pressed, add_buttons
from api.console.frame import console_page
from api.context import Context
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.clock import china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor, may_at_all
from interview_engine.hr.access.service import require
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.forms.reading import read_value
from interview_engine.hr.org.service import department_names
from interview_engine.hr.people.tables import Person
from interview_engine.hr.performance import appraisals, calibration, goals, progress
from interview_engine.hr.performance.rules.reported import days_late
from interview_engine.hr.performance.tables import Appraisal, PerformanceCycle
from interview_engine.hr.performance.words import BANDS, GOAL_STATES, GRADES, PARTS, REOPENS, STEPS
from interview_engine.hr.problems import required
from interview_engine.i18n import msg
from interview_engine.store import audit

router = APIRouter()
HOME = "/console/appraisals"
SCORE = Field("score", msg("Score from 0 to 100"), "number", required=True, low=Decimal(0), high=Decimal(100), places=2)


@router.get(f"{HOME}/{{appraisal_id}}")
def shown(request: Request, context: Ctx, actor: PageActor, appraisal_id: str) -> Response:
    """The page. The reading is recorded."""
    require(actor, "performance", "read")
    return _page(appraisal_id, request, context, actor)


def review_from(form: Any) -> appraisals.Review:
    """What somebody has written in a review's form.

    Raises:
        InvalidInput: the score.
    """
    score = read_value(SCORE, form.text("score"))
    if not isinstance(score, Decimal):
        raise required("score", SCORE.label)
    return appraisals.Review(score, form.text("strengths"), form.text("improve"))


def seen(session: Session, row: Appraisal, today: Any) -> dict[str, Any]:
    """What every page of an appraisal shows: its cycle, goals with their entries and days late."""
    held = goals.of_person(session, row.person_id, row.cycle_id)
    return {
        "row": row,
        "cycle": session.get_one(PerformanceCycle, row.cycle_id),
        "goals": held,
        "entries": progress.checkins_of(session, [one.id for one in held]),
        "late": {one.id: days_late(one.due_on, one.reached_on, today) for one in held},
        "steps": STEPS,
        "parts": PARTS,
        "bands": BANDS,
        "goal_states": GOAL_STATES,
        "reopens": REOPENS,
    }


def _page(
    appraisal_id: str, request: Request, context: Context, actor: Actor, problem: InterviewEngineError | None = None
) -> Response:
    with context.database.transaction() as session:
        row = appraisals.get_for(session, actor, appraisal_id)
        audit.record(session, actor.id, "appraisal.read", f"appraisal:{row.id}", {}, context.clock)
        mine = row.person_id == actor.person_id
        return console_page(
            request,
            actor,
            "performance/appraisal.html",
            **seen(session, row, china_day(context.clock)),
            name=session.get_one(Person, row.person_id).name,
            department=department_names(session).get(row.department_id, ""),
            mine=mine,
            writes=appraisals.may_review(session, actor, row),
            decides=not mine and may_at_all(actor, "performance", "decide"),
            moves=calibration.moves_of(session, row.id) if not mine else [],
            grades=GRADES,
            problem=problem,
        )


def _review(session: Session, by: Pressed) -> object:
    step = by.form.text("step")
    return appraisals.review(session, by.actor, by.row_id, step, review_from(by.form), by.clock)


add_buttons(
    router,
    HOME,
    "appraisal_id",
    {
        "review": Button(_review, "review_written"),
        "leave-out": Button(
            lambda session, by: appraisals.pass_over(session, by.actor, by.row_id, by.form.text("reason"), by.clock),
            "review_left_out",
        ),
        "grade": Button(
            lambda session, by: calibration.move(
                session, by.actor, by.row_id, by.form.text("grade"), by.form.text("reason"), by.clock
            ),
            "grade_moved",
        ),
        "settle": Button(
            lambda session, by: appraisals.settle(session, by.actor, by.row_id, by.clock), "appeal_settled"
        ),
    },
    _page,
)
