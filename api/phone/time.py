"""Time on the phone: punching, one's own days and what to say of them, confirming a month (E1, E3, J2)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.console.acting import act, attempt
from api.context import Context
from api.deps import ClientAddress, Ctx
from api.i18n import language_of
from api.phone.employee import TODAY, EmployeeActor
from api.render import page
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.companies import service as companies
from interview_engine.hr.house import house
from interview_engine.hr.months import last_of
from interview_engine.hr.problems import conflict, invalid
from interview_engine.hr.time import service as time
from interview_engine.i18n import msg

router = APIRouter()
TIME = "/wechat/my/time"
MODULE = "time"


@router.get(TIME)
def mine(request: Request, context: Ctx, actor: EmployeeActor, month: str = "", code: str = "") -> Response:
    """The button to punch, today's punches, and the days of a month with what is to be explained."""
    return _page(request, context, actor, month, code)


@router.post("/wechat/my/punch")
def punch(
    request: Request,
    context: Ctx,
    actor: EmployeeActor,
    address: ClientAddress,
    key: Annotated[str, Form(max_length=60)] = "",
    at: Annotated[str, Form(max_length=40)] = "",
    latitude: Annotated[str, Form(max_length=20)] = "",
    longitude: Annotated[str, Form(max_length=20)] = "",
    accuracy: Annotated[str, Form(max_length=20)] = "",
    mock: Annotated[str, Form(max_length=5)] = "",
    code: Annotated[str, Form(max_length=300)] = "",
    quiet: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Punch; the same key again is the same punch. `quiet`: a punch that waited for the network, answered as JSON."""

    def change(session: Session) -> str:
        post = house().post_of(session, actor.person_id or "")
        if post is not None:
            companies.check_on(session, MODULE, post.legal_entity_id)
        given = time.FromPhone(key, _moment(at), _fix(latitude, longitude, accuracy, mock), code, address)
        return time.punch(session, actor, given, context.signer, context.clock).id

    if quiet:
        made = attempt(context, change)
        if isinstance(made, InterviewEngineError):
            return JSONResponse({"problem": made.text(language_of(request))}, 422)
        return JSONResponse({"id": made})
    return act(
        context,
        change,
        lambda _: RedirectResponse(f"{TIME}#punched", 303),
        lambda problem: _page(request, context, actor, problem=problem),
    )


@router.post(f"{TIME}/days/{{attendance_day_id}}")
def explain(
    attendance_day_id: str,
    request: Request,
    context: Ctx,
    actor: EmployeeActor,
    text: Annotated[str, Form(max_length=600)] = "",
) -> Response:
    """Say what happened on a day."""
    return act(
        context,
        lambda session: time.explain(session, actor, attendance_day_id, text, context.clock).day,
        lambda day: RedirectResponse(f"{TIME}?month={day:%Y-%m}#day-{day.day}", 303),
        lambda problem: _page(request, context, actor, problem=problem),
    )


@router.post(f"{TIME}/confirm")
def confirm(
    request: Request, context: Ctx, actor: EmployeeActor, month: Annotated[str, Form(max_length=10)] = ""
) -> Response:
    """Confirm a month that is over."""

    def change(session: Session) -> date:
        post = house().post_of(session, actor.person_id or "")
        if post is None:
            raise conflict("punch.not_here", msg("You do not work here now."), msg("Ask HR."))
        return time.confirm(session, actor, post.employment_id, time.read_month(month), context.clock).month

    return act(
        context,
        change,
        lambda day: RedirectResponse(f"{TIME}?month={day:%Y-%m}", 303),
        lambda problem: _page(request, context, actor, month, problem=problem),
    )


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise invalid("at", "punch.when", msg("The time of this punch cannot be read."),
                      msg("Reload the page and punch again."))  # fmt: skip
    return found


def _fix(latitude: str, longitude: str, accuracy: str, mock: str) -> time.Fix | None:
    if not latitude or not longitude:
        return None
    try:
        degrees = float(latitude), float(longitude)
        metres = float(accuracy or 0)
    except ValueError:
        degrees, metres = (999.0, 999.0), 0.0
    if not (-90 <= degrees[0] <= 90 and -180 <= degrees[1] <= 180 and 0 <= metres < 1e7):
        raise time.nowhere()
    return time.Fix(int(degrees[0] * 1_000_000), int(degrees[1] * 1_000_000), int(metres), mock == "1")


def _page(
    request: Request,
    context: Context,
    actor: Actor,
    wanted: str = "",
    code: str = "",
    problem: InterviewEngineError | None = None,
) -> Response:
    with context.database.reading() as session:
        post = house().post_of(session, actor.person_id or "")
        if post is None:
            raise conflict("punch.not_here", msg("You do not work here now."), msg("Ask HR."))
        companies.check_on(session, MODULE, post.legal_entity_id)
        zone = time.zone_of_company(session, post.legal_entity_id)
        now = context.clock.now().astimezone(zone)
        month = now.date().replace(day=1)
        if wanted:
            try:
                month = time.read_month(wanted)
            except InterviewEngineError as error:
                problem = problem or error
        midnight = datetime.combine(now.date(), datetime.min.time(), zone)
        punches = time.standing(
            session, [post.employment_id], midnight - timedelta(hours=12), midnight + timedelta(days=1)
        )
        plans = time.plans_of(session, post.legal_entity_id, [post.employment_id], now.date(), now.date())
        shift = plans.on(post.employment_id, now.date()).shift
        days = time.own_days(session, actor, post.employment_id, month)
        row = time.month_row(session, post.employment_id, month)
        return page(
            request,
            "wechat/time.html",
            200 if problem is None else 422,
            now=now,
            shift=shift,
            times="" if shift is None else time.parts_text(shift.parts),
            punches=[(one, _clock(one.at, zone)) for one in punches.get(post.employment_id, ())],
            flags=time.FLAGS,
            sources=time.SOURCES,
            days=[(one, [_clock(datetime.fromisoformat(at), zone) for at in one.punches]) for one in days],
            states=time.DAY_STATES,
            problems=time.PROBLEMS,
            month=month,
            before=(month - timedelta(days=1)).replace(day=1),
            after=last_of(month) + timedelta(days=1),
            total=time.months_of(session, [post.employment_id], month)[post.employment_id],
            month_state="open" if row is None else row.state,
            month_states=time.MONTH_STATES,
            over=last_of(month) < now.date(),
            code=code,
            home=TODAY,
            here=TIME,
            problem=None if problem is None else problem.text(language_of(request)),
        )


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%m-%d %H:%M}"
