"""The calendar in the console: a year's days, a notice entered by one person and put in force by another."""

from __future__ import annotations

import json
import re
from datetime import date

from console_data import Company
from console_pages import csrf
from starlette.testclient import TestClient

from interview_engine.hr.calendar import service

HOME = "/console/calendar"
STATUTORY = (
    "2026-01-01", "2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-04-05", "2026-05-01", "2026-05-02",
    "2026-06-19", "2026-09-25", "2026-10-01", "2026-10-02", "2026-10-03",
)  # fmt: skip
OFF = (*STATUTORY, "2026-01-02", "2026-04-06", "2026-05-04", "2026-10-05")
WORKED = ("2026-01-04", "2026-05-09")


def notice() -> bytes:
    entries = [{"name": "假", "date": day, "isOffDay": True} for day in OFF]
    entries += [{"name": "班", "date": day, "isOffDay": False} for day in WORKED]
    return json.dumps({"year": 2026, "papers": ["https://www.gov.cn/2026"], "days": entries}).encode()


def entered(client: TestClient, content: bytes | None = None, **more: object) -> str:
    fields = {"year": "2026", "region": "CN", "statutory": list(STATUTORY)} | more
    return client.post(
        f"{HOME}/notices",
        data={"csrf": csrf(client), **fields},
        files={"file": ("2026.json", notice() if content is None else content, "application/json")},
        follow_redirects=True,
    ).text


def confirm(client: TestClient, page: str) -> str:
    found = re.search(rf'action="({HOME}/notices/\w+/confirm)"', page)
    assert found is not None
    return client.post(found[1], data={"csrf": csrf(client)}, follow_redirects=True).text


def test_a_year_without_a_checked_notice_says_that_its_days_are_tentative(clients: dict[str, TestClient]) -> None:
    assert "本年度的日期尚未确定" in clients["recruiter"].get(f"{HOME}?year=2026").text


def test_a_notice_changes_nothing_until_a_second_person_has_checked_it(
    made: Company, clients: dict[str, TestClient]
) -> None:
    page = entered(clients["administrator"])
    assert "2026-10-05 假: 工作日 → <b>调休日</b>" in page
    assert "录入通知的人不能自己核对" in confirm(clients["administrator"], page)
    with made.context.database.reading() as session:
        assert service.calendar(session).day(date(2026, 10, 5)).kind == "workday"


def test_once_checked_its_days_count_and_the_year_is_confirmed(made: Company, clients: dict[str, TestClient]) -> None:
    page = confirm(clients["hr"], entered(clients["administrator"]))
    assert "本年度的日期尚未确定" not in page
    with made.context.database.reading() as session:
        found = service.calendar(session)
    kinds = {day: found.day(date.fromisoformat(day)).kind for day in ("2026-01-04", "2026-10-01", "2026-10-05")}
    assert kinds == {"2026-01-04": "workday", "2026-10-01": "statutory", "2026-10-05": "substitute"}


def test_a_file_that_is_no_notice_is_refused_and_what_was_entered_stays(clients: dict[str, TestClient]) -> None:
    page = entered(clients["administrator"], b"{}")
    assert "days" in page
    assert all(f'value="{day}"' in page for day in STATUTORY)


def test_a_company_s_own_days_win_over_the_country_s(made: Company, clients: dict[str, TestClient]) -> None:
    region = service.company_region(made.entity_id)
    fields = {"company": made.entity_id, "first": "2026-12-24", "last": "2026-12-25", "kind": "restday", "source": "x"}
    answer = clients["administrator"].post(
        f"{HOME}/days", data={"csrf": csrf(clients["administrator"]), **fields}, follow_redirects=True
    )
    confirm(clients["hr"], answer.text)
    with made.context.database.reading() as session:
        own = service.calendar(session, (service.COUNTRY, region))
        assert [own.is_workday(date(2026, 12, day)) for day in (23, 24, 25, 28)] == [True, False, False, True]
        assert service.calendar(session).is_workday(date(2026, 12, 24))


def test_who_manages_nothing_sees_the_days_and_no_form(clients: dict[str, TestClient]) -> None:
    page = clients["recruiter"].get(HOME).text
    assert "<caption>" in page
    assert f'action="{HOME}/notices"' not in page


def test_an_address_with_nonsense_shows_this_year_of_the_country(clients: dict[str, TestClient]) -> None:
    assert clients["hr"].get(f"{HOME}?year=99999999999&region=XX").status_code == 200
