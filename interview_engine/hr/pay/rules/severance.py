"""Economic compensation on termination and its tax: Labour Contract Law, articles 40, 46, 47 and 87; its Implementing
Regulation, article 27 (floor); Finance and Taxation [2018] 164, article 5."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from interview_engine.hr.months import add_months
from interview_engine.hr.pay.rules.brackets import ZERO, Table
from interview_engine.store.money import rounded

HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class SeveranceRule:
    """Figures of the law.

    Args:
        cap_times: of the local average monthly wage, above which the wage is cut. cap_years: the most years then.
        unlawful_times: of the compensation, due for an unlawful termination in place of it.
        exempt_times: of the local average annual wage that stays free of tax.
    """

    cap_times: Decimal
    cap_years: Decimal
    unlawful_times: Decimal
    exempt_times: Decimal


@dataclass(frozen=True, slots=True)
class Severance:
    """What is due and how it came about.

    Args:
        months: N. wage: by which N counts. capped: the cap cut wage and years. compensation: N × wage (twice for an
            unlawful termination). in_lieu: the month in place of notice. amount: both.
    """

    months: Decimal
    wage: Decimal
    capped: bool
    compensation: Decimal
    in_lieu: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class SeveranceTax:
    """The part that is free of tax, the rest, and the tax on the rest alone by the annual table."""

    exempt: Decimal
    taxable: Decimal
    tax: Decimal


def months_of(years: int, months: int, days: int = 0) -> Decimal:
    """N for a length of service: a year is one, six months and more one, less a half.

    Raises:
        ValueError: below zero, or more than eleven months beside the years.
    """
    if years < 0 or not 0 <= months < 12 or days < 0:
        raise ValueError(f"{years} years, {months} months, {days} days")
    if months >= 6:
        return Decimal(years + 1)
    return Decimal(years) + (HALF if months or days else ZERO)


def service(first_day: date, last_day: date) -> tuple[int, int, int]:
    """Length of service from the first day to the last, both included, as whole years, whole months and days.

    Raises:
        ValueError: the last day is before the first.
    """
    end = last_day + timedelta(days=1)
    if end < first_day:
        raise ValueError(f"from {first_day} to {last_day}")
    whole = (end.year - first_day.year) * 12 + end.month - first_day.month
    if add_months(first_day, whole) > end:
        whole -= 1
    return whole // 12, whole % 12, (end - add_months(first_day, whole)).days


def severance(
    n: Decimal,
    average: Decimal,
    local_average: Decimal,
    minimum_wage: Decimal,
    rule: SeveranceRule,
    *,
    in_lieu_of_notice: bool = False,
    last_month: Decimal | None = None,
    unlawful: bool = False,
) -> Severance:
    """The compensation for N months.

    Args:
        average: wage of the twelve months before, or of all months worked. local_average: the city's, a month.
        in_lieu_of_notice: a further month, last month's wage, because no notice was given; not beside `unlawful`.
        last_month: that wage; None is `average`.

    Raises:
        ValueError: both in lieu of notice and unlawful.
    """
    if in_lieu_of_notice and unlawful:
        raise ValueError("a termination is lawful with a month in lieu of notice, or unlawful")
    cap = local_average * rule.cap_times
    capped = average > cap
    wage = cap if capped else max(average, minimum_wage)
    months = min(n, rule.cap_years) if capped else n
    times = rule.unlawful_times if unlawful else Decimal(1)
    compensation = rounded(wage * months * times)
    extra = rounded(average if last_month is None else last_month) if in_lieu_of_notice else ZERO
    return Severance(months, wage, capped, compensation, extra, compensation + extra)


def severance_tax(amount: Decimal, local_annual: Decimal, rule: SeveranceRule, annual: Table) -> SeveranceTax:
    """The tax on compensation: what exceeds the exempt amount, alone and without further deductions.

    Args:
        local_annual: the city's average annual wage of the year before.
    """
    exempt = local_annual * rule.exempt_times
    taxable = max(ZERO, amount - exempt)
    return SeveranceTax(exempt, taxable, annual.tax(taxable))
