"""Conditions on the steps of an approval flow: "monthly pay at least 20000", all of some or any of them. Pure.

A step keeps its condition as {"match": "all" or "any", "conditions": [{"fact", "operator", "value"}]}, values as text.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from interview_engine.hr.area import Fact, Facts

NUMBER_OPERATORS: Mapping[str, Callable[[Decimal, Decimal], bool]] = MappingProxyType(
    {
        ">=": operator.ge,
        ">": operator.gt,
        "<=": operator.le,
        "<": operator.lt,
        "=": operator.eq,
        "!=": operator.ne,
    }
)
CHOICE_OPERATORS = ("=", "!=")
MAX_CONDITIONS = 10


def is_condition(when: object, facts: Sequence[Fact]) -> bool:
    """Whether a step may carry that condition: known facts, operators that suit them, values that are of them."""
    if not isinstance(when, Mapping) or set(when) != {"match", "conditions"} or when["match"] not in ("all", "any"):
        return False
    conditions = when["conditions"]
    if not isinstance(conditions, list) or not 0 < len(conditions) <= MAX_CONDITIONS:
        return False
    by_name = {fact.name: fact for fact in facts}
    return all(_is_one(one, by_name) for one in conditions)


def applies(when: Mapping[str, Any] | None, facts: Facts) -> bool:
    """Whether a step is taken for a request with those facts.

    A condition on a fact that the request does not have is true: in doubt somebody approves.
    """
    if when is None:
        return True
    found = [_holds(one, facts) for one in when["conditions"]]
    return all(found) if when["match"] == "all" else any(found)


def number(value: object) -> Decimal | None:
    """A condition's value as a number; None when it is not one."""
    try:
        found = Decimal(str(value).replace(",", "").strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _is_one(one: object, facts: Mapping[str, Fact]) -> bool:
    if not isinstance(one, Mapping) or set(one) != {"fact", "operator", "value"} or one["fact"] not in facts:
        return False
    fact = facts[one["fact"]]
    if fact.choices:
        return one["operator"] in CHOICE_OPERATORS and one["value"] in fact.choices
    return str(one["operator"]) in NUMBER_OPERATORS and number(one["value"]) is not None


def _holds(one: Mapping[str, Any], facts: Facts) -> bool:
    known = facts.get(one["fact"])
    if known is None:
        return True
    if isinstance(known, str):
        return bool((known == one["value"]) == (one["operator"] == "="))
    wanted = number(one["value"])
    return wanted is None or NUMBER_OPERATORS[one["operator"]](known, wanted)
