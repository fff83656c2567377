"""Allowances and piece rates by code: of a post, by the month or each time. Amounts are the company's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from interview_engine.i18n import Text, msg


@dataclass(frozen=True, slots=True)
class Allowance:
    """One allowance.

    Args:
        unit: month (a part of a month gives a part), or each time (a night shift, a day, a piece).
        most: how often a month may say it at most.
        in_minimum: whether it counts towards the minimum wage. Those for nights, heat and danger do not (Provisions on
            Minimum Wages, article 12).
    """

    word: Text
    unit: Literal["month", "time"]
    in_minimum: bool
    most: int = 99


ALLOWANCES: Mapping[str, Allowance] = MappingProxyType(
    {
        "post": Allowance(msg("Post allowance"), "month", True),
        "team_leader": Allowance(msg("Team leader's allowance"), "month", True),
        "transport": Allowance(msg("Transport allowance"), "month", True),
        "heat": Allowance(msg("Heat allowance"), "month", False),
        "night": Allowance(msg("Night shift allowance"), "time", False),
        "danger": Allowance(msg("Allowance for dangerous work"), "time", False),
        "meal": Allowance(msg("Meal allowance"), "time", False),
        "piece": Allowance(msg("Piece work, a piece"), "time", True, most=99_999),
    }
)
TIMED = tuple(code for code, one in ALLOWANCES.items() if one.unit == "time")
