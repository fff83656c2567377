"""Progressive tables with quick deductions: the annual table of comprehensive income, the monthly one, and that of
labour service (Individual Income Tax Law, tables 1 and 3; Announcement 61 of 2018, table 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from interview_engine.store.money import rounded

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Bracket:
    """One step of a table.

    Args:
        number: 1 for the lowest.
        upto: the highest amount it holds, inclusive; None for the last one.
        rate: of the whole amount. quick: what is deducted from that.
    """

    number: int
    upto: Decimal | None
    rate: Decimal
    quick: Decimal


@dataclass(frozen=True, slots=True)
class Table:
    """A progressive table, from the lowest step to the highest."""

    brackets: tuple[Bracket, ...]

    def __post_init__(self) -> None:
        if not self.brackets or self.brackets[-1].upto is not None:
            raise ValueError("the last step of a table has no upper limit")
        limits = [one.upto for one in self.brackets[:-1]]
        if any(limit is None or limit <= 0 for limit in limits) or sorted(limits, key=_limit) != limits:
            raise ValueError("the limits of a table rise")
        for low, high in pairwise(self.brackets):
            assert low.upto is not None
            # an amount on the edge bears the same tax by either step, or one yuan more could cost thousands
            if low.upto * low.rate - low.quick != low.upto * high.rate - high.quick:
                raise ValueError(f"the quick deduction of step {high.number} does not follow from the limits")

    def of(self, amount: Decimal) -> Bracket:
        """The step that holds an amount; the lowest for 0 and less."""
        return next(one for one in self.brackets if one.upto is None or amount <= one.upto)

    def tax(self, amount: Decimal) -> Decimal:
        """The tax on an amount, to the fen; 0 for 0 and less."""
        step = self.of(amount)
        return rounded(max(ZERO, amount * step.rate - step.quick))


def table(steps: Sequence[Sequence[object]]) -> Table:
    """A table of [upto, rate, quick deduction]; the last `upto` is None.

    Raises:
        ValueError, InvalidOperation: not a table, see `Table`.
    """
    return Table(
        tuple(
            Bracket(number, None if upto is None else Decimal(str(upto)), Decimal(str(rate)), Decimal(str(quick)))
            for number, (upto, rate, quick) in enumerate(steps, start=1)
        )
    )


def _limit(value: Decimal | None) -> Decimal:
    assert value is not None
    return value
