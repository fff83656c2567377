"""Somebody opens their payslip on a phone: by the link and a code, sets a PIN, reads, asks (G1)."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import chromium
import pytest
from pay_world import PayWorld
from phone_stage import Stage, stage
from playwright.sync_api import Browser, Page
from sqlalchemy import select
from wechat_world import wechat_world

from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.pay import handing_out, profiles, runs
from interview_engine.store.tables import OutboxMessage

__all__ = ["stage", "wechat_world"]
pytestmark = pytest.mark.slow

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
LOOK = os.environ.get("PAYSLIP_PICTURES", "")
"""A folder for pictures of the pages, for people."""


def two_months(stage: Stage) -> str:
    """A closed month and one on the phone, with overtime, sick leave, an adjustment and a provisional row; the link."""
    company, clock, hr = stage.company, stage.company.clock, stage.company.actor("hr")
    pay = PayWorld(company)
    with company.database.transaction() as session:
        pay.rows(session, but="housing_fund")
        pay.row(session, "housing_fund", "fund", {"employee": "0.05", "employer": "0.05"}, provisional=True)
        held = pay.hire(session, "A-1", 12000, allowances={"meal": "20.00", "post": "800.00"})
        pay.attend(session, "A-1", MARCH, unpaid_days=Decimal(1))
        march = pay.closed(session, MARCH)
        handing_out.hand_out(session, hr, march.id, stage.context.signer, clock)
        late = profiles.NewAttendance(MARCH, Decimal(0), Decimal(0), 0, {}, {}, {}, "best")
        profiles.set_attendance(session, hr, session.get_one(Employment, held.id), late, clock)
        pay.attend(session, "A-1", APRIL, sick_days=Decimal("1.5"), minutes={"workday": 600, "restday": 240},
                   counts={"meal": "20"}, amounts={"commission": "1234.50"})  # fmt: skip
        april = pay.computed(session, APRIL)
        pay.finish(session, april)
        handing_out.hand_out(session, hr, april.id, stage.context.signer, clock)
        assert runs.STATES[april.state]
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "payslip.out"))
        return str(list(told)[-1].payload["token"])


def code_of(stage: Stage) -> str:
    with stage.company.database.reading() as session:
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "payslip.code")).all()
        return str(told[-1].payload["code"])


def keep(page: Page, name: str) -> None:
    if LOOK:
        page.screenshot(path=Path(LOOK) / f"{name}.png", full_page=True)


def look(page: Page, name: str) -> None:
    """Nothing is wider than the window, hidden or unreadable, in light and in dark."""
    problems = {"wide": chromium.width_over(page) > 0, **chromium.settled(page)}
    assert not any(problems.values()), (name, problems)
    keep(page, name)


def walk(stage: Stage, browser: Browser, token: str, language: str, name: str) -> None:
    words = {
        "zh": ("发送验证码", "获取验证码", "打开", "基数"), "en": ("Send me a code", "Send me a code", "Open", "Base"),
    }[language]  # fmt: skip
    context = browser.new_context(viewport={"width": 375, "height": 800}, reduced_motion="reduce", base_url=stage.url)
    context.add_cookies([{"name": "language", "value": language, "url": stage.url}])
    page = context.new_page()
    page.goto(f"/pay/{token}")
    look(page, f"{name}-door")
    page.locator('form[action$="/open/code"] button').click()
    look(page, f"{name}-code")
    page.fill("#code", code_of(stage))
    page.locator('form[action$="/open"] button').first.click()
    page.wait_for_url("**/slips/**")
    look(page, name)
    page.locator("#contribution + .lines summary").first.click()
    assert words[3] in page.locator("#contribution + .lines details").first.inner_text()
    if LOOK:
        page.evaluate("document.querySelectorAll('.lines details').forEach((one) => { one.open = true; })")
        page.emulate_media(color_scheme="dark")
        keep(page, f"{name}-open-dark")
        page.emulate_media(color_scheme="light")
        keep(page, f"{name}-open")
    page.locator("#contribution + .lines .ask").first.click()
    page.fill("#text", "为什么？")
    look(page, f"{name}-ask")
    page.locator("#ask button").click()
    page.wait_for_selector("#questions")
    for path in ("", "/pin", "/years/2026"):
        page.goto(f"/wechat/my/pay{path}")
        look(page, f"{name}-home{path.replace('/', '-')}")
    context.close()


def test_a_payslip_is_opened_read_and_asked_about_on_a_narrow_phone(stage: Stage) -> None:
    token = two_months(stage)
    with chromium.headless() as browser:
        walk(stage, browser, token, "zh", "zh-100")
        stage.company.clock.at = stage.company.clock.at.replace(minute=stage.company.clock.at.minute + 2)
        with chromium.large_text(browser) as large:
            walk(stage, large, token, "en", "en-200")
