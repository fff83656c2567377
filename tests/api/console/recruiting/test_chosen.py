"""Acting on several candidates from the lists: what is asked, what is said after, the way back (A18, M10)."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from console_data import Company
from console_pages import csrf, post
from starlette.testclient import TestClient

REASON = "回答里没有说到自己做了什么"
KEY = "a-form-of-a-page-0001"


def chosen(made: Company, *names: str) -> list[str]:
    return [made.applications[name] for name in names]


def sent(client: TestClient, made: Company, do: str, ids: list[str], words: str = REASON, filters: str = "") -> str:
    """The form of the page, sent; where it leads."""
    data = {"do": do, "id": ids, "words": words, "key": KEY, "at": "ranking", "filters": filters, "csrf": csrf(client)}
    address = f"/console/requisitions/{made.requisition_id}/chosen"
    answer = client.post(address, data=data, follow_redirects=False)
    assert answer.status_code == 303, answer.text[:2000]
    return str(answer.headers["location"])


def test_the_page_names_everybody_and_how_many_before_anything_happens(
    made: Company, clients: dict[str, TestClient]
) -> None:
    client = clients["recruiter"]
    address = f"/console/requisitions/{made.requisition_id}/chosen"
    page = client.get(address, params={"do": "reject", "id": chosen(made, "林晓", "孙佳")}).text
    assert "淘汰：2 位候选人" in page
    assert "林晓" in page
    assert "孙佳" in page
    assert "一天之内可以撤销" in page
    assert page.count('name="id"') == 2


def test_a_rejection_is_told_on_the_list_and_undone_there(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["recruiter"]
    back = sent(client, made, "reject", chosen(made, "林晓", "孙佳"), filters="sort=score")
    page = client.get(back).text
    assert "sort=score" in back
    assert "已淘汰 2 位候选人" in page
    assert "林晓" not in page.partition('class="ranking"')[2]
    undo = re.search(r'action="(/console/chosen/[0-9a-f]+/undo)"', page)
    assert undo is not None
    again = client.get(post(client, undo[1], at="ranking", filters="sort=score")).text
    assert "已撤销：2 位候选人" in again
    assert "林晓" in again.partition('class="ranking"')[2]


def test_who_left_the_page_finds_the_way_back_later(made: Company, clients: dict[str, TestClient]) -> None:
    where = f"/console/requisitions/{made.requisition_id}"
    back = sent(clients["recruiter"], made, "reject", chosen(made, "林晓", "孙佳"))
    assert "还可以撤销" not in clients["recruiter"].get(back).text, "it stands above already"
    for role in ("recruiter", "hr"):
        page = clients[role].get(f"{where}/applicants").text
        assert "还可以撤销：1 次操作" in page
        assert "陈立" in page
    undo = re.search(r'action="(/console/chosen/[0-9a-f]+/undo)"', page)
    assert undo is not None
    post(clients["hr"], undo[1], at="applicants", filters="")
    assert "还可以撤销" not in clients["hr"].get(where).text


def test_a_decision_without_a_reason_comes_back_with_everything_in_the_form(
    made: Company, clients: dict[str, TestClient]
) -> None:
    client = clients["recruiter"]
    ids = chosen(made, "林晓", "孙佳")
    data = {"do": "reject", "id": ids, "words": "", "key": KEY, "at": "ranking", "filters": "", "csrf": csrf(client)}
    answer = client.post(f"/console/requisitions/{made.requisition_id}/chosen", data=data)
    assert answer.status_code == 422
    assert all(f'value="{one}"' in answer.text for one in ids)
    assert KEY in answer.text


def test_nobody_chosen_is_said_and_leads_back(made: Company, clients: dict[str, TestClient]) -> None:
    answer = clients["recruiter"].get(f"/console/requisitions/{made.requisition_id}/chosen?do=reject")
    assert answer.status_code == 422
    assert "还没有选择候选人" in answer.text
    assert "返回列表" in answer.text


def test_a_list_that_was_filtered_leads_back_to_itself_and_nowhere_else(
    made: Company, clients: dict[str, TestClient]
) -> None:
    back = sent(
        clients["recruiter"], made, "message", chosen(made, "林晓"), filters="//elsewhere.example?x=1&sort=name"
    )
    assert back.startswith(f"/console/requisitions/{made.requisition_id}?")
    assert "sort=name" in back


def test_only_those_chosen_are_exported(made: Company, clients: dict[str, TestClient]) -> None:
    path = f"/console/requisitions/{made.requisition_id}/ranking.xlsx"
    answer = clients["recruiter"].get(path, params={"id": chosen(made, "林晓", "孙佳")})
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert {row[1] for row in rows[1:]} == {"林晓", "孙佳"}


def test_a_view_is_kept_for_every_job_without_the_name_that_was_looked_for(
    made: Company, clients: dict[str, TestClient]
) -> None:
    client = clients["recruiter"]
    where = f"/console/requisitions/{made.requisition_id}"
    back = post(client, f"{where}/views", name="高分在前", query="q=林晓&sort=score&col=score&kit=3")
    assert back == f"{where}?sort=score&col=score&done=view_kept"
    page = client.get(where).text
    assert f'href="{where}?sort=score&amp;col=score"' in page
    assert "高分在前" not in clients["hr"].get(where).text
    view = re.search(r'action="(/console/requisitions/[0-9a-f]+/views/[0-9a-f]+/remove)"', page)
    assert view is not None
    assert clients["hr"].post(view[1], data={"csrf": csrf(clients["hr"])}).status_code == 404
    post(client, view[1])
    assert "高分在前" not in client.get(where).text


@pytest.mark.parametrize(
    ("query", "there", "absent"), [("", "c-since", "c-photo"), ("?col=photo&col=match", "c-photo", "c-since")]
)
def test_columns_are_those_chosen_and_faces_only_when_asked_for(
    made: Company, clients: dict[str, TestClient], query: str, there: str, absent: str
) -> None:
    page = clients["recruiter"].get(f"/console/requisitions/{made.requisition_id}{query}").text
    head = page.partition("<thead>")[2].partition("</thead>")[0]
    assert there in head
    assert absent not in head


def test_the_longest_in_a_stage_is_one_click_on_the_head_away(made: Company, clients: dict[str, TestClient]) -> None:
    where = f"/console/requisitions/{made.requisition_id}"
    first = clients["recruiter"].get(f"{where}?sort=recent").text
    assert 'aria-sort="ascending"' in first
    assert "sort=recent&amp;back=1" in first
