"""J1, J7: what WeChat tells us is believed only when it proves itself, and counts once however often it is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from hiring_world import World, make_world
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving import make_context
from sqlalchemy import select
from wechat_world import WechatWorld, on_a_port

from api.app import create_app
from api.context import Context
from api.wechat.double.speaker import Speaker
from api.wechat.inbound import work_off
from interview_engine.hr.messaging.tables import Card, InboundEvent
from interview_engine.hr.people import identities
from interview_engine.hr.recruiting.jobs.requisitions import create_requisition, submit_for_approval
from interview_engine.hr.recruiting.tables import Requisition
from interview_engine.store.deliver import Message


@dataclass
class Stage:
    """The product behind a port, and the double that speaks to it."""

    company: World
    context: Context
    wechat: WechatWorld
    speaker: Speaker

    def events(self) -> list[InboundEvent]:
        with self.context.database.reading() as session:
            rows = list(session.scalars(select(InboundEvent).order_by(InboundEvent.id)))
            session.expunge_all()
            return rows


@pytest.fixture
def stage(wechat_world: WechatWorld, tmp_path: Path) -> Iterator[Stage]:
    company = make_world(wechat_world.database)
    made = make_context(wechat_world.database, tmp_path, company.clock)
    context = replace(made, wechat=wechat_world.wechat)
    wechat_world.fake.clock = company.clock
    with on_a_port(create_app(context)) as url, httpx.Client() as http:  # type: ignore[arg-type]
        wechat_world.fake.official.callback_url = f"{url}/wechat/official/callback"
        wechat_world.fake.corporation.callback_url = f"{url}/wechat/wecom/callback"
        yield Stage(company, context, wechat_world, Speaker(wechat_world.fake, http))


def test_the_console_accepts_both_addresses(stage: Stage) -> None:
    for app in (stage.wechat.fake.official, stage.wechat.fake.corporation):
        status, answer, word = stage.speaker.check_address(app)
        assert (status, answer) == (200, word)


def test_an_event_is_answered_at_once_and_kept_once(stage: Stage) -> None:
    said = stage.speaker.text(stage.wechat.fake.official, "o-candidate", "我的面试什么时候？")
    assert said.answers == [(200, "success")]
    again = stage.speaker.http.post(said.url, content=said.body)
    assert (again.status_code, again.text) == (200, "success")
    (event,) = stage.events()
    assert (event.kind, event.state, event.body["Content"]) == ("text", "waiting", "我的面试什么时候？")


def test_forged_old_and_malformed_callbacks_leave_nothing(stage: Stage) -> None:
    official = stage.wechat.fake.official
    good = stage.speaker.text(official, "o-candidate", "hello")
    kept = len(stage.events())
    forged = good.url.replace("msg_signature=", "msg_signature=0")
    assert stage.speaker.http.post(forged, content=good.body).status_code == 403
    other = stage.speaker.text(stage.wechat.fake.official, "o-candidate", "other")
    assert stage.speaker.http.post(good.url, content=other.body).status_code == 403
    stage.company.clock.at += timedelta(minutes=10)
    assert stage.speaker.http.post(other.url, content=other.body).status_code == 403
    for body in (b"", b"<xml>", b"<xml/>", b'<!DOCTYPE a [<!ENTITY b "c">]><xml><Encrypt>&b;</Encrypt></xml>'):
        assert 400 <= stage.speaker.http.post(good.url, content=body).status_code < 500
    assert len(stage.events()) == kept + 1


@given(
    body=st.binary(max_size=300),
    query=st.dictionaries(
        st.sampled_from(["timestamp", "nonce", "msg_signature", "signature", "echostr"]), st.text(max_size=40)
    ),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_callback_ever_fails_the_server(stage: Stage, body: bytes, query: dict[str, str]) -> None:
    here = stage.wechat.fake.official.callback_url.removesuffix("/official/callback")
    for channel in ("official", "wecom", "nothing"):
        address = f"{here}/{channel}/callback"
        assert stage.speaker.http.post(address, params=query, content=body).status_code < 500
        assert stage.speaker.http.get(address, params=query).status_code < 500


def test_a_message_in_chat_is_answered_with_the_way_to_ones_applications(stage: Stage) -> None:
    stage.speaker.text(stage.wechat.fake.official, "o-candidate", "你好")
    assert work_off(stage.context) == 1
    (message,) = stage.wechat.fake.shown_to("o-candidate")
    assert "/wechat/in/official?back=/wechat/me" in message.body["text"]["content"]
    assert work_off(stage.context) == 0


def approval_card(stage: Stage) -> tuple[str, str, str]:
    """An approval's card on the manager's phone: (requisition id, task id, response code)."""
    company, clock = stage.company, stage.company.clock
    manager = company.actor("hiring_manager")
    stage.wechat.fake.corporation.members.add("manager")
    with stage.context.database.transaction() as session:
        assert manager.person_id is not None
        identities.bind(session, manager.person_id, "wecom", "wwfake", "manager", clock, actor_id="system")
        requisition = create_requisition(session, company.actor("recruiter"), company.new_requisition(), clock)
        approval = submit_for_approval(session, company.actor("recruiter"), requisition.id, clock)
    channel = stage.wechat.wechat.channels(stage.context.database, "https://hr.example.com", clock)["wecom"]
    payload = {"approval": approval.id, "kind": approval.kind, "subject": approval.subject}
    message = Message(
        "1", f"approval:{approval.id}", f"account:{manager.account_id}", "approval.pending", payload, clock.now(), 1
    )
    channel.send(message)
    (shown,) = stage.wechat.fake.shown_to("manager")
    code = next(iter(stage.wechat.fake.response_codes))
    return requisition.id, shown.body["template_card"]["task_id"], code


def test_a_cards_button_decides_once_and_the_card_says_so(stage: Stage) -> None:
    requisition_id, task_id, code = approval_card(stage)
    card = stage.wechat.fake.response_codes[code]["card"]
    stage.speaker.press("manager", task_id, "approve", code)
    stage.speaker.press("manager", task_id, "reject", code)
    assert work_off(stage.context) == 2
    with stage.context.database.reading() as session:
        assert session.get_one(Requisition, requisition_id).state == "approved"
        assert session.scalars(select(Card)).one().state == "settled"
    assert card["settled"] == "已同意"


def test_a_button_pressed_by_somebody_else_does_nothing(stage: Stage) -> None:
    requisition_id, task_id, code = approval_card(stage)
    stage.wechat.fake.corporation.members.add("stranger")
    stage.speaker.press("stranger", task_id, "approve", code)
    work_off(stage.context)
    with stage.context.database.reading() as session:
        assert session.get_one(Requisition, requisition_id).state == "pending"
