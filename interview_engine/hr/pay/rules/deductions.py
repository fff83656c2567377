"""What may be deducted from a month's pay, and what pay must not fall below.

Interim Provisions on Payment of Wages, article 16 (damage: at most a fifth of the month, never below the minimum wage);
Labour Contract Law, article 20 (probation).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from interview_engine.hr.pay.rules.brackets import ZERO
from interview_engine.store.money import rounded


@dataclass(frozen=True, slots=True)
class Wanted:
    """A deduction that is due. `damage`: for damage caused, which the law limits. `order`: lower ones come first."""

    code: str
    amount: Decimal
    damage: bool = False
    order: int = 0


@dataclass(frozen=True, slots=True)
class Deducted:
    """What is deducted this month, and what stays due for later months."""

    code: str
    amount: Decimal
    left: Decimal


def within_limits(
    wage: Decimal, available: Decimal, wanted: Sequence[Wanted], share: Decimal, minimum_wage: Decimal
) -> tuple[Deducted, ...]:
    """Deductions of a month within what the law allows; what does not fit stays due, nothing is lost.

    Args:
        wage: of the month before deductions. available: what is left of it after tax and contributions.
        share: of the wage that deductions for damage may reach together. minimum_wage: what they must leave.

    Returns:
        in the order in which they were taken.
    """
    rest = max(ZERO, available)
    for_damage = rounded(wage * share)
    done = []
    for one in sorted(wanted, key=lambda each: (each.order, each.code)):
        most = min(rest, for_damage, max(ZERO, rest - minimum_wage)) if one.damage else rest
        amount = min(one.amount, most)
        rest -= amount
        if one.damage:
            for_damage -= amount
        done.append(Deducted(one.code, amount, one.amount - amount))
    return tuple(done)


def probation_floor(agreed: Decimal, share: Decimal, minimum_wage: Decimal) -> Decimal:
    """The least that may be paid a month on probation: the share of the agreed wage, and the minimum wage."""
    return max(rounded(agreed * share), minimum_wage)
