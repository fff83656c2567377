"""The console begins with what waits for its reader, and finds people, jobs and pages from anywhere (M10)."""

from __future__ import annotations

import re

import console_data
from console_data import CLOCK, Company
from sqlalchemy import delete
from starlette.testclient import TestClient

from interview_engine.hr.employment.tables import EmployeeNumber, Employment
from interview_engine.hr.people.contact import phone_key
from interview_engine.hr.people.tables import Person
from interview_engine.hr.recruiting.applying import applications
from interview_engine.hr.recruiting.jobs import requisitions
from interview_engine.hr.recruiting.jobs.wish import NewRequisition
from interview_engine.hr.recruiting.reviewing import reviews
from interview_engine.store.rows import stamp


def numbers(page: str) -> dict[str, int]:
    return {label: int(value) for value, label in re.findall(r'<div class="stat"><b>(\d+)</b><span>([^<]+)', page)}


def test_the_console_begins_at_home_for_every_role(made: Company, clients: dict[str, TestClient]) -> None:
    for client in clients.values():
        answer = client.get("/console", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/home")
        assert client.get("/console/home").status_code == 200


def test_home_names_what_waits(made: Company, clients: dict[str, TestClient]) -> None:
    with made.context.database.transaction() as session:
        row = requisitions.get_requisition(session, made.actors["recruiter"], made.requisition_id)
        new = NewRequisition(
            "数据分析师", made.entity_id, made.department_id, headcount=1, description="",
            role_profile_id=row.role_profile_id, kit_version_id=row.kit_version_id,
        )  # fmt: skip
        asked = requisitions.create_requisition(session, made.actors["recruiter"], new, CLOCK)
        requisitions.submit_for_approval(session, made.actors["recruiter"], asked.id, CLOCK)
    assert "数据分析师" in clients["hr"].get("/console/home").text
    page = clients["recruiter"].get("/console/home").text
    for name in ("林晓", "赵一鸣"):
        assert f'href="/console/applications/{made.applications[name]}"' in page
    assert "陈雨桐" not in page, "nobody can decide on an interview that was not held"
    assert f'href="/console/requisitions/{made.requisition_id}"' in page
    assert "林晓" not in clients["auditor"].get("/console/home").text


def test_todays_numbers_count_what_happened_since_midnight(made: Company, clients: dict[str, TestClient]) -> None:
    before = numbers(clients["recruiter"].get("/console/home").text)
    console_data.apply(made, "新来的", number=801)
    with made.context.database.transaction() as session:
        chosen = made.applications["林晓"]
        applications.move(session, made.actors["recruiter"], chosen, "withdrawn", "不来了", CLOCK)
    after = numbers(clients["recruiter"].get("/console/home").text)
    assert after["今日新投递"] == before["今日新投递"] + 1
    assert after["今日待决定"] == before["今日待决定"] - 1


def test_search_finds_people_jobs_and_pages(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["recruiter"]
    assert made.applications["林晓"] in client.get("/console/search", params={"q": " 林 "}).text
    assert made.requisition_id in client.get("/console/search", params={"q": "客服专员"}).text
    assert 'href="/console/channels"' in client.get("/console/search", params={"q": "渠道"}).text
    nothing = client.get("/console/search", params={"q": "%"}).text
    assert "没有找到" in nothing
    assert "没有找到" not in client.get("/console/search").text


def test_search_finds_colleagues_for_who_may_see_them(made: Company, clients: dict[str, TestClient]) -> None:
    person = made.accounts["interviewer"].person_id
    with made.context.database.transaction() as session:
        session.get_one(Person, person).name = "欧阳面试"
    page = clients["hr"].get("/console/search", params={"q": "欧阳"}).text
    assert f'href="/console/people/{person}"' in page
    assert "欧阳面试" not in clients["auditor"].get("/console/search", params={"q": "欧阳"}).text


def test_search_finds_colleagues_by_number_and_phone_and_takes_any_other_words(
    made: Company, clients: dict[str, TestClient]
) -> None:
    person_id = made.accounts["interviewer"].person_id
    with made.context.database.transaction() as session:
        person = session.get_one(Person, person_id)
        person.phone, person.phone_key = "139 0000 7788", phone_key("13900007788")
        number = EmployeeNumber(**stamp("system", CLOCK), person_id=person_id, legal_entity_id=made.entity_id,
                                number="QM7788")  # fmt: skip
        session.add(number)
    client = clients["hr"]
    for words in ("qm778", "QM7788", "13900007788", "+86 139-0000-7788", "139 0000"):
        assert f'href="/console/people/{person_id}"' in client.get("/console/search", params={"q": words}).text, words
    for words in ("QM9", "7788", "1x%_"):
        answer = client.get("/console/search", params={"q": words})
        assert (answer.status_code, person_id in answer.text) == (200, False), words


def test_the_card_that_sets_up_a_company_is_there_for_who_may_and_until_somebody_works_here(
    made: Company, clients: dict[str, TestClient]
) -> None:
    with made.context.database.transaction() as session:
        session.execute(delete(Employment))
    assert 'id="setup"' in clients["administrator"].get("/console/home").text
    assert 'id="setup"' not in clients["interviewer"].get("/console/home").text


def test_search_shows_nobody_more_than_they_may_see(made: Company, clients: dict[str, TestClient]) -> None:
    for role in ("auditor", "interviewer"):
        assert "/console/applications/" not in clients[role].get("/console/search", params={"q": "林"}).text
    assert 'href="/console/accounts"' in clients["administrator"].get("/console/search", params={"q": "用户与"}).text
    assert 'href="/console/accounts"' not in clients["recruiter"].get("/console/search", params={"q": "用户与"}).text


def test_a_message_of_a_settled_matter_does_not_read_as_waiting(made: Company, clients: dict[str, TestClient]) -> None:
    assert "已办结" not in clients["recruiter"].get("/console/inbox").text
    with made.context.database.transaction() as session:
        reviews.decide(session, made.actors["recruiter"], made.applications["林晓"], "hold", "等下一位", CLOCK)
    inbox = clients["recruiter"].get("/console/inbox").text
    (settled,) = [line for line in inbox.split("<li") if "已办结" in line]
    assert made.applications["林晓"] in settled
    assert 'class="unread"' not in settled
