"""Cumulative withholding of wages: what is withheld this month follows from the sums of the tax year so far.

Announcement 61 of 2018, articles 6 and 7; 13 of 2020 (first wage of the year); 19 of 2020 (the 60,000 rule). The month
is the month of payment. A negative balance is not paid out in the year; the annual settlement returns it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from interview_engine.hr.pay.rules.brackets import ZERO, Table
from interview_engine.store.money import rounded

Start = Literal["months", "first_wage", "whole_year"]
"""How the basic deduction counts. months: one a month employed here this year. first_wage: one a calendar month, for
whom has had no wage before in this year. whole_year: all twelve from January on (the 60,000 rule)."""


@dataclass(frozen=True, slots=True)
class BasicDeduction:
    """The basic deduction of a month, and the gross of the year before up to which a whole year's may count at once."""

    monthly: Decimal
    whole_year_upto: Decimal

    def cumulated(self, start: Start, month: int, months_here: int) -> Decimal:
        """What has accrued up to a month of payment.

        Args:
            month: 1 to 12. months_here: how many months of this year up to this one the person was employed here.

        Raises:
            ValueError: the months are not possible.
        """
        if not 1 <= month <= 12 or not 1 <= months_here <= month:
            raise ValueError(f"month {month} of which {months_here} here")
        months = {"months": months_here, "first_wage": month, "whole_year": 12}[start]
        return self.monthly * months

    def whole_year_counts(self, months_withheld: int, gross: Decimal) -> bool:
        """Whether the year before allows `whole_year`: twelve months withheld by this employer, and the gross of all of
        it within the limit."""
        return months_withheld == 12 and gross <= self.whole_year_upto


@dataclass(frozen=True, slots=True)
class YearToDate:
    """The sums of a tax year with one employer, in yuan.

    Args:
        income: before tax, without what is exempt. contributions: the employee's own social insurance and housing fund.
        special: special additional deductions. other: further deductions (personal pension, annuity).
        withheld: tax that was withheld.
    """

    income: Decimal = ZERO
    contributions: Decimal = ZERO
    special: Decimal = ZERO
    other: Decimal = ZERO
    withheld: Decimal = ZERO

    def plus(self, more: YearToDate) -> YearToDate:
        """Both together."""
        return YearToDate(
            self.income + more.income,
            self.contributions + more.contributions,
            self.special + more.special,
            self.other + more.other,
            self.withheld + more.withheld,
        )


@dataclass(frozen=True, slots=True)
class Withheld:
    """The tax of one month and how it came about.

    Args:
        taxable: cumulated taxable income, 0 at least. tax: on it, cumulated.
        balance: tax − withheld before; below 0 where too much was withheld.
        amount: what is withheld now, 0 at least.
        year: the sums including this month.
    """

    basic: Decimal
    taxable: Decimal
    bracket: int
    rate: Decimal
    quick: Decimal
    tax: Decimal
    balance: Decimal
    amount: Decimal
    year: YearToDate


def withhold(before: YearToDate, month: YearToDate, basic: Decimal, annual: Table) -> Withheld:
    """What to withhold from a month's wage.

    Args:
        before: the year up to the month before. month: this month's amounts; its `withheld` is not read.
        basic: the basic deduction cumulated, see `BasicDeduction.cumulated`.
    """
    year = before.plus(replace(month, withheld=ZERO))
    taxable = max(ZERO, year.income - basic - year.contributions - year.special - year.other)
    step = annual.of(taxable)
    tax = annual.tax(taxable)
    balance = rounded(tax - before.withheld)
    amount = max(Decimal("0.00"), balance)
    return Withheld(
        basic, taxable, step.number, step.rate, step.quick, tax, balance, amount,
        replace(year, withheld=before.withheld + amount),
    )  # fmt: skip
