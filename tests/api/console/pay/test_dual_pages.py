"""The comparison with another system in the console and by the API: page, sheet, import, and who sees it (L2)."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from console_data import CLOCK, Company
from console_pages import csrf
from sqlalchemy import delete
from starlette.testclient import TestClient

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.accounts.tokens import create_token
from interview_engine.hr.employment import pay_rates
from interview_engine.hr.employment import service as employments
from interview_engine.hr.pay import profiles, runs
from interview_engine.hr.pay.old_months import set_month
from interview_engine.hr.pay.tables import PayOldMonth
from interview_engine.hr.people.tables import Person
from interview_engine.store.rows import stamp

MARCH = date(2026, 3, 1)


@pytest.fixture
def run_id(made: Company) -> str:
    """A run of somebody who is paid 10,000 for labour service, whom the other system paid 9,500."""
    nothing = Decimal(0)
    with made.context.database.transaction() as session:
        person = Person(**stamp("system", CLOCK), name="对比员工", language="zh")
        session.add(person)
        session.flush()
        start = date(2026, 1, 5)
        place = employments.Place(made.entity_id, made.department_id)
        held = employments.begin(session, SYSTEM, person.id, place, "客服", start, None, CLOCK, number="D-1")
        pay_rates.set_pay(session, SYSTEM, held.id, 1_000_000, start, CLOCK)
        profile = profiles.NewProfile("labour_service", "", None, None, nothing, nothing, "months", {}, {})
        profiles.set_profile(session, SYSTEM, held, start, profile, CLOCK)
        sheet = profiles.NewAttendance(MARCH, nothing, nothing, 0, {}, {}, {}, "best")
        profiles.set_attendance(session, SYSTEM, held, sheet, CLOCK)
        set_month(session, SYSTEM, held, MARCH, {"base": Decimal("9500.00"), "gross": Decimal("9500.00")}, CLOCK)
        new = runs.NewRun(made.entity_id, MARCH, date(2026, 3, 31), "workdays")
        run = runs.begin(session, SYSTEM, new, CLOCK)
        runs.work_out(session, SYSTEM, run.id, CLOCK)
        return run.id


def test_the_page_groups_by_cause_in_both_languages_and_the_sheet_has_every_line(
    run_id: str, clients: dict[str, TestClient]
) -> None:
    hr = clients["hr"]
    page = f"/console/pay-runs/{run_id}/dual"
    assert page in hr.get(f"/console/pay-runs/{run_id}").text
    zh, en = hr.get(page).text, hr.get(page, headers={"accept-language": "en"}).text
    assert "月薪不同" in zh
    assert "对比员工" in zh
    assert "9,500.00" in zh
    assert "Another monthly pay" in en
    book = openpyxl.load_workbook(io.BytesIO(hr.get(f"{page}.xlsx").content))
    rows = list(book.active.iter_rows(values_only=True))
    assert [row[2] for row in rows] == ["工号", "D-1"]
    assert rows[1][4:7] == (9500, 10000, 500)
    assert clients["recruiter"].get(page).status_code == 403
    assert clients["auditor"].get(f"{page}.xlsx").status_code == 403


def test_a_run_whose_other_month_is_not_here_says_where_to_import_it(
    run_id: str, made: Company, clients: dict[str, TestClient]
) -> None:
    hr = clients["hr"]
    with made.context.database.transaction() as session:
        session.execute(delete(PayOldMonth))
    assert f"{run_id}/dual" not in hr.get(f"/console/pay-runs/{run_id}").text
    assert "/console/pay-old-months/import" in hr.get(f"/console/pay-runs/{run_id}/dual").text


def test_the_api_says_the_same(run_id: str, made: Company, clients: dict[str, TestClient]) -> None:
    with made.context.database.transaction() as session:
        boss = made.actors["administrator"]
        token = create_token(session, boss, "dual", ("payroll:read",), CLOCK).secret
        other = create_token(session, boss, "none", ("requests:read",), CLOCK).secret
    client = clients["interviewer"]
    client.cookies.clear()
    address = f"/api/v1/pay-runs/{run_id}/comparison"
    told = client.get(address, headers={"authorization": f"Bearer {token}"}).json()
    assert (told["people"], told["other_people"], told["equal"]) == (1, 1, 0)
    (cause,) = told["causes"]
    assert (cause["cause"], cause["title"]["zh"], cause["difference"]) == ("pay", "月薪不同", "500.00")
    assert cause["lines"][0]["employee_number"] == "D-1"
    assert client.get(address, headers={"authorization": f"Bearer {other}"}).status_code == 403


def test_an_old_month_is_entered_by_the_form(run_id: str, clients: dict[str, TestClient]) -> None:
    hr = clients["hr"]
    form = {"csrf": csrf(hr), "employee_number": "D-1", "month": "2026-02", "gross": "9000.00", "net": "8000.29"}
    assert hr.post("/console/pay-old-months/new", data=form, follow_redirects=False).status_code == 303
    shown = hr.get("/console/pay-old-months?month_from=2026-02&month_to=2026-02").text
    assert "8,000.29" in shown
    empty = {"csrf": csrf(hr), "employee_number": "D-1", "month": "2026-01"}
    assert "这一行没有任何金额" in hr.post("/console/pay-old-months/new", data=empty).text
