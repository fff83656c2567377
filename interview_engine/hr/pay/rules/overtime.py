"""Overtime: hours by the kind of their own calendar date, paid by the hour's wage times a factor.

Labour Law, articles 41 and 44. The hour's wage is the overtime base ÷ 21.75 ÷ 8, whatever somebody was absent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal, get_args
from zoneinfo import ZoneInfo

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


def minutes_by_kind(start: datetime, end: datetime, kind_of: Callable[[date], Kind], zone: ZoneInfo) -> dict[Kind, int]:
    """The minutes from `start` to `end` (aware), each by the kind of its own local date: a night shift splits.

    Raises:
        ValueError: the end is before the start, or a time without a zone.
    """
    if start.tzinfo is None or end.tzinfo is None or end < start:
        raise ValueError(f"from {start} to {end}")
    found: dict[Kind, int] = {}
    at, last = start.astimezone(zone), end.astimezone(zone)
    while at < last:
        midnight = datetime.combine(at.date() + timedelta(days=1), datetime.min.time(), zone)
        upto = min(midnight, last)
        kind = kind_of(at.date())
        # differences of one zone ignore its changes of the clock; instants do not
        found[kind] = found.get(kind, 0) + int((upto.timestamp() - at.timestamp()) // 60)
        at = upto
    return found


def over_limit(minutes: Mapping[Kind, int], rule: OvertimeRule) -> int:
    """Minutes beyond the most of a month (Labour Law, article 41); every kind of day counts."""
    return max(0, sum(minutes.values()) - int(rule.most_hours_a_month * 60))
