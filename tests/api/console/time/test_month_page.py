"""The month of a team in the console: its closing is sent as a browser sends the page's own form (E1)."""

from __future__ import annotations

import re
from datetime import timedelta

from console_data import CLOCK, Company
from sqlalchemy import select
from starlette.testclient import TestClient

from interview_engine.clock import china_day
from interview_engine.store.tables import AuditEvent

PAGE = "/console/attendance-month"
FIRST = (china_day(CLOCK).replace(day=1) - timedelta(days=1)).replace(day=1)


def closing_form(page: str) -> dict[str, str]:
    """The hidden fields of the form that closes a month."""
    form = re.search(rf'<form[^>]*action="{PAGE}/lock".*?</form>', page, re.DOTALL)
    assert form is not None
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0]))


def test_the_form_of_the_page_closes_a_month(made: Company, clients: dict[str, TestClient]) -> None:
    hidden = closing_form(clients["hr"].get(PAGE).text)
    sent = {**hidden, "month": f"{FIRST:%Y-%m}", "company": made.entity_id}
    answer = clients["hr"].post(f"{PAGE}/lock", data=sent)
    assert answer.status_code == 200, answer.text
    with made.context.database.reading() as session:
        written = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "attendance.lock")).one()
    assert written["month"] == f"{FIRST:%Y-%m}"
    assert "已封存" in answer.text


def test_why_a_month_cannot_be_closed_stands_on_the_page(made: Company, clients: dict[str, TestClient]) -> None:
    hidden = closing_form(clients["hr"].get(PAGE).text)
    sent = {**hidden, "month": f"{china_day(CLOCK):%Y-%m}", "company": made.entity_id}
    answer = clients["hr"].post(f"{PAGE}/lock", data=sent)
    assert answer.status_code == 422
    assert "这个月还没有结束" in answer.text
