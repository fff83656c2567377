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
from interview_engine.hr.files import contract_history
from interview_engine.hr.files.contracts import NewContract

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


def shown_to(client: TestClient, employed: str, action: str) -> str:
    """What the form that is sent to an address stands on, as the page that is open now shows it."""
    form = client.get(employed).text.split(f'action="{action}"', 1)[1].split("</form>", 1)[0]
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', form)
    return seen


def test_who_moves_somebody_on_top_of_anothers_move_sees_it_first_and_loses_nothing(
    made: Company, clients: dict[str, TestClient], employed: str
) -> None:
    hr, path = clients["hr"], f"{employed}/place"
    before = shown_to(hr, employed, path)
    first = {
        "from_day": day(0),
        "reason": "transfer",
        "department": made.department_id,
        "title": "客服组长",
        "level": "5",
    }
    assert sent(clients["administrator"], path, **first).status_code == 200
    second = {
        "from_day": day(1),
        "reason": "transfer",
        "department": made.department_id,
        "title": "客服专员",
        "level": "7",
    }
    refused = sent(hr, path, seen=before, **second)
    assert refused.status_code == 422
    assert "他人在此期间录入的内容" in refused.text
    assert 'name="title" value="客服组长"' in refused.text  # the title was not touched, the level was
    assert 'name="level" value="7"' in refused.text
    assert "客服专员 · 7" not in clients["administrator"].get(employed).text
    again = shown_to(hr, employed, path)
    assert sent(hr, path, seen=again, **{**second, "title": "客服组长"}).status_code == 200


def test_who_drafts_a_contract_on_top_of_anothers_sees_that_one_first(
    clients: dict[str, TestClient], employed: str
) -> None:
    hr, path = clients["hr"], f"{employed}/contracts"
    before = shown_to(hr, employed, path)
    first = {"kind": "fixed", "first_day": day(-100), "last_day": day(260), "note": ""}
    assert sent(clients["administrator"], path, seen=before, **first).status_code == 200
    second = {"kind": "fixed", "first_day": day(261), "last_day": day(600), "note": "续签两年"}
    refused = sent(hr, path, seen=before, **second)
    assert refused.status_code == 422
    assert "他人在此期间修改了" in refused.text
    assert 'value="续签两年"' in refused.text
    assert len(re.findall(r'action="/console/contracts/\w+/sign"', refused.text)) == 1
    assert sent(hr, path, seen=shown_to(hr, employed, path), **second).status_code == 200


def test_a_draft_that_somebody_has_changed_is_not_signed_unseen(
    made: Company, clients: dict[str, TestClient], employed: str
) -> None:
    form = {"kind": "fixed", "first_day": day(-100), "last_day": day(260), "note": ""}
    page = sent(clients["hr"], f"{employed}/contracts", **form).text
    (sign,) = re.findall(r'action="(/console/contracts/\w+/sign)"', page)
    before = shown_to(clients["hr"], employed, sign)
    other = NewContract("open", china_day(CLOCK) - 100 * DAY, None)
    with made.context.database.transaction() as session:
        contract_history.correct(session, made.actors["hr"], sign.split("/")[3], other, "draft", CLOCK)
    refused = sent(clients["hr"], sign, seen=before)
    assert refused.status_code == 422
    assert "无固定期限" in refused.text.split('id="now"', 1)[1].split("</section>", 1)[0]
    assert "已签订" in sent(clients["hr"], sign, seen=shown_to(clients["hr"], employed, sign)).text


def test_a_last_day_that_somebody_else_has_moved_is_neither_moved_nor_called_off_unseen(
    clients: dict[str, TestClient], employed: str
) -> None:
    admin, path = clients["administrator"], f"{employed}/last-day"
    assert sent(admin, path, seen=shown_to(admin, employed, path), leaving_on=day(30), leaving_reason="辞职").is_success
    before = shown_to(admin, employed, path)
    moved = {"leaving_on": day(60), "leaving_reason": "协商"}
    assert sent(admin, path, seen=before, **moved).is_success
    assert sent(admin, path, seen=before, **moved).is_success  # sent twice: it says what is there
    late = sent(admin, path, seen=before, leaving_on=day(45), leaving_reason="辞职")
    assert late.status_code == 422
    assert "协商" in late.text
    assert f'value="{day(45)}"' in late.text
    assert sent(admin, f"{path}/call-off", seen=before).status_code == 422
    assert "撤回离职" in sent(admin, f"{path}/call-off", seen=shown_to(admin, employed, path)).text


def test_a_form_that_was_refused_for_another_reason_still_stands_on_what_it_showed(
    made: Company, clients: dict[str, TestClient], employed: str
) -> None:
    hr, path = clients["hr"], f"{employed}/place"
    before = shown_to(hr, employed, path)
    wrong = {
        "from_day": day(-200),
        "reason": "transfer",
        "department": made.department_id,
        "title": "组长",
        "level": "",
    }
    refused = sent(hr, path, seen=before, **wrong)
    assert refused.status_code == 422
    assert f'name="seen" value="{before}"' in refused.text.split(f'action="{path}"', 1)[1].split("</form>", 1)[0]
