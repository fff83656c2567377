"""The page of one job: what its buttons do, and what is shown when they are refused."""

from __future__ import annotations

import re

import pytest
from console_data import Company
from console_pages import csrf, post
from starlette.testclient import TestClient

from interview_engine.hr.recruiting.tables import Requisition


def test_a_button_that_is_refused_shows_its_page_again_with_the_problem(
    made: Company, clients: dict[str, TestClient]
) -> None:
    client = clients["recruiter"]
    with made.context.database.reading() as session:
        before = session.get_one(Requisition, made.requisition_id).state
    answer = client.post(f"/console/requisitions/{made.requisition_id}/submit", data={"csrf": csrf(client)})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'id="postings"' in answer.text, "it is the page of the job"
    with made.context.database.reading() as session:
        assert session.get_one(Requisition, made.requisition_id).state == before


def typed(made: Company, **more: str) -> dict[str, str]:
    """A form of a new job."""
    return {"title": "夜班客服", "department_id": made.department_id, "headcount": "1", "policy": "cn",
            "language": "zh", "bar": "6", **more}  # fmt: skip


def test_a_new_job_is_written_and_sent_in_one_step(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["recruiter"]
    location = post(client, "/console/requisitions/new", **typed(made, send="1", urgent="1", reason="补离职缺口"))
    page = client.get(location).text
    assert location.endswith("/job?done=sent")
    assert "待审批" in page
    assert "补离职缺口" in page
    assert "紧急" in page


def test_a_draft_says_who_will_decide_before_it_is_sent(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["recruiter"]
    page = client.get(post(client, "/console/requisitions/new", **typed(made))).text
    asks = page.partition('class="asks')[2].partition("</ol>")[0]
    assert "周主管" in asks
    assert "王倩" in asks
    assert "其中一人决定" in asks


def test_a_job_takes_the_kit_of_its_role_profile(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["recruiter"]
    location = post(client, "/console/requisitions/new", **typed(made, role_profile_id=made.profile_id))
    requisition_id = location.split("/")[3]
    with made.context.database.reading() as session:
        assert session.get_one(Requisition, requisition_id).kit_version_id == made.kit_version_id


@pytest.mark.parametrize("state", ["on_hold", "filled", "cancelled"])
def test_what_closes_links_asks_by_number_and_is_undone_on_the_same_page(
    made: Company, clients: dict[str, TestClient], state: str
) -> None:
    client, where = clients["recruiter"], f"/console/requisitions/{made.requisition_id}"
    asked = re.findall(r'data-confirm="([^"]*)"', client.get(f"{where}/job").text)
    assert sum(bool(re.search(r"\d+ ?位进行中的候选人", words)) for words in asked) == 3
    post(client, f"{where}/hold") if state == "on_hold" else post(client, f"{where}/close", state=state)
    assert f"{where}/take-back" in client.get(f"{where}/job").text
    post(client, f"{where}/take-back")
    with made.context.database.reading() as session:
        assert session.get_one(Requisition, made.requisition_id).state == "open"
    assert f"{where}/take-back" not in client.get(f"{where}/job").text


def test_who_reads_no_interviews_is_led_to_what_is_said_of_the_job(
    made: Company, clients: dict[str, TestClient]
) -> None:
    listed = clients["auditor"].get("/console/requisitions").text
    assert f'href="/console/requisitions/{made.requisition_id}/job"' in listed
    page = clients["auditor"].get(f"/console/requisitions/{made.requisition_id}/job").text
    assert f'href="/console/requisitions/{made.requisition_id}"' not in page
    assert "/applicants" not in page
