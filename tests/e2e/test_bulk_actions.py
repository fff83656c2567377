"""Every button for several candidates, pressed in a browser: what it says it does is done, and 撤销 takes it back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from chromium import headless
from desk_hand import Hand
from playwright.sync_api import Browser
from serving import LiveServer, live_server
from sqlalchemy import select

from interview_engine.hr.recruiting.tables import Application
from interview_engine.store.tables import OutboxMessage

pytestmark = pytest.mark.slow
__all__ = ["live_server"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with headless() as made:
        yield made


@dataclass
class Job:
    """A job with two candidates to decide on and two who only applied, before somebody of HR."""

    server: LiveServer
    hand: Hand
    id: str

    def stages(self) -> list[str]:
        with self.server.context.database.reading() as session:
            return sorted(session.scalars(select(Application.stage)))

    def tick_all(self, path: str) -> None:
        self.hand.page.goto(f"/console/requisitions/{self.id}{path}")
        self.hand.page.locator("th input[data-all=id]").check()

    def said(self) -> str:
        return self.hand.page.locator(".bulk-done").inner_text()


@pytest.fixture
def job(browser: Browser, live_server: LiveServer) -> Iterator[Job]:
    world = live_server.world
    with live_server.context.database.transaction() as session:
        row = world.open_job(session)
        posting = world.post(session, row)
        for number in range(4):
            applied = world.applicant(session, posting, number)
            if number < 2:
                world.assessed(session, world.interviewed(session, applied))
        job_id = row.id
    hand = Hand(browser, live_server.url, live_server.with_password("hr"))
    yield Job(live_server, hand, job_id)
    hand.context.close()


BEFORE = ["new", "new", "review", "review"]
MOVES = (
    ("淘汰", "淘汰 4 人", ["rejected"] * 4, "已淘汰 4 位候选人"),
    ("进入录用", "移动 2 人", ["new", "new", "offer", "offer"], "已移动 2 位候选人"),
    ("移到待决定", "移动 2 人", ["review"] * 4, "已移动 2 位候选人"),
    ("移到筛选", "移动 4 人", ["screening"] * 4, "已移动 4 位候选人"),
)


@pytest.mark.parametrize(("button", "confirm", "after", "told"), MOVES, ids=[one[0] for one in MOVES])
def test_who_was_moved_together_is_put_back_together(
    job: Job, button: str, confirm: str, after: Sequence[str], told: str
) -> None:
    assert job.stages() == BEFORE
    job.tick_all("/applicants")
    job.hand.press(button, inside=".bulk-bar")
    job.hand.page.fill("#f-words", "四位一起看过，理由都写在这里")
    job.hand.press(confirm)
    assert job.stages() == after
    assert told in job.said()
    job.hand.press("撤销", inside=".bulk-done")
    assert job.stages() == BEFORE
    assert "已撤销" in job.said()


def test_messages_to_those_chosen_wait_and_are_stopped(job: Job) -> None:
    job.tick_all("")
    job.hand.press("发消息", inside=".bulk-bar")
    job.hand.page.fill("#f-words", "我们下周二之前回复，请放心。")
    job.hand.press("发送 2 条消息")
    assert "2 条消息等待发出" in job.said()
    assert job.hand.page.locator(".bulk-done button").count() == 1
    job.hand.press("撤销", inside=".bulk-done")
    assert "已撤回 2 条消息" in job.said()
    with job.server.context.database.reading() as session:
        written = select(OutboxMessage).where(OutboxMessage.template == "application.message")
        assert [one.state for one in session.scalars(written)] == ["suppressed"] * 2


def test_those_chosen_are_invited_and_their_links_shown(job: Job) -> None:
    job.tick_all("/applicants?stage=new")
    job.hand.press("邀请", inside=".bulk-bar")
    job.hand.press("邀请 2 人")
    assert job.hand.page.locator("code.mono", has_text="/i/").count() == 2
    assert job.stages() == ["invited", "invited", "review", "review"]


def test_an_action_that_no_stage_allows_says_so_and_asks_for_no_reason(job: Job) -> None:
    job.tick_all("")
    job.hand.press("移到待决定", inside=".bulk-bar")
    page = job.hand.page
    assert "所选候选人当前的阶段都不能这样做" in page.inner_text("main")
    assert page.locator("#f-words").count() == 0
    job.hand.press("返回列表")
    assert urlsplit(page.url).path.endswith(job.id)


def test_those_chosen_alone_are_exported(job: Job) -> None:
    page = job.hand.page
    page.goto(f"/console/requisitions/{job.id}/applicants")
    page.locator("td input[name=id]").first.check()
    with page.expect_download() as download:
        page.locator(".bulk-bar").get_by_role("button", name="导出所选").click()
    assert download.value.suggested_filename.endswith(".xlsx")
