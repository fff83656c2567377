"""What pay costs by month, department and line: sums of closed runs, within reach alone (G5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hiring_world import World
from pay_world import PayWorld, slips_of
from sqlalchemy import select

from interview_engine.errors import InvalidInput, PermissionDenied
from interview_engine.hr.org import service as org
from interview_engine.hr.pay.budgets import set_budget
from interview_engine.hr.pay.cost_report import Asked, Budgeted, cost_report
from interview_engine.hr.pay.tables import PayCost, PayCostPart, Payslip
from interview_engine.hr.people.tables import Department
from interview_engine.store.rows import stamp

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


def test_a_budget_stands_beside_the_cost_of_its_own_months_and_department(small_world: World) -> None:
    pay, hr, clock = PayWorld(small_world), small_world.actor("hr"), small_world.clock
    with small_world.database.transaction() as session:
        pay.rows(session)
        pay.hire(session, "A-1")
        for month in (MARCH, APRIL):
            pay.attend(session, "A-1", month)
            pay.closed(session, month)
        assert cost_report(session, hr, Asked()).budget is None, "without a budget nothing is over it"
        spent = session.scalars(select(PayCost.cost).where(PayCost.month == MARCH)).one()
        idle = org.create_department(session, hr, small_world.entity_id, "没有人的部门", clock)
        for department, month, amount in (
            (small_world.department_id, MARCH, spent - 100),
            (small_world.department_id, date(2026, 5, 1), Decimal(99999)),
            (idle.id, APRIL, Decimal(500)),
        ):
            set_budget(session, hr, department, month, amount, clock)
        seen = cost_report(session, hr, Asked())
        march, april = seen.months
        assert march.budget == Budgeted(spent - 100, spent)
        assert april.budget == Budgeted(Decimal(500), Decimal(0)), "the department without a budget does not eat it"
        assert seen.budget == Budgeted(spent + 400, spent), "May has no closed run: its budget does not count"
        assert seen.budget.left == 400
        by_name = {one.name: one for one in seen.departments}
        assert by_name["没有人的部门"].cost == 0
        assert by_name["没有人的部门"].budget == Budgeted(Decimal(500), Decimal(0))
        mine = by_name[session.get_one(Department, small_world.department_id).name]
        assert mine.budget is not None
        assert mine.budget.left == -100
        again = set_budget(session, hr, idle.id, APRIL, Decimal(500), clock)
        assert set_budget(session, hr, idle.id, APRIL, Decimal(700), clock).id == again.id
        with pytest.raises(PermissionDenied):
            set_budget(session, small_world.actor("recruiter"), idle.id, APRIL, Decimal(1), clock)


def test_companies_and_their_cities_share_the_cost_of_the_group(small_world: World) -> None:
    pay, boss, clock = PayWorld(small_world), small_world.actor("administrator"), small_world.clock
    with small_world.database.transaction() as session:
        pay.rows(session)
        pay.hire(session, "A-1")
        pay.attend(session, "A-1", MARCH)
        pay.closed(session, MARCH)
        mine = session.scalars(select(PayCost)).one()
        branch = org.create_legal_entity(session, boss, "分公司", "另一城", clock)
        there = org.create_department(session, boss, branch.id, "分公司车间", clock)
        session.add(PayCost(
            **stamp("system", clock), run_id=mine.run_id, legal_entity_id=branch.id, department_id=there.id,
            month=MARCH, people=2, gross=mine.cost, employer=mine.cost, cost=2 * mine.cost,
        ))  # fmt: skip
        session.flush()
        seen = cost_report(session, boss, Asked())
        dearest = seen.companies[0]
        assert (dearest.name, dearest.city, dearest.people, dearest.cost) == ("分公司", "另一城", 2, 2 * mine.cost)
        assert {one.a_head for one in seen.companies} == {mine.cost}
        assert sum(one.cost for one in seen.companies) == seen.cost
        assert seen.cities[0] == ("另一城", 2 * mine.cost, Decimal("66.7"))
        assert len(cost_report(session, boss, Asked(company=branch.id)).companies) == 1


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
