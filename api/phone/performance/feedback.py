"""Feedback among colleagues on the phone: written at once, read by whom it is for (H9)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.console.acting import act
from api.console.forms import Form
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.phone.employee import TODAY, EmployeeActor
from api.render import page
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.performance import feedback
from interview_engine.hr.performance.words import FEEDBACK_KINDS

router = APIRouter()
HOME = "/wechat/my/feedback"


@router.get(HOME)
def shown(request: Request, context: Ctx, actor: EmployeeActor) -> Response:
    """What one got and gave, and the form."""
    return _page(request, context, actor)


@router.post(HOME)
def give(request: Request, context: Ctx, actor: EmployeeActor, form: Form) -> Response:
    """Write to a colleague."""
    to, kind, text = form.text("colleague"), form.text("kind"), form.text("text")
    return act(
        context,
        lambda session: feedback.give(session, actor, to, kind, text, context.clock),
        lambda _: RedirectResponse(f"{HOME}?sent=1", 303),
        lambda problem: _page(request, context, actor, problem, form.values()),
    )


@router.post(f"{HOME}/{{feedback_id}}/back")
def take_back(feedback_id: str, request: Request, context: Ctx, actor: EmployeeActor) -> Response:
    """Take back what one has written."""
    return act(
        context,
        lambda session: feedback.take_back(session, actor, feedback_id, context.clock),
        lambda _: RedirectResponse(HOME, 303),
        lambda problem: _page(request, context, actor, problem),
    )


def _page(
    request: Request,
    context: Context,
    actor: Actor,
    problem: InterviewEngineError | None = None,
    given: dict[str, str] | None = None,
) -> Response:
    me = actor.person_id or ""
    with context.database.reading() as session:
        return page(
            request,
            "wechat/performance/feedback.html",
            200 if problem is None else 422,
            told=feedback.of_person(session, me, also_advice=True),
            me=me,
            kinds=FEEDBACK_KINDS,
            given=given or {},
            sent="sent" in request.query_params and problem is None,
            here=HOME,
            home=TODAY,
            problem=None if problem is None else problem.text(language_of(request)),
        )
