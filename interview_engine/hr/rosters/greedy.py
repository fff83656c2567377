"""A plan as somebody makes it by hand: day by day, each place to who is free and has worked least.

It stands beside the solver's in every figure, and is what there is where the solver is not installed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from interview_engine.hr.rosters.checking import broken_by, gaps
from interview_engine.hr.rosters.plan import Assignment, HourDemand, Plan, Problem, Worker


def greedy(given: Problem) -> Plan:
    """A plan that breaks no rule; what it cannot cover stays open.

    Within a day the posts that fewest people can fill come first; a place goes to who has fewest skills besides, then
    has worked least. What is kept stays.
    """
    problem = given.in_order()
    held: dict[str, list[Assignment]] = {worker.id: [] for worker in problem.workers}
    of_day: dict[date, list[Assignment]] = {}
    minutes: Counter[str] = Counter()

    def take(each: Assignment) -> None:
        held[each.worker].append(each)
        held[each.worker].sort()
        of_day.setdefault(each.day, []).append(each)
        minutes[each.worker] += problem.shift_by_code[each.shift].minutes

    for each in problem.kept:
        take(each)
    for post in _posts(problem):
        wanted = _of_post(problem, post)
        near = [each for day in (post.day - timedelta(days=1), post.day) for each in of_day.get(day, ())]
        for worker in sorted(problem.workers, key=lambda one: (len(one.skills), minutes[one.id], one.id)):
            if not _is_open(wanted, near, post):
                break
            one = Assignment(post.day, worker.id, post.shift, post.skill)
            if may_have(problem, worker, held[worker.id], one):
                take(one)
                near.append(one)
    return frozenset(each for assignments in held.values() for each in assignments)


def may_have(problem: Problem, worker: Worker, has: list[Assignment], one: Assignment) -> bool:
    """Whether a worker may have one more assignment without breaking a rule that is not broken already."""
    return not broken_by(problem, worker, sorted([*has, one]))


def _posts(problem: Problem) -> Iterator[Assignment]:
    """Places to fill, as assignments of nobody: by day, rare skills first."""
    able = Counter(skill for worker in problem.workers for skill in worker.skills)
    for day in problem.all_days:
        places = {(demand.shift, demand.skill) for demand in problem.shift_demand if demand.day == day}
        for demand in problem.hour_demand:
            if demand.day == day:
                places.update((code, demand.skill) for code in _useful(problem, demand))
        for shift, skill in sorted(places, key=lambda place: (able[place[1]], place)):
            yield Assignment(day, "", shift, skill)


def _useful(problem: Problem, demand: HourDemand) -> list[str]:
    return [shift.code for shift in problem.shifts if shift.touches(demand.start, demand.end)]


def _is_open(wanted: Problem, near: list[Assignment], post: Assignment) -> bool:
    """Whether somebody is still missing in a place."""
    shift = wanted.shift_by_code[post.shift]
    return any(
        gap.shift == post.shift or (gap.shift is None and shift.touches(gap.start, gap.end))
        for gap in gaps(wanted, frozenset(near))
    )


def _of_post(problem: Problem, post: Assignment) -> Problem:
    """The problem with what is needed of that post's day and skill alone."""
    return replace(
        problem,
        shift_demand=tuple(
            each
            for each in problem.shift_demand
            if (each.day, each.skill, each.shift) == (post.day, post.skill, post.shift)
        ),
        hour_demand=tuple(each for each in problem.hour_demand if each.day == post.day and each.skill == post.skill),
    )
