"""Kinds of leave: what ships with its source, what a region or a company has said, and what is in force. Pure.

No figure of a law is in code. What ships stands in `types.json`; where nobody has confirmed a figure it is empty there,
and leave that needs it is refused by name until a row of the region is entered and checked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

from interview_engine.hr.leave.annual import LeaveStep
from interview_engine.i18n import LocalizedText, Text, msg

WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "annual": msg("Annual leave"),
        "personal": msg("Personal leave"),
        "sick": msg("Sick leave"),
        "time_off": msg("Time off for overtime"),
        "marriage": msg("Marriage leave"),
        "maternity": msg("Maternity leave"),
        "paternity": msg("Paternity leave"),
        "nursing": msg("Nursing hours"),
        "parental": msg("Parental leave"),
        "bereavement": msg("Bereavement leave"),
        "injury": msg("Work injury leave"),
        "other": msg("Other leave"),
    }
)
"""The kinds of the product, in the order in which they are offered; companies add their own."""
OWN = "own_"
"""How the names of a company's own kinds begin."""
UNITS: Mapping[str, Text] = {"day": msg("Whole days"), "half_day": msg("Half days"), "hour": msg("Hours")}
COUNTS: Mapping[str, Text] = {
    "workdays": msg("Workdays only"),
    "calendar_days": msg("Days off in between count, those at the ends do not"),
}
"""What lies between the first and the last workday of a leave: the sandwich policies, by name."""
LIMITS: Mapping[str, Text] = {
    "balance": msg("What is left in the ledger"),
    "each": msg("Days of each leave"),
    "year": msg("Days in a year"),
    "none": msg("None"),
}
PAPERS: Mapping[str, Text] = {
    "certificate": msg("a doctor's certificate"),
    "marriage": msg("the marriage certificate"),
    "birth": msg("the birth certificate"),
    "death": msg("the death certificate"),
}

_SHIPPED: Mapping[str, Any] = json.loads(Path(__file__).with_name("types.json").read_text(encoding="utf-8"))
ANNUAL_STEPS: Sequence[LeaveStep] = tuple(LeaveStep(*step) for step in _SHIPPED["annual_steps"]["steps"])
DAY_MINUTES: int = _SHIPPED["hours_a_day"]["hours"] * 60
"""A day of leave of somebody of whom no other working time is kept."""


@dataclass(frozen=True, slots=True)
class LeaveType:
    """A kind of leave as it is in force somewhere.

    Args:
        unit: the smallest part: day, half_day, hour. counts: see `COUNTS`. limited_by: see `LIMITS`.
        days: of a limit "each" or "year"; None where nobody has confirmed them.
        negative: whether more than the balance may be taken. paid_percent: of the pay; None: not said here.
        papers: keys of `PAPERS`, or words of the company. carry_days: of a year's rest, taken on at most; None for all.
        carry_months: how long they can be taken; None for ever. Neither: nothing ends with the year.
        law, source: what says so; "" for the product's or the company's own setting.
        region: which row said it last; "" of what ships.
    """

    name: str
    word: Text
    unit: str = "hour"
    counts: str = "workdays"
    limited_by: str = "none"
    days: int | None = None
    negative: bool = False
    paid_percent: int | None = None
    papers: tuple[str, ...] = ()
    carry_days: int | None = None
    carry_months: int | None = None
    law: str = ""
    source: str = ""
    region: str = ""

    @property
    def carries(self) -> bool:
        """Whether what is left of a year is carried over, with a limit; else it simply stays."""
        return self.carry_days is not None or self.carry_months is not None

    @property
    def kept(self) -> bool:
        """Whether the ledger limits it."""
        return self.limited_by == "balance"


SAID = ("unit", "counts", "limited_by", "days", "negative", "paid_percent", "carry_days", "carry_months")
"""What a row of a region may say; what it leaves empty is as the wider region says."""


@dataclass(frozen=True, slots=True)
class Said:
    """A row of a region or company that was checked."""

    region: str
    name: str
    first: date
    last: date | None
    word: LocalizedText | None
    values: Mapping[str, Any]
    papers: str
    law: str
    source: str

    def holds(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.first <= day and (self.last is None or day <= self.last)


def shipped() -> dict[str, LeaveType]:
    """The kinds that ship, by name."""
    return {name: _shipped(name, word, _SHIPPED["types"][name]) for name, word in WORDS.items()}


def _shipped(name: str, word: Text, said: Mapping[str, Any]) -> LeaveType:
    values = dict(said)
    papers = tuple(values.pop("papers", ()))
    return LeaveType(name, word, papers=papers, **values)


def in_force(said: Iterable[Said], regions: Sequence[str], day: date) -> dict[str, LeaveType]:
    """The kinds of a place on a day, in the order in which they are offered.

    Args:
        regions: from the widest to the narrowest; a narrower one's word wins. Rows that were entered later come later.
    """
    found = shipped()
    for region in regions:
        rows = [one for one in said if one.region == region and one.holds(day)]
        for row in sorted(rows, key=lambda one: one.first):
            before = found.get(row.name)
            if before is None:
                if row.word is None:
                    continue
                before = LeaveType(row.name, row.word)
            changed: dict[str, Any] = {key: row.values[key] for key in SAID if row.values.get(key) is not None}
            if row.papers:
                changed["papers"] = (row.papers,)
            word = before.word if row.word is None else row.word
            found[row.name] = replace(before, **changed, word=word, law=row.law, source=row.source, region=region)
    return found


def days_text(minutes: int, minutes_a_day: int) -> str:
    """Minutes as days with at most two decimals, for people."""
    return f"{(Decimal(minutes) / minutes_a_day).quantize(Decimal('0.01')).normalize():f}"


def hours_text(minutes: int) -> str:
    """Minutes as hours with at most two decimals, for people."""
    return f"{(Decimal(minutes) / 60).quantize(Decimal('0.01')).normalize():f}"
