"""What a part of a month is worth, by a method that the company has named.

Whatever the method, a whole month is exactly the month's pay, no day at all is nothing, and nothing lies below zero or
above the month's pay.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, get_args

from interview_engine.hr.pay.rules.brackets import ZERO
from interview_engine.i18n import Text, msg
from interview_engine.store.money import rounded

Method = Literal["workdays", "paid_days_subtract", "paid_days_add", "calendar_days"]
"""workdays: by the worked days of that month. paid_days_subtract: the month's pay less missed days at 1/21.75 each.
paid_days_add: the days worked at 1/21.75 each. calendar_days: by the days of that month."""
METHODS: tuple[Method, ...] = get_args(Method)
WORDS: MappingProxyType[str, Text] = MappingProxyType(
    {
        "workdays": msg("by the workdays of the month"),
        "paid_days_subtract": msg("missed days deducted at a paid day each"),
        "paid_days_add": msg("worked days at a paid day each"),
        "calendar_days": msg("by the calendar days of the month"),
    }
)


@dataclass(frozen=True, slots=True)
class Presence:
    """How much of a month counts.

    Args:
        days: that count; half days are 0.5. of: days that a whole month has. Workdays (with statutory holidays, which
            are paid) for every method but `calendar_days`.
    """

    days: Decimal
    of: Decimal

    def __post_init__(self) -> None:
        if not 0 <= self.days <= self.of or self.of <= 0:
            raise ValueError(f"{self.days} of {self.of} days")


def prorated(monthly: Decimal, presence: Presence, method: Method, paid_days: Decimal) -> Decimal:
    """What of a month's pay is due, to the fen.

    Args:
        paid_days: days of pay in the average month (21.75).
    """
    if presence.days == presence.of:
        return rounded(monthly)
    if presence.days == 0:
        return ZERO
    match method:
        case "workdays" | "calendar_days":
            due = monthly * presence.days / presence.of
        case "paid_days_subtract":
            due = monthly - monthly * (presence.of - presence.days) / paid_days
        case "paid_days_add":
            due = monthly * presence.days / paid_days
    return rounded(min(monthly, max(ZERO, due)))


def missed(monthly: Decimal, days: Decimal, paid_days: Decimal) -> Decimal:
    """What unpaid days cost at a paid day each, the month's pay at most."""
    return rounded(min(monthly, monthly * days / paid_days))
