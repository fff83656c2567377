"""Forms of rows: fields that a company requires (F7), and two people who change one row, on the console, the phone and
by the API."""

from __future__ import annotations

import re
from typing import Any

import pytest
from api_world import program
from console_data import CLOCK, Company
from console_pages import csrf
from sqlalchemy import select
from starlette.testclient import TestClient
from two_companies import pay_parameter

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.house import house
from interview_engine.hr.lists.custom import NewField, add_field, values_of
from interview_engine.hr.people.tables import Department, Person

CONSOLE, PHONE = "/console/employees", "/wechat/lists/employees"
NEW = {
    "name": "何小满",
    "department": "客户服务部",
    "title": "客服",
    "phone": "13800006701",
    "start_date": "2026-03-02",
}


@pytest.fixture
def field(made: Company) -> str:
    """A size of work clothes that the company asks of everybody; the field's name."""
    with made.context.database.transaction() as session:
        new = NewField("工服尺码", "Work clothes size", "choice", "contact", (("大", "L"), ("小", "S")), required=True)
        row = add_field(session, SYSTEM, house().lists["employees"], made.entity_id, new, CLOCK)
        return f"x_{row.code}"


def send(client: TestClient, path: str, **fields: Any) -> Any:
    return client.post(path, data={**fields, "csrf": csrf(client)}, follow_redirects=False)


def employment_of(made: Company, name: str) -> Employment | None:
    with made.context.database.reading() as session:
        joined = select(Employment).join(Person, Person.id == Employment.person_id).where(Person.name == name)
        return session.scalars(joined).first()


def own(made: Company, row_id: str, field: str) -> Any:
    with made.context.database.reading() as session:
        return values_of(session, made.actors["hr"], house().lists["employees"], row_id).get(field)


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("home", [CONSOLE, PHONE])
def test_a_field_that_the_company_requires_is_asked_for_and_kept(
    made: Company, clients: dict[str, TestClient], field: str, home: str
) -> None:
    department = department_of(made)
    blank = clients["hr"].get(f"{home}/new").text
    assert "工服尺码" in blank
    refused = send(clients["hr"], f"{home}/new", **{**NEW, "department": department})
    assert refused.status_code == 422
    assert "工服尺码" in refused.text
    assert "何小满" in refused.text, "what was typed stays"
    assert employment_of(made, "何小满") is None
    kept = send(clients["hr"], f"{home}/new", **{**NEW, "department": department, field: "c1"})
    assert kept.status_code == 303, kept.text
    row = employment_of(made, "何小满")
    assert row is not None
    assert own(made, row.id, field) == "c1"


def department_of(made: Company) -> str:
    with made.context.database.reading() as session:
        return session.get_one(Department, made.department_id).name


@pytest.mark.parametrize("home", [CONSOLE, PHONE])
def test_who_saves_second_sees_what_the_first_changed_and_loses_nothing(
    made: Company, clients: dict[str, TestClient], field: str, home: str
) -> None:
    department = department_of(made)
    send(clients["hr"], f"{CONSOLE}/new", **{**NEW, "department": department, field: "c1"})
    row = employment_of(made, "何小满")
    assert row is not None
    address = f"{home}/{row.id}/change"
    first, second = clients["hr"], clients["administrator"]
    mark = seen(first.get(address).text)
    assert seen(second.get(address).text) == mark
    values = {**NEW, "department": department, field: "c1"}
    saved = send(first, address, **{**values, "phone": "13800006799", field: "c2"}, seen=mark)
    assert saved.status_code == 303, saved.text
    told = send(second, address, **{**values, "email": "he@example.com"}, seen=mark)
    assert told.status_code == 422
    assert "13800006799" in told.text
    assert 'value="he@example.com"' in told.text
    assert own(made, row.id, field) == "c2", "nothing is written before both were seen"
    again = seen(told.text)
    assert again != mark
    both = send(
        second, address, **{**values, "phone": "13800006799", field: "c2", "email": "he@example.com"}, seen=again
    )
    assert both.status_code == 303, both.text
    with made.context.database.reading() as session:
        person = session.get_one(Person, row.person_id)
        assert (person.phone_key, person.email, own(made, row.id, field)) == ("+8613800006799", "he@example.com", "c2")


def test_a_program_names_what_the_company_requires_or_is_told(
    made: Company, clients: dict[str, TestClient], field: str
) -> None:
    call = program(made, "hr")
    body = {**NEW, "department": department_of(made)}
    refused = call("POST", "/lists/employees", json=body)
    assert refused.status_code == 422
    assert field in refused.text
    wrong = call("POST", "/lists/employees", json={**body, "custom": {field.removeprefix("x_"): "XXL"}})
    assert wrong.status_code == 422
    kept = call("POST", "/lists/employees", json={**body, "custom": {field.removeprefix("x_"): "S"}})
    assert kept.status_code == 201, kept.text
    assert own(made, kept.json()["id"], field) == "c2"
    changed = call("PUT", f"/lists/employees/{kept.json()['id']}", json={**body, "title": "主管"})
    assert changed.status_code == 200, changed.text
    assert own(made, kept.json()["id"], field) == "c2", "what is not named stays"


def test_a_row_that_is_called_by_a_choice_is_named_in_words(made: Company, clients: dict[str, TestClient]) -> None:
    with made.context.database.transaction() as session:
        row = pay_parameter(session)
        named = row.kind
    page = clients["administrator"].get(f"/console/pay-parameters/{row.id}/change").text
    heading = re.search(r"<h1>(.*?)</h1>", page)
    assert heading is not None
    assert "月最低工资" in heading[1]
    assert named not in heading[1]
