"""Lines of a payslip: each rounded once, with what it was made of, so that it can be explained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

from interview_engine.hr.pay.rules.brackets import ZERO

Group = Literal["earning", "contribution", "tax", "deduction", "employer"]
"""earning: what the gross is made of, absences below zero. contribution, tax, deduction: what the person bears, below
zero. employer: what the employer bears besides, no part of the net."""
GROUPS: tuple[Group, ...] = ("earning", "contribution", "tax", "deduction", "employer")

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Args:
        code: "base", "overtime_workday", "pension" …; `words.py` says what people read.
        quantity, rate: what the amount is the product of, where it is one; the rate may have more places than money.
        amount: yuan, signed, to the fen.
        formula: by which sentence of `words.py` it is explained. values: what fills its places.
        parameters: refs of the parameter rows it follows. sources: "<table>:<id>" of the rows it comes from.
        month: of an adjustment, the month that it belongs to, "2026-05"; "" for this one.
    """

    code: str
    group: Group
    amount: Decimal
    quantity: Decimal | None = None
    rate: Decimal | None = None
    formula: str = ""
    values: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    parameters: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    month: str = ""

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "code": self.code, "group": self.group, "amount": str(self.amount),
            "quantity": None if self.quantity is None else str(self.quantity),
            "rate": None if self.rate is None else str(self.rate),
            "formula": self.formula, "values": dict(self.values), "parameters": list(self.parameters),
            "sources": list(self.sources), "month": self.month,
        }  # fmt: skip


def line_of(kept: Mapping[str, Any]) -> Line:
    """A line as it was kept."""
    return Line(
        kept["code"], kept["group"], Decimal(kept["amount"]),
        None if kept["quantity"] is None else Decimal(kept["quantity"]),
        None if kept["rate"] is None else Decimal(kept["rate"]),
        kept["formula"], kept["values"], tuple(kept["parameters"]), tuple(kept["sources"]), kept["month"],
    )  # fmt: skip


def total(lines: Iterable[Line], *groups: Group) -> Decimal:
    """The sum of the shown lines of some groups."""
    return sum((one.amount for one in lines if one.group in groups), ZERO)


def gross(lines: Iterable[Line]) -> Decimal:
    """The gross: the sum of the earnings."""
    return total(lines, "earning")


def net(lines: Iterable[Line]) -> Decimal:
    """What is paid out: everything but what the employer bears besides."""
    return total(lines, "earning", "contribution", "tax", "deduction")
