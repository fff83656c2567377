"""A pay run in the console: worked out, a check passed with a reason, approved by another person, explained (G1)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from console_data import CLOCK, Company
from console_pages import csrf
from sqlalchemy import select
from starlette.testclient import TestClient

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment import pay_rates
from interview_engine.hr.employment import service as employments
from interview_engine.hr.pay import profiles
from interview_engine.hr.pay.tables import PayRun, Payslip
from interview_engine.hr.people.tables import Person
from interview_engine.store.rows import stamp

MARCH = date(2026, 3, 1)


@pytest.fixture
def paid(made: Company) -> Company:
    """Somebody who is paid 10,000 for labour service: no row of a city is needed."""
    nothing = Decimal(0)
    with made.context.database.transaction() as session:
        person = Person(**stamp("system", CLOCK), name="计薪员工", language="zh")
        session.add(person)
        session.flush()
        place = employments.Place(made.entity_id, made.department_id)
        start = date(2026, 1, 5)
        held = employments.begin(session, SYSTEM, person.id, place, "客服", start, None, CLOCK, number="P-1")
        pay_rates.set_pay(session, SYSTEM, held.id, 1_000_000, start, CLOCK)
        profile = profiles.NewProfile("labour_service", "", None, None, nothing, nothing, "months", {}, {})
        profiles.set_profile(session, SYSTEM, held, start, profile, CLOCK)
        minutes = {"workday": 37 * 60}
        sheet = profiles.NewAttendance(MARCH, nothing, nothing, 0, minutes, {}, {}, "best")
        profiles.set_attendance(session, SYSTEM, held, sheet, CLOCK)
    return made


def begin(client: TestClient) -> str:
    form = {"csrf": csrf(client), "month": "2026-03", "pay_day": "2026-03-31", "method": "workdays"}
    answer = client.post("/console/pay-runs/new", data=form, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return "/console/pay-runs"


def step(client: TestClient, run: str, name: str, **more: str) -> str:
    data = {"csrf": csrf(client), "step": name, **more}
    return client.post(f"{run}/step", data=data, follow_redirects=True).text


def run_of(made: Company) -> str:
    with made.context.database.reading() as session:
        return f"/console/pay-runs/{session.scalars(select(PayRun.id)).one()}"


def slip_of(made: Company) -> str:
    with made.context.database.reading() as session:
        return f"/console/payslips/{session.scalars(select(Payslip.id).where(Payslip.gross > Decimal(0))).one()}"


def test_a_run_is_worked_out_passed_approved_by_another_and_closed(
    paid: Company, clients: dict[str, TestClient]
) -> None:
    hr, boss = clients["hr"], clients["administrator"]
    begin(hr)
    run = run_of(paid)
    page = step(hr, run, "compute")
    assert "加班 37.00 小时，超过每月 36 小时" in page
    assert "份工资条未通过检查" in step(hr, run, "review")
    slip = slip_of(paid)
    data = {"csrf": csrf(hr), "code": "overtime_limit", "reason": "春节补班"}
    assert "已按您填写的理由放行" in hr.post(f"{slip}/check", data=data, follow_redirects=True).text
    step(hr, run, "review")
    assert "核算人或复核人不能批准" in step(hr, run, "approve")
    assert "已批准" in step(boss, run, "approve")
    step(hr, run, "paid")
    assert "已关账" in step(hr, run, "close")
    assert "现在不能这样操作" in step(hr, run, "compute")


def test_a_payslip_is_explained_line_by_line_in_both_languages(paid: Company, clients: dict[str, TestClient]) -> None:
    hr = clients["hr"]
    begin(hr)
    step(hr, run_of(paid), "compute")
    slip = slip_of(paid)
    zh, en = hr.get(slip).text, hr.get(slip, headers={"accept-language": "en"}).text
    assert "10000.00 ÷ 21.75 ÷ 8 × 1.5 × 37.00 小时" in zh
    assert "劳社部发〔2008〕3号" in zh
    assert "10000.00 ÷ 21.75 ÷ 8 × 1.5 × 37.00 hours" in en
    assert not re.search(r"\{\w+\}", zh)
    again = hr.post(f"{slip}/again", data={"csrf": csrf(hr)}, follow_redirects=True)
    assert "已重新核算" in again.text


def test_a_month_is_shown_as_a_month_and_documents_are_named_in_the_language_of_the_page(
    paid: Company, clients: dict[str, TestClient]
) -> None:
    hr = clients["hr"]
    begin(hr)
    step(hr, run_of(paid), "compute")
    english = {"accept-language": "en"}
    for path in ("/console/pay-runs", "/console/payslips", "/console/pay-attendance", run_of(paid), slip_of(paid)):
        zh, en = hr.get(path).text, hr.get(path, headers=english).text
        assert "2026年3月" in zh, path
        assert "March 2026" in en, path
        assert "2026-03-01" not in zh + en, path
    assert "March 2026" in hr.get("/console/pay-runs?month_from=2026-03", headers=english).text
    assert "March 2026" not in hr.get("/console/pay-runs?month_from=2026-04", headers=english).text
    assert 'type="month"' in hr.get("/console/pay-runs/new").text
    for path in (slip_of(paid), "/console/pay-years"):
        assert re.search("(财税|国发|劳社部发|公告)", hr.get(path).text), path
        assert not re.search("(财税|国发|劳社部发|公告)", hr.get(path, headers=english).text), path


@pytest.mark.parametrize("role", ["recruiter", "hiring_manager", "interviewer", "auditor"])
def test_nobody_else_sees_what_is_paid(paid: Company, clients: dict[str, TestClient], role: str) -> None:
    hr = clients["hr"]
    begin(hr)
    run = run_of(paid)
    step(hr, run, "compute")
    for path in (run, slip_of(paid), "/console/payslips", "/console/pay-profiles", "/console/pay-attendance"):
        answer = clients[role].get(path)
        assert answer.status_code == 403, path
        assert "10000" not in answer.text
