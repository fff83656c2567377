"""J1, J7: what WeChat tells us is believed only when it proves itself, and counts once however often it is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from applications import application
from hiring_world import World, make_world
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving import make_context
from sqlalchemy import delete, select
from wechat_world import WechatWorld, on_a_port

from api.context import Context
from api.phone.cards import settle_decided
from api.phone.inbound import process_pending
from api.wechat.double.speaker import Speaker
from interview_engine.clock import CHINA
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.approvals.service import Decision, decide, delegate, withdraw
from interview_engine.hr.approvals.tables import Approval, ApprovalStep
from interview_engine.hr.messaging.inbox import unread_count
from interview_engine.hr.messaging.person_channel import ways_of
from interview_engine.hr.messaging.tables import Card, InboundEvent
from interview_engine.hr.people import identities
from interview_engine.hr.people.tables import Department, Person
from interview_engine.hr.problems import conflict
from interview_engine.hr.recruiting.jobs.requisitions import create_requisition, submit_for_approval
from interview_engine.hr.recruiting.tables import Requisition
from interview_engine.i18n import LocalizedText
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
    with on_a_port(application(context)) as url, httpx.Client() as http:  # type: ignore[arg-type]
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
    assert process_pending(stage.context) == 1
    (message,) = stage.wechat.fake.shown_to("o-candidate")
    assert "/wechat/in/official?back=/wechat/me" in message.body["text"]["content"]
    assert process_pending(stage.context) == 0


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
    assert process_pending(stage.context) == 2
    with stage.context.database.reading() as session:
        assert session.get_one(Requisition, requisition_id).state == "approved"
        assert session.scalars(select(Card)).one().state == "settled"
    assert card["settled"] == "已同意"


def test_a_card_names_what_is_asked_by_whom_and_for_where_and_looking_comes_first(stage: Stage) -> None:
    approval_card(stage)
    (shown,) = stage.wechat.fake.shown_to("manager")
    card = shown.body["template_card"]
    recruiter = stage.company.actor("recruiter")
    with stage.context.database.reading() as session:
        requisition = session.scalars(select(Requisition)).one()
        asked_by = session.get_one(Person, recruiter.person_id).name
        department = session.get_one(Department, requisition.department_id).name
    assert card["main_title"]["title"] == requisition.title
    facts = {one["keyname"]: one["value"] for one in card["horizontal_content_list"]}
    assert facts == {"类型": "招聘需求", "部门": department, "人数": str(requisition.headcount), "申请人": asked_by}
    buttons = [(one["text"], one.get("url", "")) for one in card["button_list"]]
    assert [text for text, _ in buttons] == ["查看", "同意", "拒绝"]
    assert "/wechat/in/wecom?back=%2Fconsole%2Fapprovals" in buttons[0][1]
    assert card["button_list"][0]["style"] == 1


def test_what_was_decided_is_no_longer_new_in_anybody_s_inbox(stage: Stage) -> None:
    requisition_id, _, _ = approval_card(stage)
    manager, hr = stage.company.actor("hiring_manager"), stage.company.actor("hr")
    with stage.context.database.reading() as session:
        assert unread_count(session, manager) == 1
    decided_by_hr(stage, requisition_id, "approve")
    with stage.context.database.reading() as session:
        assert (unread_count(session, manager), unread_count(session, hr)) == (0, 0)


def test_a_button_is_its_owner_s_however_wecom_writes_the_userid(stage: Stage) -> None:
    requisition_id, task_id, code = approval_card(stage)
    stage.speaker.press("Manager", task_id, "approve", code)
    assert process_pending(stage.context) == 1
    with stage.context.database.reading() as session:
        assert session.get_one(Requisition, requisition_id).state == "approved"


@pytest.mark.parametrize(("last", "state"), [("subscribe", "reachable"), ("unsubscribe", "blocked")])
def test_what_happened_last_counts_whatever_arrives_last(stage: Stage, last: str, state: str) -> None:
    candidate = stage.company.actor("recruiter").person_id or ""
    first = "subscribe" if last == "unsubscribe" else "unsubscribe"
    with stage.context.database.transaction() as session:
        identities.bind(session, candidate, "official", "wxfake", "o-1", stage.company.clock, actor_id="system")
    official, now = stage.wechat.fake.official, int(stage.company.clock.now().timestamp())
    stage.speaker.event(official, "o-1", last, CreateTime=str(now))
    stage.speaker.event(official, "o-1", first, CreateTime=str(now - 60))
    assert process_pending(stage.context) == 2
    with stage.context.database.reading() as session:
        assert ways_of(session, candidate)["official"].state == state


def test_of_one_second_the_event_that_arrives_last_counts(stage: Stage) -> None:
    candidate = stage.company.actor("recruiter").person_id or ""
    with stage.context.database.transaction() as session:
        identities.bind(session, candidate, "official", "wxfake", "o-1", stage.company.clock, actor_id="system")
    official, now = stage.wechat.fake.official, str(int(stage.company.clock.now().timestamp()))
    for event in ("unsubscribe", "subscribe"):
        stage.speaker.event(official, "o-1", event, CreateTime=now)
    assert process_pending(stage.context) == 2
    with stage.context.database.reading() as session:
        assert ways_of(session, candidate)["official"].state == "reachable"


@pytest.mark.parametrize("written", ["", "soon", "99999999999", "4102444800", "-5", "²"])
def test_an_event_without_a_time_of_its_own_counts_from_when_it_arrived(stage: Stage, written: str) -> None:
    candidate = stage.company.actor("recruiter").person_id or ""
    with stage.context.database.transaction() as session:
        identities.bind(session, candidate, "official", "wxfake", "o-1", stage.company.clock, actor_id="system")
    official = stage.wechat.fake.official
    stage.speaker.event(official, "o-1", "unsubscribe", CreateTime=written)
    assert process_pending(stage.context) == 1
    stage.company.clock.at += timedelta(minutes=1)
    stage.speaker.event(official, "o-1", "subscribe")
    assert process_pending(stage.context) == 1
    with stage.context.database.reading() as session:
        assert ways_of(session, candidate)["official"].state == "reachable"


def test_a_button_pressed_by_somebody_else_does_nothing(stage: Stage) -> None:
    requisition_id, task_id, code = approval_card(stage)
    stage.wechat.fake.corporation.members.add("stranger")
    stage.speaker.press("stranger", task_id, "approve", code)
    process_pending(stage.context)
    with stage.context.database.reading() as session:
        assert session.get_one(Requisition, requisition_id).state == "pending"


def approval_of(stage: Stage, requisition_id: str) -> str:
    with stage.context.database.reading() as session:
        return session.scalars(select(Approval.id).where(Approval.subject == f"requisition:{requisition_id}")).one()


def handed_to(stage: Stage, requisition_id: str, colleague: str) -> None:
    """The manager's part goes to a colleague with that role."""
    company = stage.company
    to = company.actor(colleague).account_id
    assert to is not None
    with stage.context.database.transaction() as session:
        delegate(session, company.actor("hiring_manager"), approval_of(stage, requisition_id), to, company.clock)


def decided_by_hr(stage: Stage, requisition_id: str, decision: Decision) -> None:
    with stage.context.database.transaction() as session:
        actor = stage.company.actor("hr")
        decide(session, actor, approval_of(stage, requisition_id), decision, "不需要了", stage.company.clock)


def taken_back(stage: Stage, requisition_id: str) -> None:
    with stage.context.database.transaction() as session:
        actor = stage.company.actor("recruiter")
        withdraw(session, actor, approval_of(stage, requisition_id), stage.company.clock)


def lost(stage: Stage, requisition_id: str) -> None:
    approval_id = approval_of(stage, requisition_id)
    with stage.context.database.transaction() as session:
        session.execute(delete(ApprovalStep).where(ApprovalStep.approval_id == approval_id))
        session.execute(delete(Approval).where(Approval.id == approval_id))


def taken_away(stage: Stage, requisition_id: str) -> None:
    """The manager's part is somebody else's, and no delegation says so."""
    company = stage.company
    with stage.context.database.transaction() as session:
        step = session.scalars(
            select(ApprovalStep).where(ApprovalStep.account_id == company.actor("hiring_manager").account_id)
        ).one()
        session.delete(step)


REFUSALS = {
    "approved": (
        lambda stage, of: decided_by_hr(stage, of, "approve"),
        "{hr}已同意 · {at}",
        "Approved by {hr} · {at}",
    ),
    "rejected": (
        lambda stage, of: decided_by_hr(stage, of, "reject"),
        "{hr}已拒绝 · {at}",
        "Declined by {hr} · {at}",
    ),
    "withdrawn": (taken_back, "申请已撤回 · {at}", "Request withdrawn · {at}"),
    "delegated": (
        lambda stage, of: handed_to(stage, of, "administrator"),
        "已转交{administrator}，不再由您审批",
        "Handed to {administrator}: no longer yours",
    ),
    "not theirs": (taken_away, "现在不由您审批", "Not yours to decide now"),
    "unknown": (lost, "找不到这项审批", "No such approval"),
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_button_that_comes_too_late_says_what_became_of_the_request(
    stage: Stage, refusal: str, language: str
) -> None:
    requisition_id, task_id, code = approval_card(stage)
    card = stage.wechat.fake.response_codes[code]["card"]
    with stage.context.database.transaction() as session:
        manager = session.get_one(Account, stage.company.actor("hiring_manager").account_id)
        manager.language = language
        hr = session.get_one(Person, stage.company.actor("hr").person_id).name
        administrator = session.get_one(Person, stage.company.actor("administrator").person_id).name
    happen, zh, en = REFUSALS[refusal]
    happen(stage, requisition_id)
    stage.speaker.press("manager", task_id, "approve", code)
    assert process_pending(stage.context) == 1
    with stage.context.database.reading() as session:
        decided_at = session.scalar(select(Approval.decided_at))
    at = f"{decided_at.astimezone(CHINA):%m-%d %H:%M}" if decided_at else ""
    expected = (zh if language == "zh" else en).format(hr=hr, administrator=administrator, at=at)
    assert card["settled"] == expected


def test_a_button_whose_effect_is_refused_decides_nothing_and_says_to_open_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    requisition_id, task_id, code = approval_card(stage)
    card = stage.wechat.fake.response_codes[code]["card"]

    def refused(*of: object) -> None:
        decide(*of)  # type: ignore[arg-type]
        raise conflict("requisition.state", LocalizedText("状态不允许。", "Its state does not allow it."))

    monkeypatch.setattr(approvals, "decide", refused)
    stage.speaker.press("manager", task_id, "approve", code)
    process_pending(stage.context)
    with stage.context.database.reading() as session:
        assert session.get_one(Approval, approval_of(stage, requisition_id)).state == "pending"
        assert not session.scalars(select(ApprovalStep).where(ApprovalStep.decision.is_not(None))).all()
    assert card["settled"] == "未能处理，请打开查看"


def test_a_press_of_a_button_that_should_be_gone_is_answered_too(stage: Stage) -> None:
    requisition_id, task_id, code = approval_card(stage)
    card = stage.wechat.fake.response_codes[code]["card"]
    decided_by_hr(stage, requisition_id, "approve")
    stage.wechat.fake.trouble["/qy/cgi-bin/message/update_template_card"] = [48002]
    assert settle_decided(stage.context) == 1
    assert "settled" not in card, "the update was refused, the buttons stand"
    stage.speaker.press("manager", task_id, "reject", code)
    process_pending(stage.context)
    assert "已同意" in card["settled"]
