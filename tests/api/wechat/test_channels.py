"""J1, J4, J6: messages by Official Account and WeCom fit their fields, wait for quotas, and find another way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from delivering import deliver_due
from hypothesis import given
from hypothesis import strategies as st
from wechat_world import WechatWorld, settings_for

from api.wechat.channels import OfficialChannel, WecomChannel, closes_the_way, cut_bytes, fitted
from api.wechat.connect import Wechat, connect
from api.wechat.quotas import member_limits, used
from interview_engine.errors import DeliveryError
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.messaging.person_channel import PersonChannel, choose_way, ways_of
from interview_engine.hr.messaging.tables import SubscriptionCredit
from interview_engine.hr.people import identities
from interview_engine.hr.people.tables import Person
from interview_engine.store import outbox
from interview_engine.store.deliver import Channel, Message, Receipt
from interview_engine.store.rows import stamp
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import OutboxMessage
from interview_engine.wechat_settings import read_wechat_settings

MORNING = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # 10:00 in Beijing
PUBLIC = "https://hr.example.com"


class Mail:
    """A mailbox that keeps what comes."""

    def __init__(self) -> None:
        self.came: list[Message] = []

    def send(self, message: Message) -> Receipt:
        self.came.append(message)
        return Receipt("sent")


class Company:
    """A candidate who follows the account, and a recruiter who is a member."""

    def __init__(self, world: WechatWorld) -> None:
        world.clock.at = MORNING
        self.world = world
        self.mail = Mail()
        with world.database.transaction() as session:
            self.candidate = self.person(session, "候选人", "official", "wxfake", "o-candidate")
            self.recruiter = self.person(session, "招聘", "wecom", "wwfake", "recruiter")
            account = Account(
                **stamp("system", world.clock),
                person_id=self.recruiter,
                login="recruiter",
                role="recruiter",
                password_hash="unusable",
            )
            session.add(account)
            session.flush()
            self.account = account.id

    def person(self, session, name: str, channel: str, app_id: str, openid: str) -> str:  # type: ignore[no-untyped-def]
        row = Person(**stamp("system", self.world.clock), name=name, language="zh")
        session.add(row)
        session.flush()
        identities.bind(session, row.id, channel, app_id, openid, self.world.clock, actor_id="system")
        return row.id

    def channels(self, wechat: Wechat | None = None) -> dict[str, Channel]:
        made = (wechat or self.world.wechat).channels(self.world.database, PUBLIC, self.world.clock)
        ways = {**made, "email": self.mail}
        return {**ways, "person": PersonChannel(self.world.database, ways, self.world.clock, closes_the_way)}

    def post(self, key: str, recipient: str, template: str, **payload: str) -> None:
        with self.world.database.transaction() as session:
            outbox.enqueue(
                session,
                dedupe_key=key,
                channel="person",
                recipient=recipient,
                template=template,
                payload=payload,
                clock=self.world.clock,
            )

    def state(self, key: str) -> OutboxMessage:
        with self.world.database.reading() as session:
            row = session.query(OutboxMessage).filter_by(dedupe_key=key).one()
            session.expunge_all()
            return row

    def deliver(self, wechat: Wechat | None = None) -> None:
        deliver_due(self.world.database, self.channels(wechat), self.world.clock)


@pytest.fixture
def company(wechat_world: WechatWorld) -> Company:
    return Company(wechat_world)


def invitation(company: Company, key: str = "i1", title: str = "客服专员") -> None:
    expires = (MORNING + timedelta(days=7)).isoformat()
    company.post(key, f"person:{company.candidate}", "invitation.sent", title=title, token="t" * 43, expires_at=expires)


def test_an_invitation_reaches_the_follower_with_its_link_behind_the_sign_in(company: Company) -> None:
    invitation(company, title="负责华东区大客户的高级客户服务专员与质检专员（上海）")
    company.deliver()
    (message,) = company.world.fake.shown_to("o-candidate")
    assert message.body["url"].startswith(f"{PUBLIC}/wechat/in/official?back=%2Fi%2F{'t' * 43}&m=")
    assert len(message.body["data"]["thing1"]["value"]) == 20
    assert message.body["data"]["phrase2"]["value"] == "待面试"
    row = company.state("i1")
    assert (row.state, row.via) == ("sent", "official")
    assert "token" not in row.payload


def test_a_result_reaches_the_recruiter_as_a_card_without_any_score(company: Company) -> None:
    company.post("r1", f"account:{company.account}", "assessment.ready", title="客服专员", application="a1")
    company.deliver()
    (message,) = company.world.fake.shown_to("recruiter")
    card = message.body["textcard"]
    assert card["url"].startswith(f"{PUBLIC}/wechat/in/wecom?back=%2Fconsole%2Fapplications%2Fa1")
    assert "http" not in card["description"]
    assert company.state("r1").via == "wecom"


def test_who_left_is_reached_by_mail_and_not_tried_again(company: Company) -> None:
    company.world.fake.official.followers.clear()
    invitation(company, "i1")
    invitation(company, "i2")
    company.deliver()
    assert [message.dedupe_key for message in company.mail.came] == ["i1", "i2"]
    assert company.world.fake.calls["/oa/cgi-bin/message/template/send"] == 1
    with company.world.database.reading() as session:
        assert ways_of(session, company.candidate)["official"].state == "blocked"


def test_a_persons_choice_comes_first(company: Company) -> None:
    with company.world.database.transaction() as session:
        choose_way(session, company.candidate, "email", wanted=True, preferred=True, clock=company.world.clock)
    invitation(company)
    company.deliver()
    assert company.world.fake.shown_to("o-candidate") == []
    assert company.state("i1").via == "email"


def test_the_thirty_first_message_of_a_minute_waits_instead_of_being_dropped(company: Company) -> None:
    company.world.clock.ticks = False
    company.world.clock.at = MORNING
    for number in range(33):
        company.post(f"r{number:02d}", f"account:{company.account}", "assessment.ready", title="x", application="a")
    for _ in range(3):
        company.deliver()
    assert len(company.world.fake.shown_to("recruiter")) == 30
    rows = [company.state(f"r{number:02d}") for number in range(33)]
    waiting = [row for row in rows if row.state == "queued"]
    assert [(row.attempts, row.error) for row in waiting] == [(0, "wechat.quota")] * 3
    company.world.clock.at += timedelta(minutes=1)
    company.deliver()
    assert len(company.world.fake.shown_to("recruiter")) == 33
    assert all(message.fate == "shown" for message in company.world.fake.messages)


def test_a_days_quota_that_runs_out_waits_for_the_next_day_and_says_so(company: Company) -> None:
    company.world.fake.official.daily = 1
    invitation(company, "i1")
    invitation(company, "i2")
    company.deliver()
    waiting = company.state("i2")
    assert (waiting.state, waiting.error) == ("queued", "wechat.quota")
    assert waiting.due_at == datetime(2026, 11, 20, 16, 0, 5, tzinfo=UTC)
    before = company.world.fake.calls["/oa/cgi-bin/message/template/send"]
    company.deliver()
    assert company.world.fake.calls["/oa/cgi-bin/message/template/send"] == before
    company.world.clock.at = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
    company.deliver()
    assert company.state("i2").state == "sent"


def test_counts_are_kept_where_every_process_sees_them(company: Company) -> None:
    company.post("r1", f"account:{company.account}", "assessment.ready", title="x", application="a")
    company.deliver()
    limit = member_limits("wecom:wwfake:1000002", "recruiter")[0]
    with company.world.database.reading() as session:
        assert used(session, limit, company.world.clock.now()) == 1


def test_a_subscription_is_used_up_by_one_message(company: Company) -> None:
    settings = read_wechat_settings(settings_for(company.world.url, subscription=True))
    wechat = connect(settings, company.world.database, SecretBox("s" * 40), company.world.clock)
    company.world.fake.credits[("o-candidate", "invitation")] = 1
    with company.world.database.transaction() as session:
        session.add(
            SubscriptionCredit(
                **stamp("system", company.world.clock),
                app_id="wxfake",
                openid="o-candidate",
                template_id="invitation",
                credits=1,
            )
        )
    invitation(company, "i1")
    invitation(company, "i2")
    company.deliver(wechat)
    wechat.close()
    assert company.state("i1").via == "official"
    assert company.state("i2").via == "email"


def test_what_can_wait_goes_out_in_the_morning(company: Company) -> None:
    company.world.clock.at = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # 23:00 in Beijing
    company.post("r1", f"account:{company.account}", "assessment.ready", title="x", application="a")
    company.deliver()
    assert company.state("r1").due_at == datetime(2026, 11, 21, 0, 0, tzinfo=UTC)
    assert company.world.fake.messages == []


def test_nobody_to_reach_is_said(company: Company) -> None:
    with company.world.database.transaction() as session:
        row = Person(**stamp("system", company.world.clock), name="谁", language="zh")
        session.add(row)
        session.flush()
        nobody = row.id
    only = {
        "official": OfficialChannel(company.world.database, company.world.official, PUBLIC, company.world.clock),
        "wecom": WecomChannel(company.world.database, company.world.wecom, PUBLIC, company.world.clock),
    }
    channel = PersonChannel(company.world.database, only, company.world.clock, closes_the_way)
    receipt = channel.send(Message("1", "k", f"person:{nobody}", "offer.sent", {"token": "t"}, MORNING, 1))
    assert receipt.state == "suppressed"


@given(st.text(max_size=80), st.sampled_from(["thing1", "phrase2", "name3", "character_string4", "other5"]))
def test_every_value_fits_its_field_or_is_refused(value: str, field: str) -> None:
    most = {"thing1": 20, "phrase2": 5, "name3": 10, "character_string4": 32, "other5": 20}[field]
    if field in ("phrase2", "character_string4") and len(" ".join(value.split())) > most:
        with pytest.raises(DeliveryError, match=r"message\.field"):
            fitted(field, value)
        return
    shown = fitted(field, value)
    assert 1 <= len(shown) <= most
    assert "\n" not in shown


@given(st.text(max_size=300), st.integers(3, 200))
def test_cutting_bytes_never_breaks_a_character(text: str, most: int) -> None:
    cut = cut_bytes(text, most)
    assert len(cut.encode()) <= most
    assert cut == text or text.startswith(cut[:-1])
