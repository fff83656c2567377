"""J1: whatever is repeated, reordered or replayed by WeChat, nothing is done twice and the last word is the latest."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hiring_world import World, make_world
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving import make_context
from sqlalchemy import func, select
from wechat_world import WechatWorld

from api.context import Context
from api.phone.cards import settle_decided
from api.phone.inbound import process_pending
from api.wechat.callbacks import Inbound, keep
from interview_engine.hr.approvals.service import decide
from interview_engine.hr.approvals.tables import Approval, ApprovalStep
from interview_engine.hr.messaging.tables import Card, InboundEvent, SubscriptionCredit
from interview_engine.hr.people import identities
from interview_engine.hr.recruiting.jobs.requisitions import create_requisition, submit_for_approval
from interview_engine.store.deliver import Message

NUMBER = itertools.count()


@dataclass
class Stage:
    """The company and WeChat's clients; events are handed in as callbacks hand them in, after the door has opened."""

    company: World
    context: Context
    wechat: WechatWorld

    def card(self) -> tuple[Approval, str, str]:
        """An approval and its card on the manager's phone: (approval, task id, response code)."""
        company, clock = self.company, self.company.clock
        recruiter, manager = company.actor("recruiter"), company.actor("hiring_manager")
        with self.context.database.transaction() as session:
            identities.bind(session, manager.person_id or "", "wecom", "wwfake", "manager", clock, actor_id="system")
            made = create_requisition(session, recruiter, company.new_requisition(title=f"{next(NUMBER)}"), clock)
            approval = submit_for_approval(session, recruiter, made.id, clock)
            session.expunge_all()
        channel = self.wechat.wechat.channels(self.context.database, "https://hr.example.com", clock)["wecom"]
        payload = {"approval": approval.id, "kind": approval.kind, "subject": approval.subject}
        key, to = f"approval:{approval.id}", f"account:{manager.account_id}"
        channel.send(Message("1", key, to, "approval.pending", payload, clock.now(), 1))
        shown = self.wechat.fake.shown_to("manager")[-1]
        return approval, shown.body["template_card"]["task_id"], list(self.wechat.fake.response_codes)[-1]

    def hear(self, kind: str, body: dict[str, object], key: str, channel: str = "official") -> None:
        with self.context.database.transaction() as session:
            keep(session, channel, Inbound(kind, key, {"FromUserName": "o-candidate", **body}), self.company.clock)


@pytest.fixture
def stage(wechat_world: WechatWorld, tmp_path: Path) -> Stage:
    company = make_world(wechat_world.database)
    wechat_world.fake.clock = company.clock
    wechat_world.fake.corporation.per_minute = 10_000
    wechat_world.fake.corporation.members.add("manager")
    return Stage(
        company,
        replace(make_context(wechat_world.database, tmp_path, company.clock), wechat=wechat_world.wechat),
        wechat_world,
    )


PRESSES = st.lists(
    st.tuples(st.sampled_from(["approve", "reject"]), st.sampled_from(["manager", "stranger"]), st.integers(0, 2)),
    min_size=1,
    max_size=8,
)


@given(PRESSES, st.booleans())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_a_button_is_pressed_the_first_press_of_its_owner_decides(
    stage: Stage, presses: list[tuple[str, str, int]], between: bool
) -> None:
    stage.company.clock.at += timedelta(minutes=2)
    approval, task, code = stage.card()
    for decision, who, repeat in presses:
        body = {"FromUserName": who, "EventKey": decision, "TaskId": task, "ResponseCode": code}
        stage.hear("event:template_card_event", body, f"{task}:{who}:{decision}:{repeat}", "wecom")
        if between:
            process_pending(stage.context)
    while process_pending(stage.context):
        pass
    owned = [decision for decision, who, _ in presses if who == "manager"]
    with stage.context.database.reading() as session:
        decided = session.get_one(Approval, approval.id)
        card = session.scalars(select(Card).where(Card.task_id == task)).one()
        steps = session.scalars(select(ApprovalStep).where(ApprovalStep.approval_id == approval.id)).all()
        waiting = session.scalar(select(func.count(InboundEvent.id)).where(InboundEvent.state == "waiting"))
    assert waiting == 0
    assert (card.state == "settled") == bool(owned)
    assert len([step for step in steps if step.decision]) <= 1
    outcome = {"approve": "approved", "reject": "rejected"}[owned[0]] if owned else "pending"
    assert decided.state == outcome


CREDITS = st.lists(st.tuples(st.sampled_from(["accept", "reject"]), st.integers(0, 3)), max_size=10)


@given(CREDITS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_subscription_that_is_told_again_is_one_credit(stage: Stage, told: list[tuple[str, int]]) -> None:
    template = f"t{next(NUMBER)}"
    for status, number in told:
        entry = {"TemplateId": template, "SubscribeStatusString": status}
        body: dict[str, object] = {"SubscribeMsgPopupEvent": {"List": entry}}
        stage.hear("event:subscribe_msg_popup_event", body, f"{template}:{status}:{number}")
        if number % 2:
            process_pending(stage.context)
    while process_pending(stage.context):
        pass
    with stage.context.database.reading() as session:
        found = session.scalar(select(SubscriptionCredit.credits).where(SubscriptionCredit.template_id == template))
    assert (found or 0) == len({number for status, number in told if status == "accept"})


BODIES = st.dictionaries(
    st.sampled_from(["FromUserName", "EventKey", "TaskId", "Status", "SubscribeMsgPopupEvent", "ResponseCode"]),
    st.recursive(
        st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["List", "x"]), inner, max_size=2),
        max_leaves=5,
    ),
)
EVENTS = ("subscribe", "unsubscribe", "TEMPLATESENDJOBFINISH", "LOCATION", "template_card_event", "")
KINDS = st.sampled_from(["text", "image", "", "event:subscribe_msg_popup_event", *(f"event:{name}" for name in EVENTS)])


@given(st.lists(st.tuples(KINDS, BODIES, st.sampled_from(["official", "wecom"])), max_size=5))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_event_whatever_is_in_it_stops_those_after_it(
    stage: Stage, events: list[tuple[str, dict[str, object], str]]
) -> None:
    for kind, body, channel in events:
        stage.hear(kind, body, f"odd:{next(NUMBER)}", channel)
    for _ in range(10):
        process_pending(stage.context)
    with stage.context.database.reading() as session:
        assert session.scalar(select(func.count(InboundEvent.id)).where(InboundEvent.state == "waiting")) == 0


def test_a_card_decided_on_a_page_loses_its_buttons_once(stage: Stage) -> None:
    approval, task, code = stage.card()
    shown = stage.wechat.fake.response_codes[code]["card"]
    assert settle_decided(stage.context) == 0
    with stage.context.database.transaction() as session:
        decide(session, stage.company.actor("hr"), approval.id, "approve", "", stage.company.clock)
    assert settle_decided(stage.context) == 1
    assert settle_decided(stage.context) == 0
    assert shown["settled"] == "已同意"
    stage.hear(
        "event:template_card_event", {"FromUserName": "manager", "EventKey": "reject", "TaskId": task}, "late", "wecom"
    )
    process_pending(stage.context)
    with stage.context.database.reading() as session:
        assert session.get_one(Approval, approval.id).state == "approved"
