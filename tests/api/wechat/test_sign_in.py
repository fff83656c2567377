"""J1, C2: whoever comes from WeChat's sign-in goes where they wanted, as who they are, once, in their own browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from hiring_world import World, make_world
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving import make_context, served
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from wechat_world import WechatWorld

from api.context import Context
from interview_engine.errors import NotFoundError
from interview_engine.hr.access.rules import candidate_actor
from interview_engine.hr.accounts import sign_in
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.people import identities
from interview_engine.hr.people.tables import WechatIdentity
from interview_engine.hr.recruiting.applying.reentry import reenter_interview, reenter_offer
from interview_engine.hr.recruiting.hiring import offers
from interview_engine.hr.recruiting.interviewing import answers, devices, invitations
from interview_engine.hr.recruiting.jobs.requisitions import create_requisition, submit_for_approval
from interview_engine.hr.recruiting.reach import kit_of
from interview_engine.hr.recruiting.reviewing import reviews
from interview_engine.hr.recruiting.tables import Application, Invitation

AGENT = {"user-agent": "Mozilla/5.0 MicroMessenger/8.0.50"}


@dataclass
class Stage:
    """The product behind a port, the double, and a candidate with an invitation."""

    company: World
    context: Context
    wechat: WechatWorld
    url: str
    link: str
    application_id: str
    person_id: str

    def browser(self, user: str) -> httpx.Client:
        """A phone's browser: cookies of its own; WeChat knows whose it is. (One jar for both ports, as in browsers.)"""
        return httpx.Client(follow_redirects=True, headers=AGENT, cookies={"fake-user": user}, timeout=20)

    def come(self, http: httpx.Client, back: str, channel: str = "official") -> httpx.Response:
        return http.get(f"{self.url}/wechat/in/{channel}?back={quote(back, safe='')}")

    def bind(self, person_id: str | None, channel: str, app_id: str, openid: str) -> None:
        assert person_id is not None
        with self.context.database.transaction() as session:
            identities.bind(session, person_id, channel, app_id, openid, self.company.clock, actor_id="system")

    def offered(self) -> str:
        """An offer was sent; its token."""
        company, actor = self.company, self.company.actor("recruiter")
        with self.context.database.transaction() as session:
            application = session.get_one(Application, self.application_id)
            invitation = session.scalars(select(Invitation)).one()
            decided(company, session, application, invitation)
            new = offers.NewOffer("客服专员", Decimal(7200), date(2026, 12, 1))
            draft = offers.draft_offer(session, actor, self.application_id, new, company.clock)
            return offers.send_offer(session, actor, draft.id, company.clock).token


def decided(company: World, session: Session, application: Application, invitation: Invitation) -> None:
    """Interviewed in writing, assessed, and a person has decided for an offer."""
    candidate = candidate_actor(invitation.id, application.person_id, "zh")
    given = invitations.ConsentGiven(recording=False, voice=False, face=False, automated=True)
    invitation.state = "opened"
    invitations.give_consent(session, candidate, invitation, given, company.clock)
    for question in kit_of(session, invitation).questions:
        answers.record_answer(session, candidate, invitation, question.id, "text", "先听完，再查订单。", company.clock)
    invitations.submit(session, candidate, invitation, company.clock)
    company.assessed(session, invitation)
    reviews.decide(session, company.actor("recruiter"), application.id, "advance", "合适，可以录用", company.clock)


@pytest.fixture
def stage(wechat_world: WechatWorld, tmp_path: Path) -> Iterator[Stage]:
    company = make_world(wechat_world.database)
    wechat_world.fake.clock = company.clock
    made = make_context(wechat_world.database, tmp_path, company.clock)
    context = replace(made, wechat=wechat_world.wechat)
    with context.database.transaction() as session:
        application = company.applicant(session, company.post(session, company.open_job(session)))
        issued = invitations.invite(session, company.actor("recruiter"), application.id, company.clock)
        ids = (issued.token, application.id, application.person_id)
    with served(context) as url:
        host = url.removeprefix("http://")
        wechat_world.fake.official.redirect_host = wechat_world.fake.corporation.redirect_host = host
        wechat_world.fake.corporation.members |= {"manager"}
        context = replace(context, service=replace(context.service, public_url=url))
        yield Stage(company, context, wechat_world, url, *ids)


def test_an_invitation_opened_in_wechat_makes_its_candidate_known(stage: Stage) -> None:
    with stage.browser("o-candidate") as http:
        answer = stage.come(http, f"/i/{stage.link}")
        assert answer.url.path == f"/i/{stage.link}"
        mine = stage.come(http, "/wechat/me")
        assert mine.url.path.startswith("/a/")
        assert "客服专员" in mine.text
        assert "/wechat/interview/" in mine.text
    with stage.browser("o-other") as other:
        assert stage.come(other, f"/i/{stage.link}").status_code == 200, "a forwarded link may be looked at"
        assert stage.come(other, "/wechat/me").url.path == "/wechat/back/official", "and makes nobody the candidate"


def test_an_offer_a_survey_and_a_notice_lead_to_themselves(stage: Stage) -> None:
    stage.bind(stage.person_id, "official", "wxfake", "o-candidate")
    token = stage.offered()
    with stage.browser("o-candidate") as http:
        assert stage.come(http, f"/o/{token}").url.path == f"/o/{token}"
        again = stage.come(http, f"/wechat/offer/{stage.application_id}")
        assert again.url.path.startswith("/o/")
        assert again.url.path != f"/o/{token}"
        assert "7,200.00" in again.text
        assert stage.come(http, f"/o/{token}").url.path.startswith("/a/"), "the old link leads to where the new one is"


def test_back_into_ones_own_interview_on_another_phone(stage: Stage) -> None:
    with stage.browser("o-candidate") as first:
        stage.come(first, f"/i/{stage.link}")
        chosen = {"route": "write", "automated": "yes"}
        first.post(f"{stage.url}/i/{stage.link}/consent", data=chosen, headers={"origin": stage.url})
    with stage.browser("o-candidate") as second:
        inside = stage.come(second, f"/wechat/interview/{stage.application_id}")
        assert inside.url.path.endswith("/write/1"), "the consent holds, the device is this one now"
        assert stage.come(second, f"/i/{stage.link}").url.path.startswith("/a/")
    with stage.browser("o-thief") as thief:
        assert stage.come(thief, f"/wechat/interview/{stage.application_id}").url.path == "/wechat/back/official"
    stage.bind(stage.company.actor("auditor").person_id, "official", "wxfake", "o-auditor")
    with stage.browser("o-auditor") as auditor:
        assert stage.come(auditor, f"/wechat/interview/{stage.application_id}").status_code == 404


def test_the_same_phone_keeps_its_interview_when_the_message_is_opened_again(stage: Stage) -> None:
    with stage.browser("o-candidate") as http:
        stage.come(http, f"/i/{stage.link}")
        chosen = {"route": "write", "automated": "yes"}
        http.post(f"{stage.url}/i/{stage.link}/consent", data=chosen, headers={"origin": stage.url})
        assert stage.come(http, f"/i/{stage.link}").url.path.endswith("/write/1")


def test_nobody_reenters_what_is_not_theirs_or_has_ended(stage: Stage) -> None:
    with stage.context.database.transaction() as session:
        clock = stage.company.clock
        for person_id in ("nobody", stage.company.actor("hr").person_id or ""):
            with pytest.raises(NotFoundError):
                reenter_interview(session, person_id, stage.application_id, clock)
        with pytest.raises(NotFoundError):
            reenter_offer(session, stage.person_id, stage.application_id, clock)
        made = reenter_interview(session, stage.person_id, stage.application_id, clock)
        assert made.device_secret is None
        with pytest.raises(NotFoundError):
            devices.glance(session, stage.link)
        assert devices.glance(session, made.token).application_id == stage.application_id
        invitations.revoke(session, stage.company.actor("recruiter"), devices.glance(session, made.token).id, clock)
        with pytest.raises(NotFoundError):
            reenter_interview(session, stage.person_id, stage.application_id, clock)


def test_a_member_is_signed_in_to_the_to_do_list_and_decides_there(stage: Stage) -> None:
    company = stage.company
    stage.bind(company.actor("hiring_manager").person_id, "wecom", "wwfake", "manager")
    with stage.context.database.transaction() as session:
        made = create_requisition(
            session, company.actor("recruiter"), company.new_requisition(title="质检员"), company.clock
        )
        submit_for_approval(session, company.actor("recruiter"), made.id, company.clock)
    with stage.browser("manager") as http:
        http.headers["user-agent"] = "Mozilla/5.0 MicroMessenger/7.0 wxwork/4.1.30"
        listed = http.get(f"{stage.url}/wechat/todo")
        assert listed.url.path == "/wechat/todo"
        assert "质检员" in listed.text
        action = listed.text.partition('action="/wechat/todo/')[2].partition('"')[0]
        csrf = listed.text.partition('name="csrf" value="')[2].partition('"')[0]
        forged = http.post(f"{stage.url}/wechat/todo/{action}", data={"decision": "approve"})
        assert forged.status_code == 403
        bare = http.post(f"{stage.url}/wechat/todo/{action}", data={"decision": "reject", "csrf": csrf})
        assert bare.status_code == 422, "a refusal wants a reason"
        done = http.post(f"{stage.url}/wechat/todo/{action}", data={"decision": "approve", "csrf": csrf})
        assert done.url.path == "/wechat/todo"
        assert "质检员" not in done.text


def test_a_link_to_somebody_elses_sign_in_gives_nobody_an_account(stage: Stage) -> None:
    """A member sends an administrator the address that their own sign-in led to: it proves nothing there."""
    company = stage.company
    with stage.context.database.transaction() as session:
        account = session.get_one(Account, company.actor("administrator").account_id)
        secret = sign_in.open_session(session, account, company.clock, complete=True, address="", user_agent="")
    with stage.browser("manager") as attacker, stage.browser("o-nobody") as victim:
        attacker.follow_redirects = False
        sent = attacker.get(f"{stage.url}/wechat/in/wecom?back=/wechat/link")
        asked = attacker.get(sent.headers["location"])
        mine = attacker.get(asked.headers["location"]).headers["location"]
        assert "who=" in mine
        victim.cookies.set("session", secret, domain=urlsplit(stage.url).hostname or "")
        assert victim.get(f"{stage.url}{mine}").status_code == 403
        attacker.cookies.set("session", secret, domain=urlsplit(stage.url).hostname or "")
        assert attacker.get(f"{stage.url}{mine}").status_code == 303
    with stage.context.database.reading() as session:
        assert session.scalar(select(func.count(WechatIdentity.id))) == 1


def test_a_state_works_once_and_only_in_the_browser_it_was_made_for(stage: Stage) -> None:
    with stage.browser("o-candidate") as http, stage.browser("o-candidate") as other:
        http.follow_redirects = other.follow_redirects = False
        sent = http.get(f"{stage.url}/wechat/in/official?back=/i/{stage.link}")
        back = http.get(sent.headers["location"]).headers["location"]
        assert other.get(back).status_code == 403
        assert http.get(back).headers["location"].partition("#")[0] == f"/i/{stage.link}"
        assert http.get(back).status_code == 403
        stage.company.clock.at += timedelta(minutes=11)
        fresh = parse_qs(urlsplit(back).query)
        assert http.get(f"{stage.url}/wechat/back/official", params=fresh).status_code == 403


WORDS = st.text(max_size=60) | st.sampled_from(
    ["/wechat/link", "//evil.example", "/p/x?wx=1", "/i/" + "a" * 43, "\\\\x"]
)


@given(
    back=WORDS,
    query=st.dictionaries(st.sampled_from(["code", "state", "job", "who", "wx", "back"]), WORDS),
    channel=st.sampled_from(["official", "wecom", "x"]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_sign_in_ever_fails_the_server_or_leads_elsewhere(
    stage: Stage, back: str, query: dict[str, str], channel: str
) -> None:
    with stage.browser("o-candidate") as http:
        http.follow_redirects = False
        for path in (f"/wechat/back/{channel}", "/wechat/me", "/wechat/link", f"/wechat/in/{channel}", "/wechat/todo"):
            answer = http.get(f"{stage.url}{path}", params=query)
            assert answer.status_code < 500
            where = answer.headers.get("location", "/")
            assert (where.startswith("/") and not where.startswith("//")) or where.startswith(stage.wechat.url)
        sent = http.get(f"{stage.url}/wechat/in/official", params={"back": back})
        came = http.get(http.get(sent.headers["location"]).headers["location"])
        assert came.status_code < 500
        where = came.headers.get("location", "/")
        assert where.startswith("/")
        assert not where.startswith(("//", "/\\"))


def test_a_forwarded_link_gives_nobody_the_begun_interview(stage: Stage) -> None:
    """Who opens a begun interview in WeChat as somebody else binds nothing and moves nothing."""
    with stage.browser("o-candidate") as http:
        stage.come(http, f"/i/{stage.link}")
        chosen = {"route": "write", "automated": "yes"}
        http.post(f"{stage.url}/i/{stage.link}/consent", data=chosen, headers={"origin": stage.url})
    with stage.browser("o-thief") as thief:
        for _ in range(2):
            assert stage.come(thief, f"/i/{stage.link}").status_code == 403
    with stage.context.database.reading() as session:
        assert identities.person_of(session, "official", "wxfake", "o-thief") is None
        assert session.scalars(select(Invitation)).one().device_hash is not None
