"""What a day is, as pure rules over the days that were entered.

Monday to Friday are worked and the weekend is not, unless a day was entered. The truth is what people entered and
reviewed from the notice; a year without a notice has only tentative days, and says so wherever it is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

DayKind = Literal["workday", "restday", "statutory", "substitute"]
"""workday: worked (a weekend that was made up for, too). restday: the weekend. statutory: one of the 13 holidays, whose
work is paid three times. substitute: off in exchange for a weekend that is worked or that a holiday fell on; work is
paid twice."""
DAY_KINDS: tuple[DayKind, ...] = get_args(DayKind)


@dataclass(frozen=True, slots=True)
class Day:
    """A day that was entered.

    Args:
        name: of the holiday, "春节"; "" for a company's own day.
        tentative: no notice has confirmed it yet.
        source: the notice's address, or who decided it.
    """

    day: date
    kind: DayKind
    name: str = ""
    tentative: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of one place, later layers over earlier ones: country, province, company.

    Args:
        entered: by day.
        confirmed_years: those whose notice was entered and reviewed; a day of any other year is tentative.
    """

    entered: Mapping[date, Day]
    confirmed_years: frozenset[int]

    def day(self, day: date) -> Day:
        """What a day is."""
        found = self.entered.get(day)
        if found is not None:
            return found
        kind: DayKind = "workday" if day.weekday() < 5 else "restday"
        return Day(day, kind, tentative=day.year not in self.confirmed_years)

    def is_workday(self, day: date) -> bool:
        """Whether it is worked."""
        return self.day(day).kind == "workday"

    def workdays(self, first: date, last: date) -> int:
        """How many days from `first` to `last`, both included, are worked; 0 when `last` is earlier."""
        return sum(self.is_workday(day) for day in days(first, last))

    def tentative_days(self, first: date, last: date) -> tuple[date, ...]:
        """The days between that no notice has confirmed."""
        return tuple(day for day in days(first, last) if self.day(day).tentative)


def layered(layers: Iterable[Iterable[Day]], confirmed_years: Iterable[int]) -> Calendar:
    """A calendar of layers; a later layer's day wins."""
    entered: dict[date, Day] = {}
    for layer in layers:
        entered.update({one.day: one for one in layer})
    return Calendar(entered, frozenset(confirmed_years))


def days(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
