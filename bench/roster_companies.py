"""Made-up companies for `python -m bench rosters`: people, leave, wishes, nursing mothers and needs from a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from interview_engine.hr.rosters.plan import Absence, Problem, Shift, ShiftDemand, Span, Wish, Worker
from interview_engine.hr.rosters.standard import standard_limits, standard_week

FIRST = date(2026, 3, 2)
THREE = (
    Shift("M", (Span(480, 960),)),
    Shift("A", (Span(960, 1440),)),
    Shift("N", (Span(1440 - 120, 1800),)),
)
FOUR = (
    Shift("E", (Span(360, 840),)),
    Shift("L", (Span(840, 1320),)),
    Shift("N", (Span(1320, 1800),)),
    Shift("S", (Span(600, 840), Span(1020, 1260))),
)
"""Morning, late, night, and one in two parts."""


def company(people: int, days: int, shifts: Sequence[Shift], seed: int, load: float = 0.97) -> Problem:
    """A company whose need takes up `load` of the hours that its people may work when nobody is away.

    A fifth have a second skill, and a fifth of what is needed needs it; one in ten is away for a week, two in a hundred
    nurse a child, everybody has two wishes a month.
    """
    luck = random.Random(seed)
    usual, most = standard_week()
    workers = tuple(_worker(luck, number, days, shifts, usual, most) for number in range(people))
    capacity = people * (most // 480) * days / 7
    places = [
        (FIRST + timedelta(days=day), shift.code, skill)
        for day in range(days)
        for shift in shifts
        for skill in ("operator", "lead")
    ]
    need = dict.fromkeys(places, 0)
    leads = [place for place in places if place[2] == "lead"]
    for place in leads:
        need[place] = max(1, people // 40)
    others = [place for place in places if place[2] == "operator"]
    rest = int(capacity * load) - sum(need.values())
    # by turns, so that a day has what another has, then some more on days by chance
    for number in range(rest):
        place = others[number % len(others)] if number < rest * 0.9 else luck.choice(others)
        need[place] += 1
    demand = tuple(ShiftDemand(day, code, skill, count) for (day, code, skill), count in need.items() if count)
    return Problem(FIRST, days, tuple(shifts), workers, standard_limits(), demand)


def _worker(luck: random.Random, number: int, days: int, shifts: Sequence[Shift], usual: int, most: int) -> Worker:
    away: tuple[Absence, ...] = ()
    if luck.random() < 0.1:
        begins = FIRST + timedelta(days=luck.randrange(days))
        away = tuple(Absence(begins + timedelta(days=day)) for day in range(5))
    return Worker(
        id=f"w{number:03}",
        skills=frozenset({"operator", "lead"} if luck.random() < 0.2 else {"operator"}),
        week_usual=usual,
        week_most=most,
        absences=away,
        nursing_until=FIRST + timedelta(days=days) if luck.random() < 0.02 else None,
        wishes=tuple(
            Wish(FIRST + timedelta(days=luck.randrange(days)), luck.choice([None, *[shift.code for shift in shifts]]))
            for _ in range(2)
        ),
    )


def shuffled(problem: Problem, seed: int) -> Problem:
    """The same problem with everything in another order."""
    luck = random.Random(seed)
    return replace(
        problem,
        workers=tuple(luck.sample(problem.workers, len(problem.workers))),
        shifts=tuple(luck.sample(problem.shifts, len(problem.shifts))),
        shift_demand=tuple(luck.sample(problem.shift_demand, len(problem.shift_demand))),
    )
