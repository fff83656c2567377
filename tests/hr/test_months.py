"""Months on the calendar."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from interview_engine.hr.months import add_months, bounds

days = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@given(days, st.integers(-600, 600))
def test_months_are_added_without_skipping_one(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day <= day.day


def test_months_end_on_the_last_day_of_a_short_month() -> None:
    assert add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)


@given(days)
def test_the_day_after_a_month_is_the_first_of_the_next(day: date) -> None:
    first, last = bounds(day)
    assert first.day == 1
    assert date.fromordinal(last.toordinal() + 1) == add_months(first, 1)
