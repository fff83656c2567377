"""Days of annual leave: by years of work in all, of joiners and leavers, after long sick leave (E5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from interview_engine.hr.leave.annual import Accrued, LeaveStep, Work, accruals, earned
from interview_engine.hr.leave.types import ANNUAL_STEPS
from interview_engine.hr.pay import parameters
from interview_engine.hr.pay.parameters import book

STEPS = (LeaveStep(1, 5, 2), LeaveStep(10, 10, 3), LeaveStep(20, 15, 4))
END = date(2026, 12, 31)


def of(work: Work, until: date = END, sick: int = 0, taken: tuple[int, ...] = ()) -> list[tuple[str, int, int]]:
    found = accruals(STEPS, work, until, {2026: Decimal(sick)}, taken)
    return [(one.day.isoformat(), one.year, one.days) for one in found]


def test_the_steps_that_ship_are_those_of_the_pay_parameters() -> None:
    row = book(()).get("annual_leave", date(2026, 1, 1))
    assert tuple(ANNUAL_STEPS) == tuple(parameters.annual_leave(row).steps) == STEPS


@pytest.mark.parametrize(
    ("first", "months_before", "days"),
    [
        (date(2025, 6, 1), 0, [("2026-06-01", 2026, 2)]),  # the first year is full on 1 June: 214 days of 365
        (date(2024, 12, 1), 0, [("2026-01-01", 2026, 5)]),
        (date(2026, 7, 1), 12, [("2026-07-01", 2026, 2)]),
        (date(2026, 10, 20), 120, [("2026-10-20", 2026, 2)]),
        (date(2026, 10, 20), 24, [("2026-10-20", 2026, 1)]),
        (date(2026, 7, 1), 11, [("2026-08-01", 2026, 2)]),
        (date(2020, 1, 1), 240, [("2026-01-01", 2026, 15)]),
        (date(2020, 1, 1), 0, [("2026-01-01", 2026, 5)]),
        (date(2026, 3, 1), 0, []),
    ],
)
def test_a_joiner_s_days_are_whole_and_other_employers_count(
    first: date, months_before: int, days: list[tuple[str, int, int]]
) -> None:
    assert of(Work(first, None, months_before, 2026)) == days


def test_a_step_reached_in_the_year_adds_the_difference_from_that_day() -> None:
    assert of(Work(date(2020, 1, 1), None, 42, 2026)) == [("2026-01-01", 2026, 5), ("2026-07-01", 2026, 5)]
    assert of(Work(date(2020, 1, 1), None, 42, 2026), date(2026, 6, 30)) == [("2026-01-01", 2026, 5)]


def test_a_leaver_s_days_count_to_the_last_day() -> None:
    """273 of 365 days of 10 are 7; of who joined in the same year only the days here."""
    assert of(Work(date(2014, 1, 1), date(2026, 9, 30), 0, 2026)) == [("2026-01-01", 2026, 7)]
    assert of(Work(date(2026, 4, 1), date(2026, 9, 30), 120, 2026)) == [("2026-04-01", 2026, 5)]
    assert of(Work(date(2026, 4, 1), date(2026, 4, 10), 120, 2026)) == []


@pytest.mark.parametrize(("sick", "days"), [(60, 5), (61, 0)])
def test_two_months_of_sick_leave_cancel_the_year_below_ten_years(sick: int, days: int) -> None:
    assert sum(one[2] for one in of(Work(date(2020, 1, 1), None, 0, 2026), sick=sick)) == days


def test_leave_taken_before_the_long_illness_cancels_the_next_year_instead() -> None:
    work = Work(date(2020, 1, 1), None, 0, 2026)
    assert of(work, date(2028, 1, 1), 61, (2026,)) == [("2026-01-01", 2026, 5), ("2028-01-01", 2028, 5)]


def test_a_whole_leap_year_is_no_more_than_the_year() -> None:
    assert earned(date(2028, 1, 1), date(2028, 12, 31), 5) == 5
    assert earned(date(2026, 5, 2), date(2026, 5, 1), 5) == 0


def test_what_was_accrued_names_its_year() -> None:
    assert Accrued(END, 2026, 5).year == 2026
