"""Which day is told when, in which words. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from interview_engine.hr.calendar.service import Calendar, Day
from interview_engine.i18n import joined, msg

MORNING = time(8, 0)
"""When a day's messages go out, where the company is. Before it nobody is woken."""
EVENING = time(21, 30)
"""From then on messages wait for the next morning anyway."""
HOLIDAY_AHEAD = timedelta(days=7)
"""How long before a holiday it is announced: long enough to plan the journey, and before the first day made up for."""
CONTRACT_AHEAD = timedelta(days=30)
PROBATION_AHEAD = timedelta(days=7)
MOST_TITLE = 60
"""Characters of a notice's title; a run of two holidays with long names may have more."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """Days off in one piece, with the weekends that are worked for them."""

    names: tuple[str, ...]
    first: date
    last: date
    worked: tuple[date, ...]

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


def local_day(now: datetime, zone: ZoneInfo) -> date | None:
    """The day whose morning it is there; None at night."""
    local = now.astimezone(zone)
    return local.date() if MORNING <= local.time() < EVENING else None


def is_anniversary(of: date, today: date) -> bool:
    """Whether a day of the year has come round; 29 February is kept on the 28th in other years."""
    if (of.month, of.day) == (2, 29) and not _is_leap(today.year):
        return (today.month, today.day) == (2, 28)
    return (of.month, of.day) == (today.month, today.day)


def years_since(start: date, today: date) -> int:
    """Whole years that are complete today, as on an anniversary."""
    return today.year - start.year


def holidays_between(calendar: Calendar, first: date, last: date) -> tuple[Holiday, ...]:
    """Holidays that begin on these days and that a notice has confirmed; a tentative one is none.

    A holiday is a run of days off with a name in it, of which at least one is not a plain weekend. Weekends that are
    worked for it carry its name, on either side.
    """
    found = []
    day = first
    while day <= last:
        run = _run(calendar, day)
        if run and not _off(calendar.day(day - timedelta(days=1))):
            holiday = _holiday(calendar, run)
            if holiday is not None:
                found.append(holiday)
        day += timedelta(days=max(1, len(run)))
    return tuple(found)


def announcement(holiday: Holiday, language: str) -> tuple[str, str]:
    """Title and text of the notice of a holiday."""
    title = msg(
        "{name}: {days} days off from {first}", name=_named(holiday.names, language), days=holiday.days,
        first=holiday.first.isoformat(),
    )  # fmt: skip
    text = msg(
        "Days off: {first} to {last}, {days} days.",
        first=_written(holiday.first, language),
        last=_written(holiday.last, language),
        days=holiday.days,
    )
    lines = [text.get(language)]
    if holiday.worked:
        days = joined([_written(one, language) for one in holiday.worked]).get(language)
        lines.append(msg("Worked in exchange: {days}.", days=days).get(language))
    else:
        lines.append(msg("No weekend is worked in exchange.").get(language))
    lines.append(msg("This is the calendar of your company; your roster may say otherwise.").get(language))
    return title.get(language)[:MOST_TITLE], "\n".join(lines)


def _run(calendar: Calendar, day: date) -> list[Day]:
    run: list[Day] = []
    while len(run) < 40 and _off(calendar.day(day)):
        run.append(calendar.day(day))
        day += timedelta(days=1)
    return run


def _holiday(calendar: Calendar, run: Sequence[Day]) -> Holiday | None:
    special = [one for one in run if one.kind in ("statutory", "substitute") and one.name]
    if not special or any(one.tentative for one in run):
        return None
    names = tuple(dict.fromkeys(one.name for one in special))
    around = _days(run[0].day - timedelta(days=20), run[-1].day + timedelta(days=20))
    worked = tuple(
        one.day
        for one in map(calendar.day, around)
        if one.kind == "workday" and one.day.weekday() >= 5 and one.name in names and not one.tentative
    )
    return Holiday(names, run[0].day, run[-1].day, worked)


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _off(day: Day) -> bool:
    return day.kind != "workday"


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


@cache
def _names() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "holiday_names.json").read_text("utf-8"))
    return found


def _named(names: Iterable[str], language: str) -> str:
    """The names as the language calls them; a company's own days are called what the company calls them."""
    return joined([_names().get(one, {}).get(language, one) for one in names]).get(language)


WEEKDAYS = (
    msg("Mon", context="weekday"),
    msg("Tue", context="weekday"),
    msg("Wed", context="weekday"),
    msg("Thu", context="weekday"),
    msg("Fri", context="weekday"),
    msg("Sat", context="weekday"),
    msg("Sun", context="weekday"),
)


def _written(day: date, language: str) -> str:
    return f"{day.isoformat()} ({WEEKDAYS[day.weekday()].get(language)})"
