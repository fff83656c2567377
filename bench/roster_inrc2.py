"""Instances of the Second International Nurse Rostering Competition (INRC-II), scored by its published rules.

S. Ceschia, N. T. T. Dang, P. De Causmaecker, S. Haspeslagh, A. Schaerf: "Second International Nurse Rostering
Competition (INRC-II) – Problem Description and Rules" (2015), and Annals of Operations Research 274 (2019), which give
the weights: optimal coverage 30, consecutive working days 30 and consecutive days of one shift 15, consecutive days off
30, preferences 10, complete weekends 30, total assignments 20, working weekends 30. The instances, and the solutions
beside them, are those of the NurseScheduler repository (Legrain, Omer, Rosat); its `validator.txt` checks the scorer.

All weeks are known at once here, as in that repository; the competition revealed one week at a time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines import roster

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
COVERAGE, WORK, SHIFT, OFF, PREFERENCE, WEEKEND, TOTAL, WEEKENDS = 30, 30, 15, 30, 10, 30, 20, 30

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Contract:
    """Least and most assignments, working days and days off in a row; most weekends; whether they are to be whole."""

    assignments: Range
    work: Range
    off: Range
    weekends: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Nurse:
    """A nurse, with what she brings along from the weeks before."""

    name: str
    contract: Contract
    skills: tuple[str, ...]
    assignments: int
    weekends: int
    last_shift: str | None
    shift_row: int
    work_row: int
    off_row: int


@dataclass(frozen=True, slots=True)
class Instance:
    """A scenario with its history and weeks. Days count from 0.

    Args:
        shifts: least and most days of it in a row.
        forbidden: by shift, what may not follow on the next day.
        needs: by (day, shift, skill), least and best number.
        requests: (nurse, day, shift or None for any) that somebody would like off.
    """

    name: str
    days: int
    shifts: Mapping[str, Range]
    forbidden: Mapping[str, frozenset[str]]
    nurses: tuple[Nurse, ...]
    needs: Mapping[tuple[int, str, str], Range]
    requests: tuple[tuple[str, int, str | None], ...]


Schedule = Mapping[tuple[str, int], tuple[str, str]]
"""By (nurse, day): shift and skill."""


@dataclass(frozen=True, slots=True)
class Score:
    """Hard rules broken, and the cost of each soft one."""

    hard: int
    coverage: int
    consecutive: int
    days_off: int
    preferences: int
    complete_weekends: int
    assignments: int
    weekends: int

    @property
    def total(self) -> int:
        """The cost."""
        soft = (self.coverage, self.consecutive, self.days_off, self.preferences)
        return sum(soft) + self.complete_weekends + self.assignments + self.weekends


def read(folder: Path, history: int, weeks: Sequence[int]) -> Instance:
    """An instance of a folder: H0-…-<history> and WD-…-<week> in their order."""
    name = folder.name
    scenario = _text(folder / f"Sc-{name}.txt")
    ranges = re.compile(r"\((\d+),(\d+)\)")
    shifts: dict[str, Range] = {}
    for line in _block(scenario, "SHIFT_TYPES"):
        (low, high), = ranges.findall(line)  # fmt: skip
        shifts[line.split()[0]] = (int(low), int(high))
    forbidden = {
        words[0]: frozenset(words[2:]) for line in _block(scenario, "FORBIDDEN_SHIFT_TYPES_SUCCESSIONS")
        for words in [line.split()]
    }  # fmt: skip
    contracts = {}
    for line in _block(scenario, "CONTRACTS"):
        total, work, off = [(int(low), int(high)) for low, high in ranges.findall(line)]
        *_, weekends, complete = line.split()
        contracts[line.split()[0]] = Contract(total, work, off, int(weekends), complete == "1")
    brought = {words[0]: words[1:] for line in _block(_text(folder / f"H0-{name}-{history}.txt"), "NURSE_HISTORY")
               for words in [line.split()]}  # fmt: skip
    nurses = []
    for line in _block(scenario, "NURSES"):
        who, contract, _, *skills = line.split()
        had = brought[who]
        nurses.append(
            Nurse(who, contracts[contract], tuple(skills), int(had[0]), int(had[1]),
                  None if had[2] == "None" else had[2], int(had[3]), int(had[4]), int(had[5]))
        )  # fmt: skip
    needs: dict[tuple[int, str, str], Range] = {}
    requests: list[tuple[str, int, str | None]] = []
    for number, week in enumerate(weeks):
        data = _text(folder / f"WD-{name}-{week}.txt")
        for line in _block(data, "REQUIREMENTS"):
            shift, skill, *_ = line.split()
            for day, (low, high) in enumerate(ranges.findall(line)):
                needs[number * 7 + day, shift, skill] = (int(low), int(high))
        for line in _block(data, "SHIFT_OFF_REQUESTS"):
            who, wanted, weekday = line.split()
            requests.append((who, number * 7 + DAYS.index(weekday), None if wanted == "Any" else wanted))
    return Instance(name, 7 * len(weeks), shifts, forbidden, tuple(nurses), needs, tuple(requests))


def shipped(folder: Path) -> Iterator[tuple[Instance, Schedule, int | None]]:
    """Each solution that lies beside the instances: (instance, schedule, cost by their validator where it is there)."""
    for one in sorted(folder.glob("Solution_H_*")):
        match = re.fullmatch(r"Solution_H_(\d+)-WD_([\d-]+)", one.name)
        if match is None:
            continue
        weeks = [int(week) for week in match[2].split("-")]
        schedule: dict[tuple[str, int], tuple[str, str]] = {}
        for number, week in enumerate(weeks):
            for line in _block(_text(one / f"Sol-{folder.name}-{week}-{number}.txt"), "ASSIGNMENTS"):
                who, weekday, shift, skill = line.split()
                schedule[who, number * 7 + DAYS.index(weekday)] = (shift, skill)
        validator = one / "validator.txt"
        cost = re.search(r"Total cost: (\d+)", _text(validator)) if validator.exists() else None
        yield read(folder, int(match[1]), weeks), schedule, None if cost is None else int(cost[1])


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _block(text: str, head: str) -> list[str]:
    """The lines after a head, to the next empty one."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.split(" ")[0].strip() == head:
            break
    found = []
    for line in lines:
        if not line.strip():
            break
        found.append(line)
    return found


def score(instance: Instance, schedule: Schedule) -> Score:
    """What a schedule costs by the published rules."""
    there = Counter((day, shift, skill) for (_, day), (shift, skill) in schedule.items())
    hard = sum(max(0, low - there[place]) for place, (low, _) in instance.needs.items())
    coverage = sum(COVERAGE * max(0, best - there[place]) for place, (_, best) in instance.needs.items())
    consecutive = days_off = complete = assignments = weekends = 0
    for nurse in instance.nurses:
        shift_on = [schedule.get((nurse.name, day), (None, ""))[0] for day in range(instance.days)]
        hard += sum(1 for day in range(instance.days) if (found := schedule.get((nurse.name, day))) is not None
                    and found[1] not in nurse.skills)  # fmt: skip
        before = nurse.last_shift
        for shift in shift_on:
            hard += before is not None and shift in instance.forbidden[before]
            before = shift
        works = [shift is not None for shift in shift_on]
        consecutive += WORK * rows(works, nurse.contract.work, nurse.work_row)
        for shift, limits in instance.shifts.items():
            begun = nurse.shift_row if nurse.last_shift == shift else 0
            consecutive += SHIFT * rows([each == shift for each in shift_on], limits, begun)
        days_off += OFF * rows([not each for each in works], nurse.contract.off, nurse.off_row)
        saturdays = range(5, instance.days, 7)
        if nurse.contract.complete:
            complete += WEEKEND * sum(works[day] != works[day + 1] for day in saturdays)
        low, high = nurse.contract.assignments
        total = nurse.assignments + sum(works)
        assignments += TOTAL * (max(0, low - total) + max(0, total - high))
        worked = nurse.weekends + sum(works[day] or works[day + 1] for day in saturdays)
        weekends += WEEKENDS * max(0, worked - nurse.contract.weekends)
    refused = sum(
        PREFERENCE for who, day, shift in instance.requests
        if (found := schedule.get((who, day))) is not None and shift in (None, found[0])
    )  # fmt: skip
    return Score(hard, coverage, consecutive, days_off, refused, complete, assignments, weekends)


def rows(there: Sequence[bool], limits: Range, begun: int) -> int:
    """Days too many and too few of all rows in a horizon.

    Args:
        there: by day.
        limits: least and most days in a row.
        begun: days of the row that the horizon begins within; those too many of it were counted before. A row that is
            not over at the end of the horizon is not too short yet.
    """
    low, high = limits
    found, length = 0, begun
    for each in there:
        if each:
            length += 1
            found += length > high
        else:
            found += max(0, low - length) if length else 0
            length = 0
    return found


def solve(instance: Instance, effort: float, seed: int = 1) -> tuple[Schedule, int, bool]:
    """The cheapest schedule that CP-SAT finds: (schedule, proved lower bound of its cost, whether it is the cheapest).

    Raises:
        SystemPackageError: the solver is not installed.
    """
    cp = roster.solver()
    made = _Model(cp, instance)
    found, status = roster.run(cp, made.model, effort, seed)
    if status not in (cp.OPTIMAL, cp.FEASIBLE):
        raise RuntimeError(f"{instance.name}: {found.status_name(status)}")
    schedule = {(who, day): (shift, skill) for (who, day, shift, skill), taken in made.x.items()
                if found.boolean_value(taken)}  # fmt: skip
    return schedule, round(found.best_objective_bound), status == cp.OPTIMAL


class _Model:
    """An instance as constraints, with each soft rule's cost."""

    def __init__(self, cp: Any, instance: Instance) -> None:
        self.instance, self.model = instance, cp.CpModel()
        self.cost: list[Any] = []
        self.x = {
            (nurse.name, day, shift, skill): self.model.new_bool_var("")
            for nurse in instance.nurses
            for day in range(instance.days)
            for shift in instance.shifts
            for skill in nurse.skills
        }
        for nurse in instance.nurses:
            self._nurse(nurse)
        for (day, shift, skill), (low, best) in instance.needs.items():
            there = sum(self.x[nurse.name, day, shift, skill] for nurse in instance.nurses if skill in nurse.skills)
            self.model.add(there >= low)
            if best > low:
                short = self.model.new_int_var(0, best - low, "")
                self.model.add(there + short >= best)
                self.cost.append(COVERAGE * short)
        self.model.minimize(sum(self.cost))

    def _nurse(self, nurse: Nurse) -> None:
        instance, add = self.instance, self.model.add
        days = range(instance.days)
        on = {shift: [self.model.new_bool_var("") for _ in days] for shift in instance.shifts}
        works = [self.model.new_bool_var("") for _ in days]
        for day in days:
            for shift, of_shift in on.items():
                add(sum(self.x[nurse.name, day, shift, skill] for skill in nurse.skills) == of_shift[day])
            add(sum(of_shift[day] for of_shift in on.values()) == works[day])
            for shift, after in instance.forbidden.items():
                for later in after:
                    if day:
                        self.model.add_at_most_one([on[shift][day - 1], on[later][day]])
                    elif nurse.last_shift == shift:
                        add(on[later][0] == 0)
        self._rows(works, [each.negated() for each in works], nurse.contract.work, nurse.work_row, WORK)
        self._rows([each.negated() for each in works], works, nurse.contract.off, nurse.off_row, OFF)
        for shift, limits in instance.shifts.items():
            begun = nurse.shift_row if nurse.last_shift == shift else 0
            self._rows(on[shift], [each.negated() for each in on[shift]], limits, begun, SHIFT)
        self._totals(nurse, works)
        for who, day, wanted in instance.requests:
            if who == nurse.name:
                self.cost.append(PREFERENCE * (works[day] if wanted is None else on[wanted][day]))

    def _totals(self, nurse: Nurse, works: list[Any]) -> None:
        add, instance = self.model.add, self.instance
        low, high = nurse.contract.assignments
        few, many = (self.model.new_int_var(0, instance.days, "") for _ in range(2))
        add(nurse.assignments + sum(works) + few >= low)
        add(nurse.assignments + sum(works) - many <= high)
        self.cost += [TOTAL * few, TOTAL * many]
        weekends = []
        for day in range(5, instance.days, 7):
            any_day = self.model.new_bool_var("")
            add(any_day >= works[day])
            add(any_day >= works[day + 1])
            weekends.append(any_day)
            if nurse.contract.complete:
                half = self.model.new_bool_var("")
                add(half >= works[day] - works[day + 1])
                add(half >= works[day + 1] - works[day])
                self.cost.append(WEEKEND * half)
        more = self.model.new_int_var(0, len(weekends), "")
        add(nurse.weekends + sum(weekends) - more <= nurse.contract.weekends)
        self.cost.append(WEEKENDS * more)

    def _rows(self, there: list[Any], not_there: list[Any], limits: Range, begun: int, weight: int) -> None:
        """Rows that are too long or too short, as `rows` counts them."""
        low, high = limits
        for day in range(len(there)):
            # too long: the day and the `high` before it
            if day >= high or begun >= high - day:
                self._all(there[max(0, day - high) : day + 1], weight)
        for end in range(len(there)):
            # too short: it is over on `end`, after `length` days
            for length in range(1, min(low, end + 1)):
                if length < end:
                    self._all([not_there[end - length - 1], *there[end - length : end], not_there[end]],
                              weight * (low - length))  # fmt: skip
            whole = begun + end
            if 0 < whole < low:
                self._all([*there[:end], not_there[end]], weight * (low - whole))

    def _all(self, literals: list[Any], cost: int) -> None:
        """Costs `cost` when all hold."""
        found = self.model.new_bool_var("")
        self.model.add_bool_or([*(each.negated() for each in literals), found])
        self.cost.append(cost * found)
