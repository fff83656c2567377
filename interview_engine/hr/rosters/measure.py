"""How good a plan is: what is not covered, wishes refused, how evenly nights and weekends lie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from interview_engine.hr.rosters.checking import gaps
from interview_engine.hr.rosters.plan import Assignment, Plan, Problem, Wish, Worker, is_weekend


@dataclass(frozen=True, slots=True)
class Measure:
    """Figures of a plan; fewer is better in all but `assigned`.

    Args:
        uncovered: people missing on shifts, and in slots of demands by the hour.
        uncovered_minutes: person-minutes that nobody works.
        wishes_refused: their weights added up, of `wishes`.
        nights_apart, weekends_apart: most minus fewest, among those who could have had any.
    """

    assigned: int
    uncovered: int
    uncovered_minutes: int
    wishes_refused: int
    wishes: int
    nights_apart: int
    weekends_apart: int
    cost: int
    """Wishes, nights and weekends by the problem's weights."""


def measure(problem: Problem, plan: Plan) -> Measure:
    """The figures of a plan."""
    missing = gaps(problem, plan)
    asked = [(worker, wish) for worker in problem.workers for wish in counted_wishes(problem, worker)]
    has: dict[tuple[str, date], set[str]] = {}
    for each in plan:
        has.setdefault((each.worker, each.day), set()).add(each.shift)
    refused = sum(wish.weight for worker, wish in asked if not _granted(wish, has.get((worker.id, wish.day), set())))
    nights = apart(night_takers(problem), Counter(each.worker for each in plan if _is_night(problem, each)))
    weekends = apart(weekend_takers(problem), Counter(each.worker for each in plan if is_weekend(each.day)))
    weights = problem.weights
    return Measure(
        assigned=len(plan),
        uncovered=sum(gap.missing for gap in missing),
        uncovered_minutes=sum(gap.minutes for gap in missing),
        wishes_refused=refused,
        wishes=sum(wish.weight for _, wish in asked),
        nights_apart=nights,
        weekends_apart=weekends,
        cost=weights["wish"] * refused + weights["night"] * nights + weights["weekend"] * weekends,
    )


def _is_night(problem: Problem, each: Assignment) -> bool:
    shift = problem.shift_by_code.get(each.shift)
    return shift is not None and problem.limits.is_night(shift)


def counted_wishes(problem: Problem, worker: Worker) -> tuple[Wish, ...]:
    """Wishes about days and shifts of the roster."""
    return tuple(
        wish
        for wish in worker.wishes
        if problem.holds(wish.day) and (wish.shift is None or wish.shift in problem.shift_by_code)
    )


def _granted(wish: Wish, shifts: set[str]) -> bool:
    """Whether the shifts of that day are what somebody wishes."""
    return bool(shifts if wish.shift is None else wish.shift in shifts) == wish.wants


def night_takers(problem: Problem) -> tuple[str, ...]:
    """Who may have nights in the period: nobody who nurses on any day of it, nor who is away for half of it."""
    if not any(problem.limits.is_night(shift) for shift in problem.shifts):
        return ()
    return tuple(
        worker.id
        for worker in problem.workers
        if _there(problem, worker) and not any(worker.nurses(day) for day in problem.all_days)
    )


def weekend_takers(problem: Problem) -> tuple[str, ...]:
    """Who may have weekends: nobody who is away for half of the period."""
    if not any(is_weekend(day) for day in problem.all_days):
        return ()
    return tuple(worker.id for worker in problem.workers if _there(problem, worker))


def _there(problem: Problem, worker: Worker) -> bool:
    """Whether somebody has a skill that is needed, and is absent on less than half of the days."""
    needed = {demand.skill for demand in problem.shift_demand} | {demand.skill for demand in problem.hour_demand}
    away: set[date] = {absence.day for absence in worker.absences if problem.holds(absence.day)}
    return bool(worker.skills & needed) and 2 * len(away) < problem.days


def apart(takers: tuple[str, ...], counts: Mapping[str, int]) -> int:
    """Most minus fewest."""
    had = [counts.get(worker, 0) for worker in takers]
    return max(had) - min(had) if had else 0
