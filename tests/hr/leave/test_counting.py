"""Sandwich policies by name: what counts between the first and the last workday of a leave (E5)."""

from __future__ import annotations

from datetime import date

import pytest

from interview_engine.hr.leave.counting import counted

THU, FRI, SAT, SUN, MON = (date(2026, 11, day) for day in (5, 6, 7, 8, 9))


@pytest.mark.parametrize(
    ("worked", "policy", "days"),
    [
        ([FRI, MON], "workdays", [FRI, MON]),
        ([FRI, MON], "calendar_days", [FRI, SAT, SUN, MON]),
        ([THU, FRI], "calendar_days", [THU, FRI]),  # asked for to Sunday: days off at the end do not count
        ([], "calendar_days", []),
        ([], "workdays", []),
    ],
)
def test_days_off_between_count_by_the_policy_and_those_at_the_ends_never(
    worked: list[date], policy: str, days: list[date]
) -> None:
    assert counted(worked, policy) == days


def test_a_policy_that_nobody_has_named_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing_counts"):
        counted([FRI], "nothing_counts")
