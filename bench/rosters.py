"""python -m bench rosters: made-up companies planned by hand (greedy) and by the solver, and the INRC-II instances.

A company is planned twice, the second time with its people, shifts and needs in another order: both plans must be the
same, which their hash shows. Time is the processor's, because the solver works in one thread and its effort is limited
in operations. The bound is proved: no plan under these rules leaves less open.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench import roster_inrc2
from bench.conventions import run_info, write_json
from bench.roster_companies import FOUR, THREE, company, shuffled
from bench.setting import results_folder, shared_data
from interview_engine.clock import cpu_s
from interview_engine.hr.rosters.checking import broken
from interview_engine.hr.rosters.greedy import greedy
from interview_engine.hr.rosters.measure import Measure, measure
from interview_engine.hr.rosters.plan import Plan, Problem
from pipelines.roster import Effort, Solved, solve

SEED, GOAL = 7, 0.30
COMPANIES: Mapping[str, tuple[int, int, Any]] = {"30 x 31 x 3": (30, 31, THREE), "120 x 28 x 4": (120, 28, FOUR)}
"""People, days, shifts a day."""

INRC2 = ("n005w4", "n012w8")


@dataclass(frozen=True, slots=True)
class Planned:
    """One company."""

    name: str
    needed: int
    by_hand: Measure
    solved: Measure
    bound: int
    """Shifts of eight hours."""
    proved: bool
    by_hand_s: float
    solved_s: float
    plan_sha256: str
    same_again: bool | None
    binding: Mapping[str, int]
    """By rule, how often it keeps somebody with the skill from an uncovered shift."""

    @property
    def fewer(self) -> float:
        """Share of the shifts uncovered by hand that the solver covers."""
        return 1 - self.solved.uncovered / self.by_hand.uncovered if self.by_hand.uncovered else 0.0


def main(arguments: Sequence[str]) -> int:
    """Plan, print, store; 1 when a plan differs the second time, or is too little better than the one by hand."""
    parser = argparse.ArgumentParser(prog="python -m bench rosters", description=__doc__)
    parser.add_argument("--cover", type=float, default=Effort().cover, help="effort of the first run, deterministic")
    parser.add_argument("--improve", type=float, default=Effort().improve, help="effort of the second run")
    parser.add_argument(
        "--inrc2-effort", type=float, default=60.0, help="effort of an INRC-II instance; 0 leaves it out"
    )
    parser.add_argument("--companies", nargs="*", choices=list(COMPANIES), default=list(COMPANIES))
    parser.add_argument("--once", action="store_true", help="do not plan a second time")
    parser.add_argument("--out", type=Path, default=results_folder() / "rosters.json")
    options = parser.parse_args(arguments)
    info = run_info(("ortools",), threads=1)
    effort = Effort(options.cover, options.improve)
    planned = []
    for name in options.companies:
        people, days, shifts = COMPANIES[name]
        planned.append(one := _planned(name, company(people, days, shifts, SEED), effort, options.once))
        print(_line(one), flush=True)
    table = [_instance(*each, options.inrc2_effort) for each in _instances()] if options.inrc2_effort else []
    write_json(options.out, {**asdict(info), "companies": [asdict(one) for one in planned], "inrc2": table})
    good = all(one.fewer >= GOAL and one.same_again is not False for one in planned)
    return 0 if good and all(each["hard"] == 0 for each in table) else 1


def _planned(name: str, problem: Problem, effort: Effort, once: bool) -> Planned:
    began = cpu_s()
    by_hand = greedy(problem)
    by_hand_s = cpu_s() - began
    began = cpu_s()
    found = solve(problem, effort)
    solved_s = cpu_s() - began
    if wrong := broken(problem, found.plan) or broken(problem, by_hand):
        raise RuntimeError(f"{name}: {wrong[0]}")
    again = None if once else hashed(solve(shuffled(problem, SEED), effort).plan) == hashed(found.plan)
    return Planned(
        name=name,
        needed=sum(each.count for each in problem.shift_demand),
        by_hand=measure(problem, by_hand),
        solved=found.measure,
        bound=-(-found.bound_minutes // 480),
        proved=found.covers_best,
        by_hand_s=by_hand_s,
        solved_s=solved_s,
        plan_sha256=hashed(found.plan),
        same_again=again,
        binding=_binding(found),
    )


def hashed(plan: Plan) -> str:
    """The same for the same plan."""
    text = "\n".join(f"{each.day} {each.worker} {each.shift} {each.skill}" for each in sorted(plan))
    return hashlib.sha256(text.encode()).hexdigest()


def _binding(found: Solved) -> Mapping[str, int]:
    counted: dict[str, int] = {}
    for each in found.explained:
        for rule, people in each.refused.items():
            counted[rule] = counted.get(rule, 0) + len(people) * each.gap.missing
    return dict(sorted(counted.items(), key=lambda pair: -pair[1]))


def _line(one: Planned) -> str:
    again = {True: "same plan twice", False: "ANOTHER PLAN THE SECOND TIME", None: "planned once"}[one.same_again]
    binding = ", ".join(f"{rule} {count}" for rule, count in one.binding.items())
    return (
        f"{one.name}: {one.needed} needed; uncovered {one.by_hand.uncovered} by hand, {one.solved.uncovered} solved "
        f"({one.fewer:.0%} fewer), bound {one.bound}{', proved best' if one.proved else ''}; "
        f"wishes refused {one.by_hand.wishes_refused} → {one.solved.wishes_refused} of {one.solved.wishes}, "
        f"nights apart {one.by_hand.nights_apart} → {one.solved.nights_apart}, "
        f"weekends {one.by_hand.weekends_apart} → {one.solved.weekends_apart}; "
        f"{one.by_hand_s:.1f} s by hand, {one.solved_s:.0f} s solved (processor); {again}, {one.plan_sha256[:12]}\n"
        f"  binds those with the skill: {binding or 'nothing is uncovered'}"
    )


def _instances() -> list[tuple[roster_inrc2.Instance, roster_inrc2.Schedule, int | None]]:
    return [each for name in INRC2 for each in roster_inrc2.shipped(shared_data() / "D_hr" / "inrc2" / name)]


def _instance(
    instance: roster_inrc2.Instance, shipped: roster_inrc2.Schedule, validator: int | None, effort: float
) -> dict[str, Any]:
    began, wall = cpu_s(), time.perf_counter()
    schedule, bound, cheapest = roster_inrc2.solve(instance, effort)
    seconds, wall = cpu_s() - began, time.perf_counter() - wall
    ours, theirs = roster_inrc2.score(instance, schedule), roster_inrc2.score(instance, shipped)
    beside = f", their validator {validator}" if validator is not None else ""
    print(
        f"{instance.name} {instance.days} days: {ours.total} (bound {bound}{', the cheapest' if cheapest else ''}), "
        f"shipped {theirs.total}{beside}; hard rules broken {ours.hard}; {seconds:.0f} s (processor)",
        flush=True,
    )
    return {
        "instance": instance.name,
        "days": instance.days,
        "cost": ours.total,
        "parts": asdict(ours),
        "bound": bound,
        "cheapest": cheapest,
        "shipped": theirs.total,
        "validator": validator,
        "hard": ours.hard,
        "cpu_s": seconds,
        "wall_s": wall,
    }
