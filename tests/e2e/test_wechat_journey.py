"""C2, J1, A21, D3, F2: from a job's link in WeChat to the welcome of a new hire, in one run, on phones only.

WeChat and WeCom are the strict double on a port; the server, the pages, the messages, the queue and the assessment are
the product's own.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from databases import copied_sqlite
from phone_journey import BRIDGE, WECHAT, WECOM, Journey, begun, picture
from playwright.sync_api import Page, expect
from serving import PASSWORD, short_kit
from sqlalchemy import select

from api.wechat.double.speaker import Speaker
from api.wechat.double.state import Message
from interview_engine.hr.accounts.passwords import hashed
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.competency.service import profile_from_kit, publish_kit
from interview_engine.hr.people import identities
from interview_engine.hr.people.tables import Person
from interview_engine.hr.recruiting.jobs.postings import create_posting
from interview_engine.hr.recruiting.tables import Assessment, Invitation, Offer
from interview_engine.store.engine import Database
from interview_engine.store.tables import OutboxMessage

pytestmark = pytest.mark.slow

ANSWERS = (
    "上周三有位老顾客打电话投诉，说收到的锅盖碎了，情绪很激动。我先听他说完，再复述一遍问题并道歉。"
    "我查了订单和物流照片，确认是运输破损，当场给他补发新的，并约好第二天上午回电。他收到后专门打来感谢，后来又下了一单。",
    "有位老人不会操作退款，我没有让她自己看说明，而是一步一步在电话里带她点。她说字太小，我就请她把手机字体调大，"
    "再把三个步骤写成短信发过去。十分钟后退款成功，我在系统里记了备注，提醒同事下次打电话给她要慢一点。",
)
PATIENCE_S = 150.0


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
    assert {one.to for one in journey.deliver()} == {"recruiter", "o-lin"}, "the answer, and the entry form"
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
    assert "/wechat/today" in hiring.addresses["welcome"]
    assert "我的档案" in hiring.shown["welcome"]


def test_each_message_of_a_hiring_is_shown_once_to_whom_it_concerns(hiring: Hiring) -> None:
    assert Counter(message.fate for message in hiring.messages) == {"shown": 8}
    assert [message.to for message in hiring.messages] == [
        "o-lin",
        "recruiter",
        "manager",
        "recruiter",
        "o-lin",
        "o-lin",  # the form to fill in before the first day
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
