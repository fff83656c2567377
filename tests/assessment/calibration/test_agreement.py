"""Agreement figures against published worked examples and their own laws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.assessment.calibration.agreement import (
    bootstrap,
    cohens_kappa,
    intraclass_correlation,
    pearson,
    quadratic_weighted_kappa,
    severity,
)

# Shrout & Fleiss 1979, table 2: six targets, four judges
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def test_icc_gives_the_figures_of_shrout_and_fleiss() -> None:
    found = intraclass_correlation(SHROUT_FLEISS)
    assert found.single == pytest.approx(0.29, abs=0.005)
    assert found.average == pytest.approx(0.62, abs=0.005)
    assert (found.items, found.raters) == (6, 4)


def test_icc_refuses_missing_ratings() -> None:
    with pytest.raises(ValueError, match="complete"):
        intraclass_correlation([[1.0, math.nan], [2.0, 3.0]])


def test_qwk_by_hand() -> None:
    # observed: one pair apart by one = 1; by chance (margins 1,1,2 and 1,2,1): (2 + 4 + 1 + 1 + 8 + 4) / 4 = 5
    assert quadratic_weighted_kappa([1, 2, 3, 3], [1, 2, 3, 2], [1, 2, 3]) == pytest.approx(1 - 1 / 5)


def test_kappa_by_hand() -> None:
    a = [1] * 25 + [0] * 25
    b = [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    assert cohens_kappa(a, b) == pytest.approx(0.4)


def test_a_value_off_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="not one of the levels"):
        quadratic_weighted_kappa([1, 4], [1, 2], [1, 2, 3])


@given(st.lists(st.integers(1, 5), min_size=2, max_size=40))
def test_qwk_of_a_rater_with_himself_is_one_or_undefined(ratings: list[int]) -> None:
    kappa = quadratic_weighted_kappa(ratings, ratings, [1, 2, 3, 4, 5])
    assert math.isnan(kappa) if len(set(ratings)) == 1 else kappa == pytest.approx(1.0)


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=2, max_size=40))
def test_qwk_is_symmetric_and_at_most_one(pairs: list[tuple[int, int]]) -> None:
    a, b = zip(*pairs, strict=True)
    kappa = quadratic_weighted_kappa(a, b, [1, 2, 3, 4, 5])
    other = quadratic_weighted_kappa(b, a, [1, 2, 3, 4, 5])
    assert (math.isnan(kappa) and math.isnan(other)) or kappa == pytest.approx(other)
    assert math.isnan(kappa) or kappa <= 1.0 + 1e-12


def test_correlation_without_spread_is_undefined_not_zero() -> None:
    assert math.isnan(pearson([1, 1, 1], [1, 2, 3]))


def test_severity_names_the_lenient_rater_and_skips_the_lonely_one() -> None:
    table = [[5.0, 3.0, math.nan], [6.0, 4.0, math.nan], [math.nan, math.nan, 9.0]]
    found = severity(table)
    assert found[0] == pytest.approx(1.0)
    assert found[1] == pytest.approx(-1.0)
    assert math.isnan(found[2])


def test_bootstrap_keeps_a_persons_items_together_and_repeats() -> None:
    values = np.asarray([1.0, 1.0, 1.0, 5.0, 5.0, 5.0])
    people = ["a", "a", "a", "b", "b", "b"]
    first = bootstrap(lambda i: float(values[i].mean()), people, seed=7, draws=200)
    again = bootstrap(lambda i: float(values[i].mean()), people, seed=7, draws=200)
    assert first == again
    assert (first.low, first.high) == (1.0, 5.0)
    assert first.value == pytest.approx(3.0)
