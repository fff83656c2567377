"""The page of one job: what its buttons do, and what is shown when they are refused."""

from __future__ import annotations

from console_data import Company
from console_pages import csrf
from starlette.testclient import TestClient

from interview_engine.hr.recruiting.tables import Requisition


def test_a_button_that_is_refused_shows_its_page_again_with_the_problem(
    made: Company, clients: dict[str, TestClient]
) -> None:
    client = clients["recruiter"]
    with made.context.database.reading() as session:
        before = session.get_one(Requisition, made.requisition_id).state
    answer = client.post(f"/console/requisitions/{made.requisition_id}/submit", data={"csrf": csrf(client)})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'id="postings"' in answer.text, "it is the page of the job"
    with made.context.database.reading() as session:
        assert session.get_one(Requisition, made.requisition_id).state == before
