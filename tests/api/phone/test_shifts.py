"""My shifts on the phone: the month, wishes, and a calendar address that only who made it can end (E4, J2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from phone_stage import Stage
from roster_world import Rostered, day, rostered

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.people import identities
from interview_engine.hr.rosters import service as rosters

HERE = "/wechat/my/shifts"
AGENT = {"accept-language": "zh", "user-agent": "Mozilla/5.0 MicroMessenger/8.0.50"}


@dataclass(frozen=True)
class Phone:
    """Somebody's phone, and the published roster of their department."""

    http: httpx.Client
    made: Rostered
    stage: Stage


@pytest.fixture
def phone(stage: Stage) -> Iterator[Phone]:
    host = stage.url.removeprefix("http://")
    stage.wechat.fake.corporation.redirect_host = stage.wechat.fake.official.redirect_host = host
    with stage.company.database.transaction() as session:
        made = rostered(stage.company, session)
        made.set(session, 0, day(0), made.night)
        made.set(session, 1, day(1), made.early)
        rosters.publish(session, SYSTEM, made.roster_id, "", stage.company.clock)
        me = made.staff[0].person_id
        identities.bind(session, me, "official", "wxfake", "o-me", stage.company.clock, actor_id="system")
    with httpx.Client(
        base_url=stage.url, follow_redirects=True, headers=AGENT, cookies={"fake-user": "o-me"}, timeout=60
    ) as http:
        http.get("/wechat/today")  # which signs in
        yield Phone(http, made, stage)


def test_the_month_shows_ones_shifts_and_what_can_be_done(phone: Phone) -> None:
    page = phone.http.get(HERE).text
    assert "夜班" in page
    assert "22:00-06:00" in page
    assert "07:00-15:00" not in page.partition('id="wishes"')[0]
    assert "/wechat/my/requests/new/shift_swap" in page
    assert HERE in phone.http.get("/wechat/today").text
    assert phone.http.get(f"{HERE}?month=2026-12").status_code == 200
    assert phone.http.get(f"{HERE}?month=nonsense").status_code == 422


def test_a_wish_is_written_shown_and_taken_back(phone: Phone) -> None:
    page = phone.http.post(f"{HERE}/wishes", data={"day": day(4).isoformat(), "wants": "free"}).text
    removal = re.search(rf'action="({HERE}/wishes/\w+/remove)"', page)
    assert removal is not None
    assert removal[1] not in phone.http.post(removal[1]).text
    assert phone.http.post(f"{HERE}/wishes", data={"day": "", "wants": "free"}).status_code == 422


def test_a_calendar_reads_ones_shifts_until_the_address_is_ended(phone: Phone) -> None:
    page = phone.http.post(f"{HERE}/calendar").text
    address = re.search(r"http://[^<\s]+/calendar/[\w-]+\.ics", page)
    assert address is not None
    assert "/calendar/" not in phone.http.get(HERE).text.replace(f"{HERE}/calendar", "")
    answer = httpx.get(address[0])
    assert answer.headers["content-type"].startswith("text/calendar")
    assert "SUMMARY:夜班 (N)" in answer.text
    assert "DTSTART:20261109T140000Z" in answer.text
    assert not any(f"员工{'甲' * number}" in answer.text for number in (1, 2, 3, 4))
    again = phone.http.post(f"{HERE}/calendar").text
    second = re.search(r"http://[^<\s]+/calendar/[\w-]+\.ics", again)
    assert second is not None
    assert (httpx.get(address[0]).status_code, httpx.get(second[0]).status_code) == (404, 200)
    phone.http.post(f"{HERE}/calendar/end")
    assert httpx.get(second[0]).status_code == 404


def test_a_swap_is_asked_for_on_the_phone(phone: Phone) -> None:
    path = "/wechat/my/requests/new/shift_swap"
    page = phone.http.get(path).text
    other = phone.made.staff[1]
    assert other.person_id in page
    assert phone.made.staff[0].person_id not in page
    said = {"day": day(0).isoformat(), "colleague": other.person_id, "their_day": "", "agreed": "yes"}
    refused = phone.http.post(path, data=said)
    assert refused.status_code == 422
    assert "班前只休息 1 小时" in refused.text
    with phone.stage.company.database.reading() as session:
        assert len(phone.made.items(session)) == 2
