"""The organisation's page: a tree with who works where, and one save for all managers."""

from __future__ import annotations

import re

from console_data import CLOCK, Company
from console_pages import csrf
from starlette.testclient import TestClient

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.org import service as org
from interview_engine.hr.people.tables import Department


def test_departments_stand_below_their_parent_with_their_people(made: Company, clients: dict[str, TestClient]) -> None:
    with made.context.database.transaction() as session:
        org.create_department(session, SYSTEM, made.entity_id, "夜班组", CLOCK, parent_id=made.department_id)
    page = clients["hr"].get("/console/organisation").text
    assert page.count('<ul class="tree">') >= 2, "a list in a list"
    assert re.search(r"\d+ 人", page)
    assert made.accounts["hr"].person_id in page


def test_all_managers_are_saved_at_once(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["hr"]
    with made.context.database.transaction() as session:
        other = org.create_department(session, SYSTEM, made.entity_id, "夜班组", CLOCK).id
    chosen = made.accounts["recruiter"].person_id
    data = {"department": [made.department_id, other], "manager": ["", chosen], "csrf": csrf(client)}
    assert client.post("/console/organisation/managers", data=data, follow_redirects=False).status_code == 303
    with made.context.database.reading() as session:
        assert session.get_one(Department, made.department_id).manager_person_id is None
        assert session.get_one(Department, other).manager_person_id == chosen


def test_a_manager_that_is_not_there_changes_nothing(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["hr"]
    with made.context.database.reading() as session:
        before = session.get_one(Department, made.department_id).manager_person_id
    data = {"department": made.department_id, "manager": "nobody", "csrf": csrf(client)}
    assert client.post("/console/organisation/managers", data=data).status_code == 422
    with made.context.database.reading() as session:
        assert session.get_one(Department, made.department_id).manager_person_id == before
