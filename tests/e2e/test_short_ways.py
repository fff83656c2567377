"""Ways that people walk every day are short: what must be read before an interview, and how often one must click."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from chromium import headless
from console_pages import StoredCompany
from desk_hand import Hand
from playwright.sync_api import Browser
from serving import LiveServer, live_server, served
from sqlalchemy import select

from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.recruiting.tables import Application, Offer

pytestmark = pytest.mark.slow
__all__ = ["live_server"]

PHONE = {"width": 375, "height": 812}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with headless() as made:
        yield made


@pytest.mark.parametrize("language", ["zh-CN", "en-US", "ja-JP", "es-ES"])
def test_consent_is_read_and_given_within_one_and_a_third_screens_of_a_phone(
    browser: Browser, live_server: LiveServer, language: str
) -> None:
    token = live_server.invite(live_server.short_job()).token
    context = browser.new_context(viewport=PHONE, locale=language, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{live_server.url}/i/{token}")
    button = page.locator(".consent button.primary").bounding_box()
    assert button is not None
    assert button["y"] + button["height"] <= 1.3 * PHONE["height"]
    assert not page.locator(".qr").is_visible()
    assert page.locator(".terms details").get_attribute("open") is None
    assert not page.locator(".when-recorded").is_visible()
    page.check("input[name=route][value=record]")
    assert page.locator(".when-recorded").is_visible()
    context.close()


def test_from_the_home_page_to_the_first_invitation_in_seven_clicks(browser: Browser, live_server: LiveServer) -> None:
    world = live_server.world
    hand = Hand(browser, live_server.url, live_server.with_password("recruiter"))
    hand.press("新建需求")
    hand.page.fill("#f-title", "夜班客服")
    hand.page.select_option("#f-department_id", world.department_id)
    hand.page.select_option("#f-role_profile_id", world.profile_id)
    hand.press("保存并提交审批")
    with live_server.context.database.transaction() as session:
        (waiting,) = approvals.pending_for(session, world.actor("hr"), world.clock)
        approvals.decide(session, world.actor("hr"), waiting.approval.id, "approve", "", world.clock)
    hand.page.reload()
    hand.press("开放应聘")
    hand.press("邀请候选人")
    hand.page.fill("#f-name", "王小明")
    hand.page.fill("#f-email", "wang@example.com")
    hand.press("添加", inside="#invite")
    assert "/i/" in hand.page.locator("code.mono").first.inner_text()
    assert hand.clicks == 5, "docs/measured.md; 7 at most"
    hand.context.close()


def test_from_a_report_to_the_offer_that_is_sent_in_eight_clicks(
    browser: Browser, hiring_company: StoredCompany, tmp_path: Path
) -> None:
    made = hiring_company.copy(tmp_path)
    with served(made.context) as url:
        hand = Hand(browser, url, "hr")
        hand.page.goto(f"/console/requisitions/{made.requisition_id}")
        with hand.page.expect_navigation():
            hand.click(hand.page.locator("td.name a", has_text="赵一鸣"))
        hand.click(hand.page.locator(".next-step a.go"))
        hand.click(hand.page.locator("input[name=decision][value=advance]"))
        hand.page.fill("#f-reason", "讲清了自己做了什么，结果可核对")
        hand.press("记录决定")
        hand.click(hand.page.locator(".next-step a.go"))
        hand.page.fill("#f-pay", "9000")
        hand.page.fill("#f-start_date", (date.today() + timedelta(days=30)).isoformat())
        hand.press("起草录用通知")
        hand.press("发送录用通知")
        with made.context.database.reading() as session:
            assert [one.state for one in session.scalars(select(Offer))] == ["sent"]
        assert hand.clicks == 7, "docs/measured.md; 8 at most"
        hand.context.close()
    made.context.database.close()


def test_twenty_candidates_are_decided_on_in_twenty_five_clicks(browser: Browser, live_server: LiveServer) -> None:
    world = live_server.world
    with live_server.context.database.transaction() as session:
        job = world.open_job(session)
        posting = world.post(session, job)
        for number in range(20):
            world.assessed(session, world.interviewed(session, world.applicant(session, posting, number)))
        address = f"/console/requisitions/{job.id}"
    hand = Hand(browser, live_server.url, live_server.with_password("hr"))
    hand.page.goto(f"{address}?stage=review")
    hand.clicks += 2  # the filter was opened and chosen
    for box in hand.page.locator("td.tick input").all()[:8]:
        hand.click(box)
    hand.press("进入录用")
    hand.page.fill("#f-words", "八位都讲清了自己做的事")
    hand.press("移动 8 人")
    hand.click(hand.page.locator("th.tick input"))
    hand.press("淘汰")
    hand.page.fill("#f-words", "没有说到自己做了什么")
    hand.press("淘汰 12 人")
    with live_server.context.database.reading() as session:
        stages = sorted(session.scalars(select(Application.stage)))
    assert stages == ["offer"] * 8 + ["rejected"] * 12
    assert hand.clicks == 15, "docs/measured.md; 25 at most"
    hand.context.close()
