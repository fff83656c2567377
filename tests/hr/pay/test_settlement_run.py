"""The settlement of a leaver in a pay run: to the cent, once, and never without the row it needs (D6, G1)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hiring_world import World
from pay_world import PayWorld, amounts, slips_of
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.offboarding import service as offboarding
from interview_engine.hr.offboarding.service import NewSeparation
from interview_engine.hr.offboarding.tables import Separation
from interview_engine.hr.pay import runs, settling
from interview_engine.hr.pay.settlement_list import PAY_SETTLEMENTS
from interview_engine.hr.pay.slip import compute
from interview_engine.hr.pay.tables import PayParameter, PayRun, PaySettled, Payslip
from interview_engine.store.rows import stamp

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
LAST = date(2026, 4, 15)
NOTHING: dict[str, Any] = dict.fromkeys(
    ("severance", "severance_months", "notice_months", "leave_days", "work_years", "leave_taken", "average",
     "lost_assets", "advances")
)  # fmt: skip
D = Decimal


def leaver(session: Session, pay: PayWorld, kind: str = "mutual", last: date = LAST, **hired: Any) -> Employment:
    """Somebody who leaves in April, with March paid and attendance of April, whose facts were handed over."""
    world = pay.world
    pay.rows(session)
    pay.row(session, "average_wage", "", {"amount": "12000"})
    held = pay.hire(session, "A-1", start=date(2024, 3, 1), **hired)
    separation = offboarding.enter(
        session, world.actor("hr"), held.id, NewSeparation(kind, last, "双方协商"), world.clock
    )
    offboarding.settle(session, world.actor("hr"), separation.id, world.clock)
    pay.attend(session, "A-1", APRIL)
    return held


def say(session: Session, pay: PayWorld, **values: Any) -> str:
    """What payroll decides about the last pay of A-1."""
    form = PAY_SETTLEMENTS.form
    assert form is not None
    given = {**NOTHING, "employee_number": "A-1", "leave_declined": False, **values}
    return form.create(session, pay.world.actor("hr"), given, pay.world.clock)


def lines(slip: Payslip) -> dict[str, dict[str, Any]]:
    """The lines by code."""
    return {one["code"]: one for one in slip.lines if one["group"] != "employer"}


def checks(slip: Payslip) -> set[str]:
    """What stands in the way."""
    return {one["code"] for one in slip.findings}


def test_the_last_pay_has_prorated_pay_leave_severance_notice_and_what_is_set_off(world: World) -> None:
    pay = PayWorld(world)
    with world.database.transaction() as session:
        leaver(session, pay)
        say(session, pay, severance="yes", severance_months=D("2.5"), notice_months=D(1), leave_days=D(3),
            average=1_000_000, lost_assets=50_000, advances=20_000)  # fmt: skip
        (slip,) = slips_of(session, pay.computed(session, APRIL))
        found = lines(slip)
        assert found["base"]["amount"] == "5000.00"  # 11 of 22 days
        assert found["leave_payout"]["amount"] == "2758.62"  # 10000 ÷ 21.75 × 200 % × 3
        assert found["severance"]["amount"] == "25000.00"
        assert found["notice_pay"]["amount"] == "10000.00"
        assert found["tax_severance"]["amount"] == "0.00"  # below 3 × 144000
        assert found["advances"]["amount"] == "-200.00"
        assert found["lost_assets"]["amount"] == "-500.00"
        assert slip.net == sum(D(one["amount"]) for one in found.values())
        assert D(slip.year["income"]) == D("7758.62")  # severance is no wage of the year
        assert checks(slip) == set()
        assert [one.to_json() for one in compute(slip.inputs).lines] == slip.lines


def test_each_line_of_a_settlement_names_the_handover_that_it_comes_from_and_its_rows(world: World) -> None:
    pay = PayWorld(world)
    with world.database.transaction() as session:
        leaver(session, pay)
        row_id = say(session, pay, severance="yes", leave_days=D(1), average=1_000_000, advances=0)
        (slip,) = slips_of(session, pay.computed(session, APRIL))
        settled = slip.inputs["settlement"]["settlement"]
        for code in ("leave_payout", "severance", "tax_severance"):
            assert lines(slip)[code]["sources"] == [f"final_settlement:{settled}", f"pay_settlement:{row_id}"]
        kinds = {one["ref"]: one["kind"] for one in slip.inputs["parameters"]}
        assert {kinds[ref] for ref in lines(slip)["severance"]["parameters"]} == {
            "severance", "average_wage", "minimum_wage"
        }  # fmt: skip


def test_severance_above_the_cap_is_cut_and_taxed_beyond_the_exempt_amount(small_world: World) -> None:
    pay = PayWorld(small_world)
    with small_world.database.transaction() as session:
        leaver(session, pay, monthly=60000)
        say(session, pay, severance="yes", severance_months=D(15), leave_days=D(0), average=6_000_000, advances=0)
        (slip,) = slips_of(session, pay.computed(session, APRIL))
        found = lines(slip)
        assert found["severance"]["amount"] == "432000.00"  # 3 × 12000 × 12
        assert found["severance"]["formula"] == "severance_capped"
        assert found["tax_severance"]["amount"] == "0.00"
        say(session, pay, severance="twice", severance_months=D(15), leave_days=D(0), average=6_000_000, advances=0)
        runs.work_out(session, small_world.actor("hr"), slip.run_id, small_world.clock)
        (slip,) = slips_of(session, session.get_one(PayRun, slip.run_id))
        found = lines(slip)
        assert found["severance"]["amount"] == "864000.00"
        # (864000 − 432000) × 30 % − 52920
        assert found["tax_severance"]["amount"] == "-76680.00"


def test_what_nobody_has_decided_blocks_by_name(small_world: World) -> None:
    pay = PayWorld(small_world)
    with small_world.database.transaction() as session:
        leaver(session, pay)
        (slip,) = slips_of(session, pay.computed(session, APRIL))
        assert checks(slip) == {"settle_severance", "settle_leave", "settle_average", "settle_advances"}
        with pytest.raises(ConflictError) as refused:
            runs.review(session, small_world.actor("hr"), slip.run_id, small_world.clock)
        assert refused.value.code == "pay.blocked"


def test_a_settlement_that_was_not_handed_over_is_named_and_only_wages_are_paid(small_world: World) -> None:
    pay = PayWorld(small_world)
    with small_world.database.transaction() as session:
        held = leaver(session, pay)
        separation = offboarding.current(session, held.id)
        assert separation is not None
        offboarding.take_back(session, small_world.actor("hr"), separation.id, "还有一台电脑", small_world.clock)
        (slip,) = slips_of(session, pay.computed(session, APRIL))
        assert checks(slip) == {"settlement_waits"}
        assert set(amounts(slip)) == {"base", "pension", "medical", "fund", "tax"}


def test_a_run_without_the_average_wage_of_the_city_is_refused_and_names_it(small_world: World) -> None:
    pay = PayWorld(small_world)
    with small_world.database.transaction() as session:
        leaver(session, pay, last=date(2026, 4, 15))
        for row in session.scalars(select(PayParameter).where(PayParameter.kind == "average_wage")):
            session.delete(row)
        say(session, pay, severance="yes", leave_days=D(0), average=1_000_000, advances=0)
        run = pay.begin(session, APRIL)
        with pytest.raises(ConflictError) as refused:
            runs.work_out(session, small_world.actor("hr"), run.id, small_world.clock)
    assert refused.value.code == "pay.parameter_missing"
    assert "Average wage" in refused.value.message.en


def test_the_average_of_the_months_before_is_made_of_closed_runs(small_world: World) -> None:
    pay = PayWorld(small_world)
    with small_world.database.transaction() as session:
        pay.rows(session)
        pay.row(session, "average_wage", "", {"amount": "12000"})
        held = pay.hire(session, "A-1", start=date(2026, 2, 9))
        pay.attend(session, "A-1", MARCH, minutes={"workday": 480})
        pay.closed(session, MARCH)
        separation = offboarding.enter(
            session, small_world.actor("hr"), held.id, NewSeparation("mutual", LAST, "协商"), small_world.clock
        )
        offboarding.settle(session, small_world.actor("hr"), separation.id, small_world.clock)
        pay.attend(session, "A-1", APRIL)
        say(session, pay, severance="yes", leave_days=D(2), notice_months=D(1), advances=0)
        (slip,) = slips_of(session, pay.computed(session, APRIL))
        found = lines(slip)
        overtime = D("689.66")  # 10000 ÷ 21.75 × 1.5
        assert slip.inputs["settlement"]["months"] == "1"
        assert found["severance"]["amount"] == str((D(10000) + overtime) / 2)
        assert found["notice_pay"]["amount"] == str(D(10000) + overtime)
        assert found["leave_payout"]["amount"] == "1839.08"  # without overtime


def test_the_law_gives_the_days_of_leave_from_the_years_of_work(small_world: World) -> None:
    pay = PayWorld(small_world)
    with small_world.database.transaction() as session:
        leaver(session, pay)
        say(session, pay, severance="no", work_years=12, leave_taken=D(1), average=1_000_000, advances=0)
        (slip,) = slips_of(session, pay.computed(session, APRIL))
        # 105 of 365 days × 10 = 2 whole days, one of them taken
        assert lines(slip)["leave_payout"]["quantity"] == "1"
        assert lines(slip)["leave_payout"]["formula"] == "leave_law"


def test_a_settlement_is_paid_once_and_is_no_adjustment_later(world: World) -> None:
    pay = PayWorld(world)
    with world.database.transaction() as session:
        held = leaver(session, pay)
        say(session, pay, severance="yes", severance_months=D(2), leave_days=D(1), average=1_000_000, advances=0)
        april = pay.closed(session, APRIL)
        (slip,) = slips_of(session, april)
        settled = session.scalars(select(PaySettled)).one()
        assert (settled.run_id, settled.payslip_id) == (april.id, slip.id)
        assert settling.leavings(session, world.entity_id) == {}
        assert slips_of(session, pay.computed(session, APRIL, supplementary=True)) == []
        assert held.last_day == LAST
    again = {"run_id": settled.run_id, "payslip_id": settled.payslip_id, "person_id": settled.person_id}
    twice = PaySettled(**stamp("system", world.clock), final_settlement_id=settled.final_settlement_id, **again)
    with world.database.transaction() as session, pytest.raises(IntegrityError), session.begin_nested():
        session.add(twice)


def test_a_settlement_that_comes_late_is_paid_by_a_supplementary_run(world: World) -> None:
    pay = PayWorld(world)
    with world.database.transaction() as session:
        pay.rows(session)
        pay.row(session, "average_wage", "", {"amount": "12000"})
        held = pay.hire(session, "A-1", start=date(2024, 3, 1))
        pay.attend(session, "A-1", APRIL)
        separation = offboarding.enter(
            session, world.actor("hr"), held.id, NewSeparation("mutual", LAST, "协商"), world.clock
        )
        pay.closed(session, APRIL)
        offboarding.settle(session, world.actor("hr"), separation.id, world.clock)
        say(session, pay, severance="yes", severance_months=D(2), leave_days=D(0), average=1_000_000, advances=0)
        (slip,) = slips_of(session, pay.computed(session, APRIL, supplementary=True))
        assert {code: one["amount"] for code, one in lines(slip).items()} == {
            "severance": "20000.00", "tax": "0.00", "tax_severance": "0.00"
        }  # fmt: skip


def test_damage_takes_a_fifth_at_most_and_what_stays_due_is_named(small_world: World) -> None:
    pay = PayWorld(small_world)
    with small_world.database.transaction() as session:
        leaver(session, pay, last=date(2026, 4, 30))
        say(session, pay, severance="no", leave_days=D(0), average=1_000_000, lost_assets=500_000, advances=0)
        (slip,) = slips_of(session, pay.computed(session, APRIL))
        assert lines(slip)["lost_assets"]["amount"] == "-2000.00"
        left = next(one for one in slip.findings if one["code"] == "settle_left")
        assert left["values"] == {"left": "3000.00"}


def _handed_over_again(session: Session, pay: PayWorld, *, again: bool) -> None:
    """The settlement of A-1 is taken back after it was paid, and handed over again where asked."""
    world = pay.world
    separation = session.scalars(select(Separation)).one()
    offboarding.take_back(session, world.actor("hr"), separation.id, "算错了", world.clock)
    if again:
        offboarding.settle(session, world.actor("hr"), separation.id, world.clock)


def test_a_settlement_taken_back_after_it_was_paid_is_countered_line_by_line_once(world: World) -> None:
    pay = PayWorld(world)
    with world.database.transaction() as session:
        leaver(session, pay)
        say(session, pay, severance="yes", severance_months=D("2.5"), notice_months=D(1), leave_days=D(3),
            average=1_000_000, lost_assets=50_000, advances=20_000)  # fmt: skip
        (paid,) = slips_of(session, pay.closed(session, APRIL))
        _handed_over_again(session, pay, again=False)
        run = pay.computed(session, MAY)
        (slip,) = slips_of(session, run)
        back = {f"{code}@2026-04": str(-D(one["amount"])) for code, one in lines(paid).items()
                if code in ("leave_payout", "severance", "notice_pay", "advances", "lost_assets")}  # fmt: skip
        assert {code: amount for code, amount in amounts(slip).items() if "@" in code} == back
        assert D(slip.year["income"]) == D("-2758.62"), "severance was no wage, and is none when it is taken back"
        assert checks(slip) == {"owes_back", "changed_much"}
        pay.finish(session, run)
        row = session.scalars(select(PaySettled)).one()
        assert row.back_run_id == run.id
        later = pay.computed(session, date(2026, 6, 1))
        assert slips_of(session, later) == []


def test_a_settlement_handed_over_again_is_paid_anew_beside_the_counter_entry(world: World) -> None:
    pay = PayWorld(world)
    with world.database.transaction() as session:
        leaver(session, pay)
        row_id = say(session, pay, severance="yes", severance_months=D(2), leave_days=D(0), average=1_000_000,
                     advances=0)  # fmt: skip
        pay.closed(session, APRIL)
        form = PAY_SETTLEMENTS.form
        assert form is not None
        assert form.update is not None
        given = {**NOTHING, "employee_number": "A-1", "leave_declined": False, "severance": "yes", "advances": 0,
                 "severance_months": D("2.5"), "leave_days": D(0), "average": 1_000_000}  # fmt: skip
        form.update(session, pay.world.actor("hr"), row_id, given, pay.world.clock)
        _handed_over_again(session, pay, again=True)
        (slip,) = slips_of(session, pay.closed(session, MAY))
        assert amounts(slip) == {"severance": "25000.00", "severance@2026-04": "-20000.00", "tax": "0.00",
                                 "tax_severance": "0.00"}  # fmt: skip
        assert len(session.scalars(select(PaySettled)).all()) == 2
        assert slips_of(session, pay.computed(session, date(2026, 6, 1))) == []


def test_who_does_not_leave_has_no_last_pay(small_world: World) -> None:
    pay = PayWorld(small_world)
    with small_world.database.transaction() as session:
        pay.rows(session)
        pay.hire(session, "A-1")
        with pytest.raises(ConflictError) as refused:
            say(session, pay, severance="no")
    assert refused.value.code == "pay.not_leaving"
