"""Social insurance and housing fund: each item with its own base, floor, cap, rates and rounding, as its city's row
says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Literal

from interview_engine.hr.pay.rules.brackets import ZERO

Rounding = Literal["nearest", "up", "down"]
_MODES = MappingProxyType({"nearest": ROUND_HALF_UP, "up": ROUND_CEILING, "down": ROUND_FLOOR})


@dataclass(frozen=True, slots=True)
class Step:
    """To what amounts are rounded: `unit` 0.01, 0.1 or 1 yuan, and which way."""

    unit: Decimal = Decimal("0.01")
    way: Rounding = "nearest"

    def of(self, amount: Decimal) -> Decimal:
        """The amount on the step, with two places."""
        return ((amount / self.unit).to_integral_value(rounding=_MODES[self.way]) * self.unit).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class Item:
    """One insurance, or the fund.

    Args:
        code: "pension", "medical", "unemployment", "injury", "maternity", "housing_fund", or the city's own.
        floor, cap: of the base; None for no limit.
        employee, employer: rates. employee_fixed, employer_fixed: amounts a month beside them.
        base_step, step: how the base and the amounts are rounded.
    """

    code: str
    floor: Decimal | None
    cap: Decimal | None
    employee: Decimal
    employer: Decimal
    employee_fixed: Decimal = ZERO
    employer_fixed: Decimal = ZERO
    base_step: Step = Step()
    step: Step = Step()

    def __post_init__(self) -> None:
        if self.floor is not None and self.cap is not None and self.floor > self.cap:
            raise ValueError(f"{self.code}: the floor is above the cap")
        if not 0 <= self.employee < 1 or not 0 <= self.employer < 1:
            raise ValueError(f"{self.code}: rates are shares below 1")

    def base(self, declared: Decimal) -> Decimal:
        """The base within the limits. The limits themselves are not rounded."""
        base = self.base_step.of(declared)
        if self.floor is not None:
            base = max(self.floor, base)
        return base if self.cap is None else min(self.cap, base)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one item costs in a month."""

    code: str
    base: Decimal
    employee: Decimal
    employer: Decimal


def contributions(declared: Decimal, items: Sequence[Item]) -> tuple[Contribution, ...]:
    """Every item of a month.

    Args:
        declared: the average monthly pay that was declared for the period, before limits.
    """
    found = []
    for item in items:
        base = item.base(declared)
        found.append(
            Contribution(
                item.code,
                base,
                item.step.of(base * item.employee + item.employee_fixed),
                item.step.of(base * item.employer + item.employer_fixed),
            )
        )
    return tuple(found)
