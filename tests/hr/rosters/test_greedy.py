"""A plan made by hand, day by day, and what is counted of a plan (E4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from interview_engine.hr.rosters.checking import broken
from interview_engine.hr.rosters.explaining import explain
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

MONDAY = date(2026, 3, 2)
MORNING = Shift("M", (Span(480, 960),))
NIGHT = Shift("N", (Span(1320, 1800),))


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def workers(count: int, *skills: str) -> tuple[Worker, ...]:
    return tuple(Worker(f"w{number}", frozenset(skills or ("till",)), 2400, 2400) for number in range(count))


def test_it_covers_what_can_be_covered_and_breaks_no_rule() -> None:
    demand = tuple(ShiftDemand(day(number), code, "till", 1) for number in range(7) for code in "MN")
    problem = Problem(MONDAY, 7, (MORNING, NIGHT), workers(3), standard_limits(), demand)
    plan = greedy(problem)
    assert broken(problem, plan) == ()
    assert measure(problem, plan).uncovered == 0
    assert len(plan) == 14


def test_who_alone_has_a_skill_is_kept_for_it() -> None:
    both = Worker("both", frozenset({"till", "lead"}), 2400, 2400)
    demand = (ShiftDemand(day(0), "M", "till", 1), ShiftDemand(day(0), "M", "lead", 1))
    problem = Problem(MONDAY, 1, (MORNING,), (both, *workers(1)), standard_limits(), demand)
    assert greedy(problem) == {Assignment(day(0), "both", "M", "lead"), Assignment(day(0), "w0", "M", "till")}


def test_need_by_the_hour_is_covered_across_midnight() -> None:
    problem = Problem(
        MONDAY, 2, (MORNING, NIGHT), workers(2), standard_limits(), hour_demand=(HourDemand(day(1), 0, 360, "till", 1),)
    )
    assert measure(problem, greedy(problem)).uncovered_minutes == 360  # day by day it comes too late
    assert measure(problem, frozenset({Assignment(day(0), "w0", "N", "till")})).uncovered_minutes == 0


def test_what_is_kept_stays() -> None:
    kept = (Assignment(day(0), "w1", "N", "till"),)
    problem = Problem(MONDAY, 2, (MORNING, NIGHT), workers(2), standard_limits(), kept=kept)
    assert greedy(problem) == set(kept)


def test_wishes_nights_and_weekends_are_counted_of_those_who_could_have_them() -> None:
    first, second, third = workers(3)
    first = replace(first, wishes=(Wish(day(0), None), Wish(day(1), "M", wants=True, weight=3)))
    third = replace(third, nursing_until=day(0))
    demand = (ShiftDemand(day(0), "N", "till", 1), ShiftDemand(day(5), "M", "till", 1))
    problem = Problem(MONDAY, 7, (MORNING, NIGHT), (first, second, third), standard_limits(), demand)
    plan = frozenset({Assignment(day(0), "w0", "N", "till"), Assignment(day(5), "w0", "M", "till")})
    found = measure(problem, plan)
    assert (found.wishes_refused, found.wishes) == (4, 4)
    assert (found.nights_apart, found.weekends_apart) == (1, 1)
    assert found.cost == 4 * 4 + 2 + 2
    assert measure(problem, frozenset()).wishes_refused == 3


def test_a_gap_says_which_rule_keeps_each_who_has_the_skill_and_who_is_free() -> None:
    away, tired, busy, free = workers(4)
    away = replace(away, absences=(Absence(day(1)),))
    tired = replace(tired, before=())
    demand = (ShiftDemand(day(1), "M", "till", 3),)
    problem = Problem(MONDAY, 2, (MORNING, NIGHT), (away, tired, busy, free), standard_limits(), demand)
    plan = frozenset({Assignment(day(0), "w1", "N", "till"), Assignment(day(1), "w2", "M", "till")})
    (found,) = explain(problem, plan)
    assert (found.gap.missing, found.able, found.free) == (2, 4, ("w3",))
    assert found.refused == {"leave": ("w0",), "one_shift": ("w2",), "rest": ("w1",)}


def test_a_gap_of_a_skill_that_nobody_has_is_explained_so() -> None:
    problem = Problem(MONDAY, 1, (MORNING,), workers(1), standard_limits(), (ShiftDemand(day(0), "M", "welder", 1),))
    (found,) = explain(problem, frozenset())
    assert (found.able, found.refused, found.free) == (0, {}, ())
