"""How a judge is asked, and how its samples become one level."""

from __future__ import annotations

import pytest

from interview_engine.assessment.judge.asking import Asking


def test_the_id_names_everything_that_decides_how_it_scores() -> None:
    assert Asking(samples=3).scorer_id("fake") == "judge/2:fake:3"
    whole = Asking("pairwise", 6, "median", 7, 0.7).scorer_id("fake")
    assert whole == "judge-pairs/1:fake:6:median:t0.7:s7"


def test_a_long_model_name_is_cut_and_told_apart() -> None:
    one, other = (Asking().scorer_id(f"{'a-long-publisher/' * 3}model-{name}") for name in "ab")
    assert one != other
    assert max(len(one), len(other)) <= 80


def test_the_median_leaves_one_wild_sample_out_and_the_spread_still_shows_it() -> None:
    levels = [4.0, 4.0, 1.0]
    assert Asking(pool="median").pooled(levels) == (4.0, pytest.approx(2**0.5))
    assert Asking(pool="mean").pooled(levels) == (3.0, pytest.approx(2**0.5))


@pytest.mark.parametrize(
    "wrong", [{"samples": 0}, {"samples": 10, "temperature": 1.0}, {"samples": 5}, {"temperature": 2.5}]
)
def test_what_cannot_be_asked_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"samples|temperature"):
        Asking(**wrong)  # type: ignore[arg-type]
