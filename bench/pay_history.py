"""Five years of history for `python -m bench pay`: how long a payslip's pages and the cost report take with them.

One month is worked out and closed by the product; the fifty-nine before it are copies of its rows, so that every table
that the pages read is as long as it would be. The person whose payslips are opened signs in as anybody would.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from api.app import create_app
from api.context import Context
from api.limits import Buckets
from bench.console import _context
from bench.people import _timed
from bench.service_seed import PASSWORD
from interview_engine.clock import Clock, SystemClock
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.accounts import service as accounts
from interview_engine.hr.accounts import sign_in
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.months import add_months
from interview_engine.hr.pay import runs
from interview_engine.hr.pay.tables import PayCost, PayCostPart, PayRun, Payslip, PayslipLine, PayslipNotice
from interview_engine.store.base import Base
from interview_engine.store.rows import batched, stamp

MONTHS = 60
PEOPLE = 600
SLIP_S, REPORT_S = 0.060, 0.300


def history(seeded: Any, pass_all: Any, new: runs.NewRun, repeats: int) -> list[dict[str, Any]]:
    """Timed pages: path, status, p50 and p95 of wall time, p95 of processor time, in milliseconds, and the limit.

    Args:
        seeded: (session, people, clock) → the company's id. pass_all: (session, run id) passes every check.
        new: the run to begin; its company is filled in.
    """
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        context = _context(Path(folder), clock)
        with context.database.transaction() as session:
            company = seeded(session, PEOPLE, clock)
            made = accounts.NewAccount("administrator", "管理员", "administrator", password=PASSWORD)
            account = accounts.create_account(session, SYSTEM, made, clock).account
            run_id = _closed(session, replace(new, legal_entity_id=company), pass_all, clock)
            slip_id = _taken_over(session, run_id, account.person_id)
        with context.database.transaction() as session:
            for back in range(1, MONTHS):
                _month_before(session, run_id, slip_id, back, clock)
            cookies = {
                "session": sign_in.open_session(session, account, clock, complete=True),
                "pay-door": context.signer.sign("pay-door", f"{account.person_id}:0", clock.now() + timedelta(days=1)),
            }
        found = _pages(context, cookies, slip_id, new.month, repeats)
        context.database.close()
    return found


def _closed(session: Session, new: runs.NewRun, pass_all: Any, clock: Clock) -> str:
    boss = replace(SYSTEM, id="account:bench")
    run_id = runs.begin(session, SYSTEM, new, clock).id
    runs.work_out(session, SYSTEM, run_id, clock)
    pass_all(session, run_id)
    session.flush()
    runs.review(session, SYSTEM, run_id, clock)
    runs.approve(session, boss, run_id, clock)
    runs.mark_paid(session, SYSTEM, run_id, clock)
    runs.close(session, SYSTEM, run_id, clock)
    session.flush()
    return run_id


def _taken_over(session: Session, run_id: str, person_id: str) -> str:
    """Make one payslip of the run that of the person who signs in, and hand it out."""
    slip = session.scalars(select(Payslip).where(Payslip.run_id == run_id).order_by(Payslip.id)).first()
    assert slip is not None
    slip.person_id = person_id
    session.execute(update(Employment).where(Employment.id == slip.employment_id).values(person_id=person_id))
    clock = SystemClock()
    session.add(
        PayslipNotice(
            **stamp("system", clock), payslip_id=slip.id, run_id=run_id, person_id=person_id,
            expires_at=clock.now() + timedelta(days=30),
        )
    )  # fmt: skip
    session.flush()
    return slip.id


def _month_before(session: Session, run_id: str, slip_id: str, back: int, clock: Clock) -> None:
    """The rows of the run, of one payslip and of all costs once more, so many months earlier."""
    run = session.get_one(PayRun, run_id)
    other = stamp("system", clock)["id"]
    month = add_months(run.month, -back)
    moved = {"month": month, "pay_day": add_months(run.pay_day, -back)}
    _copies(session, PayRun, PayRun.id == run_id, clock, {"id": other, **moved})
    slip = stamp("system", clock)["id"]
    _copies(session, Payslip, Payslip.id == slip_id, clock, {"id": slip, "run_id": other})
    _copies(session, PayslipLine, PayslipLine.payslip_id == slip_id, clock, {"payslip_id": slip})
    _copies(session, PayslipNotice, PayslipNotice.payslip_id == slip_id, clock, {"payslip_id": slip, "run_id": other})
    for table in (PayCost, PayCostPart):
        _copies(session, table, table.run_id == run_id, clock, {"run_id": other, "month": month})


def _copies(session: Session, table: type[Base], where: Any, clock: Clock, changes: Mapping[str, Any]) -> None:
    names = [column.key for column in table.__table__.columns]
    rows = session.execute(select(*(getattr(table, name) for name in names)).where(where)).all()
    made = [{**dict(zip(names, row, strict=True)), "id": stamp("system", clock)["id"], **changes} for row in rows]
    for part in batched(made, 2000):
        session.execute(insert(table), part)


def _pages(
    context: Context, cookies: Mapping[str, str], slip_id: str, month: date, repeats: int
) -> list[dict[str, Any]]:  # fmt: skip
    first = add_months(month, 1 - MONTHS)
    limits = {
        "/wechat/my/pay": SLIP_S,
        f"/wechat/my/pay/slips/{slip_id}": SLIP_S,
        f"/wechat/my/pay/years/{month.year}": SLIP_S,
        f"/console/payslips/{slip_id}": SLIP_S,
        f"/console/pay-report?first={first:%Y-%m}&last={month:%Y-%m}": REPORT_S,
    }
    headers = {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "accept": "text/html,*/*"}
    app = create_app(context, Buckets({}))
    with TestClient(app, follow_redirects=False, raise_server_exceptions=False) as client:
        return [
            {**_timed(path, lambda path=path: client.get(path, headers=headers), repeats), "limit_ms": limit * 1000}  # type: ignore[misc]
            for path, limit in limits.items()
        ]
