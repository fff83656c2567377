"""On the phone invoices are uploaded, looked at, corrected and sent; twice is once (F1, F6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx
import made_invoices
import pytest
from phone_stage import Stage

from interview_engine.clock import china_day
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment import service

AGENT = {"accept-language": "en", "user-agent": "Mozilla/5.0 MicroMessenger/8.0.50"}


@pytest.fixture
def mine(stage: Stage) -> Iterator[httpx.Client]:
    """The phone of somebody who works here."""
    company, clock = stage.company, stage.company.clock
    host = stage.url.removeprefix("http://")
    stage.wechat.fake.corporation.redirect_host = stage.wechat.fake.official.redirect_host = host
    with company.database.transaction() as session:
        where = service.Place(company.entity_id, company.department_id)
        start = china_day(clock) - timedelta(days=350)
        service.begin(session, SYSTEM, stage.person_id, where, "客服专员", start, None, clock)
    with httpx.Client(
        base_url=stage.url, follow_redirects=True, headers=AGENT, cookies={"fake-user": "o-candidate"}, timeout=60
    ) as client:
        client.get("/wechat/today")
        yield client


def begun(mine: httpx.Client) -> str:
    """A new draft; its address."""
    return str(mine.post("/wechat/my/expenses", data={"key": "k1"}).url)


def test_invoices_are_read_corrected_and_sent_once(mine: httpx.Client) -> None:
    assert begun(mine) == begun(mine)
    draft = begun(mine)
    day = {"day": "2026-01-05"}
    files = [
        ("files", ("a.xml", made_invoices.xml(**day))),
        ("files", ("b.ofd", made_invoices.ofd(**day, number="2" * 20))),
    ]
    page = mine.post(f"{draft}/files", files=files)
    assert page.text.count(made_invoices.SELLER) == 2
    links = sorted({part.split('"')[0] for part in page.text.split('href="')[1:] if "/lines/" in part[:140]})
    for link in links:
        line = mine.get(link)
        assert "from the invoice" in line.text or "from the OFD file" in line.text
        sent = {"kind": "lodging", "day": "2026-01-05", "total": "480.00", "currency": "CNY"}
        sent |= {"number": "1" * 20 if link == links[0] else "2" * 20}
        assert "Send for approval" in mine.post(link, data=sent).text
    assert "960.00" in mine.get(draft).text
    first = mine.post(f"{draft}/send", data={"purpose": "Visit to a customer"})
    again = mine.post(f"{draft}/send", data={"purpose": "Visit to a customer"})
    assert first.url == again.url
    assert "Visit to a customer" in first.text
    assert "Waiting for a decision" in first.text


def test_a_refused_file_leaves_the_others_and_says_what_to_do(mine: httpx.Client) -> None:
    draft = begun(mine)
    files = [("files", ("a.xml", made_invoices.xml(day="2026-01-05"))), ("files", ("b.pdf", b"%PDF-1.7 cut off"))]
    page = mine.post(f"{draft}/files", files=files)
    assert page.status_code == 422
    assert "The file is damaged" in page.text
    assert made_invoices.SELLER in mine.get(draft).text
    told = mine.post(f"{draft}/files", files=files[1:], headers={"accept": "application/json"})
    assert "The file is damaged" in told.json()["problem"]


def test_the_kind_leads_from_the_list_of_requests_to_its_own_pages(mine: httpx.Client) -> None:
    assert str(mine.get("/wechat/my/requests/new/expense_claim").url).endswith("/wechat/my/expenses")
