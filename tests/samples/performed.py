"""Performance of one employee, for samples that look at every page and send every form."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.performance import cycles, goals
from interview_engine.hr.performance.cycles import NewCycle
from interview_engine.hr.performance.goals import NewGoal
from interview_engine.hr.performance.tables import Appraisal, Feedback, WorkReport
from interview_engine.store.rows import stamp

WEIGHTS = {"goals": Decimal(40), "around": Decimal(30), "manager": Decimal(30)}
SHARES = {"A": Decimal(20), "B": Decimal(40), "C": Decimal(40)}
WRITTEN = {"score": "80", "strengths": "乙公司员工的长处", "improve": "沟通", "by": "system", "at": "2026-11-01"}


def performed(session: Session, held: Employment, clock: Clock) -> dict[str, str]:
    """A cycle with goals, another in calibration with an appraisal, and a work report."""
    first = new_cycle(held, "乙周期", date(2026, 10, 1), date(2026, 12, 31))
    running = cycles.begin(session, SYSTEM, first, clock)
    over = cycles.begin(session, SYSTEM, new_cycle(held, "乙周期三", date(2026, 7, 1), date(2026, 9, 30)), clock)
    new = NewGoal(running.id, "kpi", "乙公司的目标", Decimal(1000), measure="客户", unit="位")
    company = goals.add(session, SYSTEM, new, clock)
    mine = NewGoal(running.id, "kpi", "乙员工的目标", Decimal(20), measure="客户", unit="位", weight=Decimal(100),
                   parent_id=company.id, person_id=held.person_id)  # fmt: skip
    goal = goals.add(session, SYSTEM, mine, clock)
    over.state = "calibration"
    own: dict[str, Any] = {
        "person_id": held.person_id, "legal_entity_id": held.legal_entity_id, "department_id": held.department_id,
    }  # fmt: skip
    appraisal = Appraisal(
        **stamp("system", clock), **own, cycle_id=over.id, employment_id=held.id, step="done", basis=[],
        reviews={"self": WRITTEN, "manager": WRITTEN}, proposed="A", grade="A", score=Decimal(80), band="good",
    )  # fmt: skip
    session.add_all(
        [
            appraisal,
            WorkReport(**stamp("system", clock), **own, day=date(2026, 11, 2), text="乙公司员工的日报", read=[]),
            Feedback(
                **stamp("system", clock),
                **own,
                giver_person_id=held.person_id,
                day=date(2026, 11, 2),
                kind="praise",
                text="乙公司员工的点赞",
            ),
        ]
    )
    session.flush()
    return {"cycle_id": over.id, "running_cycle_id": running.id, "goal_id": goal.id, "appraisal_id": appraisal.id}


def new_cycle(held: Employment, name: str, first: date, last: date) -> NewCycle:
    """A quarter."""
    return NewCycle(held.legal_entity_id, name, "quarter", first, last, WEIGHTS, SHARES, {"A": Decimal(15)})
