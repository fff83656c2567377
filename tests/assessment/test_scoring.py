"""A28: what was not assessed is held by the intervals, and too little of it gives no total."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_samples import KIT, not_shown, scored

from interview_engine.assessment.scoring import CompetencyResult, Overall, overall

ASKED = len(KIT.questions)
IDS = [competency.id for competency in KIT.competencies]


def results(*unassessed: str, value: float = 7.0) -> tuple[CompetencyResult, ...]:
    return tuple(not_shown(one) if one in unassessed else scored(one, value) for one in IDS)


@pytest.fixture(scope="module")
def whole() -> Overall:
    """Everything was assessed."""
    return overall(KIT, results(), ASKED)


@pytest.fixture(scope="module")
def part() -> Overall:
    """Without one competency, a quarter of the weight."""
    return overall(KIT, results("problem-solving"), ASKED)


def test_a28_a_part_says_how_much_of_the_weight_it_rests_on(whole: Overall, part: Overall) -> None:
    assert (whole.status, part.status) == ("assessed", "partial")
    assert part.assessed_weight == 75


def test_a28_what_was_not_assessed_moves_the_ends_of_the_interval_and_not_the_value(
    whole: Overall, part: Overall
) -> None:
    assert part.score is not None
    assert whole.score is not None
    assert part.score.value == pytest.approx(whole.score.value)
    assert part.score.low == pytest.approx(0.75 * whole.score.low), "worth nothing at worst"
    assert part.score.high == pytest.approx(0.75 * whole.score.high + 2.5), "worth everything at best"


@pytest.mark.parametrize("other", [0.0, 10.0])
def test_a28_the_band_of_a_part_holds_whatever_the_rest_would_have_been(
    other: float, whole: Overall, part: Overall
) -> None:
    true = overall(KIT, tuple(scored(one, other if one == "problem-solving" else 7.0) for one in IDS), ASKED)
    assert whole.match_band is not None
    assert part.match_band is not None
    assert true.match_percent is not None
    assert part.match_band[0] <= true.match_percent <= part.match_band[1]


@pytest.mark.parametrize(
    ("missing", "answered", "code"),
    [
        (("communication", "learning"), ASKED, "interview.too_little"),  # 55 % of the weight
        (("communication", "presence"), ASKED, None),  # 60 %
        ((), 1, "interview.too_few_answers"),  # one of three
        ((), 2, None),
    ],
)
def test_a28_no_total_below_three_fifths_of_the_weight_or_half_of_the_questions(
    missing: tuple[str, ...], answered: int, code: str | None
) -> None:
    total = overall(KIT, results(*missing), answered)
    assert (None if total.reason is None else total.reason.code) == code
    assert (total.score is None, total.match_percent is None, total.match_band is None) == (code is not None,) * 3


def test_a28_the_value_lies_inside_its_own_interval_whatever_is_missing() -> None:
    for value in (0.0, 3.3, 10.0):
        for missing in ((), ("communication",), ("learning", "presence")):
            total = overall(KIT, results(*missing, value=value), ASKED)
            assert total.score is not None
            assert total.match_percent is not None
            assert total.match_band is not None
            assert total.score.low <= total.score.value <= total.score.high
            assert total.match_band[0] - 1e-9 <= total.match_percent <= total.match_band[1] + 1e-9


def test_the_order_of_the_results_does_not_matter() -> None:
    mixed = tuple(replace(scored(one, place + 4.0)) for place, one in enumerate(IDS))
    assert overall(KIT, mixed, ASKED) == overall(KIT, mixed[::-1], ASKED)
