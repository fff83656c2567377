"""Conditions on steps are checked when they are set, and in doubt somebody approves."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.hr.approvals.conditions import NUMBER_OPERATORS, applies, is_condition
from interview_engine.hr.area import Fact
from interview_engine.i18n import msg

FACTS = (Fact("pay", msg("Monthly pay, yuan")), Fact("kind", msg("Headcount"), {"new": msg("new"), "old": msg("old")}))


def when(*conditions: tuple[str, str, object], match: str = "all") -> dict[str, object]:
    return {"match": match, "conditions": [{"fact": f, "operator": o, "value": v} for f, o, v in conditions]}


@given(st.decimals(-(10**6), 10**6, places=2), st.decimals(-(10**6), 10**6, places=2))
def test_of_two_amounts_exactly_the_true_comparisons_hold(left: Decimal, right: Decimal) -> None:
    held = {name for name in NUMBER_OPERATORS if applies(when(("pay", name, str(right))), {"pay": left})}
    if left == right:
        assert held == {">=", "<=", "="}
    else:
        assert held == ({">", ">=", "!="} if left > right else {"<", "<=", "!="})


def test_all_needs_every_one_and_any_needs_one() -> None:
    two = (("pay", ">", "100"), ("kind", "=", "new"))
    facts = {"pay": Decimal(500), "kind": "old"}
    assert not applies(when(*two), facts)
    assert applies(when(*two, match="any"), facts)


def test_a_step_about_something_unknown_is_taken() -> None:
    assert applies(when(("pay", ">", "100")), {})
    assert applies(None, {})


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"match": "all", "conditions": []},
        when(("pay", ">", "a lot")),
        when(("pay", ">", "NaN")),
        when(("pay", "~", "1")),
        when(("kind", ">", "new")),
        when(("kind", "=", "middle")),
        when(("age", ">", "30")),
        when(("pay", ">", "1"), match="most"),
        when(*[("pay", ">", "1")] * 11),
        "pay > 1",
    ],
)
def test_what_is_no_condition_is_not_taken_for_one(wrong: object) -> None:
    assert not is_condition(wrong, FACTS)


def test_amounts_may_be_written_with_commas() -> None:
    assert is_condition(when(("pay", ">=", "20,000")), FACTS)
    assert applies(when(("pay", ">=", "20,000")), {"pay": Decimal(20000)})
