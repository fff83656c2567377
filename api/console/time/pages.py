"""The month of a team with the figures of departments, closing a month, and the code that a door shows."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.charts import qr_code
from api.console.forms import Form
from api.console.frame import console_page, done
from api.context import Context
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.clock import china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import require
from interview_engine.hr.months import last_of
from interview_engine.hr.org import service as org
from interview_engine.hr.time import service as time
from interview_engine.i18n import mark

router = APIRouter()
MONTH = "/console/attendance-month"
DOOR = "/console/punch-places/{row_id}/door"
MARKS = {
    "fine": ("✓", mark("As planned")),
    "leave": ("◦", mark("Leave")),
    "look": ("!", mark("To explain")),
    "held": ("?", mark("Waits for a person")),
    "settled": ("•", mark("Decided by a person")),
}


@router.get(MONTH)
def month(request: Request, context: Ctx, actor: PageActor, month: str = "", department: str = "") -> Response:
    """Everybody within reach, day by day."""
    require(actor, "contact", "read")
    return _page(request, context, actor, month, department)


@router.post(f"{MONTH}/lock")
def lock(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Close a month of a company."""

    def change(session: Session) -> str:
        wanted = time.read_month(form.text("month"))
        time.lock(session, actor, form.text("company"), wanted, context.clock)
        return f"{MONTH}?month={wanted:%Y-%m}"

    return act(
        context,
        change,
        lambda address: done(address, "month_locked"),
        lambda problem: _page(request, context, actor, form.text("month"), "", problem),
    )


@router.get(DOOR)
def door(row_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """The code of a place, to be shown at its door; the page fetches the next one by itself."""
    require(actor, "public", "manage")
    with context.database.reading() as session:
        place = time.get_place(session, actor, row_id)
        code = time.door_code(context.signer, place.id, context.clock)
        address = f"{context.service.public_url}/wechat/my/time?code={code}"
        return console_page(
            request, actor, "time/door.html", place=place, drawn=qr_code(address), seconds=time.CODE_S // 2
        )


def _page(
    request: Request, context: Context, actor: Actor, wanted: str, department: str,
    problem: InterviewEngineError | None = None,
) -> Response:  # fmt: skip
    try:
        first = time.read_month(wanted) if wanted else china_day(context.clock).replace(day=1)
    except InterviewEngineError as error:
        first, problem = china_day(context.clock).replace(day=1), problem or error
    with context.database.reading() as session:
        team = time.team_month(session, actor, first, department)
        companies = [(one.id, one.name) for one in org.managed_entities(session, actor)]
    return console_page(
        request,
        actor,
        "time/month.html",
        problem=problem,
        team=team,
        department=department,
        days=range(1, last_of(first).day + 1),
        marks=MARKS,
        companies=companies,
    )
