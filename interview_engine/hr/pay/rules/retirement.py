"""Statutory retirement since 2025: Decision of the NPC Standing Committee of 13 September 2024 and the State Council's
Measures, articles 1 to 3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from interview_engine.hr.months import add_months


@dataclass(frozen=True, slots=True)
class Group:
    """Whose age moves how: from the former age by one month for every `a_month_per` months of birth, `most` at most."""

    former_years: int
    a_month_per: int
    most_months: int


@dataclass(frozen=True, slots=True)
class RetirementRule:
    """The rule.

    Args:
        since: the first month it holds for, as its first day; who reached the former age before keeps it.
        groups: by "men", "women_55", "women_50". Which one a woman is in is a fact of the job.
        flexible_months: how much earlier or later one may choose, never before the former age.
        months_until, months_step, months_most: contribution months needed until the year before `rising_from`, the rise
            a year from then on, and the most.
    """

    since: date
    groups: Mapping[str, Group]
    flexible_months: int
    months_until: int
    rising_from: int
    months_step: int
    months_most: int

    def contribution_months(self, year: int) -> int:
        """Months of contributions that a pension needs when one retires in a year."""
        risen = max(0, year - self.rising_from + 1) * self.months_step
        return min(self.months_most, self.months_until + risen)


@dataclass(frozen=True, slots=True)
class Retirement:
    """When somebody retires.

    Args:
        former: by the former age. delay_months. day: the statutory one. earliest, latest: with the choice.
        contribution_months: needed in that year.
    """

    former: date
    delay_months: int
    day: date
    earliest: date
    latest: date
    contribution_months: int


def retirement(born: date, group: str, rule: RetirementRule) -> Retirement:
    """When somebody of a group retires.

    Raises:
        KeyError: there is no such group.
    """
    held = rule.groups[group]
    former = add_months(born, held.former_years * 12)
    into = (former.year - rule.since.year) * 12 + former.month - rule.since.month
    delay = 0 if into < 0 else min(held.most_months, into // held.a_month_per + 1)
    day = add_months(former, delay)
    # somebody who retires before the rule has no choice to make
    span = rule.flexible_months if into >= 0 else 0
    earliest = max(former, add_months(day, -span))
    return Retirement(former, delay, day, earliest, add_months(day, span), rule.contribution_months(day.year))
