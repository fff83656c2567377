"""Numbers that a work report says, proposed as progress of goals: “拜访50位客户，成交10笔销售” (H3).

A proposal says which words it was read from; a person confirms it, so what is unsure is better not proposed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

NUMBER = r"(?<![\d.,/-])(?<!\d:)(\d{1,3}(?:,\d{3})+|\d{1,9})(\.\d{1,2})?(?![\d:/.-]*\d|[年月日号点时])"
CLASSIFIERS = "位|个|名|家|笔|单|件|次|条|份|台|套|元|万元|人次"
GAP = r"[ \t的达到为是有:：约共完成]{0,6}"
MOST = 10
"""Proposals from one report: more is a table and no report."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A goal as reports speak of it: what is counted (“客户”, “customers”), in what (“位”, “%”, “”)."""

    goal_id: str
    measure: str
    unit: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A number that was read, and the words that it was read from."""

    goal_id: str
    value: Decimal
    words: str


def proposals(text: str, goals: Sequence[Wanted]) -> list[Proposal]:
    """The numbers that a report says of goals. A measure that is named with several numbers is summed where it is
    counted, and its last number counts where it is a share."""
    said = unicodedata.normalize("NFKC", text)
    found = []
    for goal in goals:
        measure = unicodedata.normalize("NFKC", goal.measure).strip()
        if not measure:
            continue
        spans = _percent(said, measure) if goal.unit.strip() == "%" else _counted(said, measure, goal.unit)
        if not spans:
            continue
        values = [_value(one) for one in spans]
        value = values[-1] if goal.unit.strip() == "%" else sum(values, Decimal(0))
        found.append(Proposal(goal.goal_id, value, "；".join(one.group(0).strip() for one in spans)))
    return found[:MOST]


def _counted(said: str, measure: str, unit: str) -> list[re.Match[str]]:
    """“50位客户”, “50 customers”, “客户50位”."""
    units = "|".join(re.escape(one) for one in sorted({unit.strip(), *CLASSIFIERS.split("|")} - {""}, key=len)[::-1])
    word = re.escape(measure)
    bounds = r"(?![A-Za-z])" if measure[-1:].isascii() else ""
    before = re.compile(rf"{NUMBER}\s*(?:(?:{units})\s*)?(?:new |新)?{word}{bounds}", re.IGNORECASE)
    rows = list(before.finditer(said))
    if rows:
        return rows
    after = re.compile(rf"{word}{bounds}{GAP}{NUMBER}\s*(?:{units})?(?![%\d])", re.IGNORECASE)
    return list(after.finditer(said))


def _percent(said: str, measure: str) -> list[re.Match[str]]:
    """“满意度85%”, “满意度达到 85 %”, “85% satisfaction”."""
    word = re.escape(measure)
    rows = list(re.finditer(rf"{word}{GAP}{NUMBER}\s*%", said, re.IGNORECASE))
    return rows or list(re.finditer(rf"{NUMBER}\s*%\s*{word}", said, re.IGNORECASE))


def _value(found: re.Match[str]) -> Decimal:
    return Decimal(found.group(1).replace(",", "") + (found.group(2) or ""))


def days_late(due: date, done: date | None, today: date) -> int:
    """Days after the due day on which it was done, or up to today where it is not; 0 in time."""
    return max(0, ((done or today) - due).days)
