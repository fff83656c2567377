"""What a leaver sees on the phone: how far it is, their tasks, what to give back, some questions (D6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.forms import Form as FormOf
from api.console.lists.row_form import read_fields
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.phone.employee import TODAY, EmployeeActor
from api.render import page
from interview_engine.errors import InterviewEngineError, NotFoundError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.assets import service as assets
from interview_engine.hr.offboarding import interviews, rules, service
from interview_engine.hr.offboarding.tables import Separation
from interview_engine.hr.problems import missing
from interview_engine.hr.tasks import rules as task_rules
from interview_engine.hr.tasks import service as tasks
from interview_engine.i18n import Text, msg

LEAVING = "/wechat/my/leaving"

router = APIRouter()


def own_leaving(session: Session, actor: Actor) -> Separation | None:
    """The separation of the actor's that is under way; None where there is none."""
    found = service.of_person(session, actor.person_id or "")
    return next((one for one in found if one.state in rules.UNDER_WAY), None)


@router.get(LEAVING)
def leaving(request: Request, context: Ctx, actor: EmployeeActor) -> Response:
    """The page."""
    return _page(request, context, actor)


@router.post(f"{LEAVING}/task")
def task(
    request: Request, context: Ctx, actor: EmployeeActor, task_id: Annotated[str, Form(max_length=32)] = ""
) -> Response:
    """One of my tasks is done."""

    def change(session: Session) -> object:
        row = _own(session, actor)
        if task_id not in {one.id for one in tasks.of_the_person(session, service.ref_of(row.employment_id))}:
            raise _none()
        return tasks.close(session, actor, task_id, "done", "", context.clock)

    return _act(request, context, actor, change)


@router.post(f"{LEAVING}/answers")
def answers(request: Request, context: Ctx, actor: EmployeeActor, form: FormOf) -> Response:
    """Answer the questions, or decline them."""

    def change(session: Session) -> object:
        row = _own(session, actor)
        if form.text("decline"):
            interviews.decline(session, actor, row.id, context.clock)
        else:
            interviews.answer(session, actor, row.id, read_fields(interviews.FIELDS, form), context.clock)
        return row

    return _act(request, context, actor, change, form.values())


def _own(session: Session, actor: Actor) -> Separation:
    row = own_leaving(session, actor)
    if row is None:
        raise _none()
    return row


def _none() -> NotFoundError:
    return missing("separation", msg("leaving", context="record"))


def _act(
    request: Request,
    context: Context,
    actor: Actor,
    change: Callable[[Session], object],
    given: dict[str, str] | None = None,
) -> Response:
    return act(
        context,
        change,
        lambda _: RedirectResponse(LEAVING, 303),
        lambda problem: _page(request, context, actor, problem, given),
    )


def _page(
    request: Request,
    context: Context,
    actor: Actor,
    problem: InterviewEngineError | None = None,
    given: dict[str, str] | None = None,
) -> Response:
    language = language_of(request)

    def words(text: Text | str) -> str:
        return text if isinstance(text, str) else text.get(language)

    with context.database.reading() as session:
        row = own_leaving(session, actor)
        if row is None:
            return RedirectResponse(TODAY, 303)
        interview = interviews.of_separation(session, row.id)
        return page(
            request,
            "wechat/leaving.html",
            200 if problem is None else 422,
            row=row,
            state=rules.STATES[row.state],
            tasks=[
                (one, tasks.title_of(one)) for one in tasks.of_the_person(session, service.ref_of(row.employment_id))
            ],
            task_states=task_rules.STATES,
            things=assets.open_of(session, row.employment_id),
            asks=interview is not None and interview.state == "offered",
            thanks=interview is not None and interview.state == "answered",
            fields=interviews.FIELDS,
            given=given or {},
            here=LEAVING,
            home=TODAY,
            words=words,
            problem=None if problem is None else problem.text(language),
            wrong="" if problem is None else getattr(problem, "field", ""),
        )
