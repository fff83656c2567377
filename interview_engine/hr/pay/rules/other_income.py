"""Tax on what is no wage of a resident: labour service, and payments to those who are not resident for tax.

Individual Income Tax Law, article 6; Announcement 61 of 2018, articles 8 and 9. Withheld by the payment, not cumulated.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from interview_engine.hr.pay.rules.brackets import ZERO, Table


@dataclass(frozen=True, slots=True)
class ServiceRule:
    """How labour service of residents is withheld.

    Args:
        small_upto: payments up to here have the flat deduction `flat`, larger ones the share `share`.
        table: of withholding.
    """

    small_upto: Decimal
    flat: Decimal
    share: Decimal
    table: Table

    def taxable(self, payment: Decimal) -> Decimal:
        """What is left of a payment after its deduction, 0 at least."""
        deducted = self.flat if payment <= self.small_upto else payment * self.share
        return max(ZERO, payment - deducted)


@dataclass(frozen=True, slots=True)
class NonResidentRule:
    """How payments to non-residents are taxed: `basic` a month of wages, `share` off labour service, by `monthly`."""

    basic: Decimal
    share: Decimal
    monthly: Table


def labour_service_tax(payment: Decimal, rule: ServiceRule) -> Decimal:
    """What is withheld from one payment for labour service of a resident; several of a month for one thing are one."""
    return rule.table.tax(rule.taxable(payment))


def non_resident_wage_tax(month: Decimal, rule: NonResidentRule) -> Decimal:
    """The tax on a month's wage of somebody who is not resident for tax. Nothing is cumulated."""
    return rule.monthly.tax(max(ZERO, month - rule.basic))


def non_resident_service_tax(payment: Decimal, rule: NonResidentRule) -> Decimal:
    """The tax on a payment for labour service to somebody who is not resident for tax."""
    return rule.monthly.tax(payment * (1 - rule.share))
