"""The operations page: what stands still and starts again from there, and how much the product is used (J7)."""

from __future__ import annotations

import re
from datetime import timedelta

from console_data import CLOCK, Company
from console_pages import csrf
from sqlalchemy import func, select
from starlette.testclient import TestClient

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.messaging import webhooks
from interview_engine.store.rows import stamp
from interview_engine.store.tables import WorkItem


def test_a_webhook_that_is_paused_is_on_the_operations_page_and_sends_again_from_there(
    made: Company, clients: dict[str, TestClient]
) -> None:
    client = clients["administrator"]
    with made.context.database.transaction() as session:
        hook, _ = webhooks.create_webhook(
            session, SYSTEM, made.context.box, "https://93.184.215.14/secret-path", ["offer.state"], CLOCK
        )
        hook.failures, hook.last_error, hook.paused_until = 3, "webhook.slow", CLOCK.now() + timedelta(hours=1)
    page = client.get("/console/operations").text
    assert "93.184.215.14" in page
    assert "secret-path" not in page
    assert "没有及时应答" in page
    answer = client.post(f"/console/webhooks/{hook.id}/resume", data={"csrf": csrf(client)}, follow_redirects=False)
    assert answer.status_code == 303
    assert "93.184.215.14" not in client.get("/console/operations").text
    with made.context.database.transaction() as session:
        webhooks.delete_webhook(session, SYSTEM, hook.id, CLOCK)


def test_what_is_zero_has_no_tile_and_finished_work_is_drawn_by_day(
    made: Company, clients: dict[str, TestClient]
) -> None:
    page = clients["administrator"].get("/console/operations").text
    assert '<div class="stat"><b>0</b>' not in page, "no row of zeros"
    with made.context.database.transaction() as session:
        session.add(WorkItem(**stamp("system", CLOCK), kind="answer", subject_id="x", state="done", media_s=90.0,
                             finished_at=CLOCK.now()))  # fmt: skip
    page = clients["administrator"].get("/console/operations").text
    history = page[page.index('id="history"') :]
    assert "<svg" in history
    assert re.search(r'<td class="number">1</td><td class="number">0</td><td class="number">1.5</td>', history)


def test_j7_operations_show_how_much_the_product_is_used(made: Company, clients: dict[str, TestClient]) -> None:
    clients["recruiter"].get(f"/console/applications/{made.applications['林晓']}")
    page = clients["hr"].get("/console/operations").text
    section = page[page.index('id="usage"') :]
    with made.context.database.reading() as session:
        accounts = session.scalar(select(func.count()).select_from(Account).where(Account.active))
    assert f"/ {accounts}<" in section
    assert "查看了报告" in section
