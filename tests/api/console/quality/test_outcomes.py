"""A17 on a page: high scorers against the others, from a table of outcomes that is not kept."""

from __future__ import annotations

import csv
import io
import re

import pytest
from console_data import CLOCK, Company
from sqlalchemy import select
from starlette.testclient import TestClient

from interview_engine.hr.competency.tables import CompetencyEvidence
from interview_engine.hr.people.tables import Person
from interview_engine.store.rows import stamp
from interview_engine.store.tables import AuditEvent

PATH = "/console/outcomes"


@pytest.fixture
def company(made: Company) -> Company:
    context = made.context
    with context.database.transaction() as session:
        for place in range(12):
            person = Person(**stamp("system", CLOCK), name=f"员工{place:02d}", language="zh", synthetic=True)
            session.add(person)
            session.flush()
            session.add(
                CompetencyEvidence(
                    **stamp("system", CLOCK),
                    person_id=person.id,
                    competency_code="logic",
                    source="interview",
                    measured_at=CLOCK.now(),
                    score=8.0 if place % 2 else 4.0,
                    low=3.0,
                    high=9.0,
                    ruler="kit v1",
                    reference="assessment:x",
                    detail={},
                )
            )
    return made


@pytest.fixture
def client(company: Company, clients: dict[str, TestClient]) -> TestClient:
    return clients["hr"]


def csrf(client: TestClient) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get(PATH).text)
    assert found is not None
    return found[1]


def filled(client: TestClient) -> list[dict[str, str]]:
    text = client.get(f"{PATH}/table.csv", params={"competency_code": "logic"}).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def sent(client: TestClient, rows: list[dict[str, str]]) -> tuple[int, str]:
    file = io.StringIO()
    writer = csv.DictWriter(file, ["person", "name", "outcome"])
    writer.writeheader()
    writer.writerows(rows)
    answer = client.post(
        PATH,
        data={"csrf": csrf(client), "competency": "logic", "cut": "6"},
        files={"table": ("outcomes.csv", file.getvalue().encode(), "text/csv")},
    )
    return answer.status_code, answer.text


def test_the_table_to_fill_in_has_everybody_with_a_score_and_taking_it_is_recorded(
    company: Company, client: TestClient
) -> None:
    assert [row["name"] for row in filled(client)] == [f"员工{place:02d}" for place in range(12)]
    with company.context.database.reading() as session:
        actions = set(session.scalars(select(AuditEvent.action)))
    assert "portrait.export" in actions


def test_a17_high_scorers_are_compared_with_the_others_with_n_and_interval(client: TestClient) -> None:
    rows = [{**row, "outcome": str((92 if place % 2 else 80) + place % 3)} for place, row in enumerate(filled(client))]
    status, page = sent(client, rows)
    assert status == 200
    result = page[page.index('id="result"') :]
    assert result.count('<td class="number">6</td>') == 2
    assert "+12" in result
    assert "kit v1" in result


def test_too_few_people_are_a_problem_of_the_form(client: TestClient) -> None:
    rows = [{**row, "outcome": "1" if place < 2 else ""} for place, row in enumerate(filled(client))]
    status, page = sent(client, rows)
    assert status == 422
    assert 'role="alert"' in page


def test_an_outcome_that_is_no_number_is_named(client: TestClient) -> None:
    status, page = sent(client, [{**row, "outcome": "good"} for row in filled(client)])
    assert status == 422
    assert 'role="alert"' in page
