"""The board of a roster: worked out, changed by hand, checked at every step, published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from api.console.acting import act, attempt
from api.console.buttons import Button, add_buttons
from api.console.forms import Fields, Form
from api.console.frame import console_page
from api.console.rosters import shown
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.render import environment
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor, may_at_all
from interview_engine.hr.access.service import require
from interview_engine.hr.problems import invalid
from interview_engine.hr.rosters import service as rosters
from interview_engine.hr.rosters.service import Board, Change
from interview_engine.hr.time import service as time
from interview_engine.i18n import msg, translator

router = APIRouter()
HOME = "/console/rosters"


class CellChange(BaseModel):
    """One cell as the board's script sends it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    employment: Annotated[str, Field(max_length=32)]
    day: date
    shift: Annotated[str, Field(max_length=32)] | None = None
    pinned: bool | None = None
    post: Annotated[str, Field(max_length=60)] | None = None


_CHANGES = TypeAdapter(list[CellChange])


@router.get(f"{HOME}/{{roster_id}}")
def show(roster_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """The board."""
    require(actor, "contact", "read")
    return _page(roster_id, request, context, actor)


@router.get(f"{HOME}/{{roster_id}}/progress")
def progress(roster_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """How far it is worked out: a part of the page."""
    require(actor, "contact", "read")
    with context.database.reading() as session:
        board = rosters.board(session, actor, roster_id)
    return HTMLResponse(
        environment().get_template("console/rosters/progress.html").render(
            _=translator(language_of(request)), board=board
        )
    )  # fmt: skip


@router.post(f"{HOME}/{{roster_id}}/cells")
def cells(roster_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Set cells: `changes` as JSON from the script, answered as JSON; `employment`, `day`, `shift` from the form."""
    require(actor, "contact", "write")
    language = language_of(request)

    def change(session: Session) -> dict[str, Any]:
        wanted = _changes(form)
        laid = rosters.set_cells(session, actor, roster_id, wanted, context.clock)
        board = rosters.board_of(session, actor, laid)
        return shown.state_of(board, language, [(one.employment_id, one.day) for one in wanted])

    if form.text("changes"):
        return _answered(attempt(context, change), language)
    return act(
        context,
        change,
        lambda _: RedirectResponse(f"{HOME}/{roster_id}", 303),
        lambda problem: _page(roster_id, request, context, actor, problem),
    )


@router.post(f"{HOME}/{{roster_id}}/need")
def need(roster_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Say how many a shift of a day needs; `quiet` is answered as JSON."""
    require(actor, "contact", "write")
    language = language_of(request)

    def change(session: Session) -> dict[str, Any]:
        count = form.whole("count", 0, 99)
        laid = rosters.set_need(
            session, actor, roster_id, form.day("day"), form.text("shift"), form.text("post"), count, context.clock
        )
        return shown.state_of(rosters.board_of(session, actor, laid), language)

    if form.text("quiet"):
        return _answered(attempt(context, change), language)
    return act(
        context,
        change,
        lambda _: RedirectResponse(f"{HOME}/{roster_id}", 303),
        lambda problem: _page(roster_id, request, context, actor, problem),
    )


def _answered(made: Mapping[str, Any] | InterviewEngineError, language: str) -> Response:
    if isinstance(made, InterviewEngineError):
        return JSONResponse({"problem": f"{made.message.get(language)} {made.next_step.get(language)}"}, 422)
    return JSONResponse(dict(made))


def _changes(form: Fields) -> list[Change]:
    raw = form.text("changes")
    if not raw:
        return [Change(form.text("employment"), form.day("day"), form.optional("shift"))]
    try:
        found = _CHANGES.validate_json(raw)
    except ValidationError:
        raise invalid("changes", "roster.cell", msg("This is no person, day or shift of the roster."),
                      msg("Reload the page and try again.")) from None  # fmt: skip
    return [Change(one.employment, one.day, one.shift or None, one.pinned, one.post) for one in found]


def _page(
    roster_id: str, request: Request, context: Context, actor: Actor, problem: InterviewEngineError | None = None
) -> Response:
    language = language_of(request)
    with context.database.reading() as session:
        board = rosters.board(session, actor, roster_id)
        return console_page(
            request,
            actor,
            "rosters/board.html",
            board=board,
            rows=shown.rows_of(board, language),
            broken=shown.broken_lines(board, language),
            covers=shown.covers_of(board),
            gaps=shown.gaps_of(board, language),
            weekdays=shown.WEEKDAYS,
            states=rosters.STATES,
            methods=rosters.METHODS,
            choices_of_shifts=[(one.id, f"{one.code} {one.name}") for one in board.shifts],
            times={one.id: time.parts_text(one.parts) for one in board.shifts},
            writes=may_at_all(actor, "contact", "write") and board.roster.state != "published" and not board.planning,
            told=_told(board, language),
            problem=problem,
        )


def _told(board: Board, language: str) -> Mapping[str, str] | None:
    """Why it was not worked out the last time."""
    found = board.roster.problem
    if found is None:
        return None
    said = {name: found[name].get(language, found[name]["en"]) for name in ("message", "next_step")}
    return {"code": str(found["code"]), **said}


add_buttons(
    router,
    HOME,
    "roster_id",
    {
        "plan": Button(
            lambda session, by: rosters.begin(session, by.actor, by.row_id, by.form.text("method"), by.clock),
            "roster_begun",
        ),
        "publish": Button(
            lambda session, by: rosters.publish(session, by.actor, by.row_id, by.form.text("reason"), by.clock),
            "roster_published",
        ),
        "take-back": Button(
            lambda session, by: rosters.take_back(session, by.actor, by.row_id, by.clock), "roster_taken_back"
        ),
    },
    _page,
)
