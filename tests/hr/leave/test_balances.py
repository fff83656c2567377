"""The sums of the ledger: openings, accruals, what is carried over and what ends, under any order (E5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from interview_engine.hr.leave.annual import Accrued
from interview_engine.hr.leave.balances import Carry, Given, Moved, available, derived, lacks

DAY = 480
YEARS = tuple(Accrued(date(year, 1, 1), year, 5) for year in (2024, 2025, 2026))
PLAIN = Given(accrued=YEARS)
CARRIED = Given(accrued=YEARS, carry={year: Carry(3 * DAY, 3) for year in (2024, 2025, 2026)})
END, LATE = date(2026, 12, 31), date(2028, 1, 1)


def took(day: date, days: int = 1) -> Moved:
    return Moved(day, -days * DAY)


def balance(known: Given, moved: Sequence[Moved], day: date) -> int:
    """As people count it: the sum of every entry up to the day."""
    entries = derived(known, moved, LATE).entries
    return sum(value for (_, at, _), value in entries.items() if at <= day) + sum(
        one.minutes for one in moved if one.day <= day
    )


def test_without_a_rule_nothing_ends_with_the_year() -> None:
    assert derived(PLAIN, [], END).balance == 15 * DAY


def test_what_is_left_of_a_year_is_carried_over_up_to_the_limit_and_ends_by_its_day() -> None:
    one = Given(accrued=YEARS[1:2], carry={2025: Carry(3 * DAY, 3)})
    assert derived(one, [], END).entries == {
        ("accrual", date(2025, 1, 1), "2025"): 5 * DAY,
        ("carry", date(2026, 1, 1), "2025"): -3 * DAY,
        ("carry", date(2026, 1, 1), "2025+"): 3 * DAY,
        ("expiry", date(2026, 1, 1), "2025"): -2 * DAY,
        ("expiry", date(2026, 4, 1), "2025+"): -3 * DAY,
    }
    assert [balance(one, [], date(2026, *day)) for day in ((1, 1), (3, 31), (4, 1))] == [3 * DAY, 3 * DAY, 0]


def test_days_that_end_first_are_taken_first_and_an_end_leaves_the_new_year_alone() -> None:
    assert balance(CARRIED, [took(date(2026, 2, 2), 2)], date(2026, 3, 31)) == (3 - 2 + 5) * DAY
    assert balance(CARRIED, [took(date(2026, 2, 2), 2)], date(2026, 4, 1)) == 5 * DAY
    assert balance(CARRIED, [took(date(2026, 2, 2), 4)], date(2026, 4, 1)) == 4 * DAY


def test_a_leave_entered_late_mends_the_end_that_came_after_it() -> None:
    """Written after the end of March: the expiry is smaller then, and the balance after it the same."""
    before, after = derived(CARRIED, [], END), derived(CARRIED, [took(date(2026, 3, 31))], END)
    key = ("expiry", date(2026, 4, 1), "2025+")
    assert (before.entries[key], after.entries[key]) == (-3 * DAY, -2 * DAY)
    assert before.balance == after.balance


def test_what_was_taken_in_advance_is_taken_from_what_comes_next() -> None:
    found = derived(PLAIN, [took(date(2023, 12, 1), 2)], date(2024, 6, 1))
    assert (found.balance, found.short) == (3 * DAY, 2 * DAY)


def test_an_opening_stands_for_everything_until_its_day() -> None:
    known = Given({date(2025, 12, 31): 4 * DAY}, YEARS)
    moved = [took(date(2025, 11, 3)), took(date(2026, 1, 5))]
    assert balance(known, moved, date(2025, 12, 31)) == 4 * DAY
    assert balance(known, moved, END) == (4 + 5 - 1) * DAY
    assert derived(known, [took(date(2025, 11, 3))], END).short == 0


def test_a_later_opening_corrects_the_balance_of_its_day() -> None:
    known = Given({date(2025, 12, 31): 4 * DAY, date(2026, 6, 30): 6 * DAY}, YEARS)
    assert [balance(known, [], day) for day in (date(2026, 6, 29), date(2026, 6, 30))] == [9 * DAY, 6 * DAY]


@pytest.mark.parametrize(("day", "days"), [(date(2026, 1, 5), 7), (date(2026, 3, 31), 7), (date(2026, 4, 1), 5)])
def test_what_can_be_taken_leaves_what_was_promised_for_later(day: date, days: int) -> None:
    """5 of this year and 3 carried over; one day in May is promised already."""
    promised = [took(date(2026, 5, 6))]
    assert available(CARRIED, [*promised], day) == (days if days == 7 else 4) * DAY
    assert lacks(CARRIED, promised, [took(day, days)]) == (0 if days == 7 else DAY)
    assert lacks(CARRIED, promised, [took(day, 9)]) > 0


DAYS = st.integers(0, 1200).map(lambda ahead: date(2024, 1, 1) + timedelta(days=ahead))
MOVES = st.lists(st.builds(Moved, DAYS, st.integers(-8 * DAY, 3 * DAY)), max_size=12)
CARRIES = st.builds(Carry, st.none() | st.integers(0, 6 * DAY), st.none() | st.integers(0, 14))
KNOWN = st.builds(
    Given,
    openings=st.dictionaries(DAYS, st.integers(-3 * DAY, 9 * DAY), max_size=2),
    accrued=st.lists(st.sampled_from(YEARS), unique=True).map(tuple),
    carry=st.dictionaries(st.sampled_from((2023, 2024, 2025, 2026)), CARRIES),
)


@given(KNOWN, MOVES, st.randoms(use_true_random=False), DAYS)
def test_the_same_entries_in_any_order_give_the_same_balance_of_every_day(known, moved, random, day):
    shuffled = list(moved)
    random.shuffle(shuffled)
    assert derived(known, shuffled, day) == derived(known, moved, day)


@given(KNOWN, MOVES, DAYS)
def test_the_balance_of_a_day_is_the_sum_of_the_entries_up_to_it(known, moved, day):
    assert balance(known, moved, day) == derived(known, moved, day).balance


@given(KNOWN, MOVES, DAYS)
def test_what_was_taken_and_given_back_leaves_no_trace(known, moved, day):
    back = [Moved(one.day, -one.minutes) for one in moved]
    assert derived(known, [*moved, *back], day) == derived(known, [], day)


@given(KNOWN, MOVES)
def test_an_end_takes_nothing_from_a_balance_that_is_0_and_no_more_than_its_part(known, moved):
    found = derived(known, moved, END)
    parts = {}
    for (kind, _, part), minutes in found.entries.items():
        if kind in ("accrual", "carry") and minutes > 0:
            parts[part] = parts.get(part, 0) + minutes
    for (kind, day, part), minutes in found.entries.items():
        if kind == "expiry":
            assert minutes < 0
            assert part not in parts or -minutes <= parts[part] or known.openings
            assert balance(known, moved, day) >= 0 or any(one.day == day for one in moved) or day in known.openings


@example(Given({date(2024, 1, 1): -1}), [Moved(date(2024, 1, 2), 1)], date(2024, 1, 2))  # a debt that was just paid
@given(KNOWN, MOVES, DAYS)
def test_what_can_be_taken_lacks_nothing_and_a_minute_more_does(known, moved, day):
    assume(
        not moved or derived(known, moved, max(one.day for one in moved)).short == 0
    )  # more was never taken than was there
    free = available(known, moved, day)
    first = min(known.openings, default=date.min)
    if day > max(known.openings, default=first):
        assert free == 0 or lacks(known, moved, [Moved(day, -free)]) == 0
        assert lacks(known, moved, [Moved(day, -free - 1)]) > 0
