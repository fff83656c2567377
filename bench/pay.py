"""python -m bench pay: one month of a company of 1,000 and of 10,000 people, with every kind of line.

Each size runs in a process of its own over a fresh SQLite database, so that its peak memory is its own. Timed are the
steps of the product: working out (gathering, computing, writing), and closing, which keeps the month's lines for good.
Then the pages of a payslip and the cost report with five years of history (`pay_history`).

Limits are held against wall time; linear is what costs at most 1.2 times as much a head for ten times the people.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from api.cli.loading import SELDOM
from bench.console import _context
from bench.conventions import run_info, write_json
from bench.pay_history import history
from bench.setting import results_folder
from interview_engine.clock import Clock, SystemClock
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment.tables import Employment, PayRate
from interview_engine.hr.offboarding.tables import FinalSettlement, Separation
from interview_engine.hr.org.service import create_department, create_legal_entity
from interview_engine.hr.pay import runs
from interview_engine.hr.pay.service import NewParameter, NewRun, check_parameter, enter_parameter
from interview_engine.hr.pay.tables import PayAttendance, PayProfile, PaySettlement, Payslip
from interview_engine.hr.people.tables import Person
from interview_engine.store.base import Base
from interview_engine.store.rows import stamp

SIZES = (1_000, 10_000)
DEPARTMENTS = 60
RUN_S, MEMORY_MIB, GROWTH = 10.0, 500, 1.2
MONTH, PAY_DAY = date(2026, 3, 1), date(2026, 3, 31)
LAST = date(2026, 3, 20)
CITY = "示例市"
ROWS: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("social_insurance", "pension", {"floor": "4800", "cap": "30000", "employee": "0.08", "employer": "0.16"}),
    ("social_insurance", "medical", {"floor": "6000", "cap": "30000", "employee": "0.02", "employer": "0.09",
                                     "employee_fixed": "3"}),
    ("social_insurance", "unemployment", {"floor": "4800", "cap": "30000", "employee": "0.005", "employer": "0.005"}),
    ("social_insurance", "injury", {"floor": "4800", "cap": "30000", "employee": "0", "employer": "0.004"}),
    ("housing_fund", "fund", {"floor": "2700", "cap": "30000", "employee": "0.05", "employer": "0.05", "unit": "1"}),
    ("minimum_wage", "", {"amount": "2700"}),
    ("average_wage", "", {"amount": "12000"}),
    ("sick_pay_rate", "", {"steps": [["0", "0.6"], ["8", "1"]]}),
)  # fmt: skip
"""Of an invented city."""


@dataclass(frozen=True, slots=True)
class Timed:
    """One size: seconds of each step, payslips and their lines by code, and MiB before the run and at its peak."""

    people: int
    work_out_s: float
    cpu_s: float
    again_s: float
    close_s: float
    slips: int
    lines: Mapping[str, int]
    before_mib: float
    peak_mib: float

    @property
    def head_ms(self) -> float:
        """Working out, a head."""
        return self.work_out_s / self.people * 1000


def main(arguments: Sequence[str]) -> int:
    """Time both sizes, print and store; 1 when something takes too long, too much, or grows faster than the people."""
    parser = argparse.ArgumentParser(prog="python -m bench pay", description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--repeats", type=int, default=20, help="of each page of the history; 0 leaves it out")
    parser.add_argument("--one", type=int, help="time this size in this process, and print JSON")
    parser.add_argument("--out", type=Path, default=results_folder() / "pay.json")
    options = parser.parse_args(arguments)
    if options.one is not None:
        print(json.dumps(asdict(_timed(options.one))))
        return 0
    info = run_info(("sqlalchemy",), threads=1)
    found = [_in_a_process(people) for people in options.people]
    for one in found:
        print(
            f"{one.people:6} people: worked out in {one.work_out_s:.2f} s ({one.cpu_s:.2f} s of processor, "
            f"{one.head_ms:.2f} ms a head), again {one.again_s:.2f} s, closed {one.close_s:.2f} s, "
            f"peak {one.peak_mib:.0f} MiB ({one.before_mib:.0f} before), {one.slips} payslips, "
            f"{sum(one.lines.values())} lines of {len(one.lines)} kinds"
        )
    growth = found[-1].head_ms / found[0].head_ms
    most = found[-1]
    print(f"a head costs {growth:.2f} times as much at {most.people} as at {found[0].people}; load {info.load:.1f}")
    pages = (
        history(_seeded, _pass_all, NewRun("", MONTH, PAY_DAY, "workdays"), options.repeats) if options.repeats else []
    )
    for page in pages:
        print(
            f"{page['p50_ms']:8.1f} {page['p95_ms']:8.1f} ms (processor {page['cpu_p95_ms']:.1f}, at most "
            f"{page['limit_ms']:.0f})  {page['status']} {page['path']}"
        )
    write_json(
        options.out, {**asdict(info), "sizes": [asdict(one) for one in found], "growth": growth, "pages": pages}
    )  # fmt: skip
    late = any(one["p95_ms"] > one["limit_ms"] or one["status"] != 200 for one in pages)
    within = most.work_out_s <= RUN_S and most.peak_mib <= MEMORY_MIB and growth <= GROWTH
    return 0 if within and not late else 1


def _in_a_process(people: int) -> Timed:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "pay", "--one", str(people)], check=True, capture_output=True, text=True
    )
    return Timed(**json.loads(done.stdout.splitlines()[-1]))


def _timed(people: int) -> Timed:
    clock = SystemClock()
    # as the server does, once it has loaded itself (`api.cli.loading`)
    gc.freeze()
    gc.set_threshold(*SELDOM)
    # the second person: who works a run out cannot approve it
    boss = replace(SYSTEM, id="account:bench")
    with tempfile.TemporaryDirectory() as folder:
        context = _context(Path(folder), clock)
        with context.database.transaction() as session:
            company = _seeded(session, people, clock)
        before = _mib()
        with context.database.transaction() as session:
            run_id = runs.begin(session, SYSTEM, NewRun(company, MONTH, PAY_DAY, "workdays"), clock).id

        def step(do: Callable[[Session], object]) -> tuple[float, float]:
            wall, processor = time.perf_counter(), time.process_time()
            with context.database.transaction() as session:
                do(session)
            return time.perf_counter() - wall, time.process_time() - processor

        work_out_s, cpu_s = step(lambda session: runs.work_out(session, SYSTEM, run_id, clock))
        again_s, _ = step(lambda session: runs.work_out(session, SYSTEM, run_id, clock))
        peak = _mib()
        with context.database.transaction() as session:
            slips, lines = _counted(session, run_id)
            _pass_all(session, run_id)
        step(lambda session: runs.review(session, SYSTEM, run_id, clock))
        step(lambda session: runs.approve(session, boss, run_id, clock))
        step(lambda session: runs.mark_paid(session, SYSTEM, run_id, clock))
        close_s, _ = step(lambda session: runs.close(session, SYSTEM, run_id, clock))
        context.database.close()
    return Timed(people, work_out_s, cpu_s, again_s, close_s, slips, lines, before, peak)


def _mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _counted(session: Session, run_id: str) -> tuple[int, dict[str, int]]:
    count: Counter[str] = Counter()
    slips = 0
    rows = select(Payslip.lines).where(Payslip.run_id == run_id).execution_options(yield_per=500)
    for lines in session.scalars(rows):
        slips += 1
        count.update(one["code"] for one in lines)
    return slips, dict(count)


def _pass_all(session: Session, run_id: str) -> None:
    """Every check passed: what stands in the way is no part of the timing."""
    for slip in session.scalars(select(Payslip).where(Payslip.run_id == run_id)):
        slip.findings = [{**one, "passed_by": "account:bench", "reason": "bench"} for one in slip.findings]


# A company --------------------------------------------------------------------------------------------------------


def _seeded(session: Session, people: int, clock: Clock) -> str:
    """The company's id, with so many people of every kind; the same for the same number."""
    company = create_legal_entity(session, SYSTEM, "示例公司", CITY, clock)
    departments = [
        create_department(session, SYSTEM, company.id, f"部门{number:02}", clock).id for number in range(DEPARTMENTS)
    ]
    for kind, item, values in ROWS:
        new = NewParameter(kind, CITY, item, date(2025, 7, 1), None, values, "示例市公告", "https://example.gov.cn/1")
        row = enter_parameter(session, SYSTEM, new, clock)
        check_parameter(session, replace(SYSTEM, id="account:bench"), row.id, clock)
    rows: dict[type[Base], list[dict[str, Any]]] = {}
    for table, values in _people(people, company.id, departments, clock):
        rows.setdefault(table, []).append(values)
    for table in (Person, Employment, PayRate, PayProfile, PayAttendance, Separation, FinalSettlement, PaySettlement):
        if table in rows:
            session.execute(insert(table), rows[table])
    return company.id


def _people(
    people: int, company: str, departments: Sequence[str], clock: Clock
) -> Iterator[tuple[type[Base], dict[str, Any]]]:  # fmt: skip
    chosen = random.Random(people)
    for number in range(people):
        person = stamp("system", clock)
        yield Person, {**person, "name": f"员工{number:05}", "language": "zh"}
        held = stamp("system", clock)
        begins = date(2024, 1, 2) + timedelta(days=chosen.randrange(800))
        leaves = number % 100 == 7
        place = {"person_id": person["id"], "legal_entity_id": company}
        yield Employment, {**held, **place, "department_id": departments[number % DEPARTMENTS], "title": "客服",
                           "start_date": begins, "last_day": LAST if leaves else None,
                           "state": "notice" if leaves else "active"}  # fmt: skip
        of = {"employment_id": held["id"], **place}
        monthly = 4000 + chosen.randrange(260) * 100
        yield PayRate, {**stamp("system", clock), **of, "valid_from": begins, "revision": 0,
                        "monthly_fen": monthly * 100}  # fmt: skip
        kind = {1: "labour_service", 2: "non_resident"}.get(number % 50, "employee")
        base = Decimal(monthly) if kind == "employee" else None
        yield PayProfile, {
            **stamp("system", clock), **of, "valid_from": begins, "revision": 0, "kind": kind, "place": CITY,
            "social_base": base, "fund_base": base, "special": Decimal(chosen.choice((0, 1000, 3000))),
            "other": Decimal(0), "start": "months", "retires": "", "opening": {},
            "allowances": {"meal": "20.00", "post": "300.00"} if number % 3 else {"night": "60.00", "heat": "200.00"},
        }  # fmt: skip
        yield PayAttendance, {**stamp("system", clock), **of, "department_id": departments[number % DEPARTMENTS],
                              "month": MONTH, **_attended(chosen, number)}  # fmt: skip
        if leaves:
            yield from _leaver(of, departments[number % DEPARTMENTS], monthly, clock)


def _attended(chosen: random.Random, number: int) -> dict[str, Any]:
    minutes = {"workday": 60 * chosen.randrange(20)} if number % 2 else {"restday": 480, "statutory": 0}
    amounts: dict[str, str] = {}
    for every, name, amount in ((5, "commission", "1234.56"), (11, "addition", "200.00"), (13, "bonus", "36000.00"),
                                (17, "damage", "900.00"), (19, "deduction", "300.00")):  # fmt: skip
        if number % every == 0:
            amounts[name] = amount
    return {
        "unpaid_days": "1" if number % 7 == 0 else "0", "sick_days": "2" if number % 9 == 0 else "0", "held_days": 0,
        "minutes": minutes, "counts": {"meal": "21"} if number % 3 else {"night": "8"}, "amounts": amounts,
        "bonus_way": "best",
    }  # fmt: skip


def _leaver(
    of: Mapping[str, Any], department: str, monthly: int, clock: Clock
) -> Iterator[tuple[type[Base], dict[str, Any]]]:  # fmt: skip
    row = stamp("system", clock)
    whole = {**of, "department_id": department}
    yield Separation, {**row, **whole, "kind": "mutual", "last_day": LAST, "notice_on": LAST - timedelta(days=30),
                       "reason": "", "state": "settled", "withdrawn_reason": ""}  # fmt: skip
    facts = [
        {"name": name, "value": value, "source": "law", "about": "", "kind": ""}
        for name, value in (("severance", "depends"), ("severance_years", "2.5"), ("assets_lost", "0"))
    ]
    yield FinalSettlement, {**stamp("system", clock), **whole, "separation_id": row["id"], "state": "handed_over",
                            "last_day": LAST, "facts": facts, "computed_at": clock.now()}  # fmt: skip
    yield PaySettlement, {**stamp("system", clock), **whole, "severance": "yes", "notice_months": "1",
                          "leave_days": "3", "leave_declined": False, "average": Decimal(monthly),
                          "lost_assets": Decimal(100), "advances": Decimal(50)}  # fmt: skip
