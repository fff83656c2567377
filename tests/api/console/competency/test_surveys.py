"""The survey designer: questions are added, moved and removed, and nothing typed is lost on the way (B2)."""

from __future__ import annotations

import re

from console_pages import csrf
from starlette.testclient import TestClient

TYPED = {
    "title_zh": "协作", "title_en": "Together",
    "question_kind": ["open", "scale"], "question_zh": ["第一题", "第二题"], "question_en": ["first", "second"],
    "question_competency": ["", "communication"],
}  # fmt: skip


def sent(client: TestClient, **more: object) -> tuple[int, str]:
    answer = client.post("/console/surveys", data={**TYPED, **more, "csrf": csrf(client)}, follow_redirects=False)
    return answer.status_code, answer.text


def texts(page: str) -> list[str]:
    return [one.strip() for one in re.findall(r'name="question_zh"[^>]*>([^<]*)<', page)]


def test_a_new_survey_begins_with_three_questions(clients: dict[str, TestClient]) -> None:
    assert len(texts(clients["hr"].get("/console/surveys/new").text)) == 3
    assert "question_zh" not in clients["hr"].get("/console/surveys").text


def test_questions_are_added_moved_and_removed(clients: dict[str, TestClient]) -> None:
    client = clients["hr"]
    assert texts(sent(client, do="add")[1]) == ["第一题", "第二题", ""]
    assert texts(sent(client, do="remove:0")[1]) == ["第二题"]
    assert texts(sent(client, do="down:0")[1]) == ["第二题", "第一题"]
    status, page = sent(client, do="up:1")
    assert (status, texts(page)) == (200, ["第二题", "第一题"])
    assert 'value="协作"' in page
    assert re.search(r'<option value="communication" selected', page)


def test_what_cannot_be_done_changes_nothing(clients: dict[str, TestClient]) -> None:
    for what in ("up:0", "down:1", "remove:7", "remove:x", "unknown:1"):
        assert texts(sent(clients["hr"], do=what)[1]) == ["第一题", "第二题"]


def test_a_survey_that_is_refused_keeps_its_questions(clients: dict[str, TestClient]) -> None:
    status, page = sent(clients["hr"], do="save", title_en="")
    assert (status, texts(page)) == (422, ["第一题", "第二题"])
    assert sent(clients["hr"], do="save")[0] == 303


def test_nobody_else_designs_one(clients: dict[str, TestClient]) -> None:
    assert sent(clients["recruiter"], do="add")[0] == 403
