"""Rotations of plants that never stop: each shift has one crew on every day, and nobody's rest is cut (E4)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from interview_engine.hr.rosters.checking import broken
from interview_engine.hr.rosters.plan import Problem, Worker
from interview_engine.hr.rosters.rotations import TITLES, rotate, rotations
from interview_engine.hr.rosters.standard import standard_limits

FIRST = date(2026, 3, 2)


@pytest.mark.parametrize("name", sorted(rotations()))
def test_every_shift_of_every_day_has_exactly_one_crew(name: str) -> None:
    rotation = rotations()[name]
    plan = rotate(rotation, [[f"crew{number}"] for number in range(rotation.crews)], "line", FIRST, 30)
    found = Counter((each.day, each.shift) for each in plan)
    assert set(found.values()) == {1}
    assert len(found) == 30 * len(rotation.shifts)


@pytest.mark.parametrize("name", sorted(rotations()))
def test_a_rotation_breaks_no_rule_but_the_hours_of_a_week_where_it_is_reckoned_over_a_longer_time(name: str) -> None:
    rotation = rotations()[name]
    crews = [[f"crew{number}"] for number in range(rotation.crews)]
    workers = tuple(Worker(crew[0], frozenset({"line"}), 2400, 9000) for crew in crews)
    problem = Problem(FIRST, 35, rotation.shifts, workers, standard_limits())
    plan = rotate(rotation, crews, "line", FIRST, 35)
    assert broken(problem, plan) == ()
    tired = replace(problem, limits=replace(problem.limits, rest_minutes=24 * 60 + 1))
    assert {each.rule for each in broken(tired, plan)} == {"rest"}


def test_a_rotation_goes_on_where_the_month_before_ended() -> None:
    rotation = rotations()["four_crews_three_shifts"]
    crews = [["a"], ["b"], ["c"], ["d"]]
    whole = rotate(rotation, crews, "line", FIRST, 40)
    later = rotate(rotation, crews, "line", FIRST + timedelta(days=13), 10, begins=FIRST)
    days = {FIRST + timedelta(days=number) for number in range(13, 23)}
    assert later == frozenset(each for each in whole if each.day in days)


def test_another_number_of_crews_is_refused() -> None:
    with pytest.raises(ValueError, match="3 crews, not 2"):
        rotate(rotations()["three_crews_two_shifts"], [["a"], ["b"]], "line", FIRST, 5)


def test_every_rotation_has_a_title() -> None:
    assert set(TITLES) == set(rotations())
