"""Pay on days of absence: sick leave with its floor, and what is added to a maternity allowance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from interview_engine.hr.pay.rules.brackets import ZERO
from interview_engine.store.money import rounded


@dataclass(frozen=True, slots=True)
class SickPay:
    """Pay of days of sick leave: `paid` for them, `deducted` from the month's pay; both add up to the days' pay.

    Args:
        by_floor: the floor decided, not the rate.
    """

    paid: Decimal
    deducted: Decimal
    by_floor: bool


def sick_rate(steps: Sequence[tuple[Decimal, Decimal]], years: Decimal) -> Decimal:
    """The rate for years of service here, of steps (from years, rate), e.g. 0 → 0.6, 2 → 0.7 …

    Raises:
        ValueError: no step holds so few years.
    """
    held = [rate for from_years, rate in sorted(steps) if years >= from_years]
    if not held:
        raise ValueError(f"no sick pay rate for {years} years")
    return held[-1]


def sick_pay(
    monthly: Decimal,
    days: Decimal,
    rate: Decimal,
    paid_days: Decimal,
    minimum_wage: Decimal,
    floor_share: Decimal,
    *,
    whole_month: bool = False,
) -> SickPay:
    """Pay for days of sick leave: the rate, and not below the floor share of the minimum wage (Opinion 309 of 1995,
    article 59), nor above the days' own pay.

    Args:
        monthly: pay of a whole month. days: workdays of sick leave. whole_month: no other day was worked.
    """
    share = Decimal(1) if whole_month else min(Decimal(1), days / paid_days)
    normal = monthly * share
    by_rate, floor = normal * rate, minimum_wage * floor_share * share
    paid = rounded(min(normal, max(by_rate, floor)))
    return SickPay(paid, rounded(normal) - paid, floor > by_rate)


def maternity_top_up(monthly: Decimal, days: int, days_a_month: Decimal, allowance: Decimal) -> Decimal:
    """What the employer adds where the fund's allowance for days of maternity leave is below the own pay; 0 at least.

    Args:
        days_a_month: by which the allowance counts a month (30).
    """
    return max(ZERO, rounded(monthly * days / days_a_month - allowance))
