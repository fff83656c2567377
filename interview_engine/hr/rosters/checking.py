"""The rules that a plan is held against, whoever made it: a solver, a person at the board, a swap, a rotation.

`broken` names each rule that is broken, and the worker and day it binds. What is needed and not covered is no broken
rule of a worker, and `gaps` finds it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import Literal

from interview_engine.hr.rosters.plan import (
    DAY,
    Absence,
    Assignment,
    HourDemand,
    Limits,
    Plan,
    Problem,
    Shift,
    ShiftDemand,
    Worker,
    of_worker,
    week_of,
)

Rule = Literal[
    "unknown",
    "skill",
    "one_shift",
    "leave",
    "rest",
    "days_in_row",
    "week_hours",
    "nursing_night",
    "nursing_overtime",
]
"""unknown: no such worker or shift, or a day outside of the roster. The others say what they are."""


@dataclass(frozen=True, slots=True, order=True)
class Break:
    """A rule that a plan breaks, for whom and on which day.

    Args:
        day: of the later of two shifts that are too near, of one day too many in a row, the first with a shift of a
            week that is too long.
        measured, allowed: minutes or days where the rule has a number, else 0.
    """

    day: date
    worker: str
    rule: Rule
    measured: int = 0
    allowed: int = 0


@dataclass(frozen=True, slots=True)
class Gap:
    """What is needed and not covered.

    Args:
        shift: code; None for a demand by the hour.
        start, end: minutes of the day that are short.
        missing: people.
    """

    day: date
    skill: str
    shift: str | None
    start: int
    end: int
    missing: int
    minutes: int
    """Person-minutes that nobody works."""


def broken(problem: Problem, plan: Iterable[Assignment]) -> tuple[Break, ...]:
    """Every rule that the plan breaks, by day and worker; empty for a plan that may be worked."""
    found: list[Break] = []
    known: list[Assignment] = []
    for each in plan:
        there = each.worker in problem.worker_by_id and each.shift in problem.shift_by_code and problem.holds(each.day)
        if there:
            known.append(each)
        else:
            found.append(Break(each.day, each.worker, "unknown"))
    for worker_id, assignments in of_worker(known).items():
        found.extend(broken_by(problem, problem.worker_by_id[worker_id], assignments))
    return tuple(sorted(found))


def broken_by(problem: Problem, worker: Worker, assignments: Sequence[Assignment]) -> list[Break]:
    """The rules that one worker's assignments break, which are in order of their days."""
    shift_of = problem.shift_by_code
    # shifts of before that are no longer defined cannot bind
    before = [each for each in sorted(worker.before) if each.shift in shift_of and each.day < problem.first]
    worked = [(each.day, shift_of[each.shift]) for each in (*before, *assignments)]
    found: list[Break] = []
    for each in assignments:
        found.extend(_of_one(problem.limits, worker, each, shift_of[each.shift]))
    found.extend(_one_a_day(worker, assignments))
    found.extend(each for each in _rest(problem.limits, worker, worked) if each.day >= problem.first)
    found.extend(each for each in _days_in_row(problem.limits, worker, worked) if each.day >= problem.first)
    found.extend(_weeks(worker, worked, problem.first))
    return found


def _of_one(limits: Limits, worker: Worker, each: Assignment, shift: Shift) -> Iterator[Break]:
    if each.skill not in worker.skills:
        yield Break(each.day, worker.id, "skill")
    if any(absent(absence, each.day, shift) for absence in worker.absences):
        yield Break(each.day, worker.id, "leave")
    if worker.nurses(each.day):
        if limits.is_night(shift):
            yield Break(each.day, worker.id, "nursing_night")
        if shift.minutes > limits.day_usual:
            yield Break(each.day, worker.id, "nursing_overtime", shift.minutes, limits.day_usual)


def absent(absence: Absence, day: date, shift: Shift) -> bool:
    """Whether a shift that begins on `day` reaches into an absence, also into one of the next day."""
    offset = (absence.day - day).days
    return offset in (0, 1) and shift.touches(absence.start, absence.end, offset)


def _one_a_day(worker: Worker, assignments: Sequence[Assignment]) -> Iterator[Break]:
    for day, count in Counter(each.day for each in assignments).items():
        if count > 1:
            yield Break(day, worker.id, "one_shift", count, 1)


def rest_between(first: tuple[date, Shift], second: tuple[date, Shift]) -> int:
    """Minutes from the end of a shift to the beginning of a later one; negative where they overlap."""
    return (second[0] - first[0]).days * DAY + second[1].start - first[1].end


def _rest(limits: Limits, worker: Worker, worked: Sequence[tuple[date, Shift]]) -> Iterator[Break]:
    for number, later in enumerate(worked):
        for earlier in worked[:number][-3:]:
            minutes = rest_between(earlier, later)
            if earlier[0] != later[0] and minutes < limits.rest_minutes:
                yield Break(later[0], worker.id, "rest", minutes, limits.rest_minutes)
                break


def _days_in_row(limits: Limits, worker: Worker, worked: Sequence[tuple[date, Shift]]) -> Iterator[Break]:
    days = sorted({day for day, _ in worked})
    for _, run in groupby(enumerate(days), key=lambda pair: pair[1] - timedelta(days=pair[0])):
        for length, (_, day) in enumerate(run, start=1):
            if length > limits.days_in_row:
                yield Break(day, worker.id, "days_in_row", length, limits.days_in_row)


def _weeks(worker: Worker, worked: Sequence[tuple[date, Shift]], first: date) -> Iterator[Break]:
    minutes: Counter[date] = Counter()
    days: dict[date, date] = {}
    for day, shift in worked:
        week = week_of(day)
        minutes[week] += shift.minutes
        if day >= first:
            days.setdefault(week, day)
    for week, day in days.items():
        if minutes[week] > worker.week_most:
            yield Break(day, worker.id, "week_hours", minutes[week], worker.week_most)
        if worker.nurses(week) and minutes[week] > worker.week_usual:
            yield Break(day, worker.id, "nursing_overtime", minutes[week], worker.week_usual)


def gaps(problem: Problem, plan: Plan) -> tuple[Gap, ...]:
    """What is needed and not covered, in order of days."""
    there = Counter((each.day, each.shift, each.skill) for each in (*plan, *last_night(problem)))
    found = [gap for demand in problem.shift_demand if (gap := _shift_gap(problem, demand, there)) is not None]
    for demand in problem.hour_demand:
        found.extend(_hour_gaps(problem, demand, there))
    return tuple(sorted(found, key=lambda gap: (gap.day, gap.start, gap.end, gap.skill, gap.shift or "")))


def last_night(problem: Problem) -> list[Assignment]:
    """Shifts of the day before the roster, which can reach into its first morning."""
    eve = problem.first - timedelta(days=1)
    return [each for worker in problem.workers for each in worker.before if each.day == eve]


def _shift_gap(problem: Problem, demand: ShiftDemand, there: Counter[tuple[date, str, str]]) -> Gap | None:
    missing = demand.count - there[demand.day, demand.shift, demand.skill]
    if missing <= 0:
        return None
    shift = problem.shift_by_code[demand.shift]
    return Gap(demand.day, demand.skill, shift.code, shift.start, shift.end, missing, missing * shift.minutes)


def slots(problem: Problem, demand: HourDemand) -> list[tuple[int, int, list[tuple[int, str]]]]:
    """A demand by the hour, cut where shifts begin and end: (start, end, shifts that cover it).

    A shift is (days before the demand's day that it begins, code).
    """
    cuts = {demand.start, demand.end}
    for shift in problem.shifts:
        for offset in (0, 1):
            edges = [edge - offset * DAY for span in shift.spans for edge in (span.start, span.end)]
            cuts.update(edge for edge in edges if demand.start < edge < demand.end)
    ordered = sorted(cuts)
    found = []
    for start, end in pairwise(ordered):
        covering = [
            (offset, shift.code) for shift in problem.shifts for offset in (0, 1) if shift.covers(start, end, offset)
        ]
        found.append((start, end, covering))
    return found


def _hour_gaps(problem: Problem, demand: HourDemand, there: Counter[tuple[date, str, str]]) -> Iterator[Gap]:
    for start, end, covering in slots(problem, demand):
        working = sum(there[demand.day - timedelta(days=offset), code, demand.skill] for offset, code in covering)
        missing = demand.count - working
        if missing > 0:
            yield Gap(demand.day, demand.skill, None, start, end, missing, missing * (end - start))
