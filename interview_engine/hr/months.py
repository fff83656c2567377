"""Months on the calendar."""

from __future__ import annotations

import calendar
from datetime import date


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or back; where that month is shorter, its last day (31 March − 1 → 28
    February)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def last_of(month: date) -> date:
    """The last day of a day's month."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def bounds(month: date) -> tuple[date, date]:
    """The first and the last day of a day's month."""
    return month.replace(day=1), last_of(month)
