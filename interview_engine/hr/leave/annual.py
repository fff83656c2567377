"""Days of annual leave by years of work in all, and what a year is worth that is not worked whole. Pure.

Regulation on Paid Annual Leave, articles 3 and 4; Implementing Measures, articles 5, 8 and 12.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from interview_engine.hr.months import add_months

YEAR_DAYS = 365
"""The measures divide by 365 in every year."""


@dataclass(frozen=True, slots=True)
class LeaveStep:
    """From so many years of work in all: days of leave, and the months of sick leave in the year that cancel it."""

    from_years: int
    days: int
    lost_after_sick_months: int


@dataclass(frozen=True, slots=True)
class Work:
    """How long somebody has worked.

    Args:
        first: first day here. last: the last one, None where none is known.
        months_before: full months for other employers before.
        from_year: the first year that is counted here.
    """

    first: date
    last: date | None
    months_before: int
    from_year: int


@dataclass(frozen=True, slots=True)
class Accrued:
    """Days that are added on a day, of the leave of a year."""

    day: date
    year: int
    days: int


def earned(first: date, last: date, days: int) -> int:
    """Whole days earned from the first to the last day, both counted and of one year, of so many days a year."""
    # a leap year's 366th day would give more than the whole
    return max(0, min(days, ((last - first).days + 1) * days // YEAR_DAYS))


def joiner_days(first_day: date, days: int) -> int:
    """Whole days for the rest of the year from the first day of work, which counts."""
    return earned(first_day, date(first_day.year, 12, 31), days)


def leaver_days(last_day: date, days: int) -> int:
    """Whole days earned by the last day of work, which counts."""
    return earned(date(last_day.year, 1, 1), last_day, days)


def accruals(
    steps: Sequence[LeaveStep],
    work: Work,
    until: date,
    sick_days: Mapping[int, Decimal],
    taken_in: Collection[int],
) -> list[Accrued]:
    """What is added up to a day, one entry a year and one more for a step that is reached in the course of it.

    The year of joining, and that in which the first year of work is completed, counts from that day; the year of
    leaving counts to the last day. Whoever was ill for so long that the step's months are full has no leave of that
    year, or none of the next where some was taken already (article 8 of the measures).

    Args:
        sick_days: by year, days of the calendar on sick leave. taken_in: years in which annual leave was taken.
    """
    found: list[Accrued] = []
    last_year = until.year if work.last is None else min(until.year, work.last.year)
    cancelled = False
    for year in range(max(work.from_year, work.first.year), last_year + 1):
        of_year = [] if cancelled else _of_year(steps, work, year)
        lost = _lost(steps, work, year, sick_days.get(year, Decimal(0)))
        cancelled = lost and year in taken_in
        if not lost or cancelled:
            found += [one for one in of_year if one.day <= until]
    return found


def _reached(step: LeaveStep, work: Work) -> date:
    """The day on which the years of a step are full; the first day here where they were before."""
    return max(work.first, add_months(work.first, step.from_years * 12 - work.months_before))


def _of_year(steps: Sequence[LeaveStep], work: Work, year: int) -> list[Accrued]:
    end = date(year, 12, 31) if work.last is None else min(date(year, 12, 31), work.last)
    held = [(step, _reached(step, work)) for step in sorted(steps, key=lambda one: one.from_years)]
    held = [(step, day) for step, day in held if day <= end]
    if not held:
        return []
    begin = max(date(year, 1, 1), held[0][1])
    before = [step for step, day in held if day <= begin]
    days = joiner_days(begin, before[-1].days)
    found, whole = [(begin, days)], before[-1].days
    for step, day in held[len(before) :]:
        found.append((day, step.days - whole))
        whole = step.days
    if work.last is not None and work.last.year == year:
        found = _at_most(found, earned(begin, work.last, whole))
    return [Accrued(day, year, count) for day, count in found if count]


def _at_most(found: Sequence[tuple[date, int]], most: int) -> list[tuple[date, int]]:
    kept: list[tuple[date, int]] = []
    for day, days in found:
        kept.append((day, min(days, most)))
        most -= kept[-1][1]
    return kept


def _lost(steps: Sequence[LeaveStep], work: Work, year: int, sick: Decimal) -> bool:
    """Whether sick leave cancels the leave of a year: no text says how its months are counted; a twelfth of 365 days
    is one here."""
    end = date(year, 12, 31)
    held = [step for step in sorted(steps, key=lambda one: one.from_years) if _reached(step, work) <= end]
    return bool(held) and sick * 12 >= held[-1].lost_after_sick_months * YEAR_DAYS
