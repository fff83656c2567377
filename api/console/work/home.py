"""The home page of the console: what waits for me, the numbers of today, and a search over people, jobs and pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.area import areas_of
from api.console.frame import console_page
from api.console.recruiting import requisitions, words
from api.console.work.approvals import waiting_for
from api.console.work.inbox import lines_of
from api.deps import Ctx, get_context
from api.i18n import language_of
from api.sessions import PageActor
from api.switches import shown_for
from interview_engine.clock import CHINA
from interview_engine.hr.access.rules import Actor, may_at_all
from interview_engine.hr.accounts import service as accounts
from interview_engine.hr.employment import service as employment
from interview_engine.hr.messaging.inbox import list_inbox
from interview_engine.hr.org import service as org
from interview_engine.hr.recruiting.applying.lists import (
    ApplicationFilters,
    ApplicationSummary,
    count_applications,
    list_applications,
)
from interview_engine.hr.recruiting.jobs.lists import list_requisitions, titles_for
from interview_engine.hr.tasks import service as tasks
from interview_engine.i18n import mark, translator

router = APIRouter()
HOME = "/console/home"
SHOWN = 6
"""Lines of each list: the rest is a click away."""
FOUND = 20


@dataclass(frozen=True, slots=True)
class Number:
    """One number of today, with the stages it counts."""

    label: str
    stages: tuple[str, ...]


NUMBERS = (
    Number(mark("Applied today"), ()),
    Number(mark("Ready for a decision since today"), ("review",)),
    Number(mark("Offers since today"), ("offer",)),
    Number(mark("Hired today"), ("hired",)),
)


NO_RECRUITING: Mapping[str, Any] = {"deciding": None, "numbers": [], "titles": {}}
"""For those who see no candidates."""


@router.get(HOME)
def home(request: Request, context: Ctx, actor: PageActor) -> Response:
    """What waits for me first, then today."""
    today = context.clock.now().astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    shown = shown_for(request, context, actor.person_id)
    recruits = shown(requisitions.HOME)
    with context.database.reading() as session:
        unread = list_inbox(session, actor, unread=True, limit=SHOWN).items
        values: dict[str, Any] = {
            "approvals": waiting_for(session, actor, context.clock),
            "tasks": tasks.waiting_for(session, actor, context.clock, limit=SHOWN),
            "messages": lines_of(session, actor, unread, language_of(request)),
            "jobs": list_requisitions(session, actor, "open", limit=SHOWN).items if recruits else (),
            "recruits": recruits,
            "setup": _setup(session, actor),
            **(_recruiting(session, actor, today) if recruits else NO_RECRUITING),
        }
    return console_page(request, actor, "work/home.html", shown=SHOWN, stages=words.STAGES, **values)


@router.get("/console/search")
def search(request: Request, context: Ctx, actor: PageActor, q: str = "") -> Response:
    """Candidates and colleagues by name, jobs by title, pages by what they are called; only what the reader may see."""
    wanted = q.strip()
    recruits = shown_for(request, context, actor.person_id)(requisitions.HOME)
    people: list[ApplicationSummary] = []
    jobs: list[tuple[str, str]] = []
    with context.database.reading() as session:
        titles = titles_for(session, actor, "read") if recruits else []
        if wanted and recruits and _may_list_people(actor):
            filters = ApplicationFilters(name=wanted)
            people = list(list_applications(session, actor, None, filters, limit=FOUND).items)
        colleagues = []
        if wanted and may_at_all(actor, "contact", "read"):
            colleagues = employment.find_colleagues(session, actor, wanted, limit=FOUND)
        departments = org.department_names(session) if colleagues else {}
    if wanted:
        jobs = [one for one in titles if wanted.casefold() in one[1].casefold()][:FOUND]
    return console_page(
        request,
        actor,
        "work/search.html",
        q=wanted,
        people=people,
        colleagues=colleagues,
        departments=departments,
        jobs=jobs,
        titles=dict(titles),
        places=_places(request, actor, wanted),
        stages=words.STAGES,
    )


def _setup(session: Session, actor: Actor) -> Mapping[str, Any] | None:
    """What is there of a company that has only just begun, for who sets it up; None once people work in it."""
    if not (may_at_all(actor, "public", "manage") and may_at_all(actor, "contact", "write")):
        return None
    if employment.anybody(session):
        return None
    return {
        "companies": [one.name for one in org.legal_entities(session)],
        "accounts": bool(accounts.colleagues_by_name(session, actor)),
    }


def _recruiting(session: Session, actor: Actor, today: datetime) -> Mapping[str, Any]:
    """Candidates that wait for a decision, and the numbers; nothing for those who see no candidates."""
    if not _may_list_people(actor):
        return NO_RECRUITING
    waiting = ApplicationFilters(stages=("review",))
    deciding = list_applications(session, actor, None, waiting, limit=SHOWN, counted=False)
    today_by = [
        ApplicationFilters(stages=one.stages, stage_since=today)
        if one.stages
        else ApplicationFilters(applied_since=today)
        for one in NUMBERS
    ]
    total, *counts = count_applications(session, actor, [waiting, *today_by])
    return {
        "deciding": replace(deciding, total=total),
        "numbers": list(zip((one.label for one in NUMBERS), counts, strict=True)),
        "titles": dict(titles_for(session, actor, "read")),
    }


def _may_list_people(actor: Actor) -> bool:
    """Whether there is any list over all jobs that shows both who somebody is and how they did."""
    return may_at_all(actor, "interview", "read") and may_at_all(actor, "contact", "read")


def _places(request: Request, actor: Actor, wanted: str) -> list[tuple[str, str]]:
    """(address, label) of pages of the navigation whose label or section has the words in it."""
    translate = translator(language_of(request))
    shown = shown_for(request, get_context(request), actor.person_id)
    found = []
    for area in areas_of(request):
        for entry in area.entries:
            label = translate(entry.label)
            said = f"{translate(area.section)} {label}".casefold()
            if wanted and wanted.casefold() in said and may_at_all(actor, *entry.needs) and shown(entry.href):
                found.append((entry.href, label))
    return found
