"""Notices in the console: to whom, now or later, kept as a draft or a template, counted while the page is open (J4)."""

from __future__ import annotations

import re
from datetime import timedelta

from console_data import CLOCK, Company
from console_pages import csrf, post
from sqlalchemy import select
from starlette.testclient import TestClient

from interview_engine.clock import CHINA
from interview_engine.hr.messaging.tables import Notice, NoticeReceiver

TEXT = {"level": "info", "title": "团建", "body": "周五见"}


def receivers(made: Company, title: str = "团建") -> set[str]:
    with made.context.database.reading() as session:
        rows = select(NoticeReceiver.person_id).join(Notice, Notice.id == NoticeReceiver.notice_id)
        return set(session.scalars(rows.where(Notice.title == title)))


def kept(made: Company, state: str) -> str:
    with made.context.database.reading() as session:
        return session.scalars(select(Notice.id).where(Notice.state == state)).one()


def test_whoever_is_in_a_chosen_list_is_told(made: Company, clients: dict[str, TestClient]) -> None:
    auditor, recruiter = (made.accounts[role].person_id for role in ("auditor", "recruiter"))
    post(clients["hr"], "/console/notices", **TEXT, roles="recruiter", persons=auditor)
    assert receivers(made) == {auditor, recruiter}


def test_with_nothing_chosen_everyone_who_works_here_is_told(made: Company, clients: dict[str, TestClient]) -> None:
    post(clients["hr"], "/console/notices", **TEXT, do="send")
    assert receivers(made) == {account.person_id for account in made.accounts.values()}


def test_a_draft_is_continued_and_gone_once_it_is_sent(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["hr"]
    assert "done=notice_draft" in post(client, "/console/notices", level="info", title="团建", body="", do="draft",
                                       roles="recruiter")  # fmt: skip
    draft = kept(made, "draft")
    page = client.get(f"/console/notices?begin={draft}").text
    assert f'name="id" value="{draft}"' in page
    assert re.search(r'name="roles" value="recruiter" checked', page)
    post(client, "/console/notices", **TEXT, id=draft, roles="recruiter", do="send")
    assert receivers(made) == {made.accounts["recruiter"].person_id}
    assert client.get(f"/console/notices?begin={draft}").status_code == 404


def test_a_template_stays_when_a_notice_begins_from_it(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["hr"]
    post(client, "/console/notices", **TEXT, do="template")
    template = kept(made, "template")
    page = client.get(f"/console/notices?begin={template}").text
    assert "周五见" in page
    assert 'name="id" value=""' in page
    post(client, f"/console/notices/{template}/drop")
    assert "周五见" not in client.get("/console/notices").text


def test_a_scheduled_notice_is_shown_and_taken_back(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["hr"]
    at = (CLOCK.now() + timedelta(days=2)).astimezone(CHINA)
    post(client, "/console/notices", **TEXT, do="schedule", send_at=f"{at:%Y-%m-%dT%H:%M}")
    assert f"将于 {at:%Y-%m-%d %H:%M} 发出" in client.get("/console/notices").text
    where = post(client, f"/console/notices/{kept(made, 'scheduled')}/take-back")
    assert "begin=" in where
    assert receivers(made) == set()


def test_a_time_that_is_missing_or_over_is_said_and_nothing_is_lost(
    made: Company, clients: dict[str, TestClient]
) -> None:
    client = clients["hr"]
    for at in ("", "2020-01-01T10:00", "soon"):
        data = {**TEXT, "do": "schedule", "send_at": at, "roles": "recruiter", "csrf": csrf(client)}
        answer = client.post("/console/notices", data=data)
        assert answer.status_code == 422
        assert "周五见" in answer.text
        assert 'name="roles" value="recruiter" checked' in answer.text
    assert receivers(made) == set()


def test_the_counts_are_kept_fresh_for_who_may_see_them(made: Company, clients: dict[str, TestClient]) -> None:
    assert 'data-fresh="notices:all"' in clients["hr"].get("/console/notices").text
    watched = "/changes.json?watch=notices:all"
    assert clients["hr"].get(watched).json()["keys"] == ["notices:all"]
    assert clients["recruiter"].get(watched).status_code == 403
