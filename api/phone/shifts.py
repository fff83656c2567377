"""My shifts on the phone: a month, wishes, swaps, and the address that a calendar reads (E4, J2)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.console.acting import act, attempt
from api.console.forms import as_day
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.phone.employee import TODAY, EmployeeActor
from api.render import page
from interview_engine.clock import china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.months import last_of
from interview_engine.hr.rosters import service as rosters
from interview_engine.hr.time import service as time
from interview_engine.i18n import Text, msg

router = APIRouter()
SHIFTS = "/wechat/my/shifts"
FEED = "/calendar/{token}.ics"
WEEKDAYS: tuple[Text, ...] = (msg("Mon"), msg("Tue"), msg("Wed"), msg("Thu"), msg("Fri"), msg("Sat"), msg("Sun"))


@router.get(SHIFTS)
def mine(request: Request, context: Ctx, actor: EmployeeActor, month: str = "") -> Response:
    """The month day by day, and what can be done about it."""
    return _page(request, context, actor, month)


@router.post(f"{SHIFTS}/wishes")
def wish(
    request: Request,
    context: Ctx,
    actor: EmployeeActor,
    day: Annotated[str, Form(max_length=10)] = "",
    wants: Annotated[str, Form(max_length=10)] = "free",
    shift: Annotated[str, Form(max_length=32)] = "",
) -> Response:
    """Say what one would like of a day."""

    def change(session: Session) -> date:
        wanted = rosters.NewWish(as_day(day, "day"), shift or None, wants == "work")
        post = rosters.own_post(session, actor)
        return rosters.set_wish(session, actor, post.employment_id, wanted, context.clock).day

    return act(
        context,
        change,
        lambda made: RedirectResponse(f"{SHIFTS}?month={made:%Y-%m}#wishes", 303),
        lambda problem: _page(request, context, actor, problem=problem),
    )


@router.post(f"{SHIFTS}/wishes/{{roster_wish_id}}/remove")
def take_back(roster_wish_id: str, request: Request, context: Ctx, actor: EmployeeActor) -> Response:
    """Take a wish back."""
    return act(
        context,
        lambda session: rosters.drop_wish(session, actor, roster_wish_id, context.clock),
        lambda _: RedirectResponse(f"{SHIFTS}#wishes", 303),
        lambda problem: _page(request, context, actor, problem=problem),
    )


@router.post(f"{SHIFTS}/calendar")
def calendar(request: Request, context: Ctx, actor: EmployeeActor) -> Response:
    """A new address for a calendar; the one before ends. It is shown once."""
    made = attempt(context, lambda session: rosters.new_feed(session, actor, context.clock))
    if isinstance(made, InterviewEngineError):
        return _page(request, context, actor, problem=made)
    address = f"{context.service.public_url}{FEED.replace('{token}', made)}"
    return _page(request, context, actor, address=address)


@router.post(f"{SHIFTS}/calendar/end")
def end(request: Request, context: Ctx, actor: EmployeeActor) -> Response:
    """Let the address work no longer."""
    return act(
        context,
        lambda session: rosters.end_feed(session, actor, context.clock),
        lambda _: RedirectResponse(f"{SHIFTS}#calendar", 303),
        lambda problem: _page(request, context, actor, problem=problem),
    )


@router.get(FEED)
def feed(token: str, context: Ctx) -> Response:
    """The shifts of whose address it is, for a calendar: no sign-in, no names."""
    with context.database.reading() as session:
        text = rosters.read_feed(session, token, context.clock)
    return Response(text, media_type="text/calendar; charset=utf-8", headers={"Cache-Control": "private, no-store"})


def _page(
    request: Request,
    context: Context,
    actor: Actor,
    wanted: str = "",
    *,
    address: str = "",
    problem: InterviewEngineError | None = None,
) -> Response:
    today = china_day(context.clock)
    month = today.replace(day=1)
    if wanted:
        try:
            month = time.read_month(wanted)
        except InterviewEngineError as error:
            problem = problem or error
    with context.database.reading() as session:
        found = rosters.own_month(session, actor, month)
        return page(
            request,
            "wechat/shifts.html",
            200 if problem is None else 422,
            found=found,
            month=month,
            blank=range(month.weekday()),
            weekdays=WEEKDAYS,
            today=today,
            coming=[one for one in found.days if one.shift is not None and one.day >= today],
            times={one.day: time.parts_text(one.shift.parts) for one in found.days if one.shift is not None},
            wishes=[one for one in found.days if one.wish is not None],
            names={one.id: f"{one.code} {one.name}" for one in found.shifts},
            before=(month - timedelta(days=1)).replace(day=1),
            after=last_of(month) + timedelta(days=1),
            address=address,
            here=SHIFTS,
            home=TODAY,
            problem=None if problem is None else problem.text(language_of(request)),
        )
