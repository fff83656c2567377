"""What goes out of an approved run: files, journal entry, cost by department (G1, G5, L1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hiring_world import World
from pay_world import PayWorld, slips_of
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM, Actor, preset_rules
from interview_engine.hr.access.service import check_row
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.files import service as files_of
from interview_engine.hr.pay import runs
from interview_engine.hr.pay.out import files, journal
from interview_engine.hr.pay.out.lists import PAY_ACCOUNTS
from interview_engine.hr.pay.rules.lines import line_of
from interview_engine.hr.pay.tables import PayCost, PayJournalLine, PayRun
from interview_engine.hr.people.tables import Department
from interview_engine.store.tables import AuditEvent, OutboxMessage

MARCH = date(2026, 3, 1)
D = Decimal
ACCOUNTS = {
    "earning": "6602.01", "severance": "6602.02", "employer": "6602.03", "net": "2211.01", "tax": "2221.02",
    "contribution": "2241.01", "employer_due": "2211.02", "deduction": "1221.01",
}  # fmt: skip


def number(session: Session, world: World, held: Employment, serial: int) -> str:
    """An ID number in the file."""
    digits = f"11010119900307{serial:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    found = digits + "10X98765432"[sum(int(one) * by for one, by in zip(digits, weights, strict=True)) % 11]
    files_of.put(session, SYSTEM, held.person_id, "identity", {"id_number": found}, world.clock)
    return found


def account(session: Session, world: World, held: Employment, digits: str = "110020030040") -> None:
    """A bank account in the file."""
    values = {"holder": "持卡人", "bank": "示例银行", "branch": "示例支行", "account_number": digits}
    files_of.put(session, SYSTEM, held.person_id, "bank", values, world.clock)


def approved(
    session: Session, pay: PayWorld, *, account_of: tuple[str, ...] = ("A-1", "A-2"), **amounts: Any
) -> PayRun:
    """An approved run of two people with ID numbers; accounts of those named."""
    world = pay.world
    pay.rows(session)
    for serial, name in enumerate(("A-1", "A-2"), start=1):
        held = pay.hire(session, name, 10000 if name == "A-1" else 20000)
        number(session, world, held, serial)
        if name in account_of:
            account(session, world, held)
        pay.attend(session, name, MARCH, **(amounts if name == "A-1" else {}))
    run = pay.computed(session, MARCH)
    for slip in slips_of(session, run):
        for one in slip.findings:
            runs.pass_check(session, world.actor("hr"), slip.id, one["code"], "已核对", world.clock)
    runs.review(session, world.actor("hr"), run.id, world.clock)
    return runs.approve(session, world.actor("administrator"), run.id, world.clock)


def made(session: Session, pay: PayWorld, run: PayRun, name: str, form: str = "xlsx", **more: Any) -> files.Made:
    """A file, by HR."""
    return files.make(session, pay.world.actor("hr"), run.id, name, form, pay.world.clock, **more)[1]


def test_the_bank_pays_each_net_to_its_account(world: World) -> None:
    pay = PayWorld(world)
    with world.database.transaction() as session:
        run = approved(session, pay)
        sheet = made(session, pay, run, "bank_sheet")
        nets = [slip.net for slip in slips_of(session, run)]
        assert [row[2] for row in sheet.rows] == ["110020030040", "110020030040"]
        assert sorted(row[5] for row in sheet.rows) == sorted(nets)
        text = made(session, pay, run, "bank_text", "txt").text
        assert text is not None
        lines = text.decode("gb18030").split("\r\n")
        assert lines[0] == f"110020030040|持卡人|{sheet.rows[0][5]}|2026-03 工资"
        assert lines[-1] == ""
    with world.database.reading() as session:
        event = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "pay_run.export")).all()
    assert event[0] == {"file": "bank_sheet", "form": "xlsx", "opens": "bank", "rows": 2, "left_out": 0}


def test_who_has_no_account_is_named_and_left_out_only_when_that_is_asked_for(small_world: World) -> None:
    pay = PayWorld(small_world)
    with small_world.database.transaction() as session:
        run = approved(session, pay, account_of=("A-1",))
        with pytest.raises(ConflictError) as refused:
            made(session, pay, run, "bank_sheet")
        assert refused.value.code == "pay.left_out"
        assert "员工A-2" in refused.value.message.get("zh")
        without = made(session, pay, run, "bank_sheet", without=True)
        assert [row[0] for row in without.rows] == [1]
        assert [one.number for one in without.left_out] == ["A-2"]


def test_nothing_goes_out_before_another_person_has_approved(small_world: World) -> None:
    pay = PayWorld(small_world)
    with small_world.database.transaction() as session:
        pay.rows(session)
        pay.hire(session, "A-1")
        pay.attend(session, "A-1", MARCH)
        run = pay.computed(session, MARCH)
        for name in files.FILES:
            with pytest.raises(ConflictError) as refused:
                made(session, pay, run, name, files.FILES[name].forms[0])
            assert refused.value.code == "pay.run_state"


def test_accounts_need_who_decides_on_pay_and_id_numbers_open_to_payroll_for_its_sheets_alone(
    small_world: World,
) -> None:
    pay = PayWorld(small_world)
    clerk = Actor("account:payroll", "payroll", None, "payroll", preset_rules("payroll", "all"), "zh")
    recruiter = small_world.actor("recruiter")
    with small_world.database.transaction() as session:
        run = approved(session, pay)
        assert len(files.make(session, clerk, run.id, "bank_sheet", "csv", small_world.clock)[1].rows) == 2
        sheet = files.make(session, clerk, run.id, "tax_wages", "csv", small_world.clock)[1]
        assert all(len(str(row[3])) == 18 for row in sheet.rows)
        person = slips_of(session, run)[0].person_id
        with pytest.raises(PermissionDenied):
            check_row(session, clerk, "identity", "read", person_id=person)
        for name in ("bank_sheet", "tax_wages"):
            with pytest.raises(PermissionDenied):
                files.make(session, recruiter, run.id, name, "csv", small_world.clock)
    with small_world.database.reading() as session:
        kept = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "pay_run.export")).all()
        assert [one["opens"] for one in kept] == ["bank", "identity"]


def test_what_is_no_wage_of_a_resident_goes_into_sheets_of_its_own_with_the_tax_withheld(world: World) -> None:
    pay = PayWorld(world)
    kinds = {"A-1": "labour_service", "A-2": "non_resident", "A-3": "non_resident_service"}
    with world.database.transaction() as session:
        pay.rows(session)
        for serial, (name, kind) in enumerate(kinds.items(), start=1):
            number(session, world, pay.hire(session, name, 20000, kind=kind, social_base=None, fund_base=None), serial)
            pay.attend(session, name, MARCH)
        run = pay.computed(session, MARCH)
        runs.review(session, world.actor("hr"), run.id, world.clock)
        runs.approve(session, world.actor("administrator"), run.id, world.clock)
        taxes = {}
        for name in ("tax_service", "tax_non_resident", "tax_non_resident_service"):
            sheet = made(session, pay, run, name)
            assert all(len(row) == len(sheet.head) for row in sheet.rows)
            taxes.update(
                {row[0]: (dict(zip(sheet.head, row, strict=True))["*本期收入"], row[-1]) for row in sheet.rows}
            )
        # 20000 × 80 % × 20 %; (20000 − 5000) × 20 % − 1410; 20000 × 80 % × 20 % − 1410
        assert taxes == {"A-1": (D(20000), D("3200.00")), "A-2": (D(20000), D("1590.00")),
                         "A-3": (D(20000), D("1790.00"))}  # fmt: skip
        assert made(session, pay, run, "tax_wages").rows == []


def test_the_tax_client_gets_the_income_that_the_tax_was_withheld_from(world: World) -> None:
    pay = PayWorld(world)
    with world.database.transaction() as session:
        run = approved(session, pay, amounts={"bonus": "36000.00", "commission": "1000.00"}, bonus_way="apart")
        sheet = made(session, pay, run, "tax_wages")
        by_number = {row[0]: dict(zip(sheet.head, row, strict=True)) for row in sheet.rows}
        for slip in slips_of(session, run):
            row = next(one for one in by_number.values() if one["本期收入"] == D(slip.year["income"]))
            own = sum(D(str(row[name])) for name in ("基本养老保险费", "基本医疗保险费", "失业保险费", "住房公积金"))
            assert own == slip.own
        assert by_number["A-1"]["本期收入"] == D("11000.00")
        assert by_number["A-1"]["*证件类型"] == "居民身份证"
        bonus = made(session, pay, run, "tax_bonus")
        assert [(row[0], row[4]) for row in bonus.rows] == [("A-1", D("36000.00"))]
        assert made(session, pay, run, "tax_severance").rows == []


def test_the_sheets_of_insurances_and_fund_add_up_to_the_payslips(world: World) -> None:
    pay = PayWorld(world)
    with world.database.transaction() as session:
        run = approved(session, pay)
        social, fund = made(session, pay, run, "social"), made(session, pay, run, "fund")
        own = sum(row[-3] for row in (*social.rows, *fund.rows))
        employer = sum(row[-2] for row in (*social.rows, *fund.rows))
        slips = slips_of(session, run)
        assert (own, employer) == (sum(one.own for one in slips), sum(one.employer for one in slips))
        first = dict(zip(social.head, social.rows[0], strict=True))
        assert (first["养老保险基数"], first["养老保险个人"], first["养老保险单位"]) == (D(10000), D(800), D(1600))


def accounts(session: Session, pay: PayWorld, *, but: str = "") -> None:
    """Every account of the company but one."""
    form = PAY_ACCOUNTS.form
    assert form is not None
    for item, code in ACCOUNTS.items():
        if item != but:
            values = {"company": None, "item": item, "department": None, "account": code, "name": ""}
            form.create(session, pay.world.actor("hr"), values, pay.world.clock)


def test_the_journal_entry_has_as_much_in_debit_as_in_credit(world: World) -> None:
    pay = PayWorld(world)
    with world.database.transaction() as session:
        run = approved(session, pay, amounts={"deduction": "300.00"}, unpaid_days=D(2))
        accounts(session, pay)
        journal.post(session, world.actor("hr"), run.id, world.clock)
        rows = session.scalars(select(PayJournalLine).order_by(PayJournalLine.position)).all()
        debit, credit = sum(one.debit for one in rows), sum(one.credit for one in rows)
        slips = slips_of(session, run)
        assert debit == credit == sum(one.gross + one.employer for one in slips)
        by_item = {one.item: one for one in rows}
        assert by_item["net"].credit == sum(one.net for one in slips)
        assert by_item["net"].account == "2211.01"
        assert by_item["deduction"].credit == D(300)
        assert by_item["earning"].department_id == world.department_id


def test_posting_again_replaces_the_entry_and_tells_webhooks_without_an_amount(world: World) -> None:
    pay = PayWorld(world)
    with world.database.transaction() as session:
        run = approved(session, pay)
        accounts(session, pay)
        journal.post(session, world.actor("hr"), run.id, world.clock)
        count = session.scalar(select(func.count(PayJournalLine.id)))
        journal.post(session, world.actor("hr"), run.id, world.clock)
        assert session.scalar(select(func.count(PayJournalLine.id))) == count
    with world.database.reading() as session:
        told = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "pay_journal.post")).all()
    assert told[0] == {"month": "2026-03", "number": 0, "lines": count}


def test_a_part_without_an_account_is_named_and_nothing_is_posted(small_world: World) -> None:
    pay = PayWorld(small_world)
    with small_world.database.transaction() as session:
        run = approved(session, pay)
        accounts(session, pay, but="net")
        with pytest.raises(ConflictError) as refused:
            journal.post(session, small_world.actor("hr"), run.id, small_world.clock)
        assert refused.value.code == "pay.no_account"
        assert "应付" in refused.value.message.get("zh")
        assert session.scalar(select(func.count(PayJournalLine.id))) == 0


def test_a_department_has_its_own_account_where_it_has_a_row(small_world: World) -> None:
    pay = PayWorld(small_world)
    form = PAY_ACCOUNTS.form
    assert form is not None
    with small_world.database.transaction() as session:
        run = approved(session, pay)
        accounts(session, pay)
        name = session.get_one(Department, small_world.department_id).name
        values = {"company": None, "item": "earning", "department": name, "account": "5001", "name": "客服"}
        form.create(session, small_world.actor("hr"), values, small_world.clock)
        journal.post(session, small_world.actor("hr"), run.id, small_world.clock)
        (row,) = session.scalars(select(PayJournalLine).where(PayJournalLine.item == "earning"))
        assert (row.account, row.name) == ("5001", "客服")


def lines() -> Iterator[list[dict[str, Any]]]:
    """Lines of every group, with both signs."""
    for amount in ("100.00", "-100.00", "0.01"):
        yield [
            {"code": code, "group": group, "amount": amount}
            for code, group in (("base", "earning"), ("severance", "earning"), ("tax", "tax"), ("pension", "employer"),
                                ("pension", "contribution"), ("damage", "deduction"))
        ]  # fmt: skip


@pytest.mark.parametrize("some", list(lines()))
def test_debit_is_credit_whatever_the_signs_and_no_line_is_below_zero(some: list[dict[str, Any]]) -> None:
    rest = {"quantity": None, "rate": None, "formula": "", "values": {}, "parameters": [], "sources": [], "month": ""}
    found = journal.postings([("d", [line_of({**one, **rest}) for one in some])])
    assert all(one.amount > 0 for one in found)
    assert sum(one.amount if one.side == "debit" else -one.amount for one in found) == 0


def test_closing_keeps_what_each_department_cost(world: World) -> None:
    pay = PayWorld(world)
    with world.database.transaction() as session:
        run = approved(session, pay)
        hr, clock = world.actor("hr"), world.clock
        runs.mark_paid(session, hr, run.id, clock)
        runs.close(session, hr, run.id, clock)
        (cost,) = session.scalars(select(PayCost))
        slips = slips_of(session, run)
        assert (cost.month, cost.people, cost.department_id) == (MARCH, 2, world.department_id)
        assert cost.cost == sum(one.gross + one.employer for one in slips)


def test_no_message_of_what_goes_out_says_an_amount(small_world: World) -> None:
    pay = PayWorld(small_world)
    with small_world.database.transaction() as session:
        run = approved(session, pay)
        accounts(session, pay)
        journal.post(session, small_world.actor("hr"), run.id, small_world.clock)
        made(session, pay, run, "bank_sheet")
    with small_world.database.reading() as session:
        which = AuditEvent.action.in_(("pay_journal.post", "pay_run.export"))
        events = session.scalars(select(AuditEvent).where(which))
        kept = " ".join(str(one.detail) for one in events) + str(session.scalars(select(OutboxMessage.payload)).all())
        slips = slips_of(session, session.get_one(PayRun, run.id))
    assert "110020030040" not in kept
    assert not [slip.net for slip in slips if str(slip.net) in kept]
