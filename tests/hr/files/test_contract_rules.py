"""What the Labour Contract Law makes of terms, probations, third contracts and reminders (D8)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.hr.files.contract_rules import (
    Kind,
    Term,
    last_of_months,
    next_term,
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


@given(days, st.integers(1, 120))
def test_terms_that_follow_each_other_do_not_overlap(first: date, months: int) -> None:
    one = fixed(first, months)
    assert one.last is not None
    assert overlapping(fixed(one.last + timedelta(days=1), 1), [one]) is None
    assert overlapping(fixed(one.last, 1), [one]) is one


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)), (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 1, 31), 12, date(2027, 1, 30)), (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 28)), (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)), (date(2027, 3, 1), 12, date(2028, 2, 29)),
        (date(2026, 5, 31), 1, date(2026, 6, 30)),
    ],
)  # fmt: skip
def test_a_term_that_begins_where_the_last_month_has_no_such_day_ends_with_that_month(
    first: date, months: int, last: date
) -> None:
    assert last_of_months(first, months) == last


def test_a_contract_from_the_31st_is_followed_by_one_of_the_same_length() -> None:
    first = fixed(date(2026, 1, 31), 12)
    following = next_term(first, [], service_from=first.first)
    assert (following.first, following.last) == (date(2027, 1, 31), date(2028, 1, 30))
    short = fixed(date(2026, 8, 31), 6)
    following = next_term(short, [], service_from=short.first)
    assert (following.first, following.last) == (date(2027, 3, 1), date(2027, 8, 31))


@pytest.mark.parametrize("gap", [-10, 0, 1, 27])
def test_renewals_that_overlap_or_leave_a_short_gap_are_in_a_row(gap: int) -> None:
    """The third contract begins that many days after the second has ended."""
    earlier = [fixed(date(2022, 3, 1), 24), fixed(date(2024, 3, 1), 24)]
    assert earlier[1].last is not None
    begins = earlier[1].last + timedelta(days=1 + gap)
    assert codes(fixed(begins, 24), earlier) == ["third.open"]


def test_terms_from_before_the_law_do_not_count_and_the_years_do() -> None:
    old = [fixed(date(2006, 1, 1), 24), fixed(date(2008, 1, 1), 12)]
    assert codes(fixed(date(2009, 1, 1), 12), old) == []
    counted = [*old, fixed(date(2009, 1, 1), 12)]
    assert codes(fixed(date(2010, 1, 1), 12), counted) == ["third.open"]
    assert "long_service.open" in codes(fixed(date(2016, 1, 1), 12), [], date(2006, 1, 1))


def test_without_a_written_contract_the_month_counts_from_the_day_the_law_came_into_force() -> None:
    found = [unwritten(date(2005, 5, 1), None, day) for day in (date(2008, 1, 30), date(2008, 1, 31), date(2009, 1, 1))]
    assert [one and one.code for one in found] == [None, "unwritten.double_pay", "unwritten.deemed_open"]


def test_a_task_is_no_fixed_term_has_no_probation_and_leads_to_no_open_one() -> None:
    task = Term("task", date(2024, 3, 1), date(2026, 2, 28), date(2024, 3, 31))
    assert codes(task, []) == ["probation.too_long"]
    assert codes(fixed(FIRST, 24), [fixed(date(2022, 3, 1), 24), task]) == []
    assert codes(Term("task", FIRST, None), [fixed(date(2022, 3, 1), 24), fixed(date(2024, 3, 1), 24)]) == []


def test_a_probation_as_long_as_the_contract_is_none() -> None:
    term = Term("fixed", FIRST, date(2026, 8, 31), date(2026, 8, 31))
    assert codes(term, []) == ["probation.too_long", "probation.only"]


@given(days)
def test_a_reminder_comes_once_whatever_the_day_and_never_after_the_month(last: date) -> None:
    day = reminder_day(last)
    assert timedelta(days=28) <= last - day <= timedelta(days=31)
    assert day.day == min(last.day, day.day)
