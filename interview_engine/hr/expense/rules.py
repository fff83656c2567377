"""What is settled and what is paid out: pure rules over amounts in yuan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from interview_engine.hr.months import add_months
from interview_engine.store.money import rounded

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Settled:
    """What a claim takes from advances, in their order, and what is left to pay out."""

    taken: tuple[Decimal, ...]
    payable: Decimal


def settle(total: Decimal, open_advances: Sequence[Decimal]) -> Settled:
    """A claim against the open advances of its person, the oldest first: never more than the claim, and of no advance
    more than is open. What is taken and what is payable make the claim."""
    left, taken = total, []
    for amount in open_advances:
        part = min(left, amount)
        taken.append(part)
        left -= part
    return Settled(tuple(taken), left)


def in_yuan(foreign: Decimal, rate: Decimal) -> Decimal:
    """An amount of another currency by its stated rate (yuan for one), to the fen."""
    return rounded(foreign * rate)


def first_open(month: date, closed: frozenset[date]) -> date:
    """The month itself, or the first one after it that is not closed."""
    while month in closed:
        month = add_months(month, 1)
    return month


def yuan_text(amount: Decimal) -> str:
    """As people read it: "¥1,234.50"."""
    return f"{'-' if amount < 0 else ''}¥{abs(amount):,.2f}"
