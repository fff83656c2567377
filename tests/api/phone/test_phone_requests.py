"""Requests on the phone: an employee known by WeChat chooses, fills in and sends; sent twice is one request (F1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from phone_stage import Stage
from sqlalchemy import select

from interview_engine.clock import china_day
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.approvals.tables import Approval, ApprovalStep
from interview_engine.hr.employment import service
from interview_engine.hr.requests.tables import Request

AGENT = {"accept-language": "zh", "user-agent": "Mozilla/5.0 MicroMessenger/8.0.50"}
HOME = "/wechat/my/requests"


@dataclass(frozen=True)
class Phones:
    stage: Stage
    mine: httpx.Client
    other: httpx.Client


@pytest.fixture
def phones(stage: Stage) -> Iterator[Phones]:
    company, clock = stage.company, stage.company.clock
    stage.wechat.fake.official.redirect_host = stage.url.removeprefix("http://")
    with company.database.transaction() as session:
        where = service.Place(company.entity_id, company.department_id)
        start = china_day(clock) - timedelta(days=350)
        service.begin(session, SYSTEM, stage.person_id, where, "客服专员", start, None, clock)
    mine, other = (
        httpx.Client(base_url=stage.url, follow_redirects=True, headers=AGENT, cookies={"fake-user": openid})
        for openid in ("o-candidate", "o-nobody")
    )
    with mine, other:
        yield Phones(stage, mine, other)


def test_leave_is_asked_for_in_three_pages_and_sent_twice_is_one_request(phones: Phones) -> None:
    page = phones.mine.get(HOME)
    assert (page.status_code, page.url.path) == (200, HOME)
    assert f'href="{HOME}/new/leave"' in page.text
    form = phones.mine.get(f"{HOME}/new/leave").text
    (key,) = re.findall(r'name="key" value="([^"]+)"', form)
    day = china_day(phones.stage.company.clock).isoformat()
    values = {"key": key, "leave_type": "sick", "first_day": day, "last_day": day, "reason": "发烧"}
    sent = [phones.mine.post(f"{HOME}/new/leave", data=values) for _ in range(2)]
    assert {one.url.path for one in sent} == {sent[0].url.path}
    assert "待审批" in sent[0].text
    assert "发烧" in sent[0].text
    with phones.stage.company.database.reading() as session:
        rows = session.scalars(select(Request)).all()
        assert [(row.kind, row.state, row.person_id) for row in rows] == [("leave", "pending", phones.stage.person_id)]
        approval = session.scalars(select(Approval).where(Approval.subject == f"leave:{rows[0].id}")).one()
        assert session.scalars(select(ApprovalStep).where(ApprovalStep.approval_id == approval.id)).all()
    taken_back = phones.mine.post(f"{sent[0].url.path}/withdraw")
    assert taken_back.status_code == 200
    with phones.stage.company.database.reading() as session:
        assert session.scalars(select(Request.state)).all() == ["withdrawn"]


def test_a_form_that_is_refused_keeps_what_was_typed(phones: Phones) -> None:
    phones.mine.get(HOME)
    answer = phones.mine.post(f"{HOME}/new/leave", data={"key": "k", "leave_type": "sick", "reason": "发烧"})
    assert answer.status_code == 422
    assert "发烧" in answer.text


def test_a_stranger_and_another_person_see_nothing(phones: Phones) -> None:
    day = china_day(phones.stage.company.clock).isoformat()
    values = {"key": "k", "leave_type": "sick", "first_day": day, "last_day": day, "reason": "发烧"}
    phones.mine.get(HOME)
    path = phones.mine.post(f"{HOME}/new/leave", data=values).url.path
    for address in (HOME, f"{HOME}/new/leave", path):
        page = phones.other.get(address)
        assert "发烧" not in page.text
        assert not page.url.path.startswith(HOME)
