"""A year's days of a place, and its notices: one person enters them, a second puts them in force."""

from __future__ import annotations

import calendar as months
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.forms import Fields, Form, as_day
from api.console.frame import console_page, done
from api.context import Context
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.clock import china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import require
from interview_engine.hr.accounts.service import names_of
from interview_engine.hr.calendar import service
from interview_engine.hr.calendar.notice import read_notice
from interview_engine.hr.calendar.rules import DAY_KINDS, Day, DayKind, days
from interview_engine.hr.calendar.service import COUNTRY, company_region
from interview_engine.hr.calendar.statutory import slots, source
from interview_engine.hr.calendar.tables import CalendarNotice
from interview_engine.hr.months import last_of
from interview_engine.hr.org import service as org
from interview_engine.hr.problems import invalid
from interview_engine.i18n import mark, msg

router = APIRouter()
HOME = "/console/calendar"
YEARS = range(2020, 2100)
MOST_NOTICE = 1_000_000
"""Bytes of a notice's file; the longest so far has 5,000."""
LONGEST = 60
"""Days that one entry may set for a company."""

KINDS: Mapping[DayKind, str] = {
    "workday": mark("Worked"),
    "restday": mark("Day off"),
    "statutory": mark("Statutory holiday"),
    "substitute": mark("Substitute day off"),
}
STATES: Mapping[str, str] = {
    "proposed": mark("To be checked"),
    "in_force": mark("In effect"),
    "replaced": mark("Replaced"),
    "dropped": mark("Dropped"),
}
"""msgids."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month as the page shows it: weeks of seven days from Monday, None for days of its neighbours."""

    first: date
    weeks: Sequence[Sequence[Day | None]]
    worked: int


@router.get(HOME)
def shown(request: Request, context: Ctx, actor: PageActor, region: str = "", year: str = "") -> Response:
    """Twelve months of a place, its notices, and the forms for another."""
    require(actor, "public", "read")
    return _page(request, context, actor, region, year)


@router.post(f"{HOME}/notices")
def enter(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Read a year's notice from its file; it waits for a second person."""

    def change(session: Session) -> str:
        content = form.file("file", MOST_NOTICE, msg("The notice as JSON.")).data
        year = form.whole("year", YEARS[0], YEARS[-1])
        notice = read_notice(content, _statutory(form, year))
        if notice.year != year:
            raise invalid(
                "year",
                "calendar.year_of_file",
                msg("The file is for {year}.", year=notice.year),
                msg("Enter the statutory days of that year."),
            )
        region = form.text("region", COUNTRY) or COUNTRY
        made = service.propose(
            session,
            actor,
            region,
            year,
            notice.days,
            notice.papers[0],
            context.clock,
            tentative=form.checked("tentative"),
        )
        return _address(made.region, made.year)

    return act(
        context,
        change,
        lambda address: done(address, "notice_proposed"),
        lambda problem: _page(request, context, actor, form.text("region"), form.text("year"), form, problem),
    )


@router.post(f"{HOME}/days")
def set_days(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Days of a company: closed for a week, a Saturday that is worked. They wait for a second person too."""

    def change(session: Session) -> str:
        first = form.day("first")
        last = as_day(form.text("last"), "last") if form.text("last") else first
        if last < first:
            raise invalid("last", "calendar.span", msg("The last day is before the first."), msg("Change one of them."))
        if (last - first).days >= LONGEST or last.year != first.year:
            raise invalid(
                "last",
                "calendar.span",
                msg("At most {count} days of one year at a time.", count=LONGEST),
                msg("Enter the rest afterwards."),
            )
        kind: Any = form.choice("kind", DAY_KINDS)
        region = company_region(form.text("company"))
        changed = [Day(day, kind, form.text("name")) for day in days(first, last)]
        whole = service.with_days(session, region, first.year, changed)
        made = service.propose(session, actor, region, first.year, whole, form.text("source"), context.clock)
        return _address(region, made.year)

    return act(
        context,
        change,
        lambda address: done(address, "notice_proposed"),
        lambda problem: _page(request, context, actor, form.text("region"), form.text("year"), form, problem),
    )


@router.post(f"{HOME}/notices/{{calendar_notice_id}}/confirm")
def confirm(calendar_notice_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Put a notice in force, as the second person."""
    return act(
        context,
        lambda session: _address_of(service.confirm(session, actor, calendar_notice_id, context.clock)),
        lambda address: done(address, "notice_confirmed"),
        lambda problem: _page(request, context, actor, *_of(context, calendar_notice_id), problem=problem),
    )


@router.post(f"{HOME}/notices/{{calendar_notice_id}}/drop")
def drop(calendar_notice_id: str, context: Ctx, actor: PageActor) -> Response:
    """Drop a notice that nobody works by yet."""
    return act(
        context,
        lambda session: _address_of(service.drop(session, actor, calendar_notice_id, context.clock)),
        lambda address: done(address, "notice_dropped"),
    )


def _of(context: Context, notice_id: str) -> tuple[str, str]:
    with context.database.reading() as session:
        notice = service.get_notice(session, notice_id)
        return notice.region, str(notice.year)


def _account(actor_id: str | None) -> str:
    return (actor_id or "").removeprefix("account:")


def _address_of(notice: CalendarNotice) -> str:
    return _address(notice.region, notice.year)


def _address(region: str, year: int) -> str:
    return f"{HOME}?region={region}&year={year}"


def _statutory(form: Fields, year: int) -> dict[str, tuple[date, ...]]:
    """The statutory days as they were entered, by holiday."""
    found: dict[str, list[date]] = {}
    for slot, raw in zip(slots(year), form.many("statutory"), strict=False):
        if raw:
            found.setdefault(slot.holiday, []).append(as_day(raw, "statutory"))
    return {name: tuple(sorted(set(entered))) for name, entered in found.items()}


def _page(
    request: Request,
    context: Context,
    actor: Actor,
    wanted: str,
    wanted_year: str,
    form: Fields | None = None,
    problem: InterviewEngineError | None = None,
) -> Response:
    today = china_day(context.clock)
    year = int(wanted_year) if wanted_year.isdigit() and int(wanted_year) in YEARS else today.year
    with context.database.reading() as session:
        companies = {company_region(one.id): one.name for one in org.legal_entities(session)}
        region = wanted if wanted in (*companies, *service.regions(session)) else COUNTRY
        layers = (COUNTRY,) if region == COUNTRY else (COUNTRY, region)
        found = service.calendar(session, layers)
        notices = service.notices(session, region, year)
        pending = {one.id: service.changes(session, one) for one in notices if one.state == "proposed"}
        holders = names_of(session, {_account(key) for one in notices for key in (one.entered_by, one.checked_by)})
        managed = org.managed_entities(session, actor)
        places = [(COUNTRY, msg("China")), *((key, key) for key in service.regions(session) if key.startswith("CN-"))]
        all_days = [found.day(day) for day in days(date(year, 1, 1), date(year, 12, 31))]
    return console_page(
        request,
        actor,
        "calendar/year.html",
        problem=problem,
        year=year,
        years=(year - 1, year + 1),
        region=region,
        places=[*places, *companies.items()],
        months=[_month(found.day, year, month) for month in range(1, 13)],
        tentative=any(one.tentative for one in all_days),
        counted={kind: sum(one.kind == kind for one in all_days) for kind in DAY_KINDS},
        kinds=KINDS,
        states=STATES,
        notices=notices,
        changes=pending,
        people=lambda key: holders.get(_account(key), "–"),
        slots=slots(year),
        law=source(),
        companies=[(one.id, one.name) for one in managed],
        values={} if form is None else form.values(),
        entered=[] if form is None else form.many("statutory"),
        today=today,
    )


def _month(day_of: Callable[[date], Day], year: int, month: int) -> Month:
    first = date(year, month, 1)
    weeks = [
        [day_of(day) if day.month == month else None for day in week]
        for week in months.Calendar().monthdatescalendar(year, month)
    ]
    last = last_of(first)
    return Month(first, weeks, sum(day_of(day).kind == "workday" for day in days(first, last)))
