"""J4, J1: notices are written in the console and read on the phone; everybody chooses their way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from hiring_world import World, make_world
from serving import make_context, served
from wechat_world import WechatWorld

from api.candidate.own_applications import applications_address
from api.context import Context
from api.serving import channels_of
from interview_engine.hr.access.tables import Grant
from interview_engine.hr.accounts import sign_in
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.messaging.person_channel import ways_of
from interview_engine.hr.people import identities
from interview_engine.store.deliver import deliver_due
from interview_engine.store.rows import stamp
from interview_engine.store.tables import OutboxMessage


@dataclass
class Stage:
    """The company behind a port with mail and WeChat, HR signed in, one candidate known in WeChat."""

    company: World
    context: Context
    wechat: WechatWorld
    url: str
    http: httpx.Client
    person_id: str

    def csrf(self, path: str) -> str:
        return self.http.get(path).text.partition('name="csrf" value="')[2].partition('"')[0]


@pytest.fixture
def stage(wechat_world: WechatWorld, tmp_path: Path) -> Iterator[Stage]:
    company = make_world(wechat_world.database)
    clock = company.clock
    wechat_world.fake.clock = clock
    made = make_context(
        wechat_world.database, tmp_path, clock, smtp_url="smtp://127.0.0.1:9", mail_from="a@example.com"
    )
    context = replace(made, wechat=wechat_world.wechat)
    with context.database.transaction() as session:
        application = company.applicant(session, company.post(session, company.open_job(session)))
        person_id = application.person_id
        hr = company.actor("hr")
        for to, channel, app_id, openid in (
            (person_id, "official", "wxfake", "o-candidate"),
            (hr.person_id or "", "wecom", "wwfake", "recruiter"),
        ):
            identities.bind(session, to, channel, app_id, openid, clock, actor_id="system")
        for rule in hr.grants:
            values = {
                "scope": rule.scope,
                "field_class": rule.field_class,
                "action": rule.action,
                "effect": rule.effect,
            }
            session.add(Grant(**stamp("system", clock), account_id=hr.account_id, scope_ref=rule.scope_ref, **values))
        account = session.get_one(Account, hr.account_id)
        secret = sign_in.open_session(session, account, clock, complete=True, address="", user_agent="")
    with served(context) as url:
        context = replace(context, service=replace(context.service, public_url=url))
        with httpx.Client(base_url=url, follow_redirects=True, headers={"accept-language": "zh"}) as http:
            http.cookies.set("session", secret)
            yield Stage(company, context, wechat_world, url, http, person_id)


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
