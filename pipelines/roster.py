"""Rosters by OR-Tools' CP-SAT, an extra: `pip install 'interview-engine[rostering]'`. Imported when it is needed.

The same problem gives the same plan, in whatever order its workers come: one thread, a seed, and a limit in the
solver's own time, which counts operations and not seconds. The domain's rules check what comes out before anybody sees
it.

Two runs over one model. The first covers as much as it can, and proves how little can be left open at least. The second
holds that and grants wishes, and lays nights and weekends evenly.
"""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, gcd
from typing import Any

from interview_engine.errors import InvalidInput, SystemPackageError
from interview_engine.hr.rosters.checking import absent, broken, gaps, last_night, rest_between, slots
from interview_engine.hr.rosters.explaining import Explained, explain
from interview_engine.hr.rosters.greedy import greedy, may_have
from interview_engine.hr.rosters.measure import (
    Measure,
    counted_wishes,
    measure,
    night_takers,
    weekend_takers,
)
from interview_engine.hr.rosters.plan import (
    DAY,
    Assignment,
    Plan,
    Problem,
    Shift,
    Worker,
    is_weekend,
    of_worker,
    week_of,
)
from interview_engine.i18n import msg

Place = tuple[date, str, str]
"""Day, shift, skill."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long the solver looks, in its own deterministic time (on a core of today about a second each).

    Args:
        cover: for the first run.
        improve: for the second.
        seed: of its choices.
    """

    cover: float = 60.0
    improve: float = 30.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Solved:
    """A plan that breaks no rule.

    Args:
        bound_minutes: person-minutes that stay uncovered in every plan under these rules, proved.
        covers_best, even_best: whether it is proved that no plan covers more, and none of these lies more evenly.
        explained: what is not covered, and which rule binds.
    """

    plan: Plan
    measure: Measure
    bound_minutes: int
    covers_best: bool
    even_best: bool
    explained: tuple[Explained, ...]


def solver() -> Any:
    """The module `ortools.sat.python.cp_model`.

    Raises:
        SystemPackageError: it is not installed.
    """
    try:
        return importlib.import_module("ortools.sat.python.cp_model")
    except ImportError as error:
        raise SystemPackageError(
            "roster.solver",
            msg("The program that works out rosters (OR-Tools) is not installed."),
            msg("Ask who runs the service to run: pip install 'interview-engine[rostering]'. You can plan by hand."),
        ) from error


def run(cp: Any, model: Any, effort: float, seed: int) -> tuple[Any, Any]:
    """Solve a model in one thread, the same way every time; the solver and its status."""
    one = cp.CpSolver()
    one.parameters.num_workers = 1
    one.parameters.random_seed = seed
    one.parameters.max_deterministic_time = effort
    # with one worker the strategies take turns, in one fixed order; otherwise only one of them would look
    one.parameters.interleave_search = True
    one.parameters.linearization_level = 2
    return one, one.solve(model)


def silent(_stage: str, _share: float) -> None:
    """Tells nobody how far it is."""


def solve(given: Problem, effort: Effort | None = None, tell: Callable[[str, float], None] = silent) -> Solved:
    """The best plan that is found.

    Args:
        tell: told the stage and the share of the effort that is spent, at most, when a stage begins.

    Raises:
        SystemPackageError: the solver is not installed.
        InvalidInput: what is to be kept breaks a rule.
    """
    cp = solver()
    problem, effort = given.in_order(), effort or Effort()
    if broken(problem, problem.kept):
        raise InvalidInput(
            "roster.kept",
            msg("What is to stay as it is breaks a rule."),
            msg("Mend the marked shifts on the board, then plan again."),
            field="kept",
        )
    model = _Model(cp, problem)
    plan = greedy(problem)
    model.hint(plan)
    model.minimise_uncovered()
    tell("cover", 0.05)
    first, status = run(cp, model.model, effort.cover, effort.seed)
    if status in (cp.OPTIMAL, cp.FEASIBLE):
        plan = model.plan(first)
    elif status != cp.UNKNOWN:
        raise RuntimeError(first.status_name(status))  # the plan made by hand is always one
    best = measure(problem, plan).uncovered_minutes // model.unit
    bound = ceil(first.best_objective_bound - 1e-6) * model.unit
    covers_best = status == cp.OPTIMAL
    even_best = False
    if effort.improve > 0:
        model.hold_uncovered(best)
        model.hint(plan)
        model.minimise_cost()
        tell("even", max(0.05, effort.cover / (effort.cover + effort.improve)))
        second, status = run(cp, model.model, effort.improve, effort.seed)
        if status in (cp.OPTIMAL, cp.FEASIBLE):
            plan = model.plan(second)
            even_best = status == cp.OPTIMAL
    if not covers_best:
        plan = _filled(problem, plan)
    if wrong := broken(problem, plan):
        raise RuntimeError(f"the solver's plan breaks {wrong[0]}")
    figures = measure(problem, plan)
    return Solved(plan, figures, min(bound, figures.uncovered_minutes), covers_best, even_best, explain(problem, plan))


def _filled(problem: Problem, plan: Plan) -> Plan:
    """The plan with gaps closed by whoever may: a run that ran out of time can leave some."""
    held = of_worker(plan)
    for each in explain(problem, plan):
        for worker_id in each.free:
            if each.gap.shift is None or not _still(problem, held, each.gap.day, each.gap.shift, each.gap.skill):
                continue
            one = Assignment(each.gap.day, worker_id, each.gap.shift, each.gap.skill)
            has = held.setdefault(worker_id, [])
            if may_have(problem, problem.worker_by_id[worker_id], has, one):
                has.append(one)
                has.sort()
    return frozenset(each for assignments in held.values() for each in assignments)


def _still(problem: Problem, held: Mapping[str, list[Assignment]], day: date, shift: str, skill: str) -> bool:
    plan = frozenset(each for assignments in held.values() for each in assignments)
    return any((gap.day, gap.shift, gap.skill) == (day, shift, skill) for gap in gaps(problem, plan))


class _Model:
    """One problem as constraints: a yes or no for each worker and place that the rules of one day let them have."""

    def __init__(self, cp: Any, problem: Problem) -> None:
        self.cp, self.problem = cp, problem
        self.model = cp.CpModel()
        self.places = _places(problem)
        self.x: dict[Assignment, Any] = {}
        self.of_day: dict[tuple[str, date], list[Assignment]] = {}
        for worker in problem.workers:
            for place in self.places:
                if _may(problem, worker, place):
                    self._take(Assignment(place[0], worker.id, place[1], place[2]))
        for each in problem.kept:
            if each not in self.x:
                self._take(each)
            self.model.add(self.x[each] == 1)
        for worker in problem.workers:
            self._one_a_day(worker)
            self._rest(worker)
            self._days_in_row(worker)
            self._weeks(worker)
        self.short: list[tuple[Any, int]] = []
        self.needs: list[tuple[Any, int, list[Assignment]]] = []
        self._demand()
        self.unit = _common(minutes for _, minutes in self.short)

    def _take(self, each: Assignment) -> None:
        self.x[each] = self.model.new_bool_var("")
        self.of_day.setdefault((each.worker, each.day), []).append(each)

    def _works(self, worker: str, day: date) -> list[Any]:
        return [self.x[each] for each in self.of_day.get((worker, day), ())]

    def _one_a_day(self, worker: Worker) -> None:
        for day in self.problem.all_days:
            has = self._works(worker.id, day)
            if len(has) > 1:
                self.model.add_at_most_one(has)

    def _rest(self, worker: Worker) -> None:
        """Of shifts on two days that lie too near, one: shifts that clash with the same later ones share one line."""
        limit, shift_of = self.problem.limits.rest_minutes, self.problem.shift_by_code
        for day in self.problem.all_days:
            earlier = self.of_day.get((worker.id, day), ())
            for offset in range(1, 3 + limit // DAY):
                later = self.of_day.get((worker.id, day + timedelta(days=offset)), ())
                clashes = {
                    shift: frozenset(
                        each.shift
                        for each in later
                        if rest_between((day, shift_of[shift]), (each.day, shift_of[each.shift])) < limit
                    )
                    for shift in sorted({each.shift for each in earlier})
                }
                for clash in sorted(set(clashes.values()) - {frozenset()}, key=sorted):
                    first = [self.x[each] for each in earlier if clashes[each.shift] >= clash]
                    second = [self.x[each] for each in later if each.shift in clash]
                    self.model.add_at_most_one([*first, *second])

    def _days_in_row(self, worker: Worker) -> None:
        most = self.problem.limits.days_in_row
        before = {each.day for each in worker.before if each.shift in self.problem.shift_by_code}
        for last in self.problem.all_days:
            days = [last - timedelta(days=number) for number in range(most + 1)]
            worked = sum(1 for day in days if day < self.problem.first and day in before)
            has = [self._works(worker.id, day) for day in days]
            if worked + sum(1 for each in has if each) > most:
                self.model.add(worked + sum(each for of_day in has for each in of_day) <= most)

    def _weeks(self, worker: Worker) -> None:
        shift_of = self.problem.shift_by_code
        for week in sorted({week_of(day) for day in self.problem.all_days}):
            before = sum(
                shift_of[each.shift].minutes
                for each in worker.before
                if week_of(each.day) == week and each.day < self.problem.first and each.shift in shift_of
            )
            days = [week + timedelta(days=number) for number in range(7)]
            has = [each for day in days for each in self.of_day.get((worker.id, day), ())]
            limit = min(worker.week_most, worker.week_usual) if worker.nurses(week) else worker.week_most
            if has:
                minutes = sum(shift_of[each.shift].minutes * self.x[each] for each in has)
                self.model.add(minutes <= max(0, limit - before))

    def _demand(self) -> None:
        """What is missing of each demand; on a place that only shifts ask for, nobody too many."""
        at: dict[Place, list[Assignment]] = {}
        for each in self.x:
            at.setdefault((each.day, each.shift, each.skill), []).append(each)
        eve = Counter((each.day, each.shift, each.skill) for each in last_night(self.problem))
        by_hour = {(demand.day, demand.skill) for demand in self.problem.hour_demand}
        by_hour |= {(day - timedelta(days=1), skill) for day, skill in by_hour}
        for needed in self.problem.shift_demand:
            has = at.get((needed.day, needed.shift, needed.skill), [])
            self._need(needed.count, has, self.problem.shift_by_code[needed.shift].minutes)
            kept = sum(
                1
                for each in self.problem.kept
                if (each.day, each.shift, each.skill) == (needed.day, needed.shift, needed.skill)
            )
            if has and (needed.day, needed.skill) not in by_hour:
                self.model.add(sum(self.x[each] for each in has) <= max(needed.count, kept))
        for hours in self.problem.hour_demand:
            for start, end, covering in slots(self.problem, hours):
                has = [
                    each
                    for offset, code in covering
                    for each in at.get((hours.day - timedelta(days=offset), code, hours.skill), ())
                ]
                there = sum(eve[hours.day - timedelta(days=offset), code, hours.skill] for offset, code in covering)
                self._need(hours.count - there, has, end - start)

    def _need(self, count: int, has: list[Assignment], minutes: int) -> None:
        """So many of these, or short of it by as many as are missing."""
        short = self.model.new_int_var(0, max(0, count), "")
        self.model.add(sum(self.x[each] for each in has) + short >= count)
        self.short.append((short, minutes))
        self.needs.append((short, count, has))

    def _uncovered(self) -> Any:
        return sum(short * (minutes // self.unit) for short, minutes in self.short)

    def minimise_uncovered(self) -> None:
        self.model.minimize(self._uncovered())

    def hold_uncovered(self, most: int) -> None:
        self.model.add(self._uncovered() <= most)

    def minimise_cost(self) -> None:
        """Wishes refused and the spread of nights and weekends, by the problem's weights."""
        problem, weights = self.problem, self.problem.weights
        cost: list[Any] = []
        for worker in problem.workers:
            for wish in counted_wishes(problem, worker):
                has = sum(
                    self.x[each]
                    for each in self.of_day.get((worker.id, wish.day), ())
                    if wish.shift in (None, each.shift)
                )
                cost.append(weights["wish"] * wish.weight * ((1 - has) if wish.wants else has))
        nights = {shift.code for shift in problem.shifts if problem.limits.is_night(shift)}
        cost.append(weights["night"] * self._apart(night_takers(problem), lambda each: each.shift in nights))
        cost.append(weights["weekend"] * self._apart(weekend_takers(problem), lambda each: is_weekend(each.day)))
        self.model.minimize(sum(cost))

    def _apart(self, takers: tuple[str, ...], counts: Any) -> Any:
        if not takers:
            return 0
        most, fewest = (self.model.new_int_var(0, self.problem.days, "") for _ in range(2))
        counted: dict[str, list[Any]] = {worker: [] for worker in takers}
        for each, taken in self.x.items():
            if each.worker in counted and counts(each):
                counted[each.worker].append(taken)
        for has in counted.values():
            self.model.add(sum(has) <= most)
            self.model.add(sum(has) >= fewest)
        return most - fewest

    def hint(self, plan: Plan) -> None:
        """Where to begin to look: a plan, and what it leaves open, so that it is a whole solution."""
        self.model.clear_hints()
        for each, taken in self.x.items():
            self.model.add_hint(taken, each in plan)
        for short, wanted, there in self.needs:
            self.model.add_hint(short, max(0, wanted - sum(1 for each in there if each in plan)))

    def plan(self, found: Any) -> Plan:
        return frozenset(each for each, taken in self.x.items() if found.boolean_value(taken))


def _places(problem: Problem) -> list[Place]:
    """Where somebody may be put: what is needed, and shifts that are worked in hours that are needed."""
    found = {(each.day, each.shift, each.skill) for each in problem.shift_demand if each.count > 0}
    for hours in problem.hour_demand:
        for _, _, covering in slots(problem, hours):
            for offset, code in covering:
                day = hours.day - timedelta(days=offset)
                if problem.holds(day):
                    found.add((day, code, hours.skill))
    return sorted(found)


def _may(problem: Problem, worker: Worker, place: Place) -> bool:
    """Whether the rules of that day alone, and what was worked before the period, let somebody have a place."""
    day, code, skill = place
    shift = problem.shift_by_code[code]
    if skill not in worker.skills or any(absent(absence, day, shift) for absence in worker.absences):
        return False
    if worker.nurses(day) and (problem.limits.is_night(shift) or shift.minutes > problem.limits.day_usual):
        return False
    return all(
        rest_between((each.day, earlier), (day, shift)) >= problem.limits.rest_minutes
        for each, earlier in _worked_before(problem, worker)
    )


def _worked_before(problem: Problem, worker: Worker) -> list[tuple[Assignment, Shift]]:
    return [
        (each, problem.shift_by_code[each.shift])
        for each in worker.before
        if each.day < problem.first and each.shift in problem.shift_by_code
    ]


def _common(minutes: Iterable[int]) -> int:
    """The largest number that divides all; 1 for none."""
    return gcd(*minutes) or 1
