"""The retention schedule's page: periods in words that a number fits, and numbers that are none are refused (D10)."""

from __future__ import annotations

import re

import pytest
from console_data import CLOCK, Company
from console_pages import csrf
from httpx2 import Response
from sqlalchemy import select
from starlette.testclient import TestClient

from api.console.system import retention
from interview_engine.hr.privacy import scheduled
from interview_engine.hr.privacy.tables import RetentionRule

HOME = "/console/retention"


def kept_for(client: TestClient, word: str, language: str) -> tuple[str, str]:
    """How long a kind is kept and at least must be, as the page says it."""
    page = client.get(HOME, headers={"accept-language": language}).text
    (row,) = [one for one in page.split("<tr>") if f'<th scope="row">{word}</th>' in one]
    cells = re.findall(r'<td data-label="[^"]*">(.*?)</td>', row, re.DOTALL)
    return tuple(re.sub(r"<br>.*|<[^>]+>", "", one).strip() for one in cells[:2])  # type: ignore[return-value]


def set_months(made: Company, kind: str, months: int) -> None:
    with made.context.database.transaction() as session:
        scheduled.set_period(session, made.actors["administrator"], kind, months, "集团规定", CLOCK)


def sent(client: TestClient, months: str, kind: str = "doc_diploma") -> Response:
    data = {"csrf": csrf(client), "kind": kind, "months": months, "reason": "集团规定"}
    return client.post(f"{HOME}/period", data=data, follow_redirects=False)


@pytest.mark.parametrize(
    ("months", "english", "chinese"),
    [
        (0, "no longer than the last day", "到最后工作日为止"),
        (1, "one month", "1 个月"),
        (2, "2 months", "2 个月"),
        (1200, "1200 months", "1200 个月"),
    ],
)
def test_a_period_is_said_as_its_number_asks(
    made: Company, clients: dict[str, TestClient], months: int, english: str, chinese: str
) -> None:
    set_months(made, "doc_diploma", months)
    client = clients["administrator"]
    assert kept_for(client, "Diploma or certificate", "en") == (english, "as long as needed, no longer")
    assert kept_for(client, "毕业证或证书", "zh")[0] == chinese


def test_the_laws_least_stands_beside_the_period(clients: dict[str, TestClient]) -> None:
    assert kept_for(clients["hr"], "Contract or agreement", "en") == ("24 months", "24 months")


def test_photos_of_colleagues_are_kept_no_longer_than_the_last_day(clients: dict[str, TestClient]) -> None:
    assert kept_for(clients["hr"], "Photo for colleagues", "en")[0] == "no longer than the last day"


@pytest.mark.parametrize("typed", ["", "two", "1.5", "-1", "24 months", "1e9"])
def test_a_period_that_is_no_whole_number_is_refused_and_the_one_before_stays(
    made: Company, clients: dict[str, TestClient], typed: str
) -> None:
    answer = sent(clients["administrator"], typed)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    with made.context.database.reading() as session:
        assert not session.scalars(select(RetentionRule)).all()


def test_less_than_the_law_asks_is_refused_with_the_article(clients: dict[str, TestClient]) -> None:
    answer = sent(clients["administrator"], "23", "doc_contract")
    assert answer.status_code == 422
    assert "24 个月" in answer.text
    assert "劳动合同法第五十条" in answer.text


def test_a_longer_period_stands_there_with_its_reason(clients: dict[str, TestClient]) -> None:
    client = clients["administrator"]
    answer = sent(client, "36")
    assert answer.status_code == 303
    page = client.get(answer.headers["location"], headers={"accept-language": "en"}).text
    assert "36 months" in page
    assert "集团规定" in page


@pytest.mark.parametrize(
    ("stop", "said"),
    [(1, "One destruction is due and waits for a person."),
     (12, "12 destructions are due together and wait for a person.")],
)  # fmt: skip
def test_how_many_destructions_wait_is_said_as_their_number_asks(
    clients: dict[str, TestClient], monkeypatch: pytest.MonkeyPatch, stop: int, said: str
) -> None:
    monkeypatch.setattr(retention.scheduled, "stopped", lambda *_: stop)
    assert said in clients["administrator"].get(HOME, headers={"accept-language": "en"}).text
