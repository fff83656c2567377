"""Which shift somebody works on a day: what was planned for that day, else the default of the nearest. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from interview_engine.hr.time.rules.shifts import Shift


@dataclass(frozen=True, slots=True)
class Default:
    """What somebody works where nothing is planned.

    Args:
        cycle: ids of shifts in turn, None for a day off; one id is the same shift every day.
        first: the first day it holds, on which the cycle begins.
        by_calendar: on workdays only; else day after day, weekends and holidays included.
    """

    cycle: tuple[str | None, ...]
    first: date
    by_calendar: bool


@dataclass(frozen=True, slots=True)
class Planned:
    """What somebody works on a day.

    Args:
        shift: None for a day off.
        source: "plan" (of `said`), "default", or "none" where nothing says anything.
        said: what wrote a plan: "roster:<id>", "person".
    """

    shift: Shift | None
    source: str
    said: str = ""


def shift_of(default: Default, day: date, *, workday: bool) -> str | None:
    """The id of the shift that a default gives a day; None for a day off."""
    if default.by_calendar and not workday:
        return None
    return default.cycle[(day - default.first).days % len(default.cycle)]


def first_that_holds(defaults: Sequence[Default | None]) -> Default | None:
    """Of what the person, their department, those above it and the company say, in this order, the first."""
    return next((one for one in defaults if one is not None), None)
