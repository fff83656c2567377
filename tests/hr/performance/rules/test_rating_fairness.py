"""Hints on raters and gaps, with n and interval; small groups are not shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from interview_engine.hr.performance.rules.fairness import LEAST_GROUP, T95, gap_between, quantile, severities

marks = st.lists(st.floats(0, 100), min_size=5, max_size=30)


def test_a_severe_rater_is_told_from_chance() -> None:
    found = {one.rater: one for one in severities({
        "severe": [60, 62, 58, 61, 63], "usual": [80, 84, 78, 82, 81, 79], "other": [83, 77, 80, 85, 81],
    })}  # fmt: skip
    assert found["severe"].severe
    assert not found["severe"].lenient
    assert found["severe"].n == 5
    assert not found["usual"].severe


def test_who_rates_everybody_alike_is_named() -> None:
    found = {one.rater: one for one in severities({"flat": [80, 80, 80, 80.5], "usual": [70, 90, 85, 75, 60]})}
    assert found["flat"].alike
    assert not found["usual"].alike


def test_nothing_is_said_of_who_rated_three() -> None:
    assert [one.rater for one in severities({"few": [1, 2, 3], "many": [1, 2, 3, 4, 5]})] == []


def test_no_gap_is_shown_of_a_group_under_five() -> None:
    assert gap_between([1, 2, 3, 4], [1, 2, 3, 4, 5]) is None
    assert LEAST_GROUP == 5


@given(marks, marks)
def test_the_gap_is_the_difference_of_means_within_its_interval(one: list[float], other: list[float]) -> None:
    found = gap_between(one, other)
    assert found is not None
    assert found.low <= found.difference <= found.high
    back = gap_between(other, one)
    assert back is not None
    assert back.difference == pytest.approx(-found.difference)


def test_the_table_of_t_is_students() -> None:
    for freedom, value in T95:
        assert value == pytest.approx(float(stats.t.ppf(0.975, freedom)), abs=0.001)
    assert quantile(3.9) == 3.182


def test_the_interval_is_welchs_and_a_little_wider() -> None:
    old, new = [85.0, 88, 84, 90, 86, 87], [80.0, 82, 79, 83, 81]
    found, by_scipy = gap_between(old, new), stats.ttest_ind(old, new, equal_var=False).confidence_interval(0.95)
    assert found is not None
    assert found.low <= by_scipy.low
    assert found.high >= by_scipy.high
    assert found.told_apart
