"""A13: the match percentage decomposes exactly into requirement, evidence and weight. A8: by the stated formula."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
import report_samples as samples
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.assessment.comparing.match import apportion, match_rows
from interview_engine.assessment.scoring import overall


def _exact(value: float) -> Decimal:
    return Decimal(repr(value))


def test_a8_the_fixture_prints_its_match_from_the_stated_formula() -> None:
    report = samples.strong()
    rows = match_rows(samples.KIT, report.competencies, report.overall)
    by_hand = (
        30 * (0.9 + 0.1 * (4.28 - 4.0) / (5 - 4.0))
        + 25 * (0.9 + 0.1 * (4.16 - 4.0) / (5 - 4.0))
        + 20 * (0.9 + 0.1 * (4.44 - 4.4) / (5 - 4.4))
        + 15 * 0.9 * (3.56 - 1) / (3.7 - 1)
        + 10 * (0.9 + 0.1 * (3.8 - 3.5) / (5 - 3.5))
    )
    assert report.overall.match_percent == pytest.approx(by_hand)
    assert f"{by_hand:.0f}" == "91"
    assert [row.points for row in rows] == [27.84, 22.9, 18.1333, 12.8, 9.2]


def test_a13_what_was_not_assessed_is_a_row_without_points_and_the_rest_sums() -> None:
    report = samples.english()
    rows = match_rows(samples.KIT, report.competencies, report.overall)
    learning = next(row for row in rows if row.competency_id == "learning")
    assert (learning.level, learning.ratio, learning.points) == (None, None, None)
    assert report.overall.match_percent is not None
    assert sum(_exact(row.points) for row in rows if row.points is not None) == _exact(
        round(report.overall.match_percent, 4)
    )


def test_a13_rows_of_another_interview_are_refused() -> None:
    report = samples.strong()
    other = replace(report.overall, match_percent=90.0)
    with pytest.raises(ValueError, match="does not follow"):
        match_rows(samples.KIT, report.competencies, other)


@given(st.lists(st.floats(0, 10), min_size=5, max_size=5), st.sets(st.integers(0, 4), max_size=2))
def test_a13_rows_sum_exactly_to_the_match_percentage(values: list[float], left_out: set[int]) -> None:
    results = tuple(
        samples.not_shown(competency.id) if index in left_out else samples.scored(competency.id, value)
        for index, (competency, value) in enumerate(zip(samples.KIT.competencies, values, strict=True))
    )
    total = overall(samples.KIT, results, len(samples.KIT.questions))
    rows = match_rows(samples.KIT, results, total)
    if total.match_percent is None:
        assert all(row.points is None for row in rows)
        return
    assert sum(_exact(row.points) for row in rows if row.points is not None) == _exact(round(total.match_percent, 4))


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=12), st.integers(0, 4))
def test_shares_sum_exactly_and_move_by_less_than_one_unit(values: list[float], decimals: int) -> None:
    total = sum(values)
    shares = apportion(values, total, decimals)
    unit = 10.0**-decimals
    assert sum(_exact(share) for share in shares) == _exact(round(round(total * 10**decimals) / 10**decimals, decimals))
    assert all(abs(share - value) < 2 * unit + 1e-9 * total for share, value in zip(shares, values, strict=True))


def test_nothing_can_be_shared_out_of_nothing() -> None:
    with pytest.raises(ValueError, match="nothing"):
        apportion([0.0, 0.0], 1.0, 2)
