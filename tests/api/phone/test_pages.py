"""J4, J1: notices are written in the console and read on the phone; everybody chooses their way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from delivering import deliver_due
from phone_stage import Stage

from api.candidate.own_applications import applications_address
from api.serving import channels_of
from interview_engine.hr.messaging.person_channel import ways_of
from interview_engine.store.tables import OutboxMessage


def written(stage: Stage, **other: str) -> httpx.Response:
    """The answer to the form for an important notice to everybody."""
    fields = {"level": "important", "title": "台风停工", "body": "今天不要来公司。", "department": "", **other}
    return stage.http.post("/console/notices", data={"csrf": stage.csrf("/console/notices"), **fields})


@pytest.fixture
def card(stage: Stage) -> dict[str, Any]:
    """The card about a notice that the recruiter's phone shows."""
    written(stage)
    with stage.context.database.transaction() as session:
        session.query(OutboxMessage).filter(OutboxMessage.template != "notice.important").delete()
    deliver_due(stage.context.database, channels_of(stage.context), stage.company.clock, 100)
    (message,) = stage.wechat.fake.shown_to("recruiter")
    return dict(message.body)


@pytest.fixture
def phone(stage: Stage) -> Iterator[httpx.Client]:
    """The recruiter's, in WeCom."""
    host = stage.url.removeprefix("http://")
    stage.wechat.fake.corporation.redirect_host = stage.wechat.fake.official.redirect_host = host
    with httpx.Client(follow_redirects=True, cookies={"fake-user": "recruiter"}) as made:
        yield made


def test_a_notice_that_is_refused_keeps_what_was_typed(stage: Stage) -> None:
    refused = written(stage, title=" ")
    assert refused.status_code == 422
    assert "今天不要来公司" in refused.text, "nothing typed is lost"


def test_a_notice_is_listed_once_it_is_written(stage: Stage) -> None:
    assert "台风停工" in written(stage).text


def test_the_card_of_a_notice_leads_to_its_text_and_does_not_hold_it(card: dict[str, Any], phone: httpx.Client) -> None:
    assert "不要来" not in str(card)
    opened = phone.get(card["textcard"]["url"])
    assert opened.url.path.startswith("/n/")
    assert "今天不要来公司。" in opened.text


def test_a_notice_is_counted_as_read_by_its_own_button_only(
    stage: Stage, card: dict[str, Any], phone: httpx.Client
) -> None:
    opened = phone.get(card["textcard"]["url"])
    foreign = phone.post(str(opened.url), headers={"origin": "https://evil.example"})
    assert foreign.status_code == 403
    receivers = len(stage.company.actors)
    assert "0 · 0 %" in stage.http.get("/console/notices").text
    assert "我已阅读" not in phone.post(str(opened.url), headers={"origin": stage.url}).text
    assert f"1 · {100 / receivers:.0f} %" in stage.http.get("/console/notices").text


def test_a_notice_lies_in_the_inbox_too(stage: Stage, card: dict[str, Any]) -> None:
    assert "/n/" in stage.http.get("/console/inbox").text


def test_a_candidate_chooses_the_way_on_their_own_page(stage: Stage) -> None:
    address = applications_address(stage.context, stage.person_id)
    shown = stage.http.get(address)
    assert 'value="official"' in shown.text
    assert 'value="email"' in shown.text
    assert "wecom" not in shown.text
    for way, preferred in (("email", {"email"}), ("official", {"official"}), ("", set())):
        answer = stage.http.post(f"{address}/way", data={"way": way}, headers={"origin": stage.url})
        assert answer.status_code == 200
        with stage.context.database.reading() as session:
            known = ways_of(session, stage.person_id)
        assert {name for name, kept in known.items() if kept.preferred} == preferred
    assert stage.http.post(f"{address}/way", data={"way": "wecom"}, headers={"origin": stage.url}).status_code == 422
    assert (
        stage.http.post(f"{address}/way", data={"way": ""}, headers={"origin": "https://x.example"}).status_code == 403
    )
