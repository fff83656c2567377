"""Who sees which number of pay, wherever one can be: pages, lists, exports, API, search, trail, messages, webhooks, the
text of errors and the log (G1)."""

from __future__ import annotations

import logging
from datetime import date
from decimal import Decimal

import pytest
from console_data import CLOCK, Company
from console_pages import URL, application, csrf
from serving import PASSWORD
from sqlalchemy import select
from starlette.testclient import TestClient

from interview_engine.hr.access.rules import SYSTEM, TOKEN_SCOPES
from interview_engine.hr.accounts import service as accounts
from interview_engine.hr.accounts import sign_in
from interview_engine.hr.accounts.tokens import create_token
from interview_engine.hr.employment import pay_rates
from interview_engine.hr.employment import service as employments
from interview_engine.hr.org import service as org
from interview_engine.hr.pay import profiles, runs
from interview_engine.hr.pay.area import AREA
from interview_engine.hr.pay.tables import PayRun, Payslip
from interview_engine.hr.people.tables import Person
from interview_engine.store.rows import stamp
from interview_engine.store.tables import AuditEvent, OutboxMessage

MARCH = date(2026, 3, 1)
LISTS = ("pay-runs", "payslips", "payslip-questions", "pay-by-year", "pay-attendance", "pay-settlements",
         "pay-profiles", "pay-costs", "pay-journal", "pay-accounts", "pay-parameters", "pay-old-months",
         "pay-budgets")  # fmt: skip
SCOPES = [scope for scope in TOKEN_SCOPES if not scope.startswith("payroll:")]


@pytest.fixture
def slip(made: Company) -> Payslip:
    """A closed payslip whose amounts stand nowhere else: gross 31,774.19."""
    nothing = Decimal(0)
    boss = made.actors["administrator"]
    with made.context.database.transaction() as session:
        person = Person(**stamp("system", CLOCK), name="矩阵员工", language="zh")
        session.add(person)
        session.flush()
        place, start = employments.Place(made.entity_id, made.department_id), date(2026, 1, 5)
        held = employments.begin(session, SYSTEM, person.id, place, "客服", start, None, CLOCK, number="M-1")
        pay_rates.set_pay(session, SYSTEM, held.id, 3_141_592, start, CLOCK)
        profile = profiles.NewProfile("labour_service", "", None, None, nothing, nothing, "months", {}, {})
        profiles.set_profile(session, SYSTEM, held, start, profile, CLOCK)
        more = {"addition": "358.27"}
        sheet = profiles.NewAttendance(MARCH, nothing, nothing, 0, {}, {}, more, "best")
        profiles.set_attendance(session, SYSTEM, held, sheet, CLOCK)
        run = runs.begin(session, SYSTEM, runs.NewRun(made.entity_id, MARCH, date(2026, 3, 31), "workdays"), CLOCK)
        runs.work_out(session, SYSTEM, run.id, CLOCK)
        for one in session.scalars(select(Payslip).where(Payslip.run_id == run.id)):
            one.findings = [{**each, "passed_by": "system", "reason": "已核对"} for each in one.findings]
        session.flush()
        runs.review(session, SYSTEM, run.id, CLOCK)
        runs.approve(session, boss, run.id, CLOCK)
        runs.mark_paid(session, SYSTEM, run.id, CLOCK)
        runs.close(session, SYSTEM, run.id, CLOCK)
        found = session.scalars(select(Payslip).where(Payslip.run_id == run.id, Payslip.person_id == person.id)).one()
        session.expunge(found)
    return found


def numbers(slip: Payslip) -> set[str]:
    """Every amount of the payslip, as pages and as data write it."""
    sums = {slip.gross, slip.net, slip.tax, *(abs(Decimal(one["amount"])) for one in slip.lines)} - {Decimal(0)}
    assert slip.gross == Decimal("31774.19")
    return {text for one in sums for text in (f"{one:.2f}", f"{one:,.2f}")}


def pages(slip: Payslip) -> list[str]:
    """Where numbers of pay are shown."""
    own = [f"/console/pay-runs/{slip.run_id}", f"/console/pay-runs/{slip.run_id}/out", f"/console/payslips/{slip.id}",
           f"/console/payslips/{slip.id}/year", "/console/pay-report", f"/console/pay-runs/{slip.run_id}/dual",
           f"/console/pay-runs/{slip.run_id}/dual.xlsx"]  # fmt: skip
    return [*own, *(f"/console/{name}" for name in LISTS), *(f"/console/{name}/export.csv" for name in LISTS)]


def seen(text: str, slip: Payslip) -> set[str]:
    return {one for one in numbers(slip) if one in text}


def test_hr_sees_the_numbers_where_they_belong(slip: Payslip, clients: dict[str, TestClient]) -> None:
    for path in (f"/console/pay-runs/{slip.run_id}", f"/console/payslips/{slip.id}", "/console/payslips",
                 "/console/payslips/export.csv", "/console/pay-report"):  # fmt: skip
        assert seen(clients["hr"].get(path).text, slip), path


@pytest.mark.parametrize("role", ["recruiter", "hiring_manager", "interviewer", "auditor"])
def test_no_page_list_or_export_shows_a_number_to_anybody_else(
    slip: Payslip, clients: dict[str, TestClient], role: str
) -> None:
    client = clients[role]
    for path in pages(slip):
        answer = client.get(path)
        assert not seen(answer.text, slip), (path, answer.status_code)
        assert answer.status_code in (403, 404), path
    for path in ("/console", "/console/search?q=%E7%9F%A9%E9%98%B5", "/console/audit"):
        assert not seen(client.get(path).text, slip), path
    for name, data in (("step", {"step": "compute"}), ("journal", {})):
        refused = client.post(f"/console/pay-runs/{slip.run_id}/{name}", data={"csrf": csrf(client), **data})
        assert refused.status_code in (403, 404)
        assert not seen(refused.text, slip)


@pytest.mark.parametrize("role", ["payroll", "manager"])
def test_payroll_sees_the_numbers_and_a_manager_sees_none_of_their_reports(
    slip: Payslip, made: Company, role: str
) -> None:
    with made.context.database.transaction() as session:
        new = accounts.NewAccount(f"m-{role}", f"矩阵{role}", role, department_id=made.department_id, password=PASSWORD)
        account = accounts.create_account(session, SYSTEM, new, CLOCK).account
        org.set_manager(session, SYSTEM, made.department_id, account.person_id, CLOCK)
    with made.context.database.transaction() as session:
        cookie = sign_in.open_session(session, account, CLOCK, complete=True)
    client = TestClient(application(made.context), base_url=URL, headers={"accept": "text/html"})
    client.cookies.set("session", cookie, domain="127.0.0.1", path="/")
    for path in pages(slip):
        answer = client.get(path)
        if role == "payroll":
            assert answer.status_code == 200, path
        else:
            assert answer.status_code in (403, 404), path
            assert not seen(answer.text, slip), path
    shown = client.get(f"/console/payslips/{slip.id}").text
    assert bool(seen(shown, slip)) == (role == "payroll")
    for path in ("/console", "/console/search?q=%E7%9F%A9%E9%98%B5"):
        assert not seen(client.get(path).text, slip), path


def test_a_token_without_a_scope_of_pay_gets_no_number_from_any_list(
    slip: Payslip, made: Company, clients: dict[str, TestClient]
) -> None:
    with made.context.database.transaction() as session:
        boss = made.actors["administrator"]
        token = create_token(session, boss, "matrix", tuple(SCOPES), CLOCK).secret
        paid = create_token(session, boss, "matrix pay", ("payroll:read",), CLOCK).secret
    client = clients["interviewer"]
    client.cookies.clear()
    for one in AREA.lists:
        answer = client.get(f"/api/v1/lists/{one.name}", headers={"authorization": f"Bearer {token}"})
        assert not seen(answer.text, slip), one.name
        assert answer.status_code in (200, 403), one.name
    told = client.get("/api/v1/lists/payslips", headers={"authorization": f"Bearer {paid}"})
    assert "31774.19" in told.text or "3177419" in told.text, told.text[:300]


def test_neither_trail_messages_webhooks_errors_nor_log_hold_a_number(
    slip: Payslip, made: Company, clients: dict[str, TestClient], caplog: pytest.LogCaptureFixture
) -> None:
    hr = clients["hr"]
    with caplog.at_level(logging.DEBUG):
        for path in pages(slip):
            assert hr.get(path).status_code == 200, path
        refused = hr.post(f"/console/pay-runs/{slip.run_id}/step", data={"csrf": csrf(hr), "step": "compute"})
        assert "现在不能这样操作" in refused.text
    assert not seen(caplog.text, slip)
    with made.context.database.reading() as session:
        kept = [str(one.detail) for one in session.scalars(select(AuditEvent))]
        told = [str(one.payload) for one in session.scalars(select(OutboxMessage))]
        assert session.scalars(select(PayRun.state)).one() == "closed"
    assert kept
    assert not seen("\n".join([*kept, *told]), slip)
