"""The operations page: what stands still and starts again from there, and how much the product is used (J7)."""

from __future__ import annotations

from datetime import timedelta

from console_data import CLOCK, Company
from console_pages import csrf
from sqlalchemy import func, select
from starlette.testclient import TestClient

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.messaging import webhooks


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


def test_j7_operations_show_how_much_the_product_is_used(made: Company, clients: dict[str, TestClient]) -> None:
    clients["recruiter"].get(f"/console/applications/{made.applications['林晓']}")
    page = clients["hr"].get("/console/operations").text
    section = page[page.index('id="usage"') :]
    with made.context.database.reading() as session:
        accounts = session.scalar(select(func.count()).select_from(Account).where(Account.active))
    assert f"/ {accounts}<" in section
    assert "report.read" in section
