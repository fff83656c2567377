"""Why a line differs between two systems, as far as the figures themselves say it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from interview_engine.hr.pay.allowances import ALLOWANCES
from interview_engine.hr.pay.given import Given, percent
from interview_engine.hr.pay.items import ITEMS
from interview_engine.hr.pay.parameters import contribution_item
from interview_engine.hr.pay.rules import proration
from interview_engine.hr.pay.rules.brackets import ZERO
from interview_engine.hr.pay.rules.contributions import Item
from interview_engine.hr.pay.rules.lines import Line, total
from interview_engine.hr.pay.tax_lines import tax

Cause = Literal[
    "only_there", "only_here", "rounding", "not_here", "not_there", "pay", "method", "days", "hours", "hour",
    "base", "rate", "entered", "tax_follows", "tax_year", "rest", "other",
]  # fmt: skip
ORDER: tuple[Cause, ...] = (
    "only_there", "only_here", "pay", "method", "days", "hours", "hour", "base", "rate", "entered", "not_here",
    "not_there", "tax_year", "tax_follows", "rest", "other", "rounding",
)  # fmt: skip
"""As a clerk works them off: who is missing first, roundings last."""
CENTS = Decimal("0.05")
"""A difference of up to five fen is one of rounding."""
NO_VALUES: Mapping[str, str] = MappingProxyType({})
_ENTERED = frozenset({"commission", "addition", "bonus", "damage", "deduction", *ALLOWANCES})


@dataclass(frozen=True, slots=True)
class Differs:
    """A column that differs: what both say, in the sheet's signs, and why; `values` fill the cause's sentence."""

    column: str
    old: Decimal
    new: Decimal
    cause: Cause
    values: Mapping[str, str] = field(default_factory=lambda: NO_VALUES)

    @property
    def change(self) -> Decimal:
        """The run's − the other system's."""
        return self.new - self.old


def cause(column: str, old: Decimal, new: Decimal, given: Given, lines: Sequence[Line]) -> Differs:
    """Why a line of a person differs; sums are explained by `rest`, the tax by `of_tax`.

    Args:
        given: the inputs of the payslip. lines: of the payslip.
    """
    mine = [one for one in lines if one.code == column and one.group != "employer" and not one.month]
    found: tuple[Cause, Mapping[str, str]]
    if abs(new - old) <= CENTS:
        found = "rounding", NO_VALUES
    elif not new:
        found = "not_here", NO_VALUES
    elif not old:
        found = "not_there", NO_VALUES
    elif column in ITEMS:
        found = _of_item(column, old, given)
    elif column == "base":
        found = _of_base(old, given, mine)
    elif column == "unpaid_leave":
        found = _of_days(old, given)
    elif column.startswith("overtime_") and len(mine) == 1:
        found = _of_hours(old, mine[0])
    elif column in _ENTERED:
        found = "entered", NO_VALUES
    else:
        found = "other", NO_VALUES
    return Differs(column, old, new, *found)


def of_tax(old: Decimal, new: Decimal, gross: Decimal, own: Decimal, given: Given) -> Differs:
    """Why the tax differs: whether the same rules make the other system's tax of the other system's gross.

    Args:
        gross, own: of the other system's month.
    """
    if abs(new - old) <= CENTS:
        return Differs("tax", old, new, "rounding")
    asked = (Line("base", "earning", gross), Line("pension", "contribution", ZERO - own))
    there = -total(tax(given, asked).lines, "tax")
    if abs(there - old) <= CENTS:
        return Differs("tax", old, new, "tax_follows")
    return Differs("tax", old, new, "tax_year", {"there": str(there)})


def rest(column: str, old: Decimal, new: Decimal, explained: Decimal) -> Differs | None:
    """What of a sum's difference its lines do not explain; None where they explain all of it."""
    left = new - old - explained
    if not left:
        return None
    return Differs(column, old, new, "rounding" if abs(left) <= CENTS else "rest", {"left": str(left)})


def _of_item(column: str, old: Decimal, given: Given) -> tuple[Cause, Mapping[str, str]]:
    """An insurance or the fund: rounded otherwise, or by another base, or at another rate."""
    item = _item(given, column)
    if item is None or not item.employee:
        return "other", NO_VALUES
    declared = Decimal(given.inputs["base"]["fund" if column == "fund" else "social"])
    base = item.base(declared)
    if abs(base * item.employee + item.employee_fixed - old) < 1:
        return "rounding", NO_VALUES
    rate = ((old - item.employee_fixed) / base).quantize(Decimal("0.0001"))
    there = ((old - item.employee_fixed) / item.employee).quantize(Decimal("0.01"))
    # a rate is a round one: halves of a per cent, at the same base
    if rate > 0 and not rate % Decimal("0.005") and abs(base * rate + item.employee_fixed - old) <= CENTS:
        return "rate", {"rate": percent(rate), "here": percent(item.employee)}
    return "base", {"base": str(there), "here": str(base)}


def _item(given: Given, column: str) -> Item | None:
    kind = "housing_fund" if column == "fund" else "social_insurance"
    row = next((one for one in given.all if one.kind == kind and one.item == column), None)
    return None if row is None else given.read(contribution_item, row)


def _of_base(old: Decimal, given: Given, mine: Sequence[Line]) -> tuple[Cause, Mapping[str, str]]:
    """The monthly pay: by another method for a part of the month, or another monthly pay."""
    parts = given.inputs["parts"]
    if len(parts) == 1 and mine:
        monthly = Decimal(parts[0]["monthly"])
        if abs(monthly - old) <= CENTS:
            return "method", {"method": "whole"}
        for method in proration.METHODS:
            unit = "calendar" if method == "calendar_days" else "workdays"
            presence = proration.Presence(Decimal(parts[0][unit]), Decimal(given.inputs["month_days"][unit]))
            if abs(proration.prorated(monthly, presence, method, given.paid_days) - old) <= CENTS:
                return "method", {"method": method}
    return "pay", NO_VALUES


def _of_days(old: Decimal, given: Given) -> tuple[Cause, Mapping[str, str]]:
    if not given.monthly:
        return "other", NO_VALUES
    days = old / (given.monthly / given.paid_days)
    half = (days * 2).to_integral_value() / 2
    if abs(days - half) > Decimal("0.01") or not half:
        return "other", NO_VALUES
    return "days", {"days": f"{half.normalize():f}", "here": f"{given.days('unpaid_days'):f}"}


def _of_hours(old: Decimal, line: Line) -> tuple[Cause, Mapping[str, str]]:
    if not line.rate or line.quantity is None:
        return "other", NO_VALUES
    hours = old / line.rate
    quarter = (hours * 4).to_integral_value() / 4
    if abs(hours - quarter) > Decimal("0.01") or not quarter:
        return "hour", NO_VALUES
    return "hours", {"hours": f"{quarter.normalize():f}", "here": f"{line.quantity.normalize():f}"}
