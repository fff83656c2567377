"""Whether those who scored high do better later, from a table of outcomes that is brought along (A17)."""

from __future__ import annotations

import math

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.forms import Fields, Form, as_number
from api.console.frame import console_page
from api.console.quality.upload import uploaded_rows
from api.context import Context
from api.deps import Ctx
from api.export import attachment, table_csv
from api.i18n import language_of
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import require
from interview_engine.hr.competency import service as competency
from interview_engine.store import audit

router = APIRouter()

HOME = "/console/outcomes"
CUT = 6.0
"""Of 10: the score from which somebody counts as a high scorer, unless the form says otherwise."""


@router.get(HOME)
def outcomes(request: Request, context: Ctx, actor: PageActor) -> Response:
    """Choose a competency and bring a table of outcomes."""
    return _page(request, context, actor, {})


@router.get(f"{HOME}/table.csv")
def empty_table(context: Ctx, actor: PageActor, competency_code: str = "") -> Response:
    """The table to fill in: a line a person with an interview score of that competency."""
    require(actor, "interview", "export")
    with context.database.transaction() as session:
        people = competency.measured(session, actor).get(competency_code, {})
        audit.record(session, actor.id, "portrait.export", f"competency:{competency_code}", {}, context.clock)
    lines: list[list[str | float | int | None]] = [[person_id, name, ""] for person_id, name in people.items()]
    return attachment(table_csv(["person", "name", "outcome"], lines), "text/csv; charset=utf-8", "outcomes.csv")


@router.post(HOME)
def compare(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """High scorers against the others, by the outcomes of an uploaded table, which is used and forgotten."""

    def change(session: Session) -> competency.OutcomeLink:
        require(actor, "interview", "export")
        cut = form.number("cut", 0, 10, CUT)
        return competency.outcome_link(session, actor, form.text("competency"), _outcomes(form), cut=cut)

    return act(
        context,
        change,
        lambda link: _page(request, context, actor, form.values(), link=link),
        lambda problem: _page(request, context, actor, form.values(), problem),
    )


def _outcomes(form: Fields) -> dict[str, float]:
    """By person; lines without an outcome are left out."""
    rows = uploaded_rows(form, "table", ("person", "outcome"))
    return {
        row.cells["person"]: as_number(row.cells["outcome"], "table", -1e12, 1e12)
        for row in rows
        if row.cells["outcome"].strip()
    }


def _page(
    request: Request,
    context: Context,
    actor: Actor,
    values: dict[str, str],
    problem: InterviewEngineError | None = None,
    link: competency.OutcomeLink | None = None,
) -> Response:
    require(actor, "interview", "export")
    language = language_of(request)
    with context.database.reading() as session:
        measured = competency.measured(session, actor)
        names = {row.code: row.name[language] for row in competency.competency_model(session, actor)}
    return console_page(
        request,
        actor,
        "quality/outcomes.html",
        problem=problem,
        measured={code: (names.get(code, code), len(people)) for code, people in measured.items()},
        values=values,
        cut=values.get("cut") or f"{CUT:g}",
        link=link,
        percent=None if link is None or not math.isfinite(link.difference.percent) else link.difference,
    )
