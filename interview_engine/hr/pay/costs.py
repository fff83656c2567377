"""What departments cost, month by month: written when a run is closed, so that years of it are read at once."""

from __future__ import annotations

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.pay.tables import PayCost, PayCostPart, PayRun, Payslip, PayslipLine
from interview_engine.store.rows import stamp

BORNE = ("earning", "employer")
"""Groups of lines that the company bears."""


def keep_costs(session: Session, run: PayRun, actor_id: str, clock: Clock) -> None:
    """Write what each department cost in a run that is closed, and by which lines."""
    sums = session.execute(
        select(Payslip.department_id, func.count(), func.sum(Payslip.gross), func.sum(Payslip.employer))
        .where(Payslip.run_id == run.id)
        .group_by(Payslip.department_id)
        .order_by(Payslip.department_id)
    ).tuples()
    for department, people, gross, employer in sums.all():
        session.add(
            PayCost(
                **stamp(actor_id, clock), run_id=run.id, legal_entity_id=run.legal_entity_id, department_id=department,
                month=run.month, people=people, gross=gross, employer=employer, cost=gross + employer,
            )
        )  # fmt: skip
    parts = session.execute(
        select(Payslip.department_id, PayslipLine.kind, PayslipLine.code, func.sum(PayslipLine.amount))
        .join(Payslip, Payslip.id == PayslipLine.payslip_id)
        .where(Payslip.run_id == run.id, PayslipLine.kind.in_(BORNE))
        .group_by(Payslip.department_id, PayslipLine.kind, PayslipLine.code)
        .order_by(Payslip.department_id, PayslipLine.kind, PayslipLine.code)
    ).tuples()
    rows = [
        {**stamp(actor_id, clock), "run_id": run.id, "legal_entity_id": run.legal_entity_id,
         "department_id": department, "month": run.month, "kind": kind, "code": code, "amount": amount}
        for department, kind, code, amount in parts
    ]  # fmt: skip
    if rows:
        session.execute(insert(PayCostPart), rows)
