"""Every module off and on again, through the pages: navigation, home, search, phone and routes follow (L8)."""

from __future__ import annotations

import pytest
from api_world import program, token_for
from console_data import Company
from console_pages import post
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from api.areas import AREAS
from api.switches import module_at, paths_of
from interview_engine.hr.companies import service as companies
from interview_engine.hr.house import house
from interview_engine.store.tables import AuditEvent

HOME = "/console/company-settings"
PATHS = paths_of(AREAS)
ENTRIES = {
    module: [one.href for area in AREAS for one in area.entries if module_at(PATHS, one.href) == module]
    for module in house().modules
}


def switch(made: Company, client: TestClient, module: str, on: str) -> str:
    return post(client, f"{HOME}/{made.entity_id}/modules/{module}", on=on)


@pytest.mark.parametrize("module", sorted(house().modules))
def test_a_module_goes_from_navigation_and_routes_and_comes_back(
    made: Company, clients: dict[str, TestClient], module: str
) -> None:
    client = clients["administrator"]
    entries = [href for href in ENTRIES[module] if client.get(href).status_code == 200]
    shown = client.get("/console/home").text
    before = client.get(f"{HOME}/{made.entity_id}/modules/{module}")
    assert before.status_code == 200
    assert house().modules[module].title.zh in before.text
    assert "module_off" in switch(made, client, module, "0")
    try:
        for href in entries:
            refused = client.get(href, headers={"accept": "text/html"})
            assert refused.status_code == 404
            assert "已停用" in refused.text
            assert f'href="{href}"' not in client.get("/console/home").text
            assert client.get(href, headers={"accept": "application/json"}).json()["code"] == "module.off"
            assert f'href="{href}"' not in client.get("/console/search?q=a").text
        assert client.get("/console/approvals").status_code == 200
        assert client.get("/wechat/todo").status_code == 200
        assert client.get("/console/home").status_code == 200
    finally:
        assert "module_on" in switch(made, client, module, "1")
    for href in entries:
        assert client.get(href).status_code == 200
    assert client.get("/console/home").text.count("<nav") == shown.count("<nav")


def test_every_module_has_something_that_goes(made: Company) -> None:
    kinds = {house().module_of_kind(name) for name in house().requests}
    for module in house().modules:
        assert any(one == module for _, one in PATHS) or module in kinds, module
    assert {module for _, module in PATHS} <= set(house().modules)


def test_before_it_goes_what_is_under_way_is_shown(made: Company, clients: dict[str, TestClient]) -> None:
    page = clients["administrator"].get(f"{HOME}/{made.entity_id}/modules/recruiting").text
    assert "名应聘者在流程中" in page


def test_an_api_token_of_the_company_is_refused_too(made: Company, clients: dict[str, TestClient]) -> None:
    secret = token_for(made, made.accounts["administrator"].id)
    client = clients["administrator"]
    head = {"authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/requisitions", headers=head).status_code == 200
    switch(made, client, "recruiting", "0")
    try:
        refused = client.get("/api/v1/requisitions", headers=head)
        assert (refused.status_code, refused.json()["code"]) == (404, "module.off")
    finally:
        switch(made, client, "recruiting", "1")


def test_a_page_looks_up_the_company_once(
    made: Company, clients: dict[str, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []
    look_up = companies.company_of

    def counted(session: Session, person_id: str | None) -> str | None:
        asked.append(person_id)
        return look_up(session, person_id)

    switch(made, clients["administrator"], "recruiting", "0")
    try:
        monkeypatch.setattr(companies, "company_of", counted)
        clients["administrator"].get("/console/home")
    finally:
        monkeypatch.undo()
        switch(made, clients["administrator"], "recruiting", "1")
    assert len(asked) == 1


def test_settings_are_kept_and_a_wrong_time_zone_is_refused(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["administrator"]
    assert "saved" in post(client, f"{HOME}/{made.entity_id}", time_zone="Asia/Tokyo", province="33", holidays="1")
    with made.context.database.reading() as session:
        found = companies.settings_of(session, made.entity_id)
    assert (found.time_zone, found.province) == ("Asia/Tokyo", "33")
    assert (found.birthdays, found.anniversaries, found.holidays) == (False, False, True)
    page = client.get(HOME)
    assert "Asia/Tokyo" in page.text


def test_a_program_reads_and_changes_what_a_company_sets_and_it_is_audited(made: Company) -> None:
    call = program(made, "administrator")
    here = f"/company-settings/{made.entity_id}"
    kept = call("PUT", here, json={"time_zone": "Asia/Urumqi", "province": "65", "birthdays": False})
    assert kept.status_code == 200, kept.text
    assert (kept.json()["time_zone"], kept.json()["province"], kept.json()["birthdays"]) == ("Asia/Urumqi", "65", False)
    assert call("GET", here).json() == kept.json()
    assert kept.json() in call("GET", "/company-settings").json()["items"]
    wrong = call("PUT", here, json={"time_zone": "Mars/Base"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "company.time_zone")
    with made.context.database.reading() as session:
        last = session.scalars(select(AuditEvent).order_by(AuditEvent.sequence.desc())).first()
        assert last is not None
        assert (last.action, last.subject) == ("company.set", f"legal_entity:{made.entity_id}")


def test_a_program_switches_a_module_which_is_gone_at_once(made: Company) -> None:
    call = program(made, "administrator")
    here = f"/company-settings/{made.entity_id}/modules/recruiting"
    before = call("GET", here).json()
    assert before["on"] is True
    assert any(one["count"] for one in before["affected"])
    assert call("GET", "/requisitions").status_code == 200
    try:
        assert call("PUT", here, json={"on": False}).json()["on"] is False
        assert (call("GET", "/requisitions").status_code, call("GET", here).json()["on"]) == (404, False)
    finally:
        assert call("PUT", here, json={"on": True}).json()["on"] is True
    assert call("GET", "/requisitions").status_code == 200
    assert call("PUT", f"/company-settings/{made.entity_id}/modules/none", json={"on": True}).status_code == 404


@pytest.mark.parametrize("role", ["hr", "recruiter", "auditor"])
def test_only_who_manages_the_company_reaches_its_settings_by_program(made: Company, role: str) -> None:
    call = program(made, role)
    here = f"/company-settings/{made.entity_id}"
    allowed = role == "hr"
    assert (call("GET", here).status_code == 200) is allowed
    assert (call("PUT", here, json={"time_zone": "Asia/Shanghai"}).status_code == 200) is allowed
    narrow = program(made, "administrator", scopes=("requisitions:read",))
    assert narrow("PUT", f"{here}/modules/recruiting", json={"on": False}).status_code == 403
