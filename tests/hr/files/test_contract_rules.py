"""What the Labour Contract Law makes of terms, probations, third contracts and reminders (D8)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.hr.files.contract_rules import (
    Kind,
    Term,
    add_months,
    last_of_months,
    overlapping,
    probation_limit,
    reminder_day,
    unwritten,
    warnings,
)

FIRST = date(2026, 3, 1)
days = st.dates(date(2000, 1, 1), date(2060, 12, 31))


def fixed(first: date, months: int, probation: int = 0) -> Term:
    return Term("fixed", first, last_of_months(first, months), last_of_months(first, probation) if probation else None)


def codes(term: Term, earlier: list[Term], service_from: date | None = None, **more: bool) -> list[str]:
    return [one.code for one in warnings(term, earlier, service_from=service_from or term.first, **more)]


@pytest.mark.parametrize(("months", "limit"), [(1, 0), (2, 0), (3, 1), (11, 1), (12, 2), (35, 2), (36, 6), (60, 6)])
def test_a_probation_is_limited_by_the_length_of_the_contract(months: int, limit: int) -> None:
    assert probation_limit(fixed(FIRST, months)) == limit


@pytest.mark.parametrize(("kind", "limit"), [("open", 6), ("task", 0)])
def test_an_open_contract_allows_six_months_and_a_task_none(kind: Kind, limit: int) -> None:
    assert probation_limit(Term(kind, FIRST, None)) == limit


def test_a_year_less_a_day_is_no_year() -> None:
    year = fixed(FIRST, 12)
    assert year.last is not None
    assert probation_limit(Term("fixed", FIRST, year.last - timedelta(days=1))) == 1


@pytest.mark.parametrize(("months", "probation", "found"), [(36, 6, []), (36, 7, ["probation.too_long"]),
                                                            (6, 2, ["probation.too_long"]), (12, 2, [])])  # fmt: skip
def test_a_longer_probation_than_the_law_allows_is_named(months: int, probation: int, found: list[str]) -> None:
    assert codes(fixed(FIRST, months, probation), []) == found


def test_a_second_probation_is_named() -> None:
    first = fixed(FIRST, 12)
    assert codes(fixed(date(2027, 3, 1), 36, 1), [first]) == ["probation.twice"]


def test_the_third_contract_is_open_unless_the_employee_asks_otherwise() -> None:
    earlier = [fixed(date(2022, 3, 1), 24), fixed(date(2024, 3, 1), 24)]
    assert codes(fixed(FIRST, 24), earlier) == ["third.open"]
    assert codes(fixed(FIRST, 24), earlier, asked_for_fixed=True) == []
    assert codes(Term("open", FIRST, None), earlier) == []


def test_terms_with_a_long_gap_are_not_in_a_row() -> None:
    earlier = [fixed(date(2018, 3, 1), 24), fixed(date(2024, 3, 1), 24)]
    assert codes(fixed(FIRST, 24), earlier) == []


@pytest.mark.parametrize(("from_day", "found"), [(date(2016, 3, 1), ["long_service.open"]), (date(2016, 3, 2), [])])
def test_ten_years_of_work_make_it_open(from_day: date, found: list[str]) -> None:
    assert codes(fixed(FIRST, 24), [], from_day) == found


@pytest.mark.parametrize(
    ("last", "day"),
    [
        (date(2027, 3, 31), date(2027, 2, 28)), (date(2028, 3, 31), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2026, 11, 30)), (date(2027, 2, 28), date(2027, 1, 28)),
        (date(2027, 1, 15), date(2026, 12, 15)),
    ],
)  # fmt: skip
def test_a_reminder_is_one_month_before_the_last_day(last: date, day: date) -> None:
    assert reminder_day(last) == day


@pytest.mark.parametrize(
    ("today", "found"),
    [
        (date(2026, 3, 30), None), (date(2026, 3, 31), "unwritten.double_pay"),
        (date(2027, 2, 28), "unwritten.double_pay"), (date(2027, 3, 1), "unwritten.deemed_open"),
    ],
)  # fmt: skip
def test_working_without_a_written_contract_is_named_from_day_31(today: date, found: str | None) -> None:
    warning = unwritten(FIRST, None, today)
    assert (warning and warning.code) == found


def test_a_contract_signed_in_time_leaves_nothing_to_name() -> None:
    assert unwritten(FIRST, date(2026, 3, 15), date(2030, 1, 1)) is None


@given(days, st.integers(-600, 600))
def test_months_are_added_without_skipping_one(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day <= day.day


@given(days, st.integers(1, 120))
def test_terms_that_follow_each_other_do_not_overlap(first: date, months: int) -> None:
    one = fixed(first, months)
    assert one.last is not None
    assert overlapping(fixed(one.last + timedelta(days=1), 1), [one]) is None
    assert overlapping(fixed(one.last, 1), [one]) is one
