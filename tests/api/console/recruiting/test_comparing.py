"""Candidates side by side: why first, one question's recordings, quotes with their unsure words (A18)."""

from __future__ import annotations

import re

from console_data import Company
from starlette.testclient import TestClient


def compared(made: Company, client: TestClient, **more: str) -> str:
    ids = [made.applications[name] for name in ("林晓", "赵一鸣")]
    answer = client.get(f"/console/requisitions/{made.requisition_id}/compare", params={"id": ids, **more})
    assert answer.status_code == 200
    return answer.text


def test_the_reasons_stand_before_the_scores(made: Company, clients: dict[str, TestClient]) -> None:
    page = compared(made, clients["recruiter"])
    rows = re.findall(r'<th scope="row">([^<]+)', page)
    assert rows[0] == "理由" or page.index("bullets") < page.index('class="score"')


def test_one_question_is_chosen_for_all(made: Company, clients: dict[str, TestClient]) -> None:
    page = compared(made, clients["recruiter"], question="q5")
    assert re.search(r'<option value="q5" selected', page)
    assert page.count('name="id" value=') == 2, "the choice keeps the candidates"
    assert re.search(r'<option value="q1" selected', compared(made, clients["recruiter"], question="none"))


def test_less_than_two_lead_back_to_the_list(made: Company, clients: dict[str, TestClient]) -> None:
    path = f"/console/requisitions/{made.requisition_id}"
    answer = clients["recruiter"].get(f"{path}/compare", params={"id": "x"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, path)
