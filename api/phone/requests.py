"""What employees ask for on the phone: choose a kind, fill it in, send it; what became of it (F1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.expense.invoice_file import HOME as EXPENSES
from api.console.forms import Form as FormOf
from api.console.lists.row_form import read_fields
from api.console.requests.pages import paper_answer, previewed
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.phone.balances import own_balances
from api.phone.employee import EmployeeActor
from api.phone.pay.door import closed, is_open
from api.render import page as rendered
from interview_engine.clock import china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.expense.claim_request import NAME as CLAIM
from interview_engine.hr.leave.request import NAME as LEAVE
from interview_engine.hr.people.names import person_names
from interview_engine.hr.requests import service as requests
from interview_engine.hr.requests.kinds import STATES
from interview_engine.i18n import Text, mark
from interview_engine.store.secrets import token

HOME = "/wechat/my/requests"
NEAR = (mark("Today"), mark("Tomorrow"), mark("The day after"))
"""Days that one tap fills in; msgids."""

Person = Annotated[str, Query(max_length=32)]

router = APIRouter()


@router.get(HOME)
def listed(request: Request, context: Ctx, actor: EmployeeActor, person: Person = "") -> Response:
    """What can be asked for, and what was; with `person` what can be asked for about somebody else."""
    with context.database.reading() as session:
        kinds = requests.askable(session, _asking(request, actor, person), person or actor.person_id or "")
        return rendered(
            request,
            "wechat/requests.html",
            kinds=kinds,
            person=person,
            name=person_names(session, [person]).get(person, "") if person and kinds else "",
            rows=[] if person else requests.mine(session, actor),
            states=STATES,
            home=HOME,
            words=_words(request),
        )


@router.get(f"{HOME}/new/{{kind_name}}")
def blank(kind_name: str, request: Request, context: Ctx, actor: EmployeeActor, person: Person = "") -> Response:
    """The form of a kind; with `person` about somebody else, for who may ask for them. Claims have their own pages."""
    if kind_name == CLAIM:
        return RedirectResponse(EXPENSES, 303)
    return _form(kind_name, person, request, context, _asking(request, actor, person), {"key": token()})


@router.get(f"{HOME}/new/{{kind_name}}/preview")
def preview(kind_name: str, request: Request, context: Ctx, actor: EmployeeActor, person: Person = "") -> JSONResponse:
    """What is known of what is chosen, while the form is filled in."""
    return previewed(kind_name, person, request, context, _asking(request, actor, person))


@router.post(f"{HOME}/new/{{kind_name}}")
def send(kind_name: str, request: Request, context: Ctx, actor: EmployeeActor, form: FormOf) -> Response:
    """Ask; the same form sent twice is one request."""
    person = form.text("person")
    asking = _asking(request, actor, person)

    def change(session: Session) -> str:
        fields = requests.form_of(session, asking, kind_name, person or asking.person_id)[1]
        values, key = read_fields(fields, form), form.text("key") or None
        return requests.ask(session, asking, kind_name, values, context.clock, person_id=person or None, key=key).id

    return act(
        context,
        change,
        lambda request_id: RedirectResponse(f"{HOME}/{request_id}", 303),
        lambda problem: _form(kind_name, person, request, context, asking, form.values(), problem),
    )


def _asking(request: Request, actor: Actor, person: str) -> Actor:
    """Who asks: for oneself an employee and no more; for somebody else with what one's own account may do."""
    visit = request.state.visit
    mine = visit is not None and visit.person.id == actor.person_id
    asking: Actor = visit.actor if person and mine else actor
    return asking


@router.get(f"{HOME}/{{asked_id}}")
def shown(asked_id: str, request: Request, context: Ctx, actor: EmployeeActor) -> Response:
    """One of my requests."""
    return _page(asked_id, request, context, actor)


@router.get(f"{HOME}/{{asked_id}}/paper.pdf")
def paper(asked_id: str, request: Request, context: Ctx, actor: EmployeeActor) -> Response:
    """The paper that it made; one about pay after the second factor."""
    with context.database.reading() as session:
        personal = requests.see(session, actor, asked_id, context.clock).kind.personal
    if personal and not is_open(request, context, actor):
        return closed(request, context, actor, f"{HOME}/{asked_id}/paper.pdf")
    return paper_answer(asked_id, context, actor, language_of(request), proved=personal)


@router.post(f"{HOME}/{{asked_id}}/withdraw")
def withdraw(asked_id: str, request: Request, context: Ctx, actor: EmployeeActor) -> Response:
    """Withdraw what is not decided."""
    return act(
        context,
        lambda session: requests.withdraw(session, actor, asked_id, context.clock),
        lambda _: RedirectResponse(f"{HOME}/{asked_id}", 303),
        lambda problem: _page(asked_id, request, context, actor, problem),
    )


@router.post(f"{HOME}/{{asked_id}}/cancel")
def cancel(
    asked_id: str,
    request: Request,
    context: Ctx,
    actor: EmployeeActor,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Ask that what was done is called off."""
    return act(
        context,
        lambda session: requests.cancel(session, actor, asked_id, reason, context.clock),
        lambda _: RedirectResponse(f"{HOME}/{asked_id}", 303),
        lambda problem: _page(asked_id, request, context, actor, problem),
    )


def _form(
    kind: str,
    person: str,
    request: Request,
    context: Context,
    actor: Actor,
    given: Mapping[str, str],
    problem: InterviewEngineError | None = None,
) -> Response:
    today = china_day(context.clock)
    with context.database.reading() as session:
        found, fields = requests.form_of(session, actor, kind, person or actor.person_id)
        name = person_names(session, [person]).get(person, "") if person else ""
        picks = bool(found.days) and not found.previews
        left = own_balances(session, actor, today) if kind == LEAVE and not person else []
    return rendered(
        request,
        "wechat/request_form.html",
        200 if problem is None else 422,
        kind=found,
        fields=fields,
        given=given,
        person=person,
        name=name,
        left=left,
        chips=True,
        near=[(word, today + timedelta(days=ahead)) for ahead, word in enumerate(NEAR)] if picks else [],
        home=HOME,
        problem=None if problem is None else problem.text(language_of(request)),
        wrong="" if problem is None else getattr(problem, "field", ""),
        words=_words(request),
    )


def _page(
    asked_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    problem: InterviewEngineError | None = None,
) -> Response:
    with context.database.reading() as session:
        seen = requests.see(session, actor, asked_id, context.clock)
    return rendered(
        request,
        "wechat/request.html",
        200 if problem is None else 422,
        seen=seen,
        states=STATES,
        home=HOME,
        problem=None if problem is None else problem.text(language_of(request)),
        words=_words(request),
    )


def _words(request: Request) -> Callable[[Text | str], str]:
    language = language_of(request)
    return lambda text: text if isinstance(text, str) else text.get(language)
