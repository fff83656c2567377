"""A8, A28: how far a level fulfils a requirement: monotone, and it tells people apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.assessment.fulfilment import MEASURES, Measure, fulfilment

levels = st.floats(1, 5)


@pytest.mark.parametrize(
    ("level", "required", "share"),
    [(1, 3.5, 0.0), (2.25, 3.5, 0.45), (3.5, 3.5, 0.9), (4.25, 3.5, 0.95), (5, 3.5, 1.0), (1, 1, 0.9), (5, 5, 0.9)],
)
def test_a8_nothing_at_level_1_nine_tenths_at_the_requirement_all_at_level_5(
    level: float, required: float, share: float
) -> None:
    assert fulfilment(level, required) == pytest.approx(share)


@pytest.mark.parametrize("measure", MEASURES)
@given(levels, levels, levels)
def test_a_higher_level_never_fulfils_less_and_a_higher_requirement_never_more(
    measure: Measure, one: float, other: float, required: float
) -> None:
    low, high = sorted((one, other))
    assert 0 <= fulfilment(low, required, measure) <= fulfilment(high, required, measure) + 1e-12 <= 1 + 1e-12
    assert fulfilment(required, high, measure) <= fulfilment(required, low, measure) + 1e-12


def test_a28_people_above_and_below_the_requirement_are_told_apart() -> None:
    mediocre, met, exemplary = (fulfilment(level, 3.5) for level in (3.0, 3.5, 5.0))
    assert met - mediocre > 0.15
    assert exemplary - met == pytest.approx(0.1)
    before = [fulfilment(level, 3.5, "fulfilment/1") for level in (3.5, 5.0)]
    assert before == [1.0, 1.0], "the earlier measure gave both the same"
