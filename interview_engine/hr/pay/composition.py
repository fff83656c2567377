"""What a gross is made of, as shares of one bar: what is paid out, and what goes to tax, insurance and deductions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from interview_engine.hr.pay.tables import Payslip
from interview_engine.i18n import Text, msg

Piece = Literal["net", "contribution", "tax", "deduction"]
WORDS: Mapping[Piece, Text] = {
    "net": msg("Paid out"),
    "contribution": msg("Social insurance and housing fund"),
    "tax": msg("Income tax"),
    "deduction": msg("Deductions"),
}


@dataclass(frozen=True, slots=True)
class Share:
    """One piece of the bar, from `start` over `width` percent of it; `percent` as it is written, one decimal."""

    piece: Piece
    word: Text
    amount: Decimal
    start: Decimal
    width: Decimal
    percent: Decimal


def shares(slip: Payslip) -> tuple[Share, ...]:
    """The gross of a payslip in pieces that add up to it; empty where one is below zero (a refund) and no bar is true.

    What is nothing is left out.
    """
    given: dict[Piece, Decimal] = {"net": slip.net, "contribution": slip.own, "tax": slip.tax}
    given["deduction"] = slip.gross - sum(given.values())
    if slip.gross <= 0 or any(amount < 0 for amount in given.values()):
        return ()
    found = []
    start = Decimal(0)
    for piece, amount in given.items():
        if amount:
            width = amount / slip.gross * 100
            exact = width.quantize(Decimal("0.01"))
            found.append(Share(piece, WORDS[piece], amount, start, exact, width.quantize(Decimal("0.1"))))
            start += exact
    return tuple(found)
