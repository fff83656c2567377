"""The list of employees and one employee's file, as HR uses them (D7)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from console_data import CLOCK, Company
from console_pages import csrf
from httpx2 import Response
from starlette.testclient import TestClient

from interview_engine.clock import china_day
from interview_engine.hr.employment import service
from interview_engine.hr.employment.persons import NewContact, find_or_make

DAY = timedelta(days=1)


@pytest.fixture
def employed(made: Company) -> str:
    """Somebody who has worked here for a hundred days; the address of their file."""
    with made.context.database.transaction() as session:
        person = find_or_make(session, made.actors["hr"], NewContact("何小满", phone="13800006789"), CLOCK).id
        where = service.Place(made.entity_id, made.department_id)
        start = china_day(CLOCK) - 100 * DAY
        row = service.begin(session, made.actors["hr"], person, where, "客服专员", start, None, CLOCK)
        return f"/console/employees/{row.id}"


def sent(client: TestClient, path: str, **fields: str) -> Response:
    """The answer to a form, after following where it leads."""
    return client.post(path, data={"csrf": csrf(client), **fields}, follow_redirects=True)


def day(offset: int) -> str:
    return (china_day(CLOCK) + offset * DAY).isoformat()


def test_the_list_leads_to_the_file(made: Company, clients: dict[str, TestClient], employed: str) -> None:
    page = clients["hr"].get("/console/employees").text
    assert f'href="{employed}"' in page
    assert "何小满" in page
    assert "00001" in page


def test_the_file_says_that_no_contract_was_signed(clients: dict[str, TestClient], employed: str) -> None:
    page = clients["hr"].get(employed).text
    assert "自第 31 天起应付双倍工资" in page
    assert "第八十二条" in page


def test_a_move_stands_in_the_file_and_in_the_list_from_its_day(
    made: Company, clients: dict[str, TestClient], employed: str
) -> None:
    form = {
        "from_day": day(0),
        "reason": "promotion",
        "department": made.department_id,
        "title": "客服组长",
        "level": "5",
    }
    page = sent(clients["hr"], f"{employed}/place", **form).text
    assert "客服组长" in page
    assert "晋升" in page
    assert "客服组长" in clients["hr"].get("/console/employees").text


def test_a_move_outside_the_employment_is_refused_with_what_was_typed(
    made: Company, clients: dict[str, TestClient], employed: str
) -> None:
    form = {"from_day": day(-200), "reason": "transfer", "department": made.department_id, "title": "组长", "level": ""}
    answer = sent(clients["hr"], f"{employed}/place", **form)
    assert answer.status_code == 422
    assert "该日期不在任职期间" in answer.text
    assert 'value="组长"' in answer.text


def test_a_contract_is_drafted_with_the_law_beside_it_and_signed(clients: dict[str, TestClient], employed: str) -> None:
    form = {"kind": "fixed", "first_day": day(-100), "last_day": day(260), "probation_last_day": day(0), "note": ""}
    page = sent(clients["hr"], f"{employed}/contracts", **form).text
    assert "试用期最长 1 个月" in page
    (sign,) = re.findall(r'action="(/console/contracts/\w+/sign)"', page)
    assert "已签订" in sent(clients["hr"], sign).text
    assert "何小满" in clients["hr"].get("/console/contracts").text
    ended = sent(clients["hr"], sign.replace("/sign", "/end"), ends_on=day(30)).text
    assert "合同终止" in ended


def test_a_last_day_is_written_down_and_called_off(clients: dict[str, TestClient], employed: str) -> None:
    admin = clients["administrator"]
    page = sent(admin, f"{employed}/last-day", leaving_on=day(30), leaving_reason="本人辞职").text
    assert day(30) in page
    assert "离职" in page
    page = sent(admin, f"{employed}/last-day/call-off").text
    assert "撤回离职" in page


@pytest.mark.parametrize("role", ["interviewer", "auditor"])
def test_who_may_not_read_contact_data_sees_no_file(clients: dict[str, TestClient], employed: str, role: str) -> None:
    assert clients[role].get(employed).status_code == 403
    assert clients[role].get("/console/employees").status_code == 403


def test_the_next_contract_is_made_from_the_former(clients: dict[str, TestClient], employed: str) -> None:
    form = {"kind": "fixed", "first_day": day(-100), "last_day": day(260), "note": ""}
    page = sent(clients["hr"], f"{employed}/contracts", **form).text
    (sign,) = re.findall(r'action="(/console/contracts/\w+/sign)"', page)
    (renew,) = re.findall(r'href="(/console/employees/\w+\?renew=\w+)', sent(clients["hr"], sign).text)
    offered = clients["hr"].get(renew).text
    assert f'value="{day(261)}"' in offered
    (former,) = re.findall(r'name="renews" value="(\w+)"', offered)
    made = sent(clients["hr"], f"{employed}/contracts", kind="open", first_day=day(261), last_day="", renews=former)
    assert made.status_code == 200
    assert "第 2 份合同" in made.text
