"""A company with its server, WeChat and WeCom, and phones in their browsers: for journeys that are walked on phones."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import chromium
from delivering import deliver_due
from hiring_world import MovingClock, World, make_world
from playwright.sync_api import Browser, BrowserContext, Page
from serving import make_context, served
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
from interview_engine.hr.approvals.service import set_flow
from interview_engine.hr.employment import assignments, states
from interview_engine.hr.people import identities
from interview_engine.hr.recruiting.tables import Application
from interview_engine.store.engine import Database
from interview_engine.store.rows import stamp
from interview_engine.store.secrets import SecretBox
from interview_engine.wechat_settings import read_wechat_settings
from pipelines.service.worker import WorkerOptions, run_worker

PHONE = {"width": 375, "height": 812}
WECHAT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "MicroMessenger/8.0.50(0x18003237) NetType/WIFI Language/zh_CN"
)
WECOM = f"{WECHAT} wxwork/4.1.30"
BRIDGE = "window.WeixinJSBridge = { invoke() {}, on() {}, call() {} }; window.wx = { config() {}, ready() {} };"


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


def approved_by_manager(journey: Journey, speaker: Speaker) -> None:
    """The manager approves in WeCom what has come last."""
    cards = [one for one in journey.deliver() if one.to == "manager" and "template_card" in one.body]
    speaker.press(
        "manager", cards[-1].body["template_card"]["task_id"], "approve", list(journey.fake.response_codes)[-1]
    )
    journey.deliver()


def pass_to(journey: Journey, day: date) -> None:
    """A working morning of that day has come, with what the jobs do by themselves."""
    clock = journey.world.clock
    assert isinstance(clock, TodayClock)
    clock.shift += datetime(day.year, day.month, day.day, 1, 30, tzinfo=UTC) - clock.now()
    with journey.context.database.transaction() as session:
        states.step_those_due(session, clock)
        assignments.move_those_due(session, clock)


def asked(journey: Journey, page: Page, kind: str, **values: str) -> str:
    """Something asked for on the phone; what its page says then."""
    page.goto(f"{journey.url}/wechat/my/requests/new/{kind}")
    for name, value in values.items():
        chip = page.locator(".pick", has=page.locator(f"input[name='{name}'][value='{value}']"))
        field = page.locator(f"#f-{name}")
        if chip.count():
            chip.click()
        elif field.evaluate("(one) => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    with page.expect_navigation():
        page.get_by_role("button", name="提交审批").click()
    return page.locator("main").inner_text()


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
