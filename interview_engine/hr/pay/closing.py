"""What a run that is closed keeps for good: its lines, and which settlements they have paid or taken back."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.pay.settling import note_countered, note_paid
from interview_engine.hr.pay.tables import PayRun, Payslip, PayslipLine
from interview_engine.store.rows import AT_ONCE, batched, stamp


def keep_for_good(session: Session, run: PayRun, actor_id: str, clock: Clock) -> None:
    """Write the lines of every payslip of a run, so that nothing changes them any more."""
    ids = session.scalars(select(Payslip.id).where(Payslip.run_id == run.id).order_by(Payslip.employment_id)).all()
    for part in batched(ids, AT_ONCE):
        _keep(session, run, part, actor_id, clock)


def _keep(session: Session, run: PayRun, ids: Sequence[str], actor_id: str, clock: Clock) -> None:
    rows = session.execute(
        select(Payslip.id, Payslip.person_id, Payslip.lines, Payslip.inputs["settlement"])
        .where(Payslip.id.in_(ids))
        .order_by(Payslip.employment_id)
    ).tuples()
    lines: list[dict[str, Any]] = []
    for slip_id, person_id, kept, settled in rows:
        note_paid(session, run, slip_id, person_id, settled, actor_id, clock)
        note_countered(session, run, kept, actor_id, clock)
        lines += (
            {**stamp(actor_id, clock), "payslip_id": slip_id, "person_id": person_id, "position": position,
             "code": one["code"], "kind": one["group"], "amount": Decimal(one["amount"]), "said": one}
            for position, one in enumerate(kept)
        )  # fmt: skip
    if lines:
        session.execute(insert(PayslipLine), lines)
