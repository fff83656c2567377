"""What departments cost, month by month: written when a run is closed, so that years of it are read at once."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.pay.tables import PayCost, PayRun, Payslip
from interview_engine.store.rows import stamp

ZERO = Decimal("0.00")


def keep_costs(session: Session, run: PayRun, slips: Iterable[Payslip], actor_id: str, clock: Clock) -> None:
    """Write what each department cost in a run that is closed."""
    by_department: dict[str, list[Payslip]] = {}
    for slip in slips:
        by_department.setdefault(slip.department_id, []).append(slip)
    for department, its in sorted(by_department.items()):
        gross = sum((one.gross for one in its), ZERO)
        employer = sum((one.employer for one in its), ZERO)
        session.add(
            PayCost(
                **stamp(actor_id, clock), run_id=run.id, legal_entity_id=run.legal_entity_id, department_id=department,
                month=run.month, people=len(its), gross=gross, employer=employer, cost=gross + employer,
            )
        )  # fmt: skip
