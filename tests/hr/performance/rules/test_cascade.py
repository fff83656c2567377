"""Goals reconcile with their parents, and gaps have names (H1)."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.errors import InvalidInput
from interview_engine.hr.performance.rules.cascade import Node, check_parent, names_of_gaps, reconcile


def node(name: str, level: str, parent: str | None, target: str, measure: str = "客户", unit: str = "位",
         brings: str | None = None) -> Node:  # fmt: skip
    return Node(
        name, level, parent, measure, unit, Decimal(target), Decimal(0), None if brings is None else Decimal(brings)
    )


def test_gmv_by_repurchase_shows_what_nobody_covers() -> None:
    found = reconcile(
        [
            node("gmv", "company", None, "30", "GMV", "%"),
            node("again", "department", "gmv", "15", "复购率", "%", "18"),
            node("new", "department", "gmv", "10", "新客户", "%", "8"),
            node("mine", "person", "again", "2", "复购率", "%"),
        ]
    )
    assert found.reconciled["gmv"].gap == Decimal(4)
    assert found.reconciled["again"].gap == Decimal(13)
    assert found.bare == ("new",)
    assert names_of_gaps(found, {"gmv": "GMV +30 %", "again": "复购率 +15 %"}) == [
        ("复购率 +15 %", Decimal(13)),
        ("GMV +30 %", Decimal(4)),
    ]


def test_a_thousand_customers_are_fifty_people_with_twenty_each() -> None:
    people = [node(f"p{at}", "person", "all", "20") for at in range(50)]
    found = reconcile([node("all", "company", None, "1000"), *people])
    assert found.reconciled["all"].whole
    assert not found.gaps
    assert reconcile([node("all", "company", None, "1000"), *people[:49]]).reconciled["all"].gap == Decimal(20)


def test_a_child_in_another_unit_that_does_not_say_what_it_brings_is_named() -> None:
    found = reconcile([node("gmv", "company", None, "30", "GMV", "%"), node("calls", "department", "gmv", "500")])
    assert found.reconciled["gmv"].unsaid == ("calls",)
    assert found.gaps == ("gmv",)


def test_goals_that_serve_none_are_named() -> None:
    found = reconcile([node("gmv", "company", None, "30"), node("own", "person", None, "3")])
    assert found.loose == ("own",)


@given(st.lists(st.integers(1, 500), min_size=1, max_size=12))
def test_what_children_want_and_the_gap_make_the_whole(targets: list[int]) -> None:
    children = [node(f"c{at}", "department", "top", str(one)) for at, one in enumerate(targets)]
    found = reconcile([node("top", "company", None, "1000"), *children]).reconciled["top"]
    assert found.covered + found.gap == 1000
    assert found.whole == (sum(targets) == 1000)


@pytest.mark.parametrize(("level", "parent"), [("company", "team"), ("department", "mine"), ("person", "away")])
def test_a_goal_serves_no_lower_level_and_none_that_is_not_there(level: str, parent: str) -> None:
    levels = {"top": "company", "team": "department", "mine": "person"}
    with pytest.raises(InvalidInput, match="serves one of its own level or above"):
        check_parent(None, level, parent, levels, {})


def test_a_goal_cannot_serve_itself_by_a_detour() -> None:
    levels = {"a": "department", "b": "department", "c": "department"}
    with pytest.raises(InvalidInput, match="cannot serve itself"):
        check_parent("a", "department", "c", levels, {"b": "a", "c": "b"})
    check_parent("a", "department", None, levels, {})
    check_parent("c", "department", "b", levels, {"b": "a", "c": None})


def test_ten_thousand_peoples_goals_are_reconciled_in_one_pass() -> None:
    nodes = [
        node("top", "company", None, "20000"),
        *(node(f"d{at}", "department", "top", "200") for at in range(100)),
    ]
    nodes += [node(f"p{at}", "person", f"d{at % 100}", "1") for at in range(20_000)]
    before = time.process_time()
    assert reconcile(nodes).gaps == ()
    assert time.process_time() - before < 20  # a pass over pairs would take hours
