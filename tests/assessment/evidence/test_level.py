"""Pooling the levels of a competency's answers."""

import pytest

from interview_engine.assessment.evidence import account, level


def test_a_competency_of_a_dialogue_begins_to_count_at_the_prior_and_not_with_a_jump() -> None:
    fitted = level.constants()

    barely = level.pool([2.0, 2.0], [level.LEAST_WEIGHT / 2, level.LEAST_WEIGHT / 2 + 0.001], fitted)

    assert barely == pytest.approx(fitted.prior, abs=0.02)


def test_the_more_was_said_the_further_a_dialogue_moves_from_the_prior() -> None:
    fitted = level.constants()

    pooled = [level.pool([2.0], [weight], fitted) for weight in (0.2, 0.3, 0.5, 1.0)]

    assert pooled == sorted(pooled)
    assert pooled[0] == pytest.approx(fitted.prior)
    assert pooled[-1] > 1.7


def test_one_account_keeps_its_own_level() -> None:
    assert level.pool([1.7], [1.0], account.constants()) == pytest.approx(1.7)
