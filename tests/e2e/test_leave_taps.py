"""Leave on the phone in five taps: 打开 → 请假 → 事假 → 时间 → 提交, with the workdays shown before it is sent (F1)."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from chromium import headless
from playwright.sync_api import Locator
from request_staff import employ
from serving import LiveServer, live_server
from sqlalchemy import select

from interview_engine.clock import china_day
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.accounts import sign_in
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.employment import service as employment
from interview_engine.hr.requests.tables import Request

__all__ = ["live_server"]
pytestmark = pytest.mark.slow


def test_from_today_to_sent_in_five_taps(live_server: LiveServer) -> None:
    server = live_server
    world = server.world
    with server.context.database.transaction() as session:
        person_id = world.actor("recruiter").person_id or ""
        where = employment.Place(world.entity_id, world.department_id)
        start = china_day(world.clock) - timedelta(days=300)
        employment.begin(session, SYSTEM, person_id, where, "招聘专员", start, None, world.clock)
        employ(world, session)
        account = session.get_one(Account, world.actor("recruiter").account_id)
        secret = sign_in.open_session(session, account, world.clock, complete=True)
    with headless() as browser:
        context = browser.new_context(viewport={"width": 375, "height": 740}, locale="zh-CN")
        host = urlsplit(server.url).hostname
        for name, value in (("session", secret), ("language", "zh")):
            context.add_cookies([{"name": name, "value": value, "domain": host, "path": "/"}])  # type: ignore[list-item]
        page = context.new_page()
        taps = 0

        def tap(what: Locator) -> None:
            nonlocal taps
            box = what.bounding_box()
            assert box is not None
            assert box["height"] >= 44, "a target for a thumb"
            what.click()
            taps += 1

        page.goto(f"{server.url}/wechat/today")
        taps += 1  # the page itself is opened
        tap(page.get_by_role("link", name="请假", exact=True))
        tap(page.locator(".pick", has_text="事假"))
        tap(page.get_by_role("button", name="明天"))
        page.locator("[data-preview]", has_text="工作日").wait_for(timeout=5_000)
        said = page.locator("[data-preview]").inner_text()
        assert "工作日" in said
        assert "自然日" in said
        tap(page.get_by_role("button", name="提交审批"))
        page.wait_for_load_state()
        assert "待审批" in page.locator("main").inner_text()
        assert taps <= 5
        context.close()
    with server.context.database.reading() as session:
        row = session.scalars(select(Request)).one()
        tomorrow = china_day(world.clock) + timedelta(days=1)
        assert (row.kind, row.day_from, row.day_to, row.payload["leave_type"]) == (
            "leave",
            tomorrow,
            tomorrow,
            "personal",
        )
    print(f"{taps} taps; {said}")
