"""Weights: 100 or refused with the difference; what does not apply leaves and never counts as 0 (B6, H5, H6)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.errors import InvalidInput
from interview_engine.hr.performance.rules.scoring import EXCELLENT, GOOD, Part, achieved, band_of, of_goals, weighted
from interview_engine.hr.performance.rules.weights import check_weights, renormalised, shared

BANDS = (("excellent", EXCELLENT), ("good", GOOD))
score = st.decimals(0, 100, places=2)
weight = st.integers(1, 100).map(Decimal)


def part(name: str, of: int, got: str | None) -> Part:
    return Part(name, Decimal(of), None if got is None else Decimal(got))


@pytest.mark.parametrize(
    ("weights", "said"),
    [((40, 30, 20), "10 % are missing"), ((50, 30, 25), "5 % too much"), ((100, 0), "above 0"), ((), "100 % are miss")],
)
def test_weights_that_do_not_sum_to_100_are_refused_with_the_difference(weights: tuple[int, ...], said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_weights([Decimal(one) for one in weights])
    assert said in refused.value.text("en")


@pytest.mark.parametrize("weights", [(40, 30, 30), (50, 30, 20), ("33.33", "33.33", "33.34"), (100,)])
def test_weights_that_sum_to_100_pass(weights: tuple[int | str, ...]) -> None:
    check_weights([Decimal(one) for one in weights])


def test_the_project_counts_40_the_peers_30_and_the_manager_30() -> None:
    found = weighted([part("goals", 40, "90"), part("around", 30, "80"), part("manager", 30, "85")])
    assert found.score == Decimal("85.50")
    assert [one.points for one in found.lines] == [Decimal("36.00"), Decimal("24.00"), Decimal("25.50")]


def test_a_part_that_does_not_apply_leaves_and_the_new_weights_are_shown() -> None:
    found = weighted([part("goals", 50, "90"), part("around", 30, None), part("manager", 20, "76")])
    assert [one.weight for one in found.lines] == [Decimal("71.43"), Decimal(0), Decimal("28.57")]
    assert found.left == ("around",)
    assert found.score == Decimal("86.00")


def test_no_part_gives_no_score_rather_than_0() -> None:
    assert weighted([part("goals", 100, None)]).score is None


@given(st.lists(st.tuples(weight, st.none() | score), min_size=1, max_size=6))
def test_lines_sum_to_the_score_and_weights_to_100(rows: list[tuple[Decimal, Decimal | None]]) -> None:
    parts = [Part(f"p{at}", *one) for at, one in enumerate(rows)]
    found = weighted(parts)
    given_scores = [one for _, one in rows if one is not None]
    if not given_scores:
        assert found.score is None
        return
    assert found.score is not None
    assert sum(one.points for one in found.lines if one.points is not None) == found.score
    assert sum(one.weight for one in found.lines) == 100
    assert min(given_scores) <= found.score <= max(given_scores)
    for line in found.lines:  # whoever recalculates a line comes to what is shown
        if line.score is not None and line.points is not None:
            assert abs(line.score * line.weight / 100 - line.points) < Decimal("0.0151")


@given(score, st.lists(weight, min_size=1, max_size=6), st.data())
def test_the_same_score_in_every_part_is_the_score_whatever_leaves(
    same: Decimal, weights: list[Decimal], data: st.DataObject
) -> None:
    kept = data.draw(st.lists(st.booleans(), min_size=len(weights), max_size=len(weights)).filter(any))
    parts = [
        Part(f"p{at}", of, same if applies else None)
        for at, (of, applies) in enumerate(zip(weights, kept, strict=True))
    ]
    assert weighted(parts).score == same


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), weight, min_size=1, max_size=6), st.data())
def test_renormalised_weights_keep_their_order(weights: dict[str, Decimal], data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.sampled_from(sorted(weights)), min_size=1, unique=True))
    found = renormalised(weights, kept)
    assert set(found) == set(kept)
    assert sum(found.values()) == 100
    for one in kept:
        for other in kept:
            if weights[one] > weights[other]:
                assert found[one] >= found[other]


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=8))
def test_shares_of_a_sum_sum_to_it(parts: list[int]) -> None:
    exact = {str(at): Decimal(one) / 7 for at, one in enumerate(parts)}
    total = sum(exact.values()).quantize(Decimal("0.01"))
    assert sum(shared(total, exact).values()) == total


@pytest.mark.parametrize(
    ("got", "band"), [("85", "excellent"), ("84.99", "good"), ("80", "good"), ("79.99", ""), ("100", "excellent")]
)
def test_85_is_excellent_and_80_is_good(got: str, band: str) -> None:
    assert band_of(Decimal(got), BANDS) == band


@pytest.mark.parametrize(
    ("actual", "target", "base", "percent"),
    [("35", "50", "0", "70"), ("0", "50", "0", "0"), ("90", "50", "0", "120"), ("17", "15", "20", "60"),
     ("22", "15", "20", "0"), ("5", "5", "5", "100"), ("4", "5", "5", "0")],
)  # fmt: skip
def test_a_goal_is_achieved_by_the_way_from_its_base(actual: str, target: str, base: str, percent: str) -> None:
    assert achieved(Decimal(actual), Decimal(target), Decimal(base)) == Decimal(percent)


def test_a_goal_that_was_not_measured_leaves_the_score_of_goals() -> None:
    found = of_goals({"a": (Decimal(60), Decimal(80)), "b": (Decimal(40), None)})
    assert found.score == Decimal(80)
