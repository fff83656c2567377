"""Group differences (row A17) against scipy and against the row's own figures."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from interview_engine.assessment.comparing.comparison import compare_groups, ratio_of_rates, t_quantile

finite = st.floats(-1000, 1000)


def _group(mean: float, spread: float, n: int) -> list[float]:
    """n values with exactly this mean and a symmetric spread."""
    offsets = np.linspace(-spread, spread, n)
    return [float(value) for value in mean + offsets]


@pytest.mark.parametrize(
    ("what", "high_mean", "low_mean", "percent"),
    [
        ("logical thinking → performance after 3 months", 92.0, 80.0, 15.0),
        ("learning ability → training attendance", 90.0, 75.0, 20.0),
        ("learning ability → performance after 6 months", 88.5, 75.0, 18.0),
    ],
)
def test_a17_fixtures_reproduce_with_n_and_interval(
    what: str, high_mean: float, low_mean: float, percent: float
) -> None:
    found = compare_groups(_group(high_mean, 12, 40), _group(low_mean, 12, 60))
    assert found.percent == pytest.approx(percent), what
    assert found.percent_low < percent < found.percent_high
    assert found.percent_low > 0
    assert (found.first_n, found.second_n) == (40, 60)
    assert found.effect_low < found.effect < found.effect_high


def test_difference_and_interval_are_welchs() -> None:
    generator = np.random.default_rng(3)
    x, y = generator.normal(10, 2, 14), generator.normal(9, 4, 23)
    ours = compare_groups(x.tolist(), y.tolist())
    theirs = stats.ttest_ind(x, y, equal_var=False).confidence_interval(0.95)
    assert ours.low == pytest.approx(theirs.low, rel=2e-3)
    assert ours.high == pytest.approx(theirs.high, rel=2e-3)


@pytest.mark.parametrize("freedom", [5, 8, 15, 40, 200])
def test_t_quantile_is_students(freedom: int) -> None:
    assert t_quantile(0.975, freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-3)


@given(st.lists(finite, min_size=2, max_size=20), st.lists(finite, min_size=2, max_size=20))
def test_swapping_the_groups_turns_the_sign(x: list[float], y: list[float]) -> None:
    there, back = compare_groups(x, y), compare_groups(y, x)
    assert there.difference == pytest.approx(-back.difference, abs=1e-9)
    assert there.low == pytest.approx(-back.high, abs=1e-6)
    assert there.low <= there.difference <= there.high


def test_one_value_is_refused() -> None:
    with pytest.raises(ValueError, match="two finite values"):
        compare_groups([1.0], [1.0, 2.0])


def test_percent_of_a_mean_that_may_be_zero_has_no_interval() -> None:
    found = compare_groups([1.0, 2.0, 3.0], [-1.0, 0.5, 1.0])
    assert math.isnan(found.percent_low)


def test_ratio_of_rates_by_katz() -> None:
    ratio, low, high = ratio_of_rates(30, 100, 50, 100)
    spread = math.sqrt(1 / 30 - 1 / 100 + 1 / 50 - 1 / 100)
    assert ratio == pytest.approx(0.6)
    assert low == pytest.approx(0.6 * math.exp(-1.959964 * spread), rel=1e-6)
    assert high == pytest.approx(0.6 * math.exp(1.959964 * spread), rel=1e-6)


def test_no_hit_in_the_reference_group_has_no_ratio() -> None:
    assert math.isnan(ratio_of_rates(3, 10, 0, 10)[0])
