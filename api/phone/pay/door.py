"""Who opens payslips on the phone, and with what (G1).

Two things are asked for. Who it is: WeChat or WeCom, a console session, or the link of the person's own message. Then
a second factor of their choice: a PIN of their own, or a one-time code. What was opened closes after a quarter of an
hour, and everywhere when the PIN changes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.candidate.sessions import OwnOrigin
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.phone.employee import TODAY, employee, known_employee
from api.render import page
from api.sessions import inside, signed_in
from api.visitor import browser_of, visitor_of
from interview_engine.errors import InterviewEngineError, PermissionDenied
from interview_engine.hr.access.rules import Actor, employee_actor
from interview_engine.hr.pay import handing_out, lock
from interview_engine.hr.people import identities
from interview_engine.hr.people.tables import Person
from interview_engine.i18n import msg

router = APIRouter()

HOME = "/wechat/my/pay"
DOOR = f"{HOME}/open"
PIN = f"{HOME}/pin"
LINK_PURPOSE, DOOR_PURPOSE = "payslip-reader", "pay-door"
LINK_LIFE = timedelta(hours=4)
"""How long a link that was followed says who reads; then it is followed again."""
OPEN_LIFE = timedelta(minutes=15)


def payee(request: Request, context: Ctx, origin: OwnOrigin) -> Actor:
    """Whose payslips this browser may try to open: who is known in it, else whom the link that it followed is about.

    Sets `request.state.person`. Sends the browser to the sign-in where nobody is known.
    """
    held = _link_holder(request, context)
    if held is None:
        return employee(request, context, origin)
    if known_employee(request, context) is not None:
        return employee(request, context, origin)
    visit = signed_in(request, context)
    if visit is not None and visit.due is None and visit.person.id != held.id:
        return employee(request, context, origin)
    request.state.visit = None
    request.state.since = request.app.state.changes.seen
    request.state.person = held
    return employee_actor(held.id, language_of(request))


Payee = Annotated[Actor, Depends(payee)]


@router.get("/pay/{token}")
def by_link(token: str, request: Request, context: Ctx) -> Response:
    """From a message to the payslip: the link says whose it is, and opens nothing by itself."""
    browser = browser_of(request)
    if browser in context.wechat.channel_names() and visitor_of(request, context) is None:
        return RedirectResponse(f"/wechat/in/{browser}?back=/pay/{token}", 303)
    with context.database.reading() as session:
        notice = handing_out.behind(session, token, context.signer, context.clock)
        _check_reader(session, request, context, notice.person_id)
        person_id, slip_id = notice.person_id, notice.payslip_id
    response = RedirectResponse(f"{HOME}/slips/{slip_id}", 303)
    until = context.clock.now() + LINK_LIFE
    _keep(response, context, LINK_PURPOSE, context.signer.sign(LINK_PURPOSE, person_id, until), LINK_LIFE)
    return response


@router.get(DOOR)
def door(request: Request, context: Ctx, actor: Payee, back: str = HOME) -> Response:
    """What opens the payslips."""
    return closed(request, context, actor, _inside(back))


@router.post(f"{DOOR}/code")
def send_code(
    request: Request, context: Ctx, actor: Payee, back: Annotated[str, Form(max_length=300)] = HOME
) -> Response:
    """Have a one-time code sent."""

    def change(session: Session) -> None:
        lock.send_code(session, actor.person_id or "", context.clock)

    problem = _tried(context, change)
    if problem is not None:
        return closed(request, context, actor, _inside(back), problem)
    return closed(request, context, actor, _inside(back), asks="code")


@router.post(DOOR)
def open_door(
    request: Request,
    context: Ctx,
    actor: Payee,
    pin: Annotated[str, Form(max_length=40)] = "",
    code: Annotated[str, Form(max_length=40)] = "",
    back: Annotated[str, Form(max_length=300)] = HOME,
) -> Response:
    """Try the PIN or the code."""
    person_id = actor.person_id or ""
    passed = False

    def change(session: Session) -> None:
        nonlocal passed
        # a wrong one counts: what is refused is committed too
        if pin or not code:
            passed = lock.take_pin(session, person_id, pin, context.clock)
        else:
            passed = lock.take_code(session, person_id, code, context.clock)

    problem = _tried(context, change)
    if problem is None and not passed:
        with context.database.reading() as session:
            problem = lock.wrong_pin(session, person_id) if pin or not code else lock.wrong_code()
    if problem is not None:
        return closed(request, context, actor, _inside(back), problem, asks="code" if code else "")
    response = RedirectResponse(_inside(back), 303)
    with context.database.reading() as session:
        keep_open(response, context, person_id, lock.generation(session, person_id))
    return response


@router.post(f"{DOOR}/close")
def close(context: Ctx, actor: Payee) -> Response:
    """Close the payslips here and everywhere else."""
    with context.database.transaction() as session:
        lock.close_all(session, actor.person_id or "", context.clock)
    response = RedirectResponse(TODAY, 303)
    for purpose in (DOOR_PURPOSE, LINK_PURPOSE):
        response.delete_cookie(_cookie(context, purpose), path="/")
    return response


@router.get(PIN)
def pin_page(request: Request, context: Ctx, actor: Payee) -> Response:
    """The PIN of one's own."""
    return _pin_page(request, context, actor)


@router.post(PIN)
def set_pin(
    request: Request,
    context: Ctx,
    actor: Payee,
    pin: Annotated[str, Form(max_length=40)] = "",
    again: Annotated[str, Form(max_length=40)] = "",
    only: Annotated[str, Form(max_length=10)] = "",
    drop: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Set, change or drop it; what was opened elsewhere closes."""
    if not is_open(request, context, actor):
        return closed(request, context, actor, PIN)
    person_id = actor.person_id or ""
    generation = 0

    def change(session: Session) -> None:
        nonlocal generation
        if drop:
            generation = lock.drop_pin(session, person_id, context.clock)
        else:
            generation = lock.set_pin(session, person_id, pin, again, context.clock, only_pin=only == "yes")

    problem = _tried(context, change)
    if problem is not None:
        return _pin_page(request, context, actor, problem)
    response = RedirectResponse(f"{HOME}?pin={'dropped' if drop else 'set'}", 303)
    keep_open(response, context, person_id, generation)
    return response


def is_open(request: Request, context: Context, actor: Actor) -> bool:
    """Whether this browser has just passed the second factor of this very person."""
    signed = request.cookies.get(_cookie(context, DOOR_PURPOSE), "")
    if not signed or actor.person_id is None:
        return False
    try:
        value = context.signer.verify(DOOR_PURPOSE, signed, context.clock.now())
    except InterviewEngineError:
        return False  # too old, or not ours: it is asked for again
    with context.database.reading() as session:
        return value == f"{actor.person_id}:{lock.generation(session, actor.person_id)}"


def keep_open(response: Response, context: Context, person_id: str, generation: int) -> None:
    """Open the payslips in this browser for a while."""
    until = context.clock.now() + OPEN_LIFE
    value = context.signer.sign(DOOR_PURPOSE, f"{person_id}:{generation}", until)
    _keep(response, context, DOOR_PURPOSE, value, OPEN_LIFE)


def closed(
    request: Request,
    context: Context,
    actor: Actor,
    back: str,
    problem: InterviewEngineError | None = None,
    *,
    asks: str = "",
) -> Response:
    """The page that asks for the second factor; `back` is where it leads once that is passed."""
    with context.database.reading() as session:
        ways = lock.ways(session, actor.person_id or "", context.clock)
    return page(
        request,
        "wechat/pay/door.html",
        200 if problem is None else 422,
        ways=ways,
        asks=asks if ways.sent else "",
        back=back,
        door=DOOR,
        home=TODAY,
        problem=None if problem is None else problem.text(language_of(request)),
        wrong="" if problem is None else getattr(problem, "field", ""),
    )


def _pin_page(
    request: Request, context: Context, actor: Actor, problem: InterviewEngineError | None = None
) -> Response:
    if not is_open(request, context, actor):
        return closed(request, context, actor, PIN)
    with context.database.reading() as session:
        held = lock.has_pin(session, actor.person_id or "")
    return page(
        request,
        "wechat/pay/pin.html",
        200 if problem is None else 422,
        held=held,
        here=PIN,
        home=HOME,
        problem=None if problem is None else problem.text(language_of(request)),
        wrong="" if problem is None else getattr(problem, "field", ""),
    )


def _check_reader(session: Session, request: Request, context: Context, person_id: str) -> None:
    """Refuse a link that was passed on to somebody whom we know.

    Raises:
        PermissionDenied: `pay.other_person`.
    """
    visitor = visitor_of(request, context)
    found = None if visitor is None else identities.person_of(session, visitor.channel, visitor.app_id, visitor.openid)
    visit = signed_in(request, context)
    other = (found is not None and found.id != person_id) or (visit is not None and visit.person.id != person_id)
    if other:
        raise PermissionDenied(
            "pay.other_person",
            msg("This link is somebody else's."),
            msg("Your own payslips are under Today, Payslips."),
        )


def _link_holder(request: Request, context: Context) -> Person | None:
    signed = request.cookies.get(_cookie(context, LINK_PURPOSE), "")
    if not signed:
        return None
    try:
        person_id = context.signer.verify(LINK_PURPOSE, signed, context.clock.now())
    except InterviewEngineError:
        return None  # too old, or not ours: the link is followed again
    with context.database.reading() as session:
        person = session.get(Person, person_id)
    return person if person is not None and person.erased_at is None else None


def _tried(context: Context, change: Callable[[Session], None]) -> InterviewEngineError | None:
    try:
        with context.database.transaction() as session:
            change(session)
    except InterviewEngineError as problem:
        return problem
    return None


def _inside(back: str) -> str:
    """A page of pay, or a paper of one's own requests: nowhere else does the door lead."""
    found = inside(back, HOME)
    return found if found.startswith((HOME, "/wechat/my/requests/")) else HOME


def _keep(response: Response, context: Context, purpose: str, value: str, life: timedelta) -> None:
    response.set_cookie(
        _cookie(context, purpose),
        value,
        max_age=int(life.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=context.service.secure,
        path="/",
    )


def _cookie(context: Context, purpose: str) -> str:
    return f"__Host-{purpose}" if context.service.secure else purpose
