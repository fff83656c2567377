"""Which channels bring good candidates at what cost, and how long hiring takes (C4, C6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.context import Context
from api.deps import Ctx
from api.pages import console_words as words
from api.pages.console_charts import intervals
from api.pages.console_frame import console_page
from api.pages.console_requisitions import titles_for
from api.sessions import PageActor
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.recruiting import channels
from interview_engine.hr.recruiting.channel_rules import Estimate

router = APIRouter()

FIGURES_KEPT = timedelta(minutes=5)
MOST_FIGURES = 200
ADVICE = {
    "best": "highest mean",
    "alike": "cannot be told from the best",
    "less": "below the best beyond chance",
    "too_few": "too few to say",
}


@router.get("/console/channels")
def channel_page(
    request: Request, context: Ctx, actor: PageActor, requisition: str = "", days: int = 180, fresh: str = ""
) -> Response:
    """Which channels bring good candidates at what cost, and how long hiring takes."""
    chosen = requisition or None
    days = min(max(days, 7), 3650)
    with context.database.reading() as session:
        titles = titles_for(session, actor, "read")
    found = _figures(context, actor, chosen, days, fresh=bool(fresh))
    rows, times = found.rows, found.times
    return console_page(
        request,
        actor,
        "channels.html",
        rows=rows,
        scores=intervals([_triple(row.score) for row in rows if row.score], 0, 10),
        rates=intervals([_triple(row.hire_rate) for row in rows if row.hire_rate], 0, 1),
        times=times,
        at=found.at,
        titles=titles,
        requisition=requisition,
        days=days,
        stages=words.STAGES,
        advice=ADVICE,
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """What the channels' page shows, and when it was computed."""

    at: datetime
    rows: tuple[channels.ChannelRow, ...]
    times: channels.HiringTimes


_figures_kept: dict[tuple[Any, ...], Figures] = {}


def _figures(context: Context, actor: Actor, requisition: str | None, days: int, *, fresh: bool) -> Figures:
    """Sums over every application within reach take a second with 50,000 of them, so they are kept for a while: for
    whoever holds the same grants and is the same person."""
    key = (id(context.database), actor.grants, actor.person_id, requisition, days)
    kept = _figures_kept.get(key)
    if kept is not None and not fresh and context.clock.now() - kept.at < FIGURES_KEPT:
        return kept
    with context.database.reading() as session:
        rows = channels.channel_quality(session, actor, requisition_id=requisition)
        times = channels.hiring_times(session, actor, context.clock, requisition_id=requisition, days=days)
    found = Figures(context.clock.now(), rows, times)
    if len(_figures_kept) >= MOST_FIGURES:
        _figures_kept.clear()
    _figures_kept[key] = found
    return found


def _triple(estimate: Estimate) -> tuple[float, float, float]:
    return estimate.value, estimate.low, estimate.high
