"""Asking in the console: what one can ask for, the form, a request with its history, taking it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.expense.invoice_file import HOME as EXPENSES
from api.console.forms import Form
from api.console.frame import console_page, done
from api.console.lists.row_form import read_fields
from api.context import Context
from api.deps import Ctx
from api.export import attachment
from api.i18n import language_of
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError, InvalidInput
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.expense.claim_request import NAME as CLAIM
from interview_engine.hr.forms.fields import Value
from interview_engine.hr.forms.reading import read_value
from interview_engine.hr.people.names import person_names
from interview_engine.hr.problems import missing
from interview_engine.hr.requests import service as requests
from interview_engine.hr.requests.kinds import STATES
from interview_engine.i18n import Text, msg
from interview_engine.store.secrets import token

MINE = "/console/my-requests"
ASK = "/console/ask"
HOME = "/console/requests"

router = APIRouter()


@router.get(MINE)
def mine(request: Request, context: Ctx, actor: PageActor, person: str = "") -> Response:
    """What I can ask for, and what I asked for; with `person` what I can ask for somebody else."""
    about = person or actor.person_id or ""
    with context.database.reading() as session:
        kinds = requests.askable(session, actor, about)
        rows = [] if person else requests.mine(session, actor)
        names = person_names(session, [about]) if person and kinds else {}
    return console_page(
        request,
        actor,
        "requests/mine.html",
        kinds=kinds,
        rows=rows,
        states=STATES,
        person=person if kinds else "",
        name=names.get(person, ""),
        words=_words(request),
    )


@router.get(f"{ASK}/{{kind_name}}")
def blank(kind_name: str, request: Request, context: Ctx, actor: PageActor, person: str = "") -> Response:
    """The form of a kind; claims have pages of their own, where their invoices are uploaded."""
    if kind_name == CLAIM:
        return RedirectResponse(EXPENSES, 303)
    return _form(kind_name, person, request, context, actor, {"key": token()})


@router.get(f"{ASK}/{{kind_name}}/preview.json")
def preview(kind_name: str, request: Request, context: Ctx, actor: PageActor, person: str = "") -> JSONResponse:
    """What is known of what is chosen, while the form is filled in."""
    return previewed(kind_name, person, request, context, actor)


@router.post(f"{ASK}/{{kind_name}}")
def send(kind_name: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Ask; the same form sent twice is one request."""
    person = form.text("person")

    def change(session: Session) -> str:
        fields = requests.form_of(session, actor, kind_name, person or actor.person_id)[1]
        values = read_fields(fields, form)
        row = requests.ask(
            session, actor, kind_name, values, context.clock, person_id=person or None, key=form.text("key") or None
        )
        return row.id

    return act(
        context,
        change,
        lambda request_id: done(f"{HOME}/{request_id}", "sent"),
        lambda problem: _form(kind_name, person, request, context, actor, form.values(), problem),
    )


@router.get(f"{HOME}/{{asked_id}}")
def shown(asked_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """A request: what was asked for, who decides, what it did."""
    return _page(asked_id, request, context, actor)


@router.get(f"{HOME}/{{asked_id}}/paper.pdf")
def paper(asked_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """The paper that it made."""
    return paper_answer(asked_id, context, actor, language_of(request))


@router.post(f"{HOME}/{{asked_id}}/withdraw")
def withdraw(asked_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Withdraw what is not decided."""
    return act(
        context,
        lambda session: requests.withdraw(session, actor, asked_id, context.clock),
        lambda _: done(f"{HOME}/{asked_id}", "request_withdrawn"),
        lambda problem: _page(asked_id, request, context, actor, problem),
    )


@router.post(f"{HOME}/{{asked_id}}/cancel")
def cancel(asked_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Ask that what was done is called off."""
    return act(
        context,
        lambda session: requests.cancel(session, actor, asked_id, form.text("reason"), context.clock),
        lambda _: done(f"{HOME}/{asked_id}", "sent"),
        lambda problem: _page(asked_id, request, context, actor, problem, form.text("reason")),
    )


def previewed(kind_name: str, person: str, request: Request, context: Context, actor: Actor) -> JSONResponse:
    """(label, value) of each line that the request's page would show besides its fields, of what the address holds."""
    say = _words(request)
    with context.database.reading() as session:
        fields = requests.form_of(session, actor, kind_name, person or actor.person_id)[1]
        values: dict[str, Value] = {}
        for one in fields:
            try:
                values[one.name] = read_value(one, request.query_params.get(one.name, "")[:500])
            except InvalidInput:
                values[one.name] = None
        lines = requests.preview(session, actor, kind_name, values, person or None)
    return JSONResponse({"lines": [[say(one.label), say(one.value)] for one in lines]})


def paper_answer(asked_id: str, context: Context, actor: Actor, language: str, *, proved: bool = False) -> Response:
    """The PDF of a request's paper, to be kept.

    Args:
        proved: the person has just passed a second factor, see `requests.paper_for`.
    """
    from pipelines.reports import paper_pdf  # typst is only needed here

    with context.database.reading() as session:
        row = requests.paper_for(session, actor, asked_id, context.clock, proved=proved)
        content, made = requests.content_of(session, row), row.created_at
    if not content:
        raise missing("paper", msg("paper"))
    said = language if language in content else "en"
    return attachment(paper_pdf.render(content[said], made, language=said), "application/pdf", f"{asked_id}.pdf")


def _form(
    kind: str,
    person: str,
    request: Request,
    context: Context,
    actor: Actor,
    given: Mapping[str, str],
    problem: InterviewEngineError | None = None,
) -> Response:
    with context.database.reading() as session:
        found, fields = requests.form_of(session, actor, kind, person or actor.person_id)
        names = person_names(session, [person]) if person else {}
    return console_page(
        request,
        actor,
        "requests/ask.html",
        problem=problem,
        kind=found,
        fields=fields,
        given=given,
        person=person,
        name=names.get(person, ""),
        words=_words(request),
    )


def _page(
    asked_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    problem: InterviewEngineError | None = None,
    reason: str = "",
) -> Response:
    with context.database.transaction() as session:
        seen = requests.see(session, actor, asked_id, context.clock)
        requests.note_read(session, actor, seen, context.clock)
    return console_page(
        request,
        actor,
        "requests/request.html",
        problem=problem,
        seen=seen,
        states=STATES,
        reason=reason,
        words=_words(request),
    )


def _words(request: Request) -> Callable[[Text | str], str]:
    language = language_of(request)
    return lambda text: text if isinstance(text, str) else text.get(language)
