"""Grades by stated shares, with ties in and out (H7)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.errors import InvalidInput
from interview_engine.hr.performance.rules.grades import Share, best, check_shares, graded, limits, out_of_share

SHARES = [Share("A", Decimal(20)), Share("B", Decimal(40)), Share("C", Decimal(30)), Share("D", Decimal(10))]
scores = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=4), st.integers(0, 12).map(Decimal), max_size=40)


def count(grades: dict[str, str]) -> dict[str, int]:
    return {one.grade: sum(1 for grade in grades.values() if grade == one.grade) for one in SHARES}


def hundred() -> dict[str, Decimal]:
    return {f"p{at:03}": Decimal(at) for at in range(100)}


def test_a_hundred_people_get_exactly_the_stated_shares() -> None:
    for ties in ("in", "out"):
        assert count(graded(hundred(), SHARES, ties)) == {"A": 20, "B": 40, "C": 30, "D": 10}


def test_ties_across_a_limit_are_all_in_or_all_out() -> None:
    people = hundred()
    for one in ("p079", "p080", "p081"):  # 80 is the last of the best twenty
        people[one] = Decimal(80)
    assert count(graded(people, SHARES, "in")) == {"A": 21, "B": 39, "C": 30, "D": 10}
    assert count(graded(people, SHARES, "out")) == {"A": 18, "B": 42, "C": 30, "D": 10}


def test_the_top_twenty_per_cent_follow_the_same_rule() -> None:
    people = hundred() | {"p079": Decimal(80)}
    assert len(best(people, Decimal(20), "in")) == 21
    assert len(best(people, Decimal(20), "out")) == 19
    assert best(people, Decimal(100), "out") == frozenset(people)
    assert best({}, Decimal(20), "in") == frozenset()


def test_shares_that_do_not_sum_to_100_are_refused() -> None:
    with pytest.raises(InvalidInput, match="10 % are missing"):
        check_shares(SHARES[:3])
    check_shares(SHARES)


@given(scores, st.sampled_from(["in", "out"]))
def test_a_better_score_never_gets_a_worse_grade_and_equal_scores_get_equal_grades(
    people: dict[str, Decimal], ties: str
) -> None:
    found = graded(people, SHARES, ties)  # type: ignore[arg-type]
    assert set(found) == set(people)
    for one in people:
        for other in people:
            if people[one] > people[other]:
                assert found[one] <= found[other]
            if people[one] == people[other]:
                assert found[one] == found[other]


@given(scores)
def test_without_ties_in_no_best_grade_holds_more_than_its_share(people: dict[str, Decimal]) -> None:
    out, into = graded(people, SHARES, "out"), graded(people, SHARES, "in")
    for grade, upto in limits(len(people), SHARES):
        assert sum(1 for one in out.values() if one <= grade) <= upto
        assert sum(1 for one in into.values() if one <= grade) >= upto
    assert all(into[one] <= out[one] for one in people)


def test_calibration_sees_by_how_many_people_a_grade_is_out_of_its_share() -> None:
    grades = graded(hundred(), SHARES, "in")
    grades["p079"] = "A"
    assert out_of_share(grades, SHARES) == {"A": 1, "B": -1, "C": 0, "D": 0}
