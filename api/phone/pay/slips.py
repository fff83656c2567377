"""Somebody's own payslips on the phone: by year, each line explained, the sums of a year (G1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.phone.employee import TODAY
from api.phone.pay.door import DOOR, HOME, PIN, Payee, closed, is_open
from api.render import page
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employment
from interview_engine.hr.pay import lock, own, questions
from interview_engine.i18n import Text

router = APIRouter()


@router.get(HOME)
def listed(request: Request, context: Ctx, actor: Payee, year: int = 0, pin: str = "") -> Response:
    """The payslips of a year, its sums, the way to what opens them."""
    if not is_open(request, context, actor):
        return closed(request, context, actor, HOME)
    person_id = actor.person_id or ""
    with context.database.reading() as session:
        years = own.years(session, person_id)
        chosen = year if year in years else (years[0] if years else 0)
        return page(
            request,
            "wechat/pay/slips.html",
            years=years,
            year=chosen,
            rows=own.of_year(session, person_id, chosen) if chosen else [],
            works_here=employment.is_here(session, person_id),
            has_pin=lock.has_pin(session, person_id),
            pin=pin,
            home=HOME,
            pin_href=PIN,
            door=DOOR,
            today=TODAY,
        )


@router.get(f"{HOME}/years/{{year}}")
def year_sums(year: int, request: Request, context: Ctx, actor: Payee) -> Response:
    """The sums of a year, for the annual settlement of income tax."""
    here = f"{HOME}/years/{year}"
    if not is_open(request, context, actor):
        return closed(request, context, actor, here)
    with context.database.reading() as session:
        sums = own.own_year(session, actor.person_id or "", year)
    return page(request, "wechat/pay/year.html", sums=sums, home=HOME, words=_words(request))


@router.get(f"{HOME}/slips/{{payslip_id}}")
def slip(payslip_id: str, request: Request, context: Ctx, actor: Payee, ask: str = "") -> Response:
    """A payslip; opening it is written down once."""
    return _page(payslip_id, request, context, actor, ask)


@router.post(f"{HOME}/slips/{{payslip_id}}/questions")
def question(
    payslip_id: str,
    request: Request,
    context: Ctx,
    actor: Payee,
    line: Annotated[str, Form(max_length=10)] = "",
    text: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Ask payroll about a line."""
    if not is_open(request, context, actor):
        return closed(request, context, actor, f"{HOME}/slips/{payslip_id}")
    try:
        with context.database.transaction() as session:
            position = int(line) if line.isdecimal() else None
            questions.ask(session, actor, payslip_id, position, text, context.clock)
    except InterviewEngineError as problem:
        return _page(payslip_id, request, context, actor, line or "all", problem, text)
    return RedirectResponse(f"{HOME}/slips/{payslip_id}?asked=1#questions", 303)


def _page(
    slip_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    ask: str,
    problem: InterviewEngineError | None = None,
    typed: str = "",
) -> Response:
    here = f"{HOME}/slips/{slip_id}"
    if not is_open(request, context, actor):
        return closed(request, context, actor, here)
    with context.database.transaction() as session:
        seen = own.open_own(session, actor, slip_id, context.clock)
        asked = questions.of_slip(session, slip_id)
        lines = {one.position: one for part in seen.parts for one in part.lines}
        about = lines.get(int(ask)) if ask.isdecimal() else None
        return page(
            request,
            "wechat/pay/slip.html",
            200 if problem is None else 422,
            seen=seen,
            asked=asked,
            states=questions.STATES,
            ask=ask,
            about=about,
            typed=typed,
            sent="asked" in request.query_params,
            here=here,
            home=HOME,
            words=_words(request),
            problem=None if problem is None else problem.text(language_of(request)),
        )


def _words(request: Request) -> Callable[[Text], str]:
    language = language_of(request)
    return lambda text: text.get(language)
