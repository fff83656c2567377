"""The console's pages × roles, generated from the routes: a page that is not in the table fails the test (L4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from api_world import NOBODY, Samples, unlimited_app, whole_company
from console_data import CLOCK, STAFF, make_context
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.openapi import Endpoint, endpoints
from interview_engine.hr.access.rules import may_at_all
from interview_engine.hr.accounts import sign_in

EVERYBODY: tuple[tuple[str, str], ...] = ()
READ_PUBLIC = (("public", "read"),)
MANAGE = (("public", "manage"),)
READ = (("interview", "read"),)
EXPORT = (("interview", "export"),)
ACCOUNTS = (("contact", "manage"),)

PAGES: dict[str, tuple[tuple[str, str], ...]] = {
    "/console": EVERYBODY,
    "/console/home": EVERYBODY,
    "/console/search": EVERYBODY,
    "/console/account": EVERYBODY,
    "/console/account/password": EVERYBODY,
    "/console/inbox": EVERYBODY,
    "/console/approvals": EVERYBODY,
    "/console/approval-flows": (("public", "manage"),),
    "/console/requisitions": READ_PUBLIC,
    "/console/requisitions/new": (("public", "write"),),
    "/console/requisitions/export.{form}": (("public", "export"),),
    "/console/requisitions/import": (("public", "write"),),
    "/console/requisitions/import/template.xlsx": (("public", "write"),),
    "/console/requisitions/own-fields": MANAGE,
    "/console/requisitions/{row_id}/own": READ_PUBLIC,
    "/console/requisitions/{requisition_id}": READ,
    "/console/requisitions/{requisition_id}/edit": READ_PUBLIC,  # the form shows public things; sending needs write
    "/console/requisitions/{requisition_id}/job": READ_PUBLIC,
    "/console/requisitions/{requisition_id}/applicants": READ,
    "/console/requisitions/{requisition_id}/compare": READ,
    "/console/requisitions/{requisition_id}/chosen": (("interview", "write"),),
    "/console/requisitions/{requisition_id}/ranking.{form}": EXPORT,
    "/console/applications/{application_id}": READ,
    "/console/applications/{application_id}/report.pdf": EXPORT,
    "/console/applications/{application_id}/report.json": EXPORT,
    "/console/employees": (("contact", "read"),),
    "/console/employees/new": (("contact", "write"),),
    "/console/employees/export.{form}": (("contact", "export"),),
    "/console/employees/import": (("contact", "write"),),
    "/console/employees/import/template.xlsx": (("contact", "write"),),
    "/console/employees/own-fields": MANAGE,
    "/console/employees/{row_id}/own": (("contact", "read"),),
    "/console/employees/{row_id}/change": (("contact", "write"),),
    "/console/employees/{employment_id}": (("contact", "read"),),
    "/console/my-requests": EVERYBODY,
    "/console/ask/{kind_name}": EVERYBODY,
    "/console/ask/{kind_name}/preview.json": EVERYBODY,
    "/console/requests/{asked_id}": EVERYBODY,
    "/console/requests/{asked_id}/paper.pdf": EVERYBODY,
    "/console/request-kinds": MANAGE,
    "/console/request-kinds/{kind_id}": MANAGE,
    "/console/requests": (("contact", "read"),),
    "/console/requests/export.{form}": (("contact", "export"),),
    "/console/pay-requests": (("pay", "read"),),
    "/console/pay-requests/export.{form}": (("pay", "export"),),
    "/console/health-requests": (("health", "read"),),
    "/console/health-requests/export.{form}": (("health", "export"),),
    "/console/employees/{employment_id}/file/{section}/new": (("contact", "read"),),  # each section has its own needs
    "/console/employees/{employment_id}/file/entries/{entry_id}": (("contact", "read"),),
    "/console/employees/{employment_id}/documents/{document_id}": (("contact", "read"),),
    "/console/employees/{employment_id}/photo.jpg": (("contact", "read"), ("identity", "write")),
    "/console/employees-by-id": (("identity", "read"),),
    "/console/contracts": (("contact", "read"),),
    "/console/contracts/{contract_id}/signature": (("contact", "read"),),
    "/console/signatures/{signature_id}/{name}.{form}": (("contact", "read"),),
    "/console/signature-check": (("contact", "read"),),
    "/console/contract-templates": MANAGE,
    "/console/contract-templates/new": MANAGE,
    "/console/contract-templates/{template_id}": MANAGE,
    "/console/contract-templates/{template_id}/preview.pdf": MANAGE,
    "/console/contracts/new": (("contact", "write"),),
    "/console/contracts/export.{form}": (("contact", "export"),),
    "/console/departments": READ_PUBLIC,
    "/console/departments/new": MANAGE,
    "/console/departments/{row_id}/change": MANAGE,
    "/console/departments/export.{form}": (("public", "export"),),
    "/console/departments/import": MANAGE,
    "/console/departments/import/template.xlsx": MANAGE,
    "/console/performance-cycles": (("performance", "read"),),
    "/console/performance-cycles/new": (("performance", "decide"),),
    "/console/performance-cycles/{row_id}/change": (("performance", "decide"),),
    "/console/performance-cycles/export.{form}": (("performance", "export"),),
    "/console/performance-cycles/{cycle_id}": (("performance", "read"),),
    "/console/performance-cycles/{cycle_id}/board": (("performance", "decide"),),
    "/console/goals": (("performance", "read"),),
    "/console/goals/new": (("performance", "write"),),
    "/console/goals/{row_id}/change": (("performance", "write"),),
    "/console/goals/export.{form}": (("performance", "export"),),
    "/console/praise": (("performance", "read"),),
    "/console/praise/export.{form}": (("performance", "export"),),
    "/console/work-reports": (("performance", "read"),),
    "/console/work-reports/export.{form}": (("performance", "export"),),
    "/console/appraisals": (("performance", "read"),),
    "/console/appraisals/export.{form}": (("performance", "export"),),
    "/console/appraisals/{appraisal_id}": (("performance", "read"),),
    "/console/pay-parameters": (("payroll", "read"),),
    "/console/pay-parameters/new": (("payroll", "write"),),
    "/console/pay-parameters/{row_id}/change": (("payroll", "write"),),
    "/console/pay-parameters/export.{form}": (("payroll", "export"),),
    "/console/pay-parameters/import": (("payroll", "write"),),
    "/console/pay-parameters/import/template.xlsx": (("payroll", "write"),),
    "/console/pay-attendance": (("payroll", "read"),),
    "/console/pay-attendance/new": (("payroll", "write"),),
    "/console/pay-attendance/{row_id}/change": (("payroll", "write"),),
    "/console/pay-attendance/export.{form}": (("payroll", "export"),),
    "/console/pay-attendance/import": (("payroll", "write"),),
    "/console/pay-attendance/import/template.xlsx": (("payroll", "write"),),
    "/console/pay-settlements": (("payroll", "read"),),
    "/console/pay-settlements/new": (("payroll", "write"),),
    "/console/pay-settlements/{row_id}/change": (("payroll", "write"),),
    "/console/pay-settlements/export.{form}": (("payroll", "export"),),
    "/console/pay-settlements/import": (("payroll", "write"),),
    "/console/pay-settlements/import/template.xlsx": (("payroll", "write"),),
    "/console/pay-accounts": (("payroll", "read"),),
    "/console/pay-accounts/new": (("payroll", "write"),),
    "/console/pay-accounts/{row_id}/change": (("payroll", "write"),),
    "/console/pay-accounts/export.{form}": (("payroll", "export"),),
    "/console/pay-accounts/import": (("payroll", "write"),),
    "/console/pay-accounts/import/template.xlsx": (("payroll", "write"),),
    "/console/pay-old-months": (("payroll", "read"),),
    "/console/pay-old-months/new": (("payroll", "write"),),
    "/console/pay-old-months/{row_id}/change": (("payroll", "write"),),
    "/console/pay-old-months/export.{form}": (("payroll", "export"),),
    "/console/pay-old-months/import": (("payroll", "write"),),
    "/console/pay-old-months/import/template.xlsx": (("payroll", "write"),),
    "/console/pay-budgets": (("payroll", "read"),),
    "/console/pay-budgets/new": (("payroll", "write"),),
    "/console/pay-budgets/{row_id}/change": (("payroll", "write"),),
    "/console/pay-budgets/export.{form}": (("payroll", "export"),),
    "/console/pay-budgets/import": (("payroll", "write"),),
    "/console/pay-budgets/import/template.xlsx": (("payroll", "write"),),
    "/console/pay-runs/{pay_run_id}/dual": (("payroll", "read"),),
    "/console/pay-runs/{pay_run_id}/dual.xlsx": (("payroll", "export"),),
    "/console/pay-journal": (("payroll", "read"),),
    "/console/pay-journal/export.{form}": (("payroll", "export"),),
    "/console/pay-costs": (("payroll", "read"),),
    "/console/pay-costs/export.{form}": (("payroll", "export"),),
    "/console/pay-runs/{pay_run_id}/out": (("payroll", "export"),),
    "/console/pay-runs/{pay_run_id}/out/{file}.{form}": (("payroll", "export"),),
    "/console/pay-profiles": (("payroll", "read"),),
    "/console/pay-profiles/new": (("payroll", "write"),),
    "/console/pay-profiles/{row_id}/change": (("payroll", "write"),),
    "/console/pay-profiles/export.{form}": (("payroll", "export"),),
    "/console/pay-profiles/import": (("payroll", "write"),),
    "/console/pay-profiles/import/template.xlsx": (("payroll", "write"),),
    "/console/pay-runs": (("payroll", "read"),),
    "/console/pay-runs/new": (("payroll", "write"),),
    "/console/pay-runs/export.{form}": (("payroll", "export"),),
    "/console/pay-runs/{pay_run_id}": (("payroll", "read"),),
    "/console/payslips": (("payroll", "read"),),
    "/console/payslips/export.{form}": (("payroll", "export"),),
    "/console/payslips/{payslip_id}": (("payroll", "read"),),
    "/console/payslips/{payslip_id}/year": (("payroll", "read"),),
    "/console/payslip-questions": (("payroll", "read"),),
    "/console/payslip-questions/export.{form}": (("payroll", "export"),),
    "/console/payslip-questions/{question_id}": (("payroll", "read"),),
    "/console/pay-by-year": (("payroll", "read"),),
    "/console/pay-by-year/export.{form}": (("payroll", "export"),),
    "/console/pay-years": (("payroll", "read"),),
    "/console/pay-report": (("payroll", "read"),),
    "/console/punches": (("contact", "read"),),
    "/console/punches/new": (("contact", "write"),),
    "/console/punches/export.{form}": (("contact", "export"),),
    "/console/punch-places": (("public", "read"),),
    "/console/punch-places/new": (("public", "manage"),),
    "/console/punch-places/{row_id}/change": (("public", "manage"),),
    "/console/punch-places/{row_id}/door": (("public", "manage"),),
    "/console/punch-places/export.{form}": (("public", "export"),),
    "/console/attendance": (("contact", "read"),),
    "/console/attendance/export.{form}": (("contact", "export"),),
    "/console/attendance-months": (("contact", "read"),),
    "/console/attendance-months/export.{form}": (("contact", "export"),),
    "/console/attendance-month": (("contact", "read"),),
    "/console/time-policy": (("public", "read"),),
    "/console/time-policy/new": (("public", "manage"),),
    "/console/time-policy/export.{form}": (("public", "export"),),
    "/console/shifts": (("public", "read"),),
    "/console/shifts/new": (("public", "manage"),),
    "/console/shifts/{row_id}/change": (("public", "manage"),),
    "/console/shifts/export.{form}": (("public", "export"),),
    "/console/shift-defaults": (("contact", "read"),),
    "/console/shift-defaults/new": (("contact", "write"),),
    "/console/shift-defaults/export.{form}": (("contact", "export"),),
    "/console/rosters": (("contact", "read"),),
    "/console/rosters/new": (("contact", "write"),),
    "/console/rosters/{row_id}/change": (("contact", "write"),),
    "/console/rosters/export.{form}": (("contact", "export"),),
    "/console/roster-needs": (("contact", "read"),),
    "/console/roster-needs/new": (("contact", "write"),),
    "/console/roster-needs/export.{form}": (("contact", "export"),),
    "/console/roster-staff": (("contact", "read"),),
    "/console/roster-staff/new": (("contact", "write"),),
    "/console/roster-staff/{row_id}/change": (("contact", "write"),),
    "/console/roster-staff/export.{form}": (("contact", "export"),),
    "/console/roster-wishes": (("contact", "read"),),
    "/console/roster-wishes/new": (("contact", "write"),),
    "/console/roster-wishes/export.{form}": (("contact", "export"),),
    "/console/rosters/{roster_id}": (("contact", "read"),),
    "/console/shift-plan": (("contact", "read"),),
    "/console/shift-plan/new": (("contact", "write"),),
    "/console/shift-plan/{row_id}/change": (("contact", "write"),),
    "/console/shift-plan/export.{form}": (("contact", "export"),),
    "/console/shift-plan/import": (("contact", "write"),),
    "/console/shift-plan/import/template.xlsx": (("contact", "write"),),
    "/console/expense-claims": (("contact", "read"),),
    "/console/expense-claims/export.{form}": (("contact", "export"),),
    "/console/expense-claims/{claim_id}": EVERYBODY,
    "/console/expense-claims/{claim_id}/files/{line_id}": EVERYBODY,
    "/console/expense-lines": (("contact", "read"),),
    "/console/expense-lines/export.{form}": (("contact", "export"),),
    "/console/expense-advances": (("contact", "read"),),
    "/console/expense-advances/export.{form}": (("contact", "export"),),
    "/console/expense-advance-entries": (("contact", "read"),),
    "/console/expense-advance-entries/export.{form}": (("contact", "export"),),
    "/console/expense-payouts": (("payroll", "read"),),
    "/console/expense-payouts/new": (("payroll", "write"),),
    "/console/expense-payouts/export.{form}": (("payroll", "export"),),
    "/console/expense-payouts/{payout_id}": (("payroll", "read"),),
    "/console/expense-payouts/{payout_id}/{file}.{form}": (("payroll", "export"),),
    "/console/expense-budgets": (("contact", "read"),),
    "/console/expense-budgets/new": (("payroll", "write"),),
    "/console/expense-budgets/{row_id}/change": (("payroll", "write"),),
    "/console/expense-budgets/export.{form}": (("contact", "export"),),
    "/console/expense-budgets/import": (("payroll", "write"),),
    "/console/expense-budgets/import/template.xlsx": (("payroll", "write"),),
    "/console/expense-per-diems": (("public", "read"),),
    "/console/expense-per-diems/new": (("payroll", "write"),),
    "/console/expense-per-diems/{row_id}/change": (("payroll", "write"),),
    "/console/expense-per-diems/export.{form}": (("public", "export"),),
    "/console/expense-per-diems/import": (("payroll", "write"),),
    "/console/expense-per-diems/import/template.xlsx": (("payroll", "write"),),
    "/console/expense-kinds": (("public", "read"),),
    "/console/expense-kinds/new": (("payroll", "write"),),
    "/console/expense-kinds/{row_id}/change": (("payroll", "write"),),
    "/console/expense-kinds/export.{form}": (("public", "export"),),
    "/console/expense-buyers": (("public", "read"),),
    "/console/expense-buyers/new": (("payroll", "write"),),
    "/console/expense-buyers/export.{form}": (("public", "export"),),
    "/console/expense-months": (("payroll", "read"),),
    "/console/expense-months/new": (("payroll", "write"),),
    "/console/expense-months/export.{form}": (("payroll", "export"),),
    "/console/leave-opening": (("contact", "read"),),
    "/console/leave-opening/new": (("contact", "write"),),
    "/console/leave-opening/{row_id}/change": (("contact", "write"),),
    "/console/leave-opening/export.{form}": (("contact", "export"),),
    "/console/leave-opening/import": (("contact", "write"),),
    "/console/leave-opening/import/template.xlsx": (("contact", "write"),),
    "/console/leave-balances": (("contact", "read"),),
    "/console/leave-balances/export.{form}": (("contact", "export"),),
    "/console/leave-ledger": (("contact", "read"),),
    "/console/leave-ledger/new": (("contact", "write"),),
    "/console/leave-ledger/export.{form}": (("contact", "export"),),
    "/console/leave-history": (("contact", "read"),),
    "/console/leave-history/new": (("contact", "write"),),
    "/console/leave-history/{row_id}/change": (("contact", "write"),),
    "/console/leave-history/export.{form}": (("contact", "export"),),
    "/console/leave-history/import": (("contact", "write"),),
    "/console/leave-history/import/template.xlsx": (("contact", "write"),),
    "/console/leave-rules": (("public", "read"),),
    "/console/leave-rules/new": (("public", "manage"),),
    "/console/leave-rules/{row_id}/change": (("public", "manage"),),
    "/console/leave-rules/export.{form}": (("public", "export"),),
    "/console/imports": (("contact", "read"),),
    "/console/imports/new": (("contact", "write"),),
    "/console/imports/export.{form}": (("contact", "export"),),
    "/console/imports/{batch_id}": (("contact", "read"),),
    "/console/imports/{batch_id}/report.xlsx": (("contact", "export"),),
    "/console/imports/{batch_id}/comparison": (("contact", "read"),),
    "/console/imports/{batch_id}/comparison.xlsx": (("contact", "export"),),
    "/console/joining": (("contact", "read"),),
    "/console/joining/new": (("contact", "write"),),
    "/console/joining/export.{form}": (("contact", "export"),),
    "/console/joining/{onboarding_id}": (("contact", "read"),),
    "/console/leaving": (("contact", "read"),),
    "/console/leaving/new": MANAGE,
    "/console/leaving/export.{form}": (("contact", "export"),),
    "/console/leaving/{separation_id}": (("contact", "read"),),
    "/console/succession": (("succession", "read"),),
    "/console/succession/new": (("succession", "write"),),
    "/console/succession/{row_id}/change": (("succession", "write"),),
    "/console/succession/export.{form}": (("succession", "export"),),
    "/console/assets": (("contact", "read"),),
    "/console/assets/new": (("contact", "write"),),
    "/console/assets/{row_id}/change": (("contact", "write"),),
    "/console/assets/export.{form}": (("contact", "export"),),
    "/console/assets/import": (("contact", "write"),),
    "/console/assets/import/template.xlsx": (("contact", "write"),),
    "/console/headcount": READ_PUBLIC,
    "/console/headcount/new": MANAGE,
    "/console/headcount/{row_id}/change": MANAGE,
    "/console/headcount/export.{form}": (("public", "export"),),
    "/console/headcount/import": MANAGE,
    "/console/headcount/import/template.xlsx": MANAGE,
    "/console/retention": (("identity", "write"),),
    "/console/welcome-texts": READ_PUBLIC,
    "/console/welcome-texts/new": MANAGE,
    "/console/welcome-texts/export.{form}": (("public", "export"),),
    "/console/welcome-texts/{row_id}/change": MANAGE,
    "/console/tasks": (("contact", "read"),),
    "/console/tasks/new": (("contact", "write"),),
    "/console/tasks/export.{form}": (("contact", "export"),),
    "/console/task-templates": READ_PUBLIC,
    "/console/task-templates/new": MANAGE,
    "/console/task-templates/export.{form}": (("public", "export"),),
    "/console/task-templates/{row_id}/change": MANAGE,
    "/console/pool": (("contact", "read"),),
    "/console/pool/export.{form}": (("contact", "export"),),
    "/console/pool/own-fields": MANAGE,
    "/console/pool/{row_id}/own": (("contact", "read"),),
    "/console/people/{person_id}": READ,
    "/console/kits": READ_PUBLIC,
    "/console/kits/from-description": MANAGE,
    "/console/kits/{version_id}": READ_PUBLIC,
    "/console/kits/{version_id}/file": READ_PUBLIC,
    "/console/kits/{version_id}/differences": READ_PUBLIC,
    "/console/kits/{version_id}/edit": MANAGE,
    "/console/kits/{version_id}/draft": MANAGE,
    "/console/kits/{version_id}/shipped": MANAGE,
    "/console/competencies": READ_PUBLIC,
    "/console/profiles": READ_PUBLIC,
    "/console/profiles/new": READ_PUBLIC,  # an empty form; sending needs manage
    "/console/profiles/{profile_id}": READ_PUBLIC,
    "/console/surveys": MANAGE,
    "/console/surveys/new": MANAGE,
    "/console/surveys/{survey_id}": MANAGE,
    "/console/calibration": (("interview", "write"),),
    "/console/calibration/{version_id}": (("interview", "write"),),
    "/console/rate/{assessment_id}": (("interview", "write"),),
    "/console/fairness": EXPORT,
    "/console/fairness/{requisition_id}/table.csv": EXPORT,
    "/console/outcomes": EXPORT,
    "/console/outcomes/table.csv": EXPORT,
    "/console/channels": READ,
    "/console/notices": MANAGE,
    "/console/operations": MANAGE,
    "/console/deletions": MANAGE,
    "/console/audit": (("interview", "audit"),),
    "/console/audit/export": (("interview", "audit"),),
    "/console/accounts": ACCOUNTS,
    "/console/accounts/{account_id}": ACCOUNTS,
    "/console/calendar": READ_PUBLIC,
    "/console/organisation": MANAGE,
    "/console/company-settings": MANAGE,
    "/console/company-settings/{legal_entity_id}": MANAGE,
    "/console/company-settings/{legal_entity_id}/modules/{module}": MANAGE,
}
"""What opens a page; the grants of the roles say who that is."""

ASSETS = {"/console/{name}.{kind}"}
"""Style and scripts."""
PARTS = {"/console/imports/{batch_id}/progress", "/console/rosters/{roster_id}/progress"}
"""Of a page that is in the table; its own test asks who may see it."""
DRAWN = {"/i/{token}/qr.svg"}
"""A picture of the very address that was asked for."""
NARROW = {"hiring_manager", "interviewer"}
"""Roles that reach a part of the company: a page of theirs may be empty of rows, or refuse a row."""


@dataclass(frozen=True, slots=True)
class World:
    app: FastAPI
    samples: Samples
    client: TestClient
    cookies: dict[str, str]

    def path(self, endpoint: Endpoint) -> str:
        path = endpoint.path.replace("{version_id}", self.samples.ids["kit_version_id"])
        found = self.samples.path(Endpoint(endpoint.name, path, endpoint.methods, None, False))
        while "{" in found:
            found = found[: found.index("{")] + NOBODY + found[found.index("}") + 1 :]
        return found

    def get(self, role: str, endpoint: Endpoint) -> Any:
        headers = {"cookie": f"session={self.cookies[role]}", "accept": "text/html"}
        return self.client.get(self.path(endpoint), headers=headers, params=self.query(endpoint))

    def query(self, endpoint: Endpoint) -> dict[str, Any]:
        """What a page must be told to be more than a redirect."""
        if endpoint.path.endswith("/compare"):
            made = self.samples.company.applications
            return {"id": [made["林晓"], made["孙佳"]]}
        if endpoint.path.endswith("/chosen"):
            return {"do": "message", "id": [self.samples.ids["application_id"]]}
        return {"against": self.samples.ids["kit_version_id"]} if endpoint.path.endswith("/differences") else {}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    context = make_context(Path(tmp_path_factory.mktemp("pages")))
    made = whole_company(context)
    app = unlimited_app(context)
    cookies = {}
    with context.database.transaction() as session:
        for role in STAFF:
            account = made.company.accounts[role]
            cookies[role] = sign_in.open_session(session, account, CLOCK, complete=True)
    with TestClient(app, follow_redirects=False, raise_server_exceptions=False) as client:
        yield World(app, made, client, cookies)
    context.database.close()


def console(app: FastAPI, method: str) -> list[Endpoint]:
    return [one for one in endpoints(app) if one.path.startswith("/console") and method in one.methods]


def test_no_page_is_forgotten(world: World) -> None:
    pages = {one.path for one in console(world.app, "GET")}
    assert pages - ASSETS - PARTS == set(PAGES)


def test_nobody_gets_a_page_without_signing_in(world: World) -> None:
    for endpoint in endpoints(world.app):
        if not endpoint.path.startswith("/console") or endpoint.path in ASSETS:
            continue
        for method in endpoint.methods:
            answer = world.client.request(method, world.path(endpoint), headers={"accept": "text/html"})
            assert answer.status_code in (303, 401, 403), (method, endpoint.path, answer.status_code)
            if answer.status_code == 303:
                assert answer.headers["location"].startswith("/sign-in"), endpoint.path


def test_a_role_opens_exactly_the_pages_of_its_grants(world: World) -> None:
    wrong = []
    for role in STAFF:
        actor = world.samples.company.actors[role]
        for endpoint in console(world.app, "GET"):
            if endpoint.path not in PAGES:
                continue
            allowed = all(may_at_all(actor, *right) for right in PAGES[endpoint.path])
            status = world.get(role, endpoint).status_code
            fitting = {200, 303, 404} if allowed else {403}
            if allowed and role in NARROW:
                fitting |= {403}
            if status not in fitting:
                wrong.append(f"{role} {endpoint.path} {status}")
    assert not wrong, "\n".join(wrong)


def test_a_form_without_the_sessions_token_changes_nothing(world: World) -> None:
    """CSRF: every unsafe method of every console page."""
    forms = [(one, method) for method in ("POST", "PUT", "PATCH", "DELETE") for one in console(world.app, method)]
    assert len(forms) > 30
    headers = {"cookie": f"session={world.cookies['administrator']}", "accept": "text/html"}
    for endpoint, method in forms:
        for given in ({}, {"csrf": "0" * 64}):
            answer = world.client.request(method, world.path(endpoint), headers=headers, data=given)
            assert answer.status_code == 403, (endpoint.path, answer.status_code)
            assert "session.csrf" in answer.text, endpoint.path


def test_a_link_that_nobody_was_given_opens_nothing(world: World) -> None:
    """Every address of candidates, with a made-up token."""
    found = 0
    for endpoint in endpoints(world.app):
        if not endpoint.path.startswith(("/i/", "/o/", "/s/", "/a/", "/p/", "/media/")):
            continue
        for method in endpoint.methods:
            if method == "OPTIONS" or endpoint.path in DRAWN:
                continue
            found += 1
            headers = {"accept": "text/html", "tus-resumable": "1.0.0"}
            answer = world.client.request(method, world.path(endpoint), headers=headers)
            assert 400 <= answer.status_code < 500, (method, endpoint.path, answer.status_code)
    assert found > 20
