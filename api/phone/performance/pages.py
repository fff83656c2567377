"""Performance on the phone: goals to confirm, progress, work reports, reviews, results and their basis (H2, H3, H5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.forms import Fields, Form
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.phone.employee import TODAY, EmployeeActor
from api.render import page
from interview_engine.clock import china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.forms.reading import read_value
from interview_engine.hr.performance import appraisals, goals, own, progress, service
from interview_engine.hr.performance.rules.reported import days_late
from interview_engine.hr.performance.words import BANDS, GOAL_STATES, PARTS, STEPS
from interview_engine.hr.problems import required
from interview_engine.i18n import msg

router = APIRouter()
HOME = "/wechat/my/performance"
VALUE = Field("value", msg("Value"), "number", required=True, low=-goals.MOST, high=goals.MOST, places=2)
SCORE = Field("score", msg("Score from 0 to 100"), "number", required=True, low=Decimal(0), high=Decimal(100), places=2)
DAY = Field("day", msg("Day"), "day", required=True)


@router.get(HOME)
def shown(request: Request, context: Ctx, actor: EmployeeActor) -> Response:
    """The page."""
    return _page(request, context, actor)


@router.post(f"{HOME}/confirm")
def confirm(request: Request, context: Ctx, actor: EmployeeActor, form: Form) -> Response:
    """Confirm one's goals of a cycle."""
    return _act(
        request, context, actor, form, lambda session: goals.confirm(session, actor, form.text("cycle"), context.clock)
    )


@router.post(f"{HOME}/return")
def send_back(request: Request, context: Ctx, actor: EmployeeActor, form: Form) -> Response:
    """Send one goal back with what is wrong."""
    return _act(
        request,
        context,
        actor,
        form,
        lambda session: goals.send_back(session, actor, form.text("goal"), form.text("remark"), context.clock),
    )


@router.post(f"{HOME}/enter")
def enter(request: Request, context: Ctx, actor: EmployeeActor, form: Form) -> Response:
    """Enter progress of a goal."""

    def change(session: Session) -> object:
        value = _decimal(VALUE, form.text("value"))
        return progress.enter(session, actor, form.text("goal"), value, form.text("note"), context.clock)

    return _act(request, context, actor, form, change)


@router.post(f"{HOME}/report")
def report(request: Request, context: Ctx, actor: EmployeeActor, form: Form) -> Response:
    """Hand in what one did on a day."""

    def change(session: Session) -> object:
        day = read_value(DAY, form.text("day"))
        if not isinstance(day, date):
            raise required("day", DAY.label)
        return progress.write_report(session, actor, day, form.text("text"), context.clock)

    return _act(request, context, actor, form, change)


@router.post(f"{HOME}/numbers")
def numbers(request: Request, context: Ctx, actor: EmployeeActor, form: Form) -> Response:
    """Confirm, correct or drop the numbers that a report said."""

    def change(session: Session) -> object:
        values = {
            name.removeprefix("value_"): _decimal(VALUE, text) if text.strip() else None
            for name, text in form.values().items()
            if name.startswith("value_")
        }
        return progress.confirm_numbers(session, actor, form.text("report"), values, context.clock)

    return _act(request, context, actor, form, change)


@router.post(f"{HOME}/review")
def review(request: Request, context: Ctx, actor: EmployeeActor, form: Form) -> Response:
    """Hand in a review: one's own, or of somebody of one's team."""

    def change(session: Session) -> object:
        given = appraisals.Review(_decimal(SCORE, form.text("score")), form.text("strengths"), form.text("improve"))
        return appraisals.review(session, actor, form.text("appraisal"), form.text("step"), given, context.clock)

    return _act(request, context, actor, form, change)


@router.post(f"{HOME}/seen")
def seen(request: Request, context: Ctx, actor: EmployeeActor, form: Form) -> Response:
    """Confirm that one has read one's result."""
    return _act(
        request,
        context,
        actor,
        form,
        lambda session: service.confirm_result(session, actor, form.text("appraisal"), context.clock),
    )


def _decimal(field: Field, text: str) -> Decimal:
    value = read_value(field, text)
    if not isinstance(value, Decimal):
        raise required(field.name, field.label)
    return value


def _act(
    request: Request, context: Context, actor: Actor, form: Fields, change: Callable[[Session], object]
) -> Response:
    return act(
        context,
        change,
        lambda _: RedirectResponse(HOME, 303),
        lambda problem: _page(request, context, actor, problem, form.values()),
    )


def _page(
    request: Request,
    context: Context,
    actor: Actor,
    problem: InterviewEngineError | None = None,
    given: dict[str, str] | None = None,
) -> Response:
    person_id, today = actor.person_id or "", china_day(context.clock)
    with context.database.reading() as session:
        held = own.own_cycles(session, person_id)
        reports = progress.reports_of(session, person_id)
        names = {one.id: one for cycle in held for one in cycle.goals}
        values: dict[str, Any] = {
            "cycles": held,
            "late": {one.id: days_late(one.due_on, one.reached_on, today) for one in names.values()},
            "proposed": [one for one in reports if one.state == "proposed"],
            "reports": reports,
            "names": names,
            "reviews": own.reviews_for(session, actor),
            "results": own.results(session, person_id),
        }
        return page(
            request,
            "wechat/performance/page.html",
            200 if problem is None else 422,
            **values,
            me=person_id,
            today=today,
            parts=PARTS,
            bands=BANDS,
            steps=STEPS,
            goal_states=GOAL_STATES,
            given=given or {},
            here=HOME,
            home=TODAY,
            problem=None if problem is None else problem.text(language_of(request)),
        )
