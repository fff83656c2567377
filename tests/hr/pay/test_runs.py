"""Pay runs from draft to closed, and what later changes make of closed months (G1, F4, G6)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hiring_world import World
from pay_world import PayWorld, amounts, slips_of
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from interview_engine.errors import ConflictError, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment import pay_rates
from interview_engine.hr.employment import service as employments
from interview_engine.hr.pay import runs
from interview_engine.hr.pay.tables import PayPeriod, PayRun, Payslip, PayslipLine
from interview_engine.hr.time.tables import AttendanceMonth
from interview_engine.store.rows import stamp
from interview_engine.store.tables import AuditEvent

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
D = Decimal


def test_a_run_goes_from_draft_to_closed_by_two_people(world: World) -> None:
    pay = PayWorld(world)
    hr, boss, clock = world.actor("hr"), world.actor("administrator"), world.clock
    with world.database.transaction() as session:
        pay.rows(session)
        pay.hire(session, "A-1")
        pay.attend(session, "A-1", MARCH)
        run = pay.computed(session, MARCH)
        (slip,) = slips_of(session, run)
        assert amounts(slip) == {"base": "10000.00", "pension": "-800.00", "medical": "-200.00", "fund": "-500.00",
                                 "tax": "0.00"}  # fmt: skip
        assert (slip.gross, slip.own, slip.net, slip.employer) == (D(10000), D(1500), D(8500), D(3000))
        runs.review(session, hr, run.id, clock)
        with pytest.raises(ConflictError) as refused:
            runs.approve(session, hr, run.id, clock)
        assert refused.value.code == "pay.same_person"
        runs.approve(session, boss, run.id, clock)
        runs.mark_paid(session, hr, run.id, clock)
        runs.close(session, hr, run.id, clock)
        assert session.scalars(select(PayPeriod.state)).all() == ["closed"]
        assert session.scalar(select(func.count()).select_from(PayslipLine)) == len(slip.lines)


def test_the_same_inputs_give_the_same_hash_on_both_databases(world: World) -> None:
    pay = PayWorld(world)
    with world.database.transaction() as session:
        pay.rows(session)
        pay.hire(session, "A-1")
        pay.attend(session, "A-1", MARCH, sick_days=D("1.5"), minutes={"workday": 90})
        run = pay.computed(session, MARCH)
        first = run.inputs_sha256
        (before,) = slips_of(session, run)
        lines = before.lines
        runs.work_out(session, world.actor("hr"), run.id, world.clock)
        (after,) = slips_of(session, run)
        assert (run.inputs_sha256, after.lines) == (first, lines)
        pay.attend(session, "A-1", MARCH, sick_days=D("2"), minutes={"workday": 90})
        runs.work_out(session, world.actor("hr"), run.id, world.clock)
        assert run.inputs_sha256 != first


def test_what_was_written_is_read_back_to_the_same_hash(world: World) -> None:
    from interview_engine.hr.pay.slip import compute, sha256

    pay = PayWorld(world)
    with world.database.transaction() as session:
        pay.rows(session)
        pay.hire(session, "A-1", allowances={"meal": "20.00"})
        pay.attend(session, "A-1", MARCH, counts={"meal": "21"}, amounts={"bonus": "36000.00"})
        run_id = pay.computed(session, MARCH).id
    with world.database.reading() as session:
        (slip,) = slips_of(session, session.get_one(PayRun, run_id))
        assert sha256(slip.inputs) == slip.inputs_sha256
        assert [one.to_json() for one in compute(slip.inputs).lines] == slip.lines


def test_a_run_without_a_row_of_its_city_is_refused_and_names_it(small_world: World) -> None:
    pay = PayWorld(small_world)
    with small_world.database.transaction() as session:
        pay.rows(session, but="housing_fund")
        pay.hire(session, "A-1")
        pay.attend(session, "A-1", MARCH)
        run = pay.begin(session, MARCH)
        with pytest.raises(ConflictError) as refused:
            runs.work_out(session, small_world.actor("hr"), run.id, small_world.clock)
    assert refused.value.code == "pay.parameter_missing"
    assert "Housing fund" in refused.value.message.en
    assert "示例市" in refused.value.message.en


def test_a_provisional_row_marks_the_payslip_and_the_real_one_becomes_an_adjustment(world: World) -> None:
    pay = PayWorld(world)
    with world.database.transaction() as session:
        pay.rows(session, but="housing_fund")
        pay.row(session, "housing_fund", "fund", {"employee": "0.05", "employer": "0.05"}, provisional=True)
        pay.hire(session, "A-1")
        pay.attend(session, "A-1", MARCH)
        pay.attend(session, "A-1", APRIL)
        march = pay.closed(session, MARCH)
        assert slips_of(session, march)[0].provisional
        pay.row(session, "housing_fund", "fund", {"employee": "0.07", "employer": "0.07"})
        (slip,) = slips_of(session, pay.computed(session, APRIL))
        assert not slip.provisional
        assert amounts(slip)["fund"] == "-700.00"
        assert amounts(slip)["fund@2026-03"] == "-200.00"


def test_held_days_hold_the_payslip_and_cut_nothing(small_world: World) -> None:
    pay = PayWorld(small_world)
    hr, clock = small_world.actor("hr"), small_world.clock
    with small_world.database.transaction() as session:
        pay.rows(session)
        pay.hire(session, "A-1")
        pay.attend(session, "A-1", MARCH, held_days=2)
        run = pay.computed(session, MARCH)
        (slip,) = slips_of(session, run)
        assert [one["code"] for one in slip.findings] == ["held_days"]
        assert slip.gross == D(10000)
        with pytest.raises(ConflictError) as refused:
            runs.review(session, hr, run.id, clock)
        assert refused.value.code == "pay.blocked"
        with pytest.raises(ConflictError) as refused:
            runs.pass_check(session, hr, slip.id, "held_days", "已核对", clock)
        assert refused.value.code == "pay.not_passable"
        pay.attend(session, "A-1", MARCH, unpaid_days=D(1))
        runs.work_out(session, hr, run.id, clock, employment_id=slip.employment_id)
        runs.review(session, hr, run.id, clock)


def test_who_works_here_without_a_monthly_pay_is_named_and_not_left_out(small_world: World) -> None:
    pay = PayWorld(small_world)
    with small_world.database.transaction() as session:
        pay.rows(session)
        pay.hire(session, "A-1", None)
        (slip,) = slips_of(session, pay.computed(session, MARCH))
        assert [one["code"] for one in slip.findings] == ["no_rate", "no_attendance"]


def test_a_change_of_more_than_a_fifth_is_passed_with_a_reason_that_survives_working_out_again(world: World) -> None:
    pay = PayWorld(world)
    hr, clock = world.actor("hr"), world.clock
    with world.database.transaction() as session:
        pay.rows(session)
        pay.hire(session, "A-1")
        for month in (MARCH, APRIL):
            pay.attend(session, "A-1", month, amounts={"commission": "5000.00"} if month == APRIL else {})
        pay.closed(session, MARCH)
        run = pay.computed(session, APRIL)
        (slip,) = slips_of(session, run)
        assert [one["code"] for one in slip.findings] == ["changed_much"]
        assert [one["code"] for one in slip.differences] == ["commission", "tax"]
        runs.pass_check(session, hr, slip.id, "changed_much", "四月提成", clock)
        runs.work_out(session, hr, run.id, clock)
        (slip,) = slips_of(session, run)
        assert slip.findings[0]["reason"] == "四月提成"
        runs.review(session, hr, run.id, clock)


def test_a_backdated_raise_after_closing_is_paid_once_with_the_next_month(world: World) -> None:
    pay = PayWorld(world)
    with world.database.transaction() as session:
        pay.rows(session)
        held = pay.hire(session, "A-1")
        for month in (MARCH, APRIL, MAY):
            pay.attend(session, "A-1", month)
        march = pay.closed(session, MARCH)
        kept = [dict(one) for one in slips_of(session, march)[0].lines]
        pay_rates.set_pay(session, SYSTEM, held.id, 1_100_000, MARCH, world.clock)
        april = pay.closed(session, APRIL)
        (slip,) = slips_of(session, april)
        assert amounts(slip)["base"] == "11000.00"
        assert amounts(slip)["base@2026-03"] == "1000.00"
        assert slips_of(session, march)[0].lines == kept
        (slip,) = slips_of(session, pay.computed(session, MAY))
        assert "base@2026-03" not in amounts(slip)


def test_leave_that_is_cancelled_after_closing_is_paid_back(world: World) -> None:
    pay = PayWorld(world)
    with world.database.transaction() as session:
        pay.rows(session)
        pay.hire(session, "A-1")
        pay.attend(session, "A-1", MARCH, unpaid_days=D(3))
        pay.attend(session, "A-1", APRIL)
        march = pay.closed(session, MARCH)
        assert amounts(slips_of(session, march)[0])["unpaid_leave"] == "-1379.31"
        pay.attend(session, "A-1", MARCH)
        (slip,) = slips_of(session, pay.computed(session, APRIL))
        assert amounts(slip)["unpaid_leave@2026-03"] == "1379.31"


def test_an_attendance_month_that_is_closed_anew_after_pay_is_adjusted_and_a_reopened_one_is_not(world: World) -> None:
    pay = PayWorld(world)
    with world.database.transaction() as session:
        pay.rows(session)
        held = pay.hire(session, "A-1")
        pay.attend(session, "A-1", MARCH)
        pay.attend(session, "A-1", APRIL)
        own = {"employment_id": held.id, "person_id": held.person_id, "legal_entity_id": held.legal_entity_id}
        totals = {"unpaid_days": "0", "absent_days": "2", "sick_days": "0", "overtime": {}}
        month = AttendanceMonth(**stamp("system", world.clock), **own, month=MARCH, state="locked", totals=totals)
        session.add(month)
        session.flush()
        march = pay.closed(session, MARCH)
        assert amounts(slips_of(session, march)[0])["unpaid_leave"] == "-919.54"
        # a day of the closed month is looked at again: nothing changes before it is closed anew
        month.state = "reopened"
        session.flush()
        april = pay.computed(session, APRIL)
        assert "unpaid_leave@2026-03" not in amounts(slips_of(session, april)[0])
        month.state, month.totals = "locked", {**totals, "absent_days": "1"}
        session.flush()
        runs.work_out(session, world.actor("hr"), april.id, world.clock)
        assert amounts(slips_of(session, april)[0])["unpaid_leave@2026-03"] == "459.77"


def test_a_second_run_of_a_month_is_refused_and_supplementary_ones_are_numbered(world: World) -> None:
    pay = PayWorld(world)
    with world.database.transaction() as session:
        pay.rows(session)
        held = pay.hire(session, "A-1")
        pay.attend(session, "A-1", MARCH)
        run = pay.computed(session, MARCH)
        codes = []
        for changes in ({"month": MARCH}, {"month": MARCH, "supplementary": True}, {"month": APRIL}):
            with pytest.raises(ConflictError) as refused:
                pay.begin(session, **changes)
            codes.append(refused.value.code)
        assert codes == ["pay.run_exists", "pay.month_open", "pay.earlier_open"]
        pay.finish(session, run)
        pay_rates.set_pay(session, SYSTEM, held.id, 1_050_000, MARCH, world.clock)
        more = pay.closed(session, MARCH, supplementary=True)
        (slip,) = slips_of(session, more)
        assert more.number == 1
        assert amounts(slip)["base@2026-03"] == "500.00"
        assert "pension" not in amounts(slip)
        again = pay.computed(session, MARCH, supplementary=True)
        assert (again.number, slips_of(session, again)) == (2, [])


def test_joiners_and_leavers_are_paid_their_days(world: World) -> None:
    pay = PayWorld(world)
    with world.database.transaction() as session:
        pay.rows(session)
        pay.hire(session, "A-1", start=date(2026, 3, 16))
        leaver = pay.hire(session, "A-2")
        employments.end(session, world.actor("administrator"), leaver.id, date(2026, 3, 13), "个人原因", world.clock)
        for number in ("A-1", "A-2"):
            pay.attend(session, number, MARCH)
        run = pay.computed(session, MARCH)
        by_person = {slip.employment_id: amounts(slip)["base"] for slip in slips_of(session, run)}
        # March 2026 has 22 workdays, 12 of them from the 16th on and 10 up to the 13th
        assert by_person == {pay.people["A-1"].id: "5454.55", leaver.id: "4545.45"}


def test_tax_is_cumulated_over_closed_runs_from_where_another_system_stopped(world: World) -> None:
    pay = PayWorld(world)
    opening = {"year": "2026", "income": "60000.00", "contributions": "3000.00", "special": "0", "other": "0",
               "withheld": "1300.00"}  # fmt: skip
    with world.database.transaction() as session:
        pay.rows(session)
        pay.hire(session, "A-1", 30000, opening=opening, social_base=D(30000), fund_base=D(30000))
        for month in (MARCH, APRIL):
            pay.attend(session, "A-1", month)
        march = pay.closed(session, MARCH)
        # 90000 − 15000 − 7500 = 67500 × 10 % − 2520 − 1300
        assert amounts(slips_of(session, march)[0])["tax"] == "-2930.00"
        (slip,) = slips_of(session, pay.computed(session, APRIL))
        # 120000 − 20000 − 12000 = 88000 × 10 % − 2520 − 4230
        assert amounts(slip)["tax"] == "-2050.00"


def test_lines_of_a_closed_run_cannot_be_changed(world: World) -> None:
    pay = PayWorld(world)
    with world.database.transaction() as session:
        pay.rows(session)
        pay.hire(session, "A-1")
        pay.attend(session, "A-1", MARCH)
        run = pay.closed(session, MARCH)
        with pytest.raises(ConflictError):
            runs.work_out(session, world.actor("hr"), run.id, world.clock)
    with pytest.raises(DBAPIError), world.database.transaction() as session:
        session.execute(update(PayslipLine).values(position=99))


def test_who_may_not_see_pay_sees_no_run_and_no_payslip_and_reads_are_logged(small_world: World) -> None:
    pay = PayWorld(small_world)
    clock = small_world.clock
    with small_world.database.transaction() as session:
        pay.rows(session)
        pay.hire(session, "A-1")
        pay.attend(session, "A-1", MARCH)
        run = pay.computed(session, MARCH)
        (slip,) = slips_of(session, run)
        for role in ("hiring_manager", "interviewer", "auditor", "other_manager"):
            actor = small_world.actor(role)
            for refused in (lambda a: runs.slips(session, a, run.id, clock),
                            lambda a: runs.get_slip(session, a, slip.id, clock),
                            lambda a: runs.work_out(session, a, run.id, clock)):  # fmt: skip
                with pytest.raises(PermissionDenied):
                    refused(actor)
        runs.slips(session, small_world.actor("hr"), run.id, clock)
        runs.get_slip(session, small_world.actor("hr"), slip.id, clock)
        session.flush()
    with small_world.database.reading() as session:
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.action.in_(("pay_run.read", "payslip.read")))
        ).all()
        assert len(events) == 2
        assert not any("10000" in str(one.detail) or "8500" in str(one.detail) for one in events)
        assert session.scalar(select(func.count()).select_from(Payslip)) == 1


@pytest.mark.parametrize(("paid", "found"), [(8000, False), (7999, True), (2500, True)])
def test_pay_on_probation_below_its_floor_stands_in_the_way(small_world: World, paid: int, found: bool) -> None:
    pay = PayWorld(small_world)
    with small_world.database.transaction() as session:
        pay.rows(session)
        held = pay.hire(session, "A-1", paid, date(2026, 2, 2))
        held.probation_end = date(2026, 4, 1)
        pay_rates.set_pay(session, SYSTEM, held.id, 10000_00, date(2026, 4, 2), small_world.clock)
        pay.attend(session, "A-1", MARCH)
        (slip,) = slips_of(session, pay.computed(session, MARCH))
        low = [one for one in slip.findings if one["code"] == "below_probation"]
        assert bool(low) is found
        if found:
            assert low[0]["values"]["floor"] == "8000.00"
            assert low[0]["values"]["agreed"] == "10000.00"


def test_whose_probation_is_over_has_no_floor_of_it(small_world: World) -> None:
    pay = PayWorld(small_world)
    with small_world.database.transaction() as session:
        pay.rows(session)
        held = pay.hire(session, "A-1", 7000, date(2026, 2, 2))
        held.probation_end = date(2026, 2, 28)
        pay_rates.set_pay(session, SYSTEM, held.id, 10000_00, MARCH, small_world.clock)
        pay.attend(session, "A-1", MARCH)
        (slip,) = slips_of(session, pay.computed(session, MARCH))
        assert "probation" not in slip.inputs
        assert [one["code"] for one in slip.findings] == []


def test_sick_days_of_who_is_no_employee_have_their_floor_too(small_world: World) -> None:
    pay = PayWorld(small_world)
    with small_world.database.transaction() as session:
        pay.rows(session)
        pay.hire(session, "A-1", kind="labour_service", social_base=None, fund_base=None)
        pay.attend(session, "A-1", MARCH, sick_days=D(2))
        (slip,) = slips_of(session, pay.computed(session, MARCH))
        assert "sick_leave" in amounts(slip)
