"""An area from the guide, taken word for word into a temporary folder, works once it is in the two lists.

What is built and used here are the files of docs/developing/add-an-area.md, add-a-list.md and add-a-console-page.md.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import console_data
import pytest
from api_world import token_for
from console_data import CLOCK, Company
from sqlalchemy import select
from starlette.testclient import TestClient

import api.console
import interview_engine.hr
from api.app import create_app
from api.areas import AREAS as WEB_AREAS
from interview_engine.errors import InvalidInput
from interview_engine.hr import all_tables
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.approvals.tables import Approval
from interview_engine.hr.area import Area
from interview_engine.hr.areas import AREAS
from interview_engine.hr.house import house, plug_in
from interview_engine.hr.messaging.words import words_for
from interview_engine.hr.people.tables import Person
from interview_engine.hr.privacy import erasure
from interview_engine.i18n import _FOLDERS, catalogue, msg
from interview_engine.store.rows import stamp
from interview_engine.store.tables import AuditEvent, OutboxMessage
from interview_engine.store.webhook_events import is_told

pytestmark = pytest.mark.slow  # builds the whole application again

GUIDES = Path(__file__).parents[1] / "docs" / "developing"
BLOCK = re.compile(r"^<!-- ([\w./]+) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PACKAGES = ("interview_engine.hr.loans", "api.console.loans")


@dataclass(frozen=True)
class Loans:
    """The area as it was plugged in, its modules, and a company with it."""

    area: Area
    service: Any
    table: Any
    company: Company
    clients: dict[str, TestClient]


def files_of_the_guides() -> dict[str, str]:
    return {
        name: text
        for guide in ("add-an-area.md", "add-a-list.md", "add-a-console-page.md")
        for name, text in BLOCK.findall((GUIDES / guide).read_text("utf-8"))
    }


@pytest.fixture(scope="module")
def loans(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loans]:
    root = tmp_path_factory.mktemp("area")
    for name, text in files_of_the_guides().items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    interview_engine.hr.__path__.append(str(root / "interview_engine" / "hr"))
    api.console.__path__.append(str(root / "api" / "console"))
    area = importlib.import_module("interview_engine.hr.loans.area").AREA
    web_area = importlib.import_module("api.console.loans.area").AREA
    table = area.tables[0]
    plug_in((*AREAS, area))  # the one list of the domain
    context = console_data.make_context(tmp_path_factory.mktemp("company"))
    company = console_data.company(context)
    app = create_app(context, areas=(*WEB_AREAS, web_area))  # the one list of the front
    clients = {
        role: signed_in(TestClient(app, base_url="http://127.0.0.1:8000"), role)
        for role in ("administrator", "hr", "recruiter", "interviewer")
    }
    service = importlib.import_module("interview_engine.hr.loans.service")
    yield Loans(area, service, table, company, clients)
    context.database.close()
    plug_in(AREAS)
    all_tables.Base.metadata.remove(table.__table__)
    all_tables.Base.registry._dispose_cls(table)
    _FOLDERS.remove(area.locale)
    catalogue.cache_clear()
    del interview_engine.hr.__path__[-1], api.console.__path__[-1]
    for name in [name for name in sys.modules if name.startswith(PACKAGES)]:
        del sys.modules[name]


def signed_in(client: TestClient, role: str) -> TestClient:
    client.headers["accept"] = "text/html"
    door = re.search(r'name="door" value="([^"]+)"', client.get("/sign-in").text)
    assert door is not None
    data = {"login": role, "password": console_data.PASSWORD, "door": door[1], "next": "/console"}
    assert client.post("/sign-in", data=data, follow_redirects=False).status_code == 303
    client.get("/language/en")
    return client


def post(client: TestClient, path: str, **fields: str) -> Any:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get("/console/account").text)
    assert found is not None
    return client.post(path, data={**fields, "csrf": found[1]}, follow_redirects=False)


def borrower(loans: Loans) -> str:
    company = loans.company
    with company.context.database.transaction() as session:
        row = Person(**stamp("system", CLOCK), name="借用人", department_id=company.department_id, synthetic=True)
        session.add(row)
        session.flush()
        return row.id


def asked(loans: Loans, item: str) -> tuple[str, str]:
    """Ids of a loan that the recruiter asked for, and of its approval."""
    person_id, company = borrower(loans), loans.company
    with company.context.database.transaction() as session:
        row = loans.service.ask(session, company.actors["recruiter"], person_id, item, CLOCK)
        approval = approvals.of_subject(session, "loan", f"loan:{row.id}")
        assert approval is not None
        return row.id, approval.id


def state_of(loans: Loans, loan_id: str) -> str:
    with loans.company.context.database.reading() as session:
        state: str = session.get_one(loans.table, loan_id).state
        return state


def test_its_files_are_its_own_folders_alone(loans: Loans) -> None:
    assert len(files_of_the_guides()) > 8
    for name in files_of_the_guides():
        assert name.startswith(("interview_engine/hr/loans/", "api/console/loans/")), name
    assert house().areas == (*AREAS, loans.area)


def test_its_page_and_entry_are_for_those_who_may_see_them(loans: Loans) -> None:
    asked(loans, "Projector")
    page = loans.clients["hr"].get("/console/loans")
    assert page.status_code == 200
    assert "Projector" in page.text
    for role, may in (("hr", True), ("administrator", True), ("interviewer", False)):
        client = loans.clients[role]
        assert (client.get("/console/loans").status_code == 200) == may
        assert ('href="/console/loans"' in client.get("/console/inbox").text) == may


def test_its_form_asks_and_says_so_or_shows_what_is_wrong(loans: Loans) -> None:
    person_id = borrower(loans)
    sent = post(loans.clients["recruiter"], "/console/loans/new", person=person_id, item="Key card")
    assert (sent.status_code, sent.headers["location"]) == (303, "/console/loans?done=created")
    assert "Key card" in loans.clients["recruiter"].get(sent.headers["location"]).text
    refused = post(loans.clients["recruiter"], "/console/loans/new", person=person_id, item=" ")
    assert refused.status_code == 422
    assert "Enter the Lent thing." in refused.text


def test_its_pages_are_in_both_languages(loans: Loans) -> None:
    client = loans.clients["administrator"]
    assert "What the company has lent, and to whom." in client.get("/console/loans").text
    assert "Loans by state" in client.get("/console/loan-counts").text
    client.get("/language/zh")
    assert "公司借出的物品及借用人。" in client.get("/console/loans").text
    assert "按状态统计借用" in client.get("/console/loan-counts").text
    client.get("/language/en")


def test_its_declaration_gives_the_route_of_the_api_with_its_schema(loans: Loans) -> None:
    person_id, company = borrower(loans), loans.company
    token = token_for(company, company.accounts["hr"].id)
    headers = {"Authorization": f"Bearer {token}", "accept": "application/json"}
    client = loans.clients["hr"]
    made = client.post("/api/v1/lists/loans", headers=headers, json={"person": person_id, "item": "Tablet"})
    assert made.status_code == 201, made.text
    rows = client.get("/api/v1/lists/loans?q=tablet&state=asked&columns=item,state", headers=headers).json()["items"]
    assert [{**row, "custom": None} for row in rows] == [
        {"id": made.json()["id"], "hidden": [], "item": "Tablet", "state": "asked", "custom": None}
    ]
    document = client.get("/api/openapi.json").json()
    assert document["components"]["schemas"]["LoansFields"]["required"] == ["person", "item"]
    assert {"item", "state", "person", "custom"} <= set(document["components"]["schemas"]["LoansRow"]["properties"])


def test_its_declaration_gives_a_page_on_the_phone_in_every_language(loans: Loans) -> None:
    asked(loans, "Walkie-talkie")
    client = loans.clients["hr"]
    for language in ("en", "zh", "ja", "es"):
        client.get(f"/language/{language}")
        page = client.get("/wechat/lists/loans?q=walkie")
        assert page.status_code == 200
        assert "Walkie-talkie" in page.text
        assert f'data-lang="{language}"' in page.text
    client.get("/language/en")
    assert 'name="item"' in client.get("/wechat/lists/loans/new").text


def test_its_rows_are_exported_and_acted_on_together(loans: Loans) -> None:
    loan_id, approval_id = asked(loans, "Bulk drill")
    other, _ = asked(loans, "Bulk saw")
    post(loans.clients["hr"], f"/console/approvals/{approval_id}", decision="approve", comment="")
    client = loans.clients["hr"]
    assert "Bulk drill" in client.get("/console/loans/export.csv?q=bulk").text
    token = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get("/console/account").text)
    assert token is not None
    data = {"action": "return", "id": [loan_id, other], "csrf": token[1], "back": "q=bulk"}
    page = client.post("/console/loans/bulk", data=data)
    assert "Bulk saw: It is not lent." in page.text
    assert (state_of(loans, loan_id), state_of(loans, other)) == ("returned", "asked")


def test_its_request_is_listed_by_its_own_word_and_decided_with_its_effect(loans: Loans) -> None:
    loan_id, approval_id = asked(loans, "Laptop 14")
    hr = loans.clients["hr"]
    page = hr.get("/console/approvals").text
    assert "Laptop 14" in page
    assert '<span class="tag look">Loan</span>' in page
    hr.get("/language/zh")
    assert '<span class="tag look">借用</span>' in hr.get("/console/approvals").text
    hr.get("/language/en")
    answer = post(hr, f"/console/approvals/{approval_id}", decision="approve", comment="")
    assert answer.status_code == 303
    assert state_of(loans, loan_id) == "lent"
    with loans.company.context.database.reading() as session:
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.subject == f"loan:{loan_id}")).all()
        assert actions == ["loan.ask", "loan.state"]


def test_its_request_waits_on_the_phone_too_by_its_own_word(loans: Loans) -> None:
    asked(loans, "Headlamp")
    page = loans.clients["hr"].get("/wechat/todo").text
    assert "Headlamp" in page
    assert "Loan · requested by 陈立" in page


def test_a_rejection_is_an_end_too(loans: Loans) -> None:
    loan_id, approval_id = asked(loans, "Forklift")
    post(loans.clients["hr"], f"/console/approvals/{approval_id}", decision="reject", comment="没有驾照")
    assert state_of(loans, loan_id) == "refused"


def test_a_decision_whose_effect_fails_is_no_decision(loans: Loans, monkeypatch: pytest.MonkeyPatch) -> None:
    loan_id, approval_id = asked(loans, "Camera")

    def broken(*_: object, **__: object) -> None:
        raise InvalidInput("loan.broken", msg("Loan"), msg("Loan"))

    monkeypatch.setattr(loans.service, "tell_person", broken)
    with pytest.raises(InvalidInput), loans.company.context.database.transaction() as session:
        approvals.decide(session, loans.company.actors["hr"], approval_id, "approve", "", CLOCK)
    assert state_of(loans, loan_id) == "asked"
    with loans.company.context.database.reading() as session:
        assert session.get_one(Approval, approval_id).state == "pending"


def test_its_message_is_written_in_the_same_transaction_and_has_words_in_both_languages(loans: Loans) -> None:
    loan_id, approval_id = asked(loans, "Headset")
    with loans.company.context.database.transaction() as session:
        approvals.decide(session, loans.company.actors["hr"], approval_id, "approve", "", CLOCK)
    with loans.company.context.database.reading() as session:
        key = f"loan.lent:{loan_id}"
        message = session.scalars(select(OutboxMessage).where(OutboxMessage.dedupe_key == key)).one()
    english = words_for(message.template, message.payload, "en", "")
    chinese = words_for(message.template, message.payload, "zh", "")
    assert (english.subject, chinese.subject) == ("Yours to take: Headset", "请领取：Headset")
    assert "您可以领取“Headset”" in chinese.body


def test_its_rows_go_when_the_person_is_erased_and_the_receipt_counts_them(loans: Loans) -> None:
    loan_id, _ = asked(loans, "Bicycle")
    context = loans.company.context
    with context.database.transaction() as session:
        person_id = session.get_one(loans.table, loan_id).person_id
        request = erasure.request_erasure(session, SYSTEM, CLOCK, person_id=person_id)
        receipt = erasure.erase(session, context.blobs, request.id, CLOCK)
    assert receipt["rows"]["loan"] == 1
    with context.database.reading() as session:
        assert session.get(loans.table, loan_id) is None


def test_an_erasure_that_forgets_its_rows_gets_no_receipt(loans: Loans) -> None:
    loan_id, _ = asked(loans, "Ladder")
    context = loans.company.context
    with context.database.transaction() as session:
        person_id = session.get_one(loans.table, loan_id).person_id
        request_id = erasure.request_erasure(session, SYSTEM, CLOCK, person_id=person_id).id
    plug_in((*AREAS, replace(loans.area, erase=None)))
    try:
        with pytest.raises(RuntimeError, match="'loans' left rows"), context.database.transaction() as session:
            erasure.erase(session, context.blobs, request_id, CLOCK)
    finally:
        plug_in((*AREAS, loans.area))
    assert state_of(loans, loan_id) == "asked"


def test_webhooks_can_ask_for_its_events_and_only_while_it_is_plugged_in(loans: Loans) -> None:
    assert is_told("loan.*")
    plug_in(AREAS)
    try:
        assert not is_told("loan.*")
    finally:
        plug_in((*AREAS, loans.area))
