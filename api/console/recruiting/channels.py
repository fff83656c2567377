"""Which channels bring good candidates at what cost, and how long hiring takes (C4, C6)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.console.charts import intervals
from api.console.frame import console_page
from api.console.recruiting import words
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.hr.recruiting.analytics.estimates import Estimate
from interview_engine.hr.recruiting.jobs.lists import titles_for
from interview_engine.i18n import mark

router = APIRouter()

ADVICE = {
    "best": mark("above the others beyond chance"),
    "alike": mark("cannot be told apart"),
    "less": mark("below the highest beyond chance"),
    "too_few": mark("too few to tell"),
}

ENDS = ("rejected", "withdrawn", "not_started")
"""How an application ends without a hire: no steps on the way to one."""


@router.get("/console/channels")
def channel_page(
    request: Request, context: Ctx, actor: PageActor, requisition: str = "", days: int = 180, fresh: str = ""
) -> Response:
    """Which channels bring good candidates at what cost, and how long hiring takes."""
    chosen = requisition or None
    days = min(max(days, 7), 3650)
    with context.database.reading() as session:
        titles = titles_for(session, actor, "read")
    found = context.figures.get(actor, chosen, days, fresh=bool(fresh))
    rows, times = found.rows, found.times
    return console_page(
        request,
        actor,
        "recruiting/channels.html",
        rows=rows,
        scores=intervals([_triple(row.score) for row in rows if row.score], 0, 10),
        rates=intervals([_triple(row.hire_rate) for row in rows if row.hire_rate], 0, 1),
        times=times,
        at=found.at,
        titles=titles,
        requisition=requisition,
        days=days,
        stages=words.STAGES,
        steps=[one for one in times.stages if one.stage not in ENDS],
        ends=[one for one in times.stages if one.stage in ENDS],
        advice=ADVICE,
    )


def _triple(estimate: Estimate) -> tuple[float, float, float]:
    return estimate.value, estimate.low, estimate.high
