"""Leave for some days, counted in workdays of the company's calendar, without balances: those are the time area's.

Whoever decides sees the days, not the kind of leave and not the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.area import Fact, Facts
from interview_engine.hr.calendar import service as calendars
from interview_engine.hr.companies import service as companies
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.problems import conflict, invalid
from interview_engine.hr.requests.service import Ask, AskedKind, Line, in_force
from interview_engine.i18n import Text, msg

NAME = "leave"
TYPES = MappingProxyType(
    {
        "annual": msg("Annual leave"),
        "personal": msg("Personal leave"),
        "sick": msg("Sick leave"),
        "marriage": msg("Marriage leave"),
        "parental": msg("Maternity or parental leave"),
        "bereavement": msg("Bereavement leave"),
        "other": msg("Other leave"),
    }
)
PARTS = MappingProxyType({"whole": msg("Whole days"), "morning": msg("The morning"), "afternoon": msg("The afternoon")})
EARLIEST_DAYS = 31
"""Who fell ill asks afterwards; what is older HR enters."""


HALF = Decimal("0.5")


def days_of(asked: Ask) -> Decimal:
    """Days of the calendar from the first to the last, both counted; half a day is 0.5."""
    first, last = asked.day("first_day"), asked.day("last_day")
    if asked.values.get("part") in ("morning", "afternoon"):
        return HALF
    return Decimal((last - first).days + 1)


def workdays_of(session: Session, asked: Ask) -> tuple[Decimal, bool]:
    """(days that are worked by the calendar of the person's company, whether a notice has confirmed all of them)."""
    calendar = calendars.calendar(session, companies.regions_of(session, asked.post.legal_entity_id))
    first, last = asked.day("first_day"), asked.day("last_day")
    count = Decimal(calendar.workdays(first, last))
    half = asked.values.get("part") in ("morning", "afternoon")
    return min(count, HALF) if half else count, not calendar.tentative_days(first, last)


def _check(session: Session, asked: Ask, _: Clock) -> None:
    part = asked.values.get("part") or "whole"
    if part != "whole" and asked.day("first_day") != asked.day("last_day"):
        raise invalid(
            "part",
            "leave.part",
            msg("Half a day is of one day."),
            msg("Choose the same day twice, or whole days."),
        )
    for other in in_force(session, asked, (NAME,)):
        theirs = other.values.get("part") or "whole"
        if part == "whole" or theirs in ("whole", part):
            raise conflict(
                "leave.overlaps",
                msg("There is a leave on {day} already.", day=str(other.values.get("first_day"))),
                msg("Choose other days, or withdraw or cancel that one first."),
            )


def _facts(session: Session, asked: Ask) -> Facts:
    return {
        "days": workdays_of(session, asked)[0],
        "calendar_days": days_of(asked),
        "leave_type": asked.text("leave_type"),
    }


def _lines(session: Session, asked: Ask) -> Sequence[Line]:
    if asked.day_from is None or asked.day_to is None:
        return ()
    workdays, confirmed = workdays_of(session, asked)
    said: Text | str = f"{workdays:f}"
    if not confirmed:
        said = msg("{days}, by a calendar that is not confirmed yet", days=f"{workdays:f}")
    return (
        Line(msg("Workdays"), said, "contact"),
        Line(msg("Days of the calendar"), f"{days_of(asked):f}", "contact"),
    )


LEAVE = AskedKind(
    name=NAME,
    title=msg("Leave"),
    about=msg("Days off. Only HR reads what kind of leave it is and why."),
    fields=(
        Field("leave_type", msg("Kind of leave"), "choice", required=True, choices=TYPES),
        Field("first_day", msg("First day", context="days"), "day", required=True),
        Field("last_day", msg("Last day", context="days"), "day", required=True),
        Field("part", msg("Of the day"), "choice", choices=PARTS, help=msg("Left empty: whole days.")),
        Field("reason", msg("Reason"), "area", most=500),
    ),
    days=("first_day", "last_day"),
    classes={"leave_type": "health", "reason": "health"},
    facts=(
        Fact("days", msg("Workdays")),
        Fact("calendar_days", msg("Days of the calendar")),
        Fact("leave_type", msg("Kind of leave"), TYPES),
    ),
    facts_in=_facts,
    earliest_days=EARLIEST_DAYS,
    check=_check,
    lines=_lines,
)
