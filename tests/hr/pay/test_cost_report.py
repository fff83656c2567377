"""What pay costs by month, department and line: sums of closed runs, within reach alone (G5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hiring_world import World
from pay_world import PayWorld, slips_of
from sqlalchemy import select

from interview_engine.errors import InvalidInput
from interview_engine.hr.pay.cost_report import Asked, cost_report
from interview_engine.hr.pay.tables import PayCost, PayCostPart, Payslip

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def test_months_departments_and_parts_all_add_up_to_the_payslips(world: World) -> None:
    pay, hr = PayWorld(world), world.actor("hr")
    with world.database.transaction() as session:
        assert cost_report(session, hr, Asked()).months == (), "no run is closed yet"
        pay.rows(session)
        for name in ("A-1", "A-2"):
            pay.hire(session, name, 10000 if name == "A-1" else 20000, allowances={"meal": "20.00"})
            for month in (MARCH, APRIL):
                pay.attend(session, name, month, counts={"meal": "21"}, minutes={"workday": 600})
        whole = Decimal(0)
        for month in (MARCH, APRIL):
            run = pay.closed(session, month)
            whole += sum((slip.gross + slip.employer for slip in slips_of(session, run)), Decimal(0))
        seen = cost_report(session, hr, Asked())
        assert [one.month for one in seen.months] == [MARCH, APRIL]
        assert seen.cost == whole
        assert sum(one.cost for one in seen.departments) == whole
        assert sum(one.amount for one in seen.parts) == whole
        assert sum(one.share or 0 for one in seen.parts) == pytest.approx(100, abs=1)
        assert seen.a_head == (whole / 4).quantize(Decimal("0.01"))
        march = cost_report(session, hr, Asked(first="2026-03", last="2026-03"))
        assert [one.month for one in march.months] == [MARCH]
        assert cost_report(session, hr, Asked(department="nobody")).months == ()


def test_a_period_that_is_none_is_named(small_world: World) -> None:
    with small_world.database.transaction() as session:
        hr = small_world.actor("hr")
        with pytest.raises(InvalidInput) as refused:
            cost_report(session, hr, Asked(first="2026-13"))
        assert refused.value.code == "pay.month"
        pay = PayWorld(small_world)
        pay.rows(session)
        pay.hire(session, "A-1")
        pay.attend(session, "A-1", MARCH)
        pay.closed(session, MARCH)
        with pytest.raises(InvalidInput) as refused:
            cost_report(session, hr, Asked(first="2026-05", last="2026-03"))
        assert refused.value.code == "pay.period"
        assert cost_report(session, small_world.actor("recruiter"), Asked()).months == (), "nothing is in their reach"
        kept = sum(session.scalars(select(PayCostPart.amount)), Decimal(0))
        assert kept == session.scalars(select(PayCost.cost)).one()
        assert session.scalars(select(Payslip.id)).all()
