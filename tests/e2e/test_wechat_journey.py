"""C2, J1, A21, D3, F2: from a job's link in WeChat to the welcome of a new hire, in one run, on phones only.

WeChat and WeCom are the strict double on a port; the server, the pages, the messages, the queue and the assessment are
the product's own.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import chromium
import httpx
import pytest
from databases import copied_sqlite
from hiring_world import MovingClock, World, make_world
from playwright.sync_api import Browser, BrowserContext, Page, expect
from serving import PASSWORD, make_context, served, short_kit
from sqlalchemy import select
from wechat_world import fake_world, on_a_port, settings_for

from api.context import Context
from api.phone.inbound import process_pending
from api.serving import channels_of
from api.wechat.connect import connect
from api.wechat.double.app import make_app
from api.wechat.double.speaker import Speaker
from api.wechat.double.state import Message
from api.wechat.double.state import World as FakeWechat
from interview_engine.hr.access.rules import Actor, preset_rules
from interview_engine.hr.access.tables import Grant
from interview_engine.hr.accounts.passwords import hashed
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.approvals.service import set_flow
from interview_engine.hr.competency.service import profile_from_kit, publish_kit
from interview_engine.hr.people import identities
from interview_engine.hr.people.tables import Person
from interview_engine.hr.recruiting.jobs.postings import create_posting
from interview_engine.hr.recruiting.tables import Application, Assessment, Invitation, Offer
from interview_engine.store.deliver import deliver_due
from interview_engine.store.engine import Database
from interview_engine.store.rows import stamp
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import OutboxMessage
from interview_engine.wechat_settings import read_wechat_settings
from pipelines.service.worker import WorkerOptions, run_worker

pytestmark = pytest.mark.slow

PHONE = {"width": 375, "height": 812}
WECHAT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "MicroMessenger/8.0.50(0x18003237) NetType/WIFI Language/zh_CN"
)
WECOM = f"{WECHAT} wxwork/4.1.30"
BRIDGE = "window.WeixinJSBridge = { invoke() {}, on() {}, call() {} }; window.wx = { config() {}, ready() {} };"
ANSWERS = (
    "上周三有位老顾客打电话投诉，说收到的锅盖碎了，情绪很激动。我先听他说完，再复述一遍问题并道歉。"
    "我查了订单和物流照片，确认是运输破损，当场给他补发新的，并约好第二天上午回电。他收到后专门打来感谢，后来又下了一单。",
    "有位老人不会操作退款，我没有让她自己看说明，而是一步一步在电话里带她点。她说字太小，我就请她把手机字体调大，"
    "再把三个步骤写成短信发过去。十分钟后退款成功，我在系统里记了备注，提醒同事下次打电话给她要慢一点。",
)
PATIENCE_S = 150.0


class TodayClock(MovingClock):
    """Real time, moved to a working morning in China, so that nothing waits for the end of the night."""

    def __init__(self) -> None:
        super().__init__()
        self.shift = datetime(2026, 11, 3, 1, 30, tzinfo=UTC) - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def monotonic_s(self) -> float:
        return time.monotonic()


@dataclass
class Journey:
    """The company, its server, WeChat, and the phones."""

    world: World
    context: Context
    fake: FakeWechat
    browser: Browser
    url: str = ""
    shown: int = 0
    phones: list[BrowserContext] = field(default_factory=list)

    def phone(self, user: str, agent: str, script: str = "") -> Page:
        """Somebody's phone: WeChat's browser, in which WeChat knows whose it is."""
        phone = self.browser.new_context(
            viewport=PHONE, user_agent=agent, locale="zh-CN", reduced_motion="reduce", is_mobile=True, has_touch=True
        )
        phone.add_cookies([{"name": "fake-user", "value": user, "domain": "127.0.0.1", "path": "/"}])
        if script:
            phone.add_init_script(script)
        phone.set_default_timeout(20_000)
        self.phones.append(phone)
        return phone.new_page()

    def deliver(self) -> list[Message]:
        """What the dispatcher and the chores do by themselves; returns what appears on phones."""
        process_pending(self.context)
        while deliver_due(self.context.database, channels_of(self.context), self.context.clock):
            pass
        new = self.fake.messages[self.shown :]
        self.shown = len(self.fake.messages)
        return new

    def arrived(self, user: str) -> str:
        """Exactly one message has come since, for this user; its address."""
        (message,) = self.deliver()
        assert (message.to, message.fate) == (user, "shown")
        card = message.body.get("textcard") or message.body.get("template_card", {}).get("card_action") or message.body
        return str(card["url"])

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """A worker as the product runs it, with the real assessment in a child process."""
        stop = threading.Event()
        database_url = f"sqlite:///{self.context.database.engine.url.database}"
        options = WorkerOptions(hands=1, poll_s=0.1, scratch=self.context.service.data / "scratch")
        arguments = (
            self.context.database,
            self.context.blobs,
            database_url,
            self.context.engine,
            self.context.clock,
            stop,
            options,
        )
        thread = threading.Thread(target=run_worker, args=arguments)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(60)

    def stage(self) -> str:
        with self.context.database.reading() as session:
            return session.scalars(select(Application)).one().stage


def picture(page: Page, name: str) -> None:
    """A screenshot to look at, where a folder is named for them; and what every page must keep."""
    assert page.evaluate(chromium.CONTRAST) == []
    if "/console/" not in page.url:  # test_console.py looks after names there
        page.evaluate("() => document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        chromium.check_readable(page)
    assert chromium.width_over(page) <= 0, name
    folder = os.environ.get("WECHAT_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@contextmanager
def begun(database: Database, folder: Path) -> Iterator[Journey]:
    """The company on an empty database with its server, WeChat and WeCom; phones are closed at the end."""
    world = make_world(database)
    world.clock = TodayClock()
    fake = fake_world(world.clock)
    fake.official.followers = {"o-lin", "o-other"}
    fake.corporation.members = {"recruiter", "manager"}
    with chromium.headless() as browser, on_a_port(make_app(fake)) as wechat_url:
        wechat = connect(read_wechat_settings(settings_for(wechat_url)), database, SecretBox("s" * 40), world.clock)
        context = replace(make_context(database, folder, world.clock), wechat=wechat)
        with served(context) as url:
            context = replace(context, service=replace(context.service, public_url=url))
            host = url.removeprefix("http://")
            for app, name in ((fake.official, "official"), (fake.corporation, "wecom")):
                app.redirect_host = host
                app.callback_url = f"{url}/wechat/{name}/callback"
            made = Journey(world, context, fake, browser, url)
            with database.transaction() as session:
                root = Actor("system", None, None, "system", preset_rules("administrator", "all"), "zh")
                set_flow(session, root, "offer", [{"rule": "any", "approvers": ["manager"]}], world.clock)
                for role, userid in (("recruiter", "recruiter"), ("hiring_manager", "manager")):
                    person_id = world.actor(role).person_id
                    assert person_id is not None
                    identities.bind(session, person_id, "wecom", "wwfake", userid, world.clock, actor_id="system")
                    for rule in world.actor(role).grants:
                        held = (rule.scope, rule.field_class, rule.action, rule.effect, rule.scope_ref)
                        names = ("scope", "field_class", "action", "effect", "scope_ref")
                        account_id = world.actor(role).account_id
                        session.add(
                            Grant(
                                **stamp("system", world.clock),
                                account_id=account_id,
                                **dict(zip(names, held, strict=True)),
                            )
                        )
            yield made
            for phone in made.phones:
                phone.close()
        wechat.close()


@pytest.fixture
def journey(sqlite_database: Database, tmp_path: Path) -> Iterator[Journey]:
    with begun(sqlite_database, tmp_path) as made:
        yield made


def open_job(journey: Journey) -> str:
    """A job whose posting invites by itself; its code."""
    world = journey.world
    with journey.context.database.transaction() as session:
        kit = publish_kit(session, world.actor("hr"), short_kit(2, 5, 60), "short", world.clock)
        profile = profile_from_kit(session, world.actor("hr"), kit.id, world.clock)
        job = world.open_job(session, kit_version_id=kit.id, role_profile_id=profile.id)
        posting = create_posting(
            session, world.actor("recruiter"), job.id, "公众号", Decimal(0), world.clock, automatic_invitation=True
        )
        code = posting.code
    journey.deliver()  # the approval of the job itself; not part of the journey
    return code


def apply_on(page: Page, address: str, name: str, mail: str) -> None:
    page.goto(address)
    page.fill("#name", name)
    page.fill("#email", mail)
    with page.expect_navigation():
        page.click("form button[type=submit]")


@pytest.mark.parametrize("script", [BRIDGE, ""], ids=["bridge", "no-bridge"])
def test_who_applies_in_wechat_can_be_reached_there_at_once(journey: Journey, script: str) -> None:
    code = open_job(journey)
    page = journey.phone("o-lin", WECHAT, script)
    apply_on(page, f"{journey.url}/p/{code}", "林晓", "lin@example.com")
    assert re.search(r"/i/[\w-]+$", page.url)
    assert "/wechat/in/official" in journey.arrived("o-lin")
    second = journey.phone("o-lin", WECHAT, script)  # on the same phone, for somebody else
    apply_on(second, f"{journey.url}/p/{code}", "赵一", "zhao@example.com")
    assert journey.deliver() == [], "another person's invitation does not come to this WeChat account"
    thief = journey.phone("o-other", WECHAT, script)  # somebody who knows an address
    apply_on(thief, f"{journey.url}/p/{code}", "林晓", "lin@example.com")
    with journey.context.database.reading() as session:
        assert identities.person_of(session, "official", "wxfake", "o-other") is None


@pytest.mark.parametrize("trouble", ["snapshot", "refused", "no cookies"])
def test_a_sign_in_that_fails_stops_no_application(journey: Journey, trouble: str) -> None:
    code = open_job(journey)
    page = journey.phone("o-lin", WECHAT)
    if trouble == "snapshot":
        journey.fake.official.snapshot.add("o-lin")
    if trouble == "refused":
        journey.fake.official.secret = "renewed elsewhere"
    if trouble == "no cookies":
        page.route("**/wechat/back/**", lambda route: route.continue_(headers={**route.request.headers, "cookie": ""}))
    apply_on(page, f"{journey.url}/p/{code}", "林晓", "lin@example.com")
    assert "/i/" in page.url
    assert journey.stage() == "invited"


@dataclass(frozen=True, slots=True)
class Hiring:
    """What could be seen on the phones of a hiring from the job's link to the welcome; stages by step."""

    stages: dict[str, str]
    addresses: dict[str, str]
    shown: dict[str, str]
    result_to: str
    measured: Assessment
    card_to: str
    decided_to: str
    card: dict[str, Any]
    messages: list[Message]
    pushed: set[str]
    invitation: str
    offer: str
    bound_to: str | None
    candidate: str


@pytest.fixture(scope="module")
def hiring(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Hiring:
    folder = tmp_path_factory.mktemp("hiring")
    database = copied_sqlite(_sqlite_template, folder / "engine.db")
    with begun(database, folder) as journey:
        made = played(journey)
    database.close()
    return made


def played(journey: Journey) -> Hiring:
    """One hiring, step by step, as candidate, recruiter and manager do it with their thumbs."""
    stages, addresses, shown = {}, {}, {}
    code = open_job(journey)
    before = journey.shown
    speaker = Speaker(journey.fake, httpx.Client())
    candidate = journey.phone("o-lin", WECHAT)
    candidate.goto(f"{journey.url}/p/{code}")
    picture(candidate, "1-job")
    apply_on(candidate, f"{journey.url}/p/{code}", "林晓", "lin@example.com")
    stages["applied"] = journey.stage()

    candidate.goto(journey.arrived("o-lin"))
    addresses["interview"] = candidate.url
    picture(candidate, "2-consent")
    candidate.goto(f"{journey.url}/wechat/me")
    expect(candidate.get_by_role("link", name="开始面试")).to_be_visible()
    picture(candidate, "2-own-applications")
    with candidate.expect_navigation():
        candidate.get_by_role("link", name="开始面试").click()
    addresses["own application"] = candidate.url
    candidate.check("input[name=route][value=write]")
    candidate.check("input[name=automated][value=yes]")
    candidate.click("form button[type=submit]")
    for text in ANSWERS:
        candidate.fill("#text", text)
        candidate.click("form button[type=submit]")
    candidate.click("#submit")
    candidate.wait_for_url("**/status")
    picture(candidate, "3-receipt")

    with journey.at_work():
        until = time.monotonic() + PATIENCE_S
        while not (came := journey.deliver()):
            assert time.monotonic() < until, "no result came"
            time.sleep(0.2)
    (result,) = came
    stages["assessed"] = journey.stage()
    with journey.context.database.reading() as session:
        measured = session.scalars(select(Assessment)).one()

    recruiter = journey.phone("recruiter", WECOM)
    recruiter.goto(result.body["textcard"]["url"])
    addresses["report"] = report = recruiter.url.partition("#")[0]
    expect(recruiter.locator("h1")).to_contain_text("林晓")
    shown["report"] = recruiter.locator("main").inner_text()
    picture(recruiter, "4-report")
    recruiter.get_by_label("进入录用").check()
    recruiter.fill("#f-reason", "处理投诉有方法，愿意入职")
    press(recruiter, "记录决定")
    recruiter.fill("#f-pay", "7200")
    recruiter.fill("#f-start_date", "2026-12-01")
    press(recruiter, "起草录用通知")
    press(recruiter, "提交审批")
    stages["offer drafted"] = journey.stage()

    (card,) = journey.deliver()
    response_code = list(journey.fake.response_codes)[-1]
    manager = journey.phone("manager", WECOM)
    manager.goto(f"{journey.url}/wechat/todo")
    expect(manager.get_by_role("button", name="同意", exact=True)).to_be_visible()
    picture(manager, "4-to-do")
    speaker.press("manager", card.body["template_card"]["task_id"], "approve", response_code)
    (decided,) = journey.deliver()
    recruiter.goto(report)
    press(recruiter, "发送录用通知")

    candidate.goto(journey.arrived("o-lin"))
    addresses["offer"] = candidate.url
    picture(candidate, "5-offer")
    press(candidate, "接受")
    expect(candidate.get_by_role("status")).to_be_visible()
    journey.arrived("recruiter")
    recruiter.goto(report)
    press(recruiter, "办理录用")
    stages["hired"] = journey.stage()
    candidate.goto(journey.arrived("o-lin"))
    addresses["welcome"], shown["welcome"] = candidate.url, candidate.locator("main").inner_text()
    picture(candidate, "6-welcome")
    speaker.http.close()

    with journey.context.database.reading() as session:
        pushed = session.scalars(select(OutboxMessage).where(OutboxMessage.channel == "person")).all()
        bound = identities.person_of(session, "official", "wxfake", "o-lin")
        return Hiring(
            stages=stages,
            addresses=addresses,
            shown=shown,
            result_to=result.to,
            measured=measured,
            card_to=card.to,
            decided_to=decided.to,
            card=card.body["template_card"],
            messages=journey.fake.messages[before:],
            pushed={row.state for row in pushed if row.sent_at is not None},
            invitation=session.scalars(select(Invitation)).one().state,
            offer=session.scalars(select(Offer)).one().state,
            bound_to=bound and bound.id,
            candidate=session.scalars(select(Person).where(Person.name == "林晓")).one().id,
        )


def test_who_applied_is_led_through_the_sign_in_to_the_interview_without_a_question(hiring: Hiring) -> None:
    assert hiring.stages["applied"] == "invited"
    assert re.search(r"/i/[\w-]+(#.*)?$", hiring.addresses["interview"])
    assert "/i/" in hiring.addresses["own application"]
    assert hiring.invitation == "submitted"
    assert hiring.bound_to == hiring.candidate


def test_the_result_comes_to_the_recruiter_and_leads_to_the_report(hiring: Hiring) -> None:
    assert (hiring.result_to, hiring.stages["assessed"]) == ("recruiter", "review")
    assert hiring.measured.status in ("assessed", "partial")
    assert "/console/applications/" in hiring.addresses["report"]
    assert "锅盖" in hiring.shown["report"]


def test_a_manager_approves_an_offer_by_the_button_of_a_card(hiring: Hiring) -> None:
    assert hiring.stages["offer drafted"] == "offer"
    assert hiring.card_to == "manager"
    assert hiring.decided_to == "recruiter"
    assert hiring.card["settled"] == "已同意"


def test_a_candidate_accepts_in_wechat_and_is_welcomed(hiring: Hiring) -> None:
    assert "/o/" in hiring.addresses["offer"]
    assert hiring.offer == "accepted"
    assert hiring.stages["hired"] == "hired"
    assert "/a/" in hiring.addresses["welcome"]
    assert "客服专员" in hiring.shown["welcome"]


def test_each_message_of_a_hiring_is_shown_once_to_whom_it_concerns(hiring: Hiring) -> None:
    assert Counter(message.fate for message in hiring.messages) == {"shown": 7}
    assert [message.to for message in hiring.messages] == [
        "o-lin",
        "recruiter",
        "manager",
        "recruiter",
        "o-lin",
        "recruiter",
        "o-lin",
    ]
    assert hiring.pushed == {"sent"}


def test_no_message_holds_pay_score_answer_reason_or_name(hiring: Hiring) -> None:
    told = json.dumps([message.body for message in hiring.messages], ensure_ascii=False)
    value = hiring.measured.score_value
    score = f"{value:.1f}" if value is not None else "?"
    for secret in ("7200", "7,200", "锅盖", "愿意入职", f'"{score}"', f" {score}", "林晓"):
        assert secret not in told


def press(page: Page, words: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=words, exact=True).first.click()


def test_a_colleague_links_once_by_password_and_never_needs_it_again(journey: Journey) -> None:
    account_id = journey.world.actor("hr").account_id
    with journey.context.database.transaction() as session:
        account = session.get_one(Account, account_id)
        account.password_hash = hashed(PASSWORD)
        login = account.login
    journey.fake.corporation.members.add("hr-member")
    page = journey.phone("hr-member", WECOM)
    page.goto(f"{journey.url}/wechat/todo")
    assert "/wechat/back/wecom" in page.url, "nobody we know"
    page.locator("a[href*='/wechat/link']").click()
    page.fill("#f-login", login)
    page.fill("#f-password", PASSWORD)
    press(page, "登录")
    page.locator("a.primary").click()
    page.wait_for_url(re.compile("/wechat/todo[?]linked=1"))
    expect(page.locator("p[role=status]")).to_contain_text("已绑定")
    fresh = journey.phone("hr-member", WECOM)
    fresh.goto(f"{journey.url}/wechat/todo")
    expect(fresh.locator("h1")).to_have_text("待办")
    picture(fresh, "7-to-do-empty")
