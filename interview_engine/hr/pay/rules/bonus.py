"""The annual one-off bonus: taxed apart from wages or together with them, both worked out, the better one named.

Finance and Taxation [2018] 164, article 1; Announcement 30 of 2023 (until the end of 2027). Apart: the rate that holds
for a twelfth of the bonus applies to all of it, with one quick deduction; once a person and tax year.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from interview_engine.hr.pay.rules.brackets import ZERO, Bracket, Table
from interview_engine.store.money import rounded

TWELVE = Decimal(12)


@dataclass(frozen=True, slots=True)
class DeadZone:
    """Bonuses above `edge` up to `upto` leave no more than `edge` does after tax."""

    edge: Decimal
    upto: Decimal


@dataclass(frozen=True, slots=True)
class Choice:
    """Both ways for one bonus, as tax in yuan for the whole year.

    Args:
        apart: on the bonus alone; None where it may not be taxed apart. merged: what the bonus adds to the tax on the
            year's other income.
        better: the one with less tax; "merged" where they are equal, since a bonus can be apart only once.
        dead_zone: the zone that the bonus lies in when taxed apart.
    """

    apart: Decimal | None
    merged: Decimal
    better: Literal["apart", "merged"]
    dead_zone: DeadZone | None


def bonus_bracket(bonus: Decimal, monthly: Table) -> Bracket:
    """The step of the monthly table that holds a twelfth of the bonus."""
    return monthly.of(bonus / TWELVE)


def tax_apart(bonus: Decimal, monthly: Table) -> Decimal:
    """The tax on a bonus that is taxed apart, to the fen.

    Raises:
        ValueError: the bonus is negative.
    """
    if bonus < 0:
        raise ValueError(f"a bonus of {bonus}")
    step = bonus_bracket(bonus, monthly)
    return rounded(max(ZERO, bonus * step.rate - step.quick))


def dead_zones(monthly: Table) -> tuple[DeadZone, ...]:
    """Every zone in which more bonus leaves less: from each edge to where the amount after tax is the edge's again."""
    zones = []
    for low, high in pairwise(monthly.brackets):
        assert low.upto is not None
        edge = low.upto * TWELVE
        kept = edge - (edge * low.rate - low.quick)
        zones.append(DeadZone(edge, rounded((kept - high.quick) / (1 - high.rate))))
    return tuple(zones)


def dead_zone_of(bonus: Decimal, monthly: Table) -> DeadZone | None:
    """The zone that a bonus lies in; None for most."""
    return next((one for one in dead_zones(monthly) if one.edge < bonus <= one.upto), None)


def compare(year_taxable: Decimal, bonus: Decimal, annual: Table, monthly: Table | None) -> Choice:
    """Both ways for a bonus.

    Args:
        year_taxable: the year's income without the bonus minus all deductions; below 0 where those are larger.
        monthly: None where a bonus cannot be taxed apart: no rule holds for the year, or one has been already.
    """
    merged = annual.tax(year_taxable + bonus) - annual.tax(year_taxable)
    if monthly is None:
        return Choice(None, merged, "merged", None)
    apart = tax_apart(bonus, monthly)
    return Choice(apart, merged, "apart" if apart < merged else "merged", dead_zone_of(bonus, monthly))
