"""Why something could not be covered: which rule binds each of those who have the skill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interview_engine.hr.rosters.checking import Gap, Rule, broken_by, gaps, slots
from interview_engine.hr.rosters.plan import Assignment, HourDemand, Plan, Problem, Worker, of_worker

ORDER: tuple[Rule, ...] = (
    "leave",
    "nursing_night",
    "one_shift",
    "rest",
    "days_in_row",
    "nursing_overtime",
    "week_hours",
    "skill",
    "unknown",
)
"""Where several rules refuse somebody, the first of these is named: what is most plainly so."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A gap, and what stands in the way of closing it.

    Args:
        able: how many have the skill.
        refused: by rule, ids of those with the skill whom it keeps from taking the place.
        free: ids of those who could take it and break no rule: the plan is not the best that there is.
    """

    gap: Gap
    able: int
    refused: Mapping[Rule, tuple[str, ...]]
    free: tuple[str, ...]


def explain(problem: Problem, plan: Plan) -> tuple[Explained, ...]:
    """Each gap of a plan with the rules that bind. A swap of others' shifts may still close one that is not proved."""
    held = of_worker(plan)
    return tuple(_explained(problem, held, gap) for gap in gaps(problem, plan))


def explain_gap(problem: Problem, plan: Plan, gap: Gap) -> Explained:
    """One gap of a plan with the rules that bind."""
    return _explained(problem, of_worker(plan), gap)


def _explained(problem: Problem, held: Mapping[str, Sequence[Assignment]], gap: Gap) -> Explained:
    able = [worker for worker in problem.workers if gap.skill in worker.skills]
    refused: dict[Rule, list[str]] = {}
    free = []
    for worker in able:
        rule = _refusal(problem, worker, held.get(worker.id, ()), _places(problem, gap, worker.id))
        if rule is None:
            free.append(worker.id)
        else:
            refused.setdefault(rule, []).append(worker.id)
    ordered = {rule: tuple(sorted(refused[rule])) for rule in ORDER if rule in refused}
    return Explained(gap, len(able), ordered, tuple(sorted(free)))


def _places(problem: Problem, gap: Gap, worker: str) -> list[Assignment]:
    """What somebody would have to be given to close a gap."""
    if gap.shift is not None:
        return [Assignment(gap.day, worker, gap.shift, gap.skill)]
    ((_, _, covering),) = slots(problem, HourDemand(gap.day, gap.start, gap.end, gap.skill, 1))
    return [Assignment(gap.day, worker, code, gap.skill) for offset, code in covering if offset == 0]


def _refusal(problem: Problem, worker: Worker, has: Sequence[Assignment], places: Sequence[Assignment]) -> Rule | None:
    """The rule that keeps somebody from all of these; None where one of them would do."""
    if not places:
        return "unknown"
    worst: list[Rule] = []
    for place in places:
        rules = {each.rule for each in broken_by(problem, worker, sorted([*has, place]))}
        if not rules:
            return None
        worst.append(next(rule for rule in ORDER if rule in rules))
    return min(worst, key=ORDER.index)
