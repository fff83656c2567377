"""Days of a place, and the notices that set them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import Query
from pydantic import Field

from api.access import Call, needs
from api.routes.frame import Id, In, Out, PageOut, list_out, new_router
from interview_engine.clock import china_day
from interview_engine.hr.calendar import service
from interview_engine.hr.calendar.rules import Day, DayKind, days
from interview_engine.hr.problems import invalid
from interview_engine.i18n import msg

router = new_router("calendar")

LONGEST_DAYS = 800
Region = Annotated[str, Query(max_length=50, description="CN, a province (CN-33), or company:<id>.")]


class DayOut(Out):
    """What a day is. `tentative`: no checked notice confirms its year."""

    day: date
    kind: DayKind
    name: str
    tentative: bool
    source: str


class NewDay(In):
    """A day that a notice sets."""

    day: date
    kind: DayKind
    name: str = Field(default="", max_length=60, examples=["春节"])


class NewNotice(In):
    """A notice to enter: all of its days, which replace those that the region's notice of that year set."""

    region: str = Field(max_length=50, examples=["CN"])
    year: int = Field(ge=2000, le=2100, examples=[2030])
    source: str = Field(min_length=1, max_length=300)
    tentative: bool = False
    days: list[NewDay] = Field(max_length=400)


class NoticeOut(Out):
    """A notice and where it stands: proposed, in_force, replaced or dropped."""

    id: str
    region: str
    year: int
    source: str
    tentative: bool
    state: str
    entered_by: str
    checked_by: str | None
    checked_at: datetime | None


@router.get("/calendar")
def list_calendar_days(
    call: Annotated[Call, needs("public", "read")],
    first: date | None = None,
    last: date | None = None,
    region: Region = service.COUNTRY,
) -> PageOut[DayOut]:
    """Every day from `first` to `last`, both included, as the place works them; a narrower place wins.

    Without `first` this year's days in China are meant; without `last` the year of `first`.
    """
    begin = first or china_day(call.clock).replace(month=1, day=1)
    end = last or begin.replace(month=12, day=31)
    if not 0 <= (end - begin).days < LONGEST_DAYS:
        raise invalid(
            "last",
            "calendar.span",
            msg("Ask for 1 to {count} days.", count=LONGEST_DAYS),
            msg("Change the first or the last day."),
        )
    layers = dict.fromkeys((service.COUNTRY, region))
    with call.reading() as session:
        found = service.calendar(session, tuple(layers))
    return list_out((found.day(day) for day in days(begin, end)), DayOut.model_validate)


@router.get("/calendar/notices")
def list_calendar_notices(
    call: Annotated[Call, needs("public", "read")], region: Region = service.COUNTRY, year: int | None = None
) -> PageOut[NoticeOut]:
    """The notices of a place, newest first."""
    with call.reading() as session:
        return list_out(service.notices(session, region, year), NoticeOut.model_validate)


@router.post("/calendar/notices", status_code=201)
def propose_calendar_notice(body: NewNotice, call: Annotated[Call, needs("public", "manage")]) -> NoticeOut:
    """Enter a notice; its days count when a second account has confirmed it."""
    entered = [Day(one.day, one.kind, one.name) for one in body.days]
    return call.once(
        lambda s: NoticeOut.model_validate(
            service.propose(
                s, call.actor, body.region, body.year, entered, body.source, call.clock, tentative=body.tentative
            )
        )
    )


@router.post("/calendar/notices/{calendar_notice_id}/confirm")
def confirm_calendar_notice(calendar_notice_id: Id, call: Annotated[Call, needs("public", "manage")]) -> NoticeOut:
    """Put a notice in force, by another account than the one that entered it."""
    return call.once(lambda s: NoticeOut.model_validate(service.confirm(s, call.actor, calendar_notice_id, call.clock)))


@router.post("/calendar/notices/{calendar_notice_id}/drop")
def drop_calendar_notice(calendar_notice_id: Id, call: Annotated[Call, needs("public", "manage")]) -> NoticeOut:
    """Drop a notice that is not in force yet."""
    return call.once(lambda s: NoticeOut.model_validate(service.drop(s, call.actor, calendar_notice_id, call.clock)))
