"""Which days of a leave count: the sandwich policies, by name. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from interview_engine.hr.calendar.service import days


def counted(worked: Sequence[date], policy: str) -> list[date]:
    """The days that count.

    Args:
        worked: the workdays between the first and the last day of the leave, in order.
        policy: "workdays": those only. "calendar_days": days off between two of them count as well. Days off at the
            ends never count.

    Raises:
        ValueError: there is no such policy.
    """
    if policy == "workdays" or not worked:
        return list(worked)
    if policy == "calendar_days":
        return list(days(worked[0], worked[-1]))
    raise ValueError(f"no sandwich policy is called {policy!r}")
