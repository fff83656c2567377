"""python -m bench attendance: one month of 10,000 people with two punches a day, decided by the functions of the job.

Each size runs in a process of its own over a fresh SQLite database, so that its peak memory is its own. Then one shift
is changed that one person in two hundred works, and only its days are decided again. Limits are held against processor
time.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time as stopwatch
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from bench.console import _context
from bench.conventions import run_info, write_json
from bench.setting import results_folder
from interview_engine.clock import SystemClock
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.org.service import create_department, create_legal_entity
from interview_engine.hr.people.tables import Person
from interview_engine.hr.time import service as time
from interview_engine.hr.time import shifts
from interview_engine.hr.time.rules.shifts import instant, read_parts, zone_of
from interview_engine.hr.time.tables import AttendanceChange, AttendanceDay, Punch
from interview_engine.store.rows import batched, stamp

PEOPLE = 10_000
FIRST, LAST = date(2026, 4, 1), date(2026, 4, 30)
CPU_S, MEMORY_MIB = 60.0, 400
NOW = datetime(2026, 5, 4, 4, 0, tzinfo=UTC)
SPECIAL = 200
"""One person in so many works the shift that is changed."""


@dataclass(frozen=True, slots=True)
class Timed:
    """One size: punches, days decided by state, seconds, MiB before and at the peak; the same of a changed shift."""

    people: int
    punches: int
    days: dict[str, int]
    cpu_s: float
    wall_s: float
    before_mib: float
    peak_mib: float
    again_cpu_s: float
    again_people: int
    again_days: int


class _After:
    """A clock that stands after the month."""

    def now(self) -> datetime:
        """The moment."""
        return NOW

    def monotonic_s(self) -> float:
        """Nothing is measured by it."""
        return 0.0


def main(arguments: Sequence[str]) -> int:
    """Time it, print and store; 1 when it takes too long or too much."""
    parser = argparse.ArgumentParser(prog="python -m bench attendance", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--one", type=int, help="time this size in this process, and print JSON")
    parser.add_argument("--out", type=Path, default=results_folder() / "attendance.json")
    options = parser.parse_args(arguments)
    if options.one is not None:
        print(json.dumps(asdict(_timed(options.one))))
        return 0
    info = run_info(("sqlalchemy",), threads=1)
    done = subprocess.run(
        [sys.executable, "-m", "bench", "attendance", "--one", str(options.people)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    found = Timed(**json.loads(done.stdout.splitlines()[-1]))
    print(
        f"{found.people} people, {found.punches} punches: {found.cpu_s:.1f} s of processor, {found.wall_s:.1f} s, peak "
        f"{found.peak_mib:.0f} MiB ({found.before_mib:.0f} before); {found.days}"
    )
    print(f"one shift changed: {found.again_days} days of {found.again_people} people in {found.again_cpu_s:.2f} s of "
          f"processor; load {info.load:.1f}")  # fmt: skip
    write_json(options.out, {**asdict(info), **asdict(found)})
    return 0 if found.cpu_s <= CPU_S and found.peak_mib <= MEMORY_MIB else 1


def _timed(people: int) -> Timed:
    clock = _After()
    with tempfile.TemporaryDirectory() as folder:
        context = _context(Path(folder), SystemClock())
        with context.database.transaction() as session:
            company, special = _seeded(session, people)
        with context.database.reading() as session:
            ids = list(session.scalars(select(Employment.id).order_by(Employment.id)))
            punches = session.scalar(select(func.count(Punch.id))) or 0
        before = _mib()
        wall, processor = stopwatch.perf_counter(), stopwatch.process_time()
        for part in batched(ids, 500):
            with context.database.transaction() as session:
                time.decide(session, company, part, FIRST, LAST, clock)
        cpu_s, wall_s = stopwatch.process_time() - processor, stopwatch.perf_counter() - wall
        peak = _mib()
        with context.database.transaction() as session:
            states = select(AttendanceDay.state, func.count()).group_by(AttendanceDay.state)
            days = dict(session.execute(states).tuples().all())
        processor = stopwatch.process_time()
        with context.database.transaction() as session:
            later = shifts.NewShift("S", "变更班", read_parts("08:30-12:00,13:00-17:30"))
            shifts.change(session, SYSTEM, special, later, clock)
            touched = len(set(session.scalars(select(AttendanceChange.employment_id))))
        again = 0
        with context.database.transaction() as session:
            again = time.decide_changed(session, clock)
        again_s = stopwatch.process_time() - processor
        context.database.close()
    return Timed(people, punches, days, cpu_s, wall_s, before, peak, again_s, touched, again)


def _mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _seeded(session: Session, people: int) -> tuple[str, str]:
    """(company, the shift that is changed): people who work days or nights, and punch twice a day, mostly in time."""
    clock = SystemClock()
    company = create_legal_entity(session, SYSTEM, "示例公司", "示例市", clock)
    department = create_department(session, SYSTEM, company.id, "部门", clock).id
    made = {}
    for code, parts in (("D", "09:00-12:00,13:00-18:00"), ("N", "22:00-06:00"), ("S", "09:00-12:00,13:00-18:00")):
        made[code] = time.create(session, SYSTEM, company.id, time.NewShift(code, code, read_parts(parts)), clock).id
    known = time.of_company(session, company.id)
    usual = time.NewDefault(FIRST - timedelta(days=60), (made["D"],), False, legal_entity_id=company.id)
    time.set_default(session, SYSTEM, usual, clock)
    chosen = random.Random(people)
    held: list[dict[str, Any]] = []
    persons: list[dict[str, Any]] = []
    for number in range(people):
        person, of = stamp("system", clock), stamp("system", clock)
        persons.append({**person, "name": f"员工{number:05}", "language": "zh"})
        held.append({**of, "person_id": person["id"], "legal_entity_id": company.id, "department_id": department,
                     "title": "客服", "start_date": date(2025, 1, 6), "state": "active"})  # fmt: skip
    session.execute(insert(Person), persons)
    session.execute(insert(Employment), held)
    for number, one in enumerate(held):
        code = "S" if number % SPECIAL == 0 else "N" if number % 3 == 1 else "D"
        if code != "D":
            own = time.NewDefault(FIRST - timedelta(days=60), (made[code],), False, employment_id=one["id"])
            time.set_default(session, SYSTEM, own, clock)
    session.flush()
    for part in batched(enumerate(held), 500):
        rows = []
        for number, one in part:
            code = "S" if number % SPECIAL == 0 else "N" if number % 3 == 1 else "D"
            shift = known[made[code]]
            zone = zone_of(shift)
            for day in range((LAST - FIRST).days + 1):
                on = FIRST + timedelta(days=day)
                wrong = chosen.randrange(50)
                times = [shift.begin + (chosen.randrange(1, 30) if wrong == 1 else -chosen.randrange(15)),
                         shift.end + chosen.randrange(20)]  # fmt: skip
                for at in times[: 1 if wrong == 2 else 2]:
                    made_row = stamp("system", clock)
                    rows.append({**made_row, "employment_id": one["id"], "person_id": one["person_id"],
                                 "at": instant(on, at, zone), "source": "device", "flags": [], "device": "1",
                                 "reason": "", "key": made_row["id"]})  # fmt: skip
        session.execute(insert(Punch), rows)
    return company.id, made["S"]
