"""What unused days of annual leave are paid: Regulation on Paid Annual Leave, articles 3 to 5; Implementing Measures,
articles 10 to 12. How many days there are: `hr.leave.annual`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from interview_engine.hr.leave.annual import LeaveStep, leaver_days
from interview_engine.hr.pay.rules.brackets import ZERO
from interview_engine.store.money import rounded


@dataclass(frozen=True, slots=True)
class LeaveRule:
    """Steps by years of work, and by how much of a day's wage an unused day is paid beyond the wage itself (2)."""

    steps: Sequence[LeaveStep]
    extra: Decimal

    def of(self, years: Decimal) -> LeaveStep | None:
        """The step for years of work in all, other employers counted; None before the first."""
        held = [one for one in sorted(self.steps, key=lambda step: step.from_years) if years >= one.from_years]
        return held[-1] if held else None

    def days(self, years: Decimal) -> int:
        """Days a year; 0 before the first step."""
        step = self.of(years)
        return 0 if step is None else step.days

    def lost(self, years: Decimal, sick_months: Decimal) -> bool:
        """Whether sick leave of so many months in the year cancels it; exactly the months do."""
        step = self.of(years)
        return step is not None and sick_months >= step.lost_after_sick_months


def unused_on_leaving(last_day: date, days: int, taken: Decimal) -> Decimal:
    """Days to be paid on leaving; never below 0, since nothing is taken back."""
    return max(ZERO, leaver_days(last_day, days) - taken)


def payout(average_monthly: Decimal, unused: Decimal, paid_days: Decimal, rule: LeaveRule) -> Decimal:
    """What is paid for unused days beyond the wage already paid for them.

    Args:
        average_monthly: of the twelve months before (or of all months here), without overtime pay.
    """
    return rounded(average_monthly * unused * rule.extra / paid_days)
