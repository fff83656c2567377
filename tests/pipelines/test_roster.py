"""The solver's rosters: always what the validator accepts, the same from any order, better than by hand (E4)."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date, timedelta
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.roster_companies import FOUR, THREE, company, shuffled
from interview_engine.errors import InvalidInput, SystemPackageError
from interview_engine.hr.rosters.checking import broken, gaps
from interview_engine.hr.rosters.greedy import greedy
from interview_engine.hr.rosters.measure import measure
from interview_engine.hr.rosters.plan import (
    Absence,
    Assignment,
    HourDemand,
    Problem,
    Shift,
    ShiftDemand,
    Span,
    Wish,
    Worker,
)
from interview_engine.hr.rosters.standard import standard_limits
from pipelines.roster import Effort, solve

MONDAY = date(2026, 3, 2)
SHORT = Effort(cover=0.3, improve=0.1)
MORNING = Shift("M", (Span(480, 960),))
NIGHT = Shift("N", (Span(1320, 1800),))
SPLIT = Shift("S", (Span(600, 840), Span(1020, 1260)))
LONG = Shift("X", (Span(480, 1200),))


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    first, days = draw(st.integers(0, 6)), draw(st.integers(1, 10))
    within = st.integers(first, first + days - 1)
    codes, skills = st.sampled_from("MNSX"), st.sampled_from(["till", "lead"])

    wished = st.lists(within, max_size=2)

    def worker(number: int) -> Worker:
        worked = draw(st.lists(st.tuples(st.integers(1, 8), codes), max_size=4, unique_by=lambda pair: pair[0]))
        start = draw(st.integers(0, 1000))
        return Worker(
            f"w{number}",
            frozenset(draw(st.lists(skills, min_size=1))),
            2400,
            draw(st.sampled_from([960, 2400, 3000])),
            tuple(Absence(day(each), start, 1440) for each in draw(st.lists(within, max_size=2))),
            draw(st.none() | within.map(day)),
            tuple(Wish(day(each), draw(st.none() | codes), draw(st.booleans())) for each in draw(wished)),
            tuple(Assignment(day(first - back), f"w{number}", code, "till") for back, code in worked),
        )  # fmt: skip

    places = draw(st.lists(st.tuples(within, codes, skills), max_size=12, unique=True))
    hours = draw(st.lists(st.tuples(within, st.integers(0, 1000), st.integers(1, 600), skills), max_size=2))
    return Problem(
        day(first),
        days,
        (MORNING, NIGHT, SPLIT, LONG),
        tuple(worker(number) for number in range(draw(st.integers(1, 4)))),
        standard_limits(),
        tuple(ShiftDemand(day(on), code, skill, draw(st.integers(1, 3))) for on, code, skill in places),
        tuple(HourDemand(day(on), start, start + length, skill, 1) for on, start, length, skill in hours),
    )


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(problems(), st.integers(0, 9))
def test_what_the_solver_makes_the_validator_accepts_and_order_changes_nothing(problem: Problem, seed: int) -> None:
    found = solve(problem, SHORT)
    assert broken(problem, found.plan) == ()
    by_hand = measure(problem, greedy(problem))
    assert found.bound_minutes <= found.measure.uncovered_minutes <= by_hand.uncovered_minutes
    assert found.measure == measure(problem, found.plan)
    if found.covers_best:
        assert found.bound_minutes == found.measure.uncovered_minutes
        assert not any(each.free for each in found.explained if each.gap.shift is not None)
    assert {each.gap for each in found.explained} == set(gaps(problem, found.plan))
    assert solve(shuffled(problem, seed), SHORT).plan == found.plan


def test_it_looks_ahead_where_a_plan_made_day_by_day_does_not() -> None:
    both = Worker("a", frozenset({"till"}), 960, 960)
    away = Worker("b", frozenset({"till"}), 960, 960, (Absence(day(2)), Absence(day(3))))
    demand = tuple(ShiftDemand(day(number), "M", "till", 1) for number in range(4))
    problem = Problem(MONDAY, 4, (MORNING,), (both, away), standard_limits(), demand)
    assert measure(problem, greedy(problem)).uncovered == 1
    found = solve(problem, SHORT)
    assert (found.measure.uncovered, found.bound_minutes, found.covers_best) == (0, 0, True)


def test_a_bound_counted_by_hand_is_the_one_that_is_proved() -> None:
    # two people, 40 hours each, and 14 shifts of 8 hours in the week: four stay open whatever one does
    workers = tuple(Worker(name, frozenset({"till"}), 2400, 2400) for name in "ab")
    demand = tuple(ShiftDemand(day(number), code, "till", 1) for number in range(7) for code in ("M", "N"))
    found = solve(Problem(MONDAY, 7, (MORNING, NIGHT), workers, standard_limits(), demand), SHORT)
    assert (found.measure.uncovered, found.bound_minutes, found.covers_best) == (4, 4 * 480, True)
    assert {rule for each in found.explained for rule in each.refused} <= {"week_hours", "rest", "one_shift"}


def test_wishes_and_fairness_come_after_coverage() -> None:
    wishing = Worker("a", frozenset({"till"}), 2400, 2400, wishes=(Wish(day(0), None), Wish(day(1), "N")))
    other = Worker("b", frozenset({"till"}), 2400, 2400)
    demand = (ShiftDemand(day(0), "M", "till", 1), ShiftDemand(day(1), "N", "till", 2))
    found = solve(Problem(MONDAY, 2, (MORNING, NIGHT), (wishing, other), standard_limits(), demand), SHORT)
    assert found.plan == {
        Assignment(day(0), "b", "M", "till"),
        Assignment(day(1), "a", "N", "till"),
        Assignment(day(1), "b", "N", "till"),
    }
    assert (found.measure.uncovered, found.measure.wishes_refused, found.even_best) == (0, 1, True)


def test_what_is_kept_stays_and_is_refused_where_it_breaks_a_rule() -> None:
    problem = company(6, 7, FOUR, 1)
    kept = (Assignment(problem.first, problem.workers[0].id, "E", "operator"),)
    assert set(kept) <= solve(replace(problem, kept=kept), SHORT).plan
    twice = (*kept, Assignment(problem.first, problem.workers[0].id, "L", "operator"))
    with pytest.raises(InvalidInput, match=r"roster\.kept"):
        solve(replace(problem, kept=twice), SHORT)


def test_without_the_solver_the_error_says_what_to_install_in_both_languages() -> None:
    with (
        mock.patch.dict(sys.modules, {"ortools.sat.python.cp_model": None}),
        pytest.raises(SystemPackageError) as caught,
    ):
        solve(company(2, 2, THREE, 1))
    assert caught.value.code == "roster.solver"
    assert "pip install 'interview-engine[rostering]'" in caught.value.text("en")
    assert "pip install 'interview-engine[rostering]'" in caught.value.text("zh")
    assert "未安装" in caught.value.text("zh")
