"""Steps open in order; a month follows a quarter (H8, H11)."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.errors import ConflictError
from interview_engine.hr.performance.rules import steps

EVERY = (*steps.REVIEWS, steps.DONE)
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def test_only_the_next_step_opens() -> None:
    for now, wanted in product(steps.ORDER, steps.ORDER):
        if steps.ORDER.index(wanted) == steps.ORDER.index(now) + 1:
            steps.check_step(now, wanted)
        else:
            with pytest.raises(ConflictError):
                steps.check_step(now, wanted)


def test_a_review_is_written_when_the_cycle_and_the_appraisal_have_come_to_it() -> None:
    for cycle, at, wanted in product(steps.ORDER, EVERY, EVERY):
        if at == wanted != steps.DONE and steps.ORDER.index(wanted) <= steps.ORDER.index(cycle) <= steps.ORDER.index(
            "gm"
        ):
            steps.check_review(cycle, at, wanted)
        else:
            with pytest.raises(ConflictError):
                steps.check_review(cycle, at, wanted)


def test_reviews_follow_each_other() -> None:
    at, seen = "self", []
    while at != steps.DONE:
        seen.append(at)
        at = steps.after(at)
    assert seen == ["self", "manager", "hr", "gm"]


@given(DAYS, st.sampled_from(["quarter", "month"]))
def test_a_cycle_holds_its_day_and_the_next_begins_the_day_after(day: date, kind: str) -> None:
    first, last = steps.span(kind, day)
    assert first <= day <= last
    assert first.day == 1
    assert (last + timedelta(days=1)).day == 1
    for other in ("quarter", "month"):
        begins, ends = steps.next_span(other, last)
        assert begins == last + timedelta(days=1)
        assert ends >= begins


def test_a_quarter_is_followed_by_a_month_and_a_quarter_within_one_ends_with_it() -> None:
    assert steps.next_span("month", date(2026, 3, 31)) == (date(2026, 4, 1), date(2026, 4, 30))
    assert steps.next_span("quarter", date(2026, 4, 30)) == (date(2026, 5, 1), date(2026, 6, 30))
