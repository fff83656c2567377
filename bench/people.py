"""python -m bench people: 10,000 employees and 100,000 requests on SQLite: every list page, the search, an import.

First 10,000 dirty lines (`dirty_rows`) are imported by the steps of the product: received, checked, written. What is
then in the database is compared with what each line means, field by field, and every refusal with the line that had to
be refused. A contract of each of them follows in the same way (`dirty_contracts`). Then the requests are written, and
every list page of the console and its route are timed in this process, with the search of the console. A server of its
own is started over the same database at the end, asked for the same pages, and its memory is read. Limits are held
against wall time; `load` says what the machine had to do beside it.
"""

from __future__ import annotations

import argparse
import logging
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from starlette.testclient import TestClient

from api.app import create_app
from api.context import Context
from api.imports import receive_file
from api.limits import Buckets
from bench.console import _context, _ms, _quantile
from bench.conventions import run_info, write_json
from bench.dirty_contracts import dirty_contracts
from bench.dirty_rows import DirtySheet, dirty_sheet, write_csv, write_xlsx
from bench.service_seed import PASSWORD
from bench.setting import results_folder
from interview_engine.clock import SystemClock
from interview_engine.hr.access.rules import SYSTEM, TOKEN_SCOPES, Actor
from interview_engine.hr.accounts import service as people
from interview_engine.hr.accounts import sign_in
from interview_engine.hr.accounts.tokens import create_token
from interview_engine.hr.employment.bulk import load_many
from interview_engine.hr.employment.tables import EmployeeNumber, Employment
from interview_engine.hr.files.tables import Contract
from interview_engine.hr.house import house
from interview_engine.hr.migration import service
from interview_engine.hr.migration.lines import LineView, lines_of
from interview_engine.hr.migration.running import run_step
from interview_engine.hr.migration.tables import ImportBatch
from interview_engine.hr.org import service as org
from interview_engine.hr.people.contact import phone_key
from interview_engine.hr.requests.tables import Request
from interview_engine.store.ids import new_id

EMPLOYEES, REQUESTS = 10_000, 100_000
DEPARTMENTS = 60
PAGE_S = 0.100
IMPORT_S = 60.0
RIGHT = 0.9999
MEMORY_MIB = 400
SEARCHES = ("王", "E00012", "13800000123", "部门07", "requests")
STATES = ("pending", "approved", "approved", "approved", "rejected", "withdrawn")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to: seconds of each step, fields compared and right, refusals expected and named; `cpu_s`
    of all steps together."""

    receive_s: float
    check_s: float
    write_s: float
    lines: int
    fields: int
    right: int
    refused: int
    refused_right: int
    wrong: tuple[str, ...]
    cpu_s: float = 0.0

    @property
    def whole_s(self) -> float:
        """From the file to the rows."""
        return self.receive_s + self.check_s + self.write_s


def main(arguments: Sequence[str]) -> int:
    """Import, seed, time, print and store; 1 when something takes too long or is wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench people", description=__doc__)
    parser.add_argument("--employees", type=int, default=EMPLOYEES)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--repeats", type=int, default=20, help="of each page, after one that does not count")
    parser.add_argument("--form", choices=("xlsx", "csv"), default="xlsx", help="of the file; csv is GBK")
    parser.add_argument("--only-imports", action="store_true", help="end after employees and contracts")
    parser.add_argument("--folder", type=Path, default=None, help="where the database is made; must be empty")
    parser.add_argument("--out", type=Path, default=results_folder() / "people.json")
    options = parser.parse_args(arguments)
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    info = run_info(("fastapi", "sqlalchemy", "python-calamine"), threads=1)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        context = _context(folder, SystemClock())
        actor, departments = _company(context)
        sheet = dirty_sheet(options.employees, departments)
        path = folder / f"staff.{options.form}"
        (write_xlsx if options.form == "xlsx" else write_csv)(sheet, path)
        imported = _imported(context, actor, path, sheet)
        print(_told(imported), flush=True)
        contracts = _contracts(context, actor, folder)
        print(f"contracts: {_told(contracts)}", flush=True)
        if options.only_imports:
            context.database.close()
            return 0 if _is_right(imported) and _is_right(contracts) else 1
        _requests(context, options.requests)
        timed = _pages(context, actor, options.repeats)
        memory_mib = _memory(context, folder, actor)
        context.database.close()
    late = [one["path"] for one in timed if one["p95_ms"] > PAGE_S * 1000]
    failed = [one["path"] for one in timed if one["status"] not in (200, 303, 403)]
    for one in sorted(timed, key=lambda each: -each["p95_ms"]):
        print(f"{one['p50_ms']:8.1f} {one['p95_ms']:8.1f} ms  {one['status']} {one['path']}")
    share = imported.right / max(1, imported.fields)
    is_right = _is_right(imported) and _is_right(contracts)
    print(f"memory of a server: {memory_mib:.0f} MiB; late: {late}; failed: {failed}")
    write_json(
        options.out,
        {**asdict(info), "employees": options.employees, "requests": options.requests, "import": asdict(imported),
         "contracts": asdict(contracts), "fields_right": share, "pages": timed,
         "late": late, "failed": failed, "memory_mib": memory_mib},
    )  # fmt: skip
    return 0 if is_right and not late and not failed and memory_mib <= MEMORY_MIB else 1


def _company(context: Context) -> tuple[Actor, list[str]]:
    clock = context.clock
    with context.database.transaction() as session:
        entity = org.create_legal_entity(session, SYSTEM, "启明家居（基准）", "上海", clock)
        names = [f"部门{number:02d}" for number in range(DEPARTMENTS)]
        for name in names:
            org.create_department(session, SYSTEM, entity.id, name, clock)
        new = people.NewAccount("administrator", "管理员", "administrator", password=PASSWORD)
        account = people.create_account(session, SYSTEM, new, clock).account
        return people.actor_of(session, account, clock), names


def _imported(context: Context, actor: Actor, path: Path, sheet: DirtySheet) -> Imported:
    lines, seconds, cpu_s = _steps(context, actor, path, "employees")
    with context.database.reading() as session:
        held = load_many(session, actor, list(session.scalars(select(Employment.id))))
    return replace(_compared(sheet, lines, held, seconds), cpu_s=cpu_s)


def _contracts(context: Context, actor: Actor, folder: Path) -> Imported:
    """A contract of each employee that was taken over, from a sheet of its own."""
    with context.database.reading() as session:
        begun = select(EmployeeNumber.number, Employment.start_date).join(
            Employment, Employment.person_id == EmployeeNumber.person_id
        )
        employees = list(session.execute(begun.order_by(EmployeeNumber.number)).tuples())
    sheet = dirty_contracts(employees)
    path = folder / "contracts.xlsx"
    write_xlsx(sheet, path)
    lines, seconds, cpu_s = _steps(context, actor, path, "contracts")
    with context.database.reading() as session:
        names = ("number", "kind", "first_day", "last_day")
        rows = session.execute(select(Contract.id, *(getattr(Contract, name) for name in names))).all()
    held = {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}
    return replace(_compared(sheet, lines, held, seconds), cpu_s=cpu_s)


def _steps(
    context: Context, actor: Actor, path: Path, kind: str
) -> tuple[dict[int, LineView], tuple[float, float, float], float]:
    """Receive, check and write a file: its lines by number, seconds of each step, and of the processor."""
    clock = context.clock
    cpu = time.process_time()

    def step(name: str) -> float:
        begun = time.perf_counter()
        with context.database.transaction() as session:
            service.begin(session, actor, batch_id, name, clock)
        run_step(context.database, context.box, batch_id, clock)
        return time.perf_counter() - begun

    begun = time.perf_counter()
    with context.database.transaction() as session:
        batch_id = receive_file(context, session, actor, kind, path.name, path.read_bytes(), None).id
    seconds = (time.perf_counter() - begun, step("checking"), step("writing"))
    cpu_s = time.process_time() - cpu
    with context.database.reading() as session:
        batch = session.get_one(ImportBatch, batch_id)
        found = {line.number: line for line in lines_of(session, context.box, batch, limit=1_000_000)}
    return found, seconds, cpu_s


def _is_right(one: Imported) -> bool:
    share = one.right / max(1, one.fields)
    return share >= RIGHT and one.refused_right == one.refused and one.whole_s <= IMPORT_S


def _compared(
    sheet: DirtySheet,
    lines: Mapping[int, LineView],
    held: Mapping[str, Mapping[str, Any]],
    seconds: tuple[float, float, float],
) -> Imported:
    fields = right = refused = refused_right = 0
    wrong: list[str] = []
    for truth in sheet.truths:
        line = lines[truth.number]
        if truth.values is None:
            refused += 1
            reasons = [one for one in line.notes if one["kind"] == "refused"]
            is_named = line.state == "refused" and any(one["column"] == truth.column and one["what"] for one in reasons)
            refused_right += is_named
            if not is_named:
                wrong.append(
                    f"row {truth.number}: {line.state}, {[one['column'] for one in reasons]} for {truth.column}"
                )
            continue
        row = held.get(line.row_id or "", {})
        for name, value in truth.values.items():
            fields += 1
            found = row.get(name)
            same = found == value or (name == "phone" and found and phone_key(str(found)) == phone_key(str(value)))
            right += bool(same)
            if not same:
                wrong.append(f"row {truth.number}: {name} is {found!r}, not {value!r} ({line.state})")
    return Imported(*seconds, len(sheet.truths), fields, right, refused, refused_right, tuple(wrong[:50]))


def _told(one: Imported) -> str:
    share = one.right / max(1, one.fields)
    told = (
        f"{one.lines} lines in {one.whole_s:.1f} s (received {one.receive_s:.1f}, checked {one.check_s:.1f}, written "
        f"{one.write_s:.1f}; {one.cpu_s:.1f} s of the processor); "
        f"fields right {one.right}/{one.fields} = {share:.6f}; refusals named with row, column and "
        f"reason {one.refused_right}/{one.refused}"
    )
    return "\n".join((told, *one.wrong[:10]))


def _requests(context: Context, count: int) -> None:
    """Requests of the employees, written straight into the table: the reading side is what is measured."""
    draw = random.Random(count)
    with context.database.reading() as session:
        rows = session.execute(
            select(Employment.id, Employment.person_id, Employment.department_id, Employment.legal_entity_id)
        ).all()
    now = context.clock.now()
    kinds = sorted(name for name in house().requests if name not in ("requisition", "offer", "erasure")) or ["leave"]
    for start in range(0, count, 5000):
        values = []
        for number in range(start, min(start + 5000, count)):
            at = now - timedelta(minutes=count - number)
            employment, person, department, company = draw.choice(rows)
            day = at.date()
            values.append(
                {
                    "id": new_id(at), "created_at": at, "updated_at": at, "actor": f"person:{person}",
                    "kind": draw.choice(kinds), "person_id": person, "asked_by_person_id": person,
                    "employment_id": employment, "department_id": department, "legal_entity_id": company,
                    "field_class": "contact", "payload": {}, "before": {}, "form_version": "1",
                    "state": draw.choice(STATES), "day_from": day, "day_to": day + timedelta(days=draw.randrange(5)),
                }
            )  # fmt: skip
        with context.database.transaction() as session:
            session.execute(insert(Request), values)


def _headers(context: Context, actor: Actor) -> dict[str, str]:
    assert actor.account_id is not None
    with context.database.transaction() as session:
        account, _ = people.account_and_person(session, actor.account_id)
        token = create_token(session, actor, f"bench {time.time_ns()}", tuple(TOKEN_SCOPES), context.clock).secret
        cookie = sign_in.open_session(session, account, context.clock, complete=True)
    return {"authorization": f"Bearer {token}", "cookie": f"session={cookie}", "accept": "text/html,*/*"}


def _paths(context: Context) -> list[str]:
    from api.areas import AREAS

    pages = [page for area in AREAS for page in area.lists]
    found = [page.href for page in pages] + [f"/api/v1/lists/{page.spec.name}" for page in pages]
    for page in pages:
        sorts = [one.name for one in page.spec.columns if one.sortable][:4]
        found += [f"{page.href}?sort={name}" for name in sorts]
        if any(one.searched for one in page.spec.columns):
            found.append(f"{page.href}?q=%E7%8E%8B")
    found += [f"/console/search?q={urllib.parse.quote(words)}" for words in SEARCHES]
    return found


def _pages(context: Context, actor: Actor, repeats: int) -> list[dict[str, Any]]:
    app = create_app(context, Buckets({}))
    headers = _headers(context, actor)
    found: list[dict[str, Any]] = []
    with TestClient(app, follow_redirects=False, raise_server_exceptions=False) as client:
        for path in _paths(context):
            found.append(_timed(path, lambda path=path: client.get(path, headers=headers), repeats))  # type: ignore[misc]
    return found


def _timed(path: str, ask: Callable[[], Any], repeats: int) -> dict[str, Any]:
    answer = ask()
    wall, cpu = [], []
    for _ in range(repeats):
        wall_before, cpu_before = time.perf_counter(), time.process_time()
        answer = ask()
        wall.append(time.perf_counter() - wall_before)
        cpu.append(time.process_time() - cpu_before)
    return {
        "path": path, "status": answer.status_code, "p50_ms": _ms(_quantile(wall, 0.5)),
        "p95_ms": _ms(_quantile(wall, 0.95)), "cpu_p95_ms": _ms(_quantile(cpu, 0.95)),
    }  # fmt: skip


def _memory(context: Context, folder: Path, actor: Actor) -> float:
    """MiB of a server of its own (without a worker's models) after it has shown every page; its peak."""
    headers = _headers(context, actor)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "bench.people_server", str(folder), str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _await(port)
        for path in _paths(context):
            request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    answer.read()
            except urllib.error.HTTPError as refused:
                if refused.code != 403:  # a list of health is not the administrator's to read
                    raise
        status = Path(f"/proc/{server.pid}/status").read_text(encoding="utf-8")
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def _await(port: int) -> None:
    for _ in range(600):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server did not begin to listen")
