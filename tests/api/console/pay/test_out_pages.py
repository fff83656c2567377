"""Files of an approved run in the console, and who gets none (G1, L1)."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from console_data import CLOCK, Company
from console_pages import csrf
from sqlalchemy import select
from starlette.testclient import TestClient

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment import pay_rates
from interview_engine.hr.employment import service as employments
from interview_engine.hr.files import service as files
from interview_engine.hr.pay import profiles
from interview_engine.hr.pay.tables import PayRun
from interview_engine.hr.people.tables import Person
from interview_engine.store.rows import stamp

MARCH = date(2026, 3, 1)
CARD = "330044005500"


@pytest.fixture
def approved(made: Company, clients: dict[str, TestClient]) -> str:
    """The address of an approved run of two people who are paid for labour service; one has no bank account."""
    nothing = Decimal(0)
    with made.context.database.transaction() as session:
        for number, start in (("P-1", date(2026, 1, 5)), ("P-2", date(2026, 1, 6))):
            person = Person(**stamp("system", CLOCK), name=f"计薪员工{number}", language="zh")
            session.add(person)
            session.flush()
            place = employments.Place(made.entity_id, made.department_id)
            held = employments.begin(session, SYSTEM, person.id, place, "客服", start, None, CLOCK, number=number)
            pay_rates.set_pay(session, SYSTEM, held.id, 1_000_000, start, CLOCK)
            profile = profiles.NewProfile("labour_service", "", None, None, nothing, nothing, "months", {}, {})
            profiles.set_profile(session, SYSTEM, held, start, profile, CLOCK)
            sheet = profiles.NewAttendance(MARCH, nothing, nothing, 0, {}, {}, {}, "best")
            profiles.set_attendance(session, SYSTEM, held, sheet, CLOCK)
            if number == "P-1":
                values = {"holder": "计薪员工P-1", "bank": "示例银行", "branch": "", "account_number": CARD}
                files.put(session, SYSTEM, person.id, "bank", values, CLOCK)
    hr, boss = clients["hr"], clients["administrator"]
    form = {"csrf": csrf(hr), "month": "2026-03-15", "pay_day": "2026-03-31", "method": "workdays"}
    hr.post("/console/pay-runs/new", data=form)
    with made.context.database.reading() as session:
        run = f"/console/pay-runs/{session.scalars(select(PayRun.id)).one()}"
    for client, step in ((hr, "compute"), (hr, "review"), (boss, "approve")):
        client.post(f"{run}/step", data={"csrf": csrf(client), "step": step})
    return run


def test_who_has_no_account_is_named_before_the_file_goes_out(approved: str, clients: dict[str, TestClient]) -> None:
    hr = clients["hr"]
    refused = hr.get(f"{approved}/out/bank_sheet.xlsx")
    assert refused.status_code == 409
    assert "计薪员工P-2 P-2" in refused.text
    assert "档案中没有银行账户" in refused.text
    assert CARD not in refused.text
    book = openpyxl.load_workbook(io.BytesIO(hr.get(f"{approved}/out/bank_sheet.xlsx?without=true").content))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0][:3] == ("序号", "收款人姓名", "收款账号")
    assert [row[2] for row in rows[1:]] == [CARD]


def test_the_page_shows_no_account_and_names_who_belongs_in_no_line(
    approved: str, clients: dict[str, TestClient]
) -> None:
    page = clients["hr"].get(f"{approved}/out?who=tax_wages").text
    assert "用其他表单申报" in page
    assert CARD not in page
    english = clients["hr"].get(f"{approved}/out", headers={"accept-language": "en"}).text
    assert "Who is not in it" in english


def test_a_run_is_posted_once_its_parts_have_accounts(
    made: Company, approved: str, clients: dict[str, TestClient]
) -> None:
    hr = clients["hr"]
    refused = hr.post(f"{approved}/journal", data={"csrf": csrf(hr)}).text
    assert "以下项目没有科目" in refused
    for item, account in (("earning", "6602"), ("net", "2211"), ("tax", "2221")):
        form = {"csrf": csrf(hr), "company": "", "item": item, "department": "", "account": account, "name": ""}
        assert hr.post("/console/pay-accounts/new", data=form, follow_redirects=False).status_code == 303
    posted = hr.post(f"{approved}/journal", data={"csrf": csrf(hr)}, follow_redirects=True).text
    assert "已记账" in posted
    assert "20,000.00" in hr.get("/console/pay-journal").text


@pytest.mark.parametrize("role", ["recruiter", "hiring_manager", "interviewer", "auditor"])
def test_nobody_else_has_a_file_or_the_books(approved: str, clients: dict[str, TestClient], role: str) -> None:
    for path in (f"{approved}/out", f"{approved}/out/bank_sheet.csv?without=true", f"{approved}/out/tax_wages.csv",
                 "/console/pay-journal", "/console/pay-costs", "/console/pay-accounts"):  # fmt: skip
        answer = clients[role].get(path)
        assert answer.status_code == 403, path
        assert CARD not in answer.text


def test_a_file_that_does_not_exist_is_not_there(approved: str, clients: dict[str, TestClient]) -> None:
    assert clients["hr"].get(f"{approved}/out/everything.csv").status_code == 404
    assert clients["hr"].get(f"{approved}/out/bank_sheet.txt").status_code == 404
