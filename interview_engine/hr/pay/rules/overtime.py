"""Overtime: hours by the kind of their own calendar date, paid by the hour's wage times a factor.

Labour Law, articles 41 and 44. The hour's wage is the overtime base ÷ 21.75 ÷ 8, whatever somebody was absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from interview_engine.store.money import rounded

Kind = Literal["workday", "restday", "statutory"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class OvertimeRule:
    """Factors by kind of day, hours of a workday, and the most hours of a month."""

    factors: Mapping[str, Decimal]
    hours_a_day: Decimal
    most_hours_a_month: Decimal


def hourly(base: Decimal, paid_days: Decimal, rule: OvertimeRule) -> Decimal:
    """The hour's wage, not rounded."""
    return base / (paid_days * rule.hours_a_day)


def overtime_pay(base: Decimal, minutes: int, kind: Kind, paid_days: Decimal, rule: OvertimeRule) -> Decimal:
    """What minutes of one kind are paid, rounded once.

    Raises:
        ValueError: fewer than no minutes.
    """
    if minutes < 0:
        raise ValueError(f"{minutes} minutes of overtime")
    return rounded(base * minutes * rule.factors[kind] / (paid_days * rule.hours_a_day * 60))
