"""Grades by stated shares, with a stated rule for ties (H7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Literal

from interview_engine.hr.performance.rules.weights import WHOLE, check_weights

TieRule = Literal["in", "out"]
"""Equal scores across a limit: "in", all of them get the better grade; "out", all of them get the worse one. Equal
scores never get different grades."""


@dataclass(frozen=True, slots=True)
class Share:
    """A grade, the best first, and the share of people that it holds, in per cent."""

    grade: str
    percent: Decimal


def check_shares(shares: Sequence[Share]) -> None:
    """Refuse shares that do not sum to 100.

    Raises:
        InvalidInput: `performance.weight`, `performance.weights`.
    """
    check_weights([one.percent for one in shares], "shares")


def limits(count: int, shares: Sequence[Share]) -> list[tuple[str, int]]:
    """How many people the grade and the better ones hold at most; shares are rounded down to whole people from the top,
    so that no grade holds more than its share unless ties are in."""
    found, upto = [], Decimal(0)
    for one in shares:
        upto += one.percent
        found.append((one.grade, int((upto * count / WHOLE).to_integral_value(ROUND_FLOOR))))
    return found


def graded(scores: Mapping[str, Decimal], shares: Sequence[Share], ties: TieRule) -> dict[str, str]:
    """By person, the grade. `shares` sum to 100, the best grade first."""
    places = limits(len(scores), shares)
    order = sorted(scores, key=lambda one: (-scores[one], one))
    found: dict[str, str] = {}
    first = 0
    while first < len(order):
        last = first
        while last + 1 < len(order) and scores[order[last + 1]] == scores[order[first]]:
            last += 1
        decides = first if ties == "in" else last
        grade = next(name for name, upto in places if decides < upto)
        for one in order[first : last + 1]:
            found[one] = grade
        first = last + 1
    return found


def best(scores: Mapping[str, Decimal], percent: Decimal, ties: TieRule) -> frozenset[str]:
    """The best so many per cent, by the same rule for ties."""
    rest = WHOLE - percent
    shares = [one for one in (Share("best", percent), Share("rest", rest)) if one.percent > 0]
    return frozenset(one for one, grade in graded(scores, shares, ties).items() if grade == "best")


def out_of_share(grades: Mapping[str, str], shares: Sequence[Share]) -> dict[str, int]:
    """By grade, how many people it holds above what its share gives (above zero) or below (below zero)."""
    before, found = 0, {}
    for grade, upto in limits(len(grades), shares):
        found[grade] = sum(1 for one in grades.values() if one == grade) - (upto - before)
        before = upto
    return found
