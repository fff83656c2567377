"""Pages that are made of a list's declaration: heads, filters, columns, views, actions, export, sheets, own fields."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest
from console_data import CLOCK, Company
from console_pages import csrf, post
from sqlalchemy import select
from starlette.testclient import TestClient

from interview_engine.hr.people.tables import Person
from interview_engine.hr.recruiting.jobs.requisitions import create_requisition
from interview_engine.hr.recruiting.jobs.wish import NewRequisition
from interview_engine.hr.recruiting.tables import Application, Requisition

HOME = "/console/requisitions"


@pytest.fixture
def jobs(made: Company) -> list[str]:
    """Three drafts beside the open job, oldest first."""
    found = []
    for title in ("仓库主管", "=SUM(A1)", "在线教师"):
        with made.context.database.transaction() as session:
            new = NewRequisition(title, made.entity_id, made.department_id, headcount=3)
            found.append(create_requisition(session, made.actors["recruiter"], new, CLOCK).id)
    return found


def titles(page: str) -> list[str]:
    return re.findall(r'<a class="main" href="[^"]+">([^<]+)</a>', page)


def send(client: TestClient, path: str, **fields: Any) -> Any:
    return client.post(path, data={**fields, "csrf": csrf(client)}, follow_redirects=False)


def test_heads_are_links_that_say_how_the_list_is_sorted(clients: dict[str, TestClient], jobs: list[str]) -> None:
    page = clients["hr"].get(HOME).text
    assert "aria-sort" not in page
    assert f'href="{HOME}?sort=headcount"' in page
    page = clients["hr"].get(f"{HOME}?sort=headcount").text
    assert page.count('aria-sort="ascending"') == 1
    assert f'href="{HOME}?sort=-headcount"' in page
    assert titles(page)[0] == "客服专员 · 上海", "two to hire, the others three"


def test_links_of_before_lead_to_the_same_rows(clients: dict[str, TestClient], made: Company, jobs: list[str]) -> None:
    assert titles(clients["hr"].get(f"{HOME}?state=open&mine=&cursor=").text) == ["客服专员 · 上海"]
    assert len(titles(clients["recruiter"].get(f"{HOME}?mine=1").text)) == 4
    with made.context.database.transaction() as session:
        for person in session.scalars(select(Person).where(Person.name.in_(("林晓", "孙佳")))):
            person.talent_pool = True
    pool = clients["hr"].get("/console/pool?q=林&competency_code=&least=0&cursor=").text
    assert titles(pool) == ["林晓"]


def test_a_filter_that_is_no_value_is_said_above_all_rows(clients: dict[str, TestClient], jobs: list[str]) -> None:
    answer = clients["hr"].get(f"{HOME}?headcount_from=many")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert len(titles(answer.text)) == 4


def test_columns_are_chosen_and_pages_keep_what_is_asked(
    clients: dict[str, TestClient], jobs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.console.lists.table.PAGE", 2)
    page = clients["hr"].get(f"{HOME}?columns=title&columns=owner&sort=title").text
    assert re.findall(r'scope="col"[^>]*>(?:<a [^>]+>)?([^<]+)<', page)[:2] == ["职位", "负责人"]
    following = re.search(r'href="([^"]+cursor=[^"]+)"', page)
    assert following is not None
    later = clients["hr"].get(following[1].replace("&amp;", "&")).text
    assert len(titles(page)) == len(titles(later)) == 2
    assert titles(page) + titles(later) == sorted(titles(page) + titles(later))


def test_a_view_is_saved_opened_and_deleted(clients: dict[str, TestClient], jobs: list[str]) -> None:
    client = clients["recruiter"]
    there = post(client, f"{HOME}/views", name="我的草稿", query="state=draft&sort=-title", shared="1")
    page = client.get(there).text
    assert 'aria-current="true">我的草稿' in page
    assert len(titles(page)) == 3
    assert "我的草稿" in clients["hr"].get(HOME).text, "shared within the company"
    view = re.search(r"view=([0-9a-f]{32})", there)
    assert view is not None
    post(client, f"{HOME}/views/{view[1]}/remove")
    assert "我的草稿" not in client.get(HOME).text


def test_an_action_asks_first_with_whom_it_touches_and_then_says_how_many(
    clients: dict[str, TestClient], made: Company, jobs: list[str]
) -> None:
    client, ids = clients["recruiter"], [made.requisition_id, jobs[0]]
    asked = send(client, f"{HOME}/bulk", action="cancel", id=ids, back="state=open,draft")
    assert asked.status_code == 200
    assert "确定取消 2 个招聘需求吗？" in asked.text
    assert "仓库主管" in asked.text
    assert "位进行中的候选人" in asked.text
    done = send(client, f"{HOME}/bulk", action="cancel", id=ids, back="state=open,draft", confirmed="1")
    assert done.headers["location"] == f"{HOME}?state=open&state=draft&did=cancel&number=2"
    assert "已取消 2 个招聘需求。" in client.get(done.headers["location"]).text


def test_rows_that_refuse_are_named_with_the_reason(
    clients: dict[str, TestClient], made: Company, jobs: list[str]
) -> None:
    ids = [made.requisition_id, jobs[2]]
    page = send(clients["recruiter"], f"{HOME}/bulk", action="hold", id=ids, back="", confirmed="1")
    assert page.status_code == 200
    assert "在线教师: 招聘需求处于“草稿”状态" in page.text
    with made.context.database.reading() as session:
        assert session.get_one(Requisition, made.requisition_id).state == "on_hold"


def test_nothing_ticked_is_said_and_an_unknown_action_is_refused(clients: dict[str, TestClient]) -> None:
    for action, status in (("hold", 422), ("fly", 422)):
        assert send(clients["recruiter"], f"{HOME}/bulk", action=action, back="").status_code == status


@pytest.mark.parametrize("language", ["zh", "en", "ja", "es"])
def test_an_export_has_the_columns_that_are_shown_in_any_language_and_runs_no_formula(
    clients: dict[str, TestClient], jobs: list[str], language: str
) -> None:
    address = f"{HOME}/export.xlsx?columns=title,headcount,state&sort=title&language={language}"
    answer = clients["hr"].get(address)
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    heads = {"zh": "职位", "en": "Job", "ja": "職種", "es": "Puesto"}
    assert rows[0][0] == heads[language]
    assert rows[1][:2] == ("'=SUM(A1)", 3)
    assert len(rows) == 5


def test_those_that_are_ticked_are_exported_alone(clients: dict[str, TestClient], jobs: list[str]) -> None:
    answer = send(clients["hr"], f"{HOME}/bulk", action="export", id=jobs[:2], back="columns=title")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert rows == [("职位",), ("'=SUM(A1)",), ("仓库主管",)]


def test_a_sheet_is_looked_at_then_written_and_a_second_time_changes_nothing(
    clients: dict[str, TestClient], made: Company, jobs: list[str]
) -> None:
    client = clients["recruiter"]
    lines = ("sep=;", "年度招聘计划;;", "岗位名称;部门;招聘人数", "仓库主管;客户服务部;5", "新岗位;客户服务部;二",
             "另一岗位;客户服务部;1")  # fmt: skip
    table = "\n".join(lines)
    file = {"file": ("jobs.csv", table.encode("gb18030"), "text/csv")}
    page = client.post(f"{HOME}/import", data={"csrf": csrf(client)}, files=file)
    assert page.status_code == 200
    assert re.search(r'<td class="number" data-label="行">5</td><td data-label="列">招聘人数</td>', page.text)
    found = re.search(rf'action="({HOME}/import/[0-9a-f]+)"', page.text)
    assert found is not None
    assert post(client, found[1]) == f"{HOME}?did=import&number=2"
    again = client.post(f"{HOME}/import", data={"csrf": csrf(client)}, files=file)
    assert "没有需要写入的内容。" in again.text
    with made.context.database.reading() as session:
        rows = session.execute(select(Requisition.title, Requisition.headcount).order_by(Requisition.id)).tuples().all()
    assert ("仓库主管", 5) in rows
    assert len(rows) == 5


@pytest.mark.parametrize("language", ["zh", "en", "ja", "es"])
def test_the_template_is_read_back_in_every_language(clients: dict[str, TestClient], language: str) -> None:
    client = clients["recruiter"]
    data = client.get(f"{HOME}/import/template.xlsx?language={language}").content
    book = openpyxl.load_workbook(io.BytesIO(data))
    book.worksheets[0].append(["新岗位", "客户服务部", 2])
    out = io.BytesIO()
    book.save(out)
    file = {"file": ("template.xlsx", out.getvalue(), "application/octet-stream")}
    page = client.post(f"{HOME}/import", data={"csrf": csrf(client)}, files=file)
    assert "写入 1 行" in page.text
    assert len(book.worksheets) == 2, "and a sheet that explains the columns"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.xlsx", b"no sheet"),
        ("x.csv", b"\xff\x00\x81"),
        ("x.csv", b"a,b\n1,2\n"),
        ("x.csv", "职位\n".encode()),
        ("", b""),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_with_what_to_do(
    clients: dict[str, TestClient], name: str, content: bytes
) -> None:
    client = clients["recruiter"]
    files = {"file": (name, content, "text/csv")} if name else {}
    answer = client.post(f"{HOME}/import", data={"csrf": csrf(client)}, files=files or None)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_a_field_of_ones_own_is_added_filled_in_shown_and_retired(
    clients: dict[str, TestClient], made: Company, jobs: list[str]
) -> None:
    client = clients["hr"]
    where = post(client, f"{HOME}/own-fields", label_zh="优先级", kind="choice", choices="高 = High\n低 = Low",
                 field_class="public")  # fmt: skip
    assert "优先级" in client.get(where).text
    post(client, f"{HOME}/{jobs[0]}/own", x_f1="c1")
    page = client.get(f"{HOME}?columns=title,x_f1&x_f1=c1").text
    assert titles(page) == ["仓库主管"]
    assert '<td data-label="优先级">高</td>' in page
    field = re.search(rf"{HOME}/own-fields/([0-9a-f]+)/retire", client.get(f"{HOME}/own-fields").text)
    assert field is not None
    post(client, f"{HOME}/own-fields/{field[1]}/retire")
    assert "优先级" not in client.get(HOME).text


def test_a_field_that_makes_no_sense_is_said_and_what_was_typed_stays(clients: dict[str, TestClient]) -> None:
    answer = send(clients["hr"], f"{HOME}/own-fields", label_zh="优先级", kind="choice", field_class="public")
    assert answer.status_code == 422
    assert 'value="优先级"' in answer.text


def test_people_of_the_pool_are_tagged_and_found_by_the_tag(clients: dict[str, TestClient], made: Company) -> None:
    with made.context.database.transaction() as session:
        person_id = session.get_one(Application, made.applications["林晓"]).person_id
        session.get_one(Person, person_id).talent_pool = True
    client = clients["recruiter"]
    asked = send(client, "/console/pool/bulk", action="tag", id=[person_id], back="")
    assert 'name="tag"' in asked.text
    empty = send(client, "/console/pool/bulk", action="tag", id=[person_id], back="", confirmed="1", tag="")
    assert empty.status_code == 422
    send(client, "/console/pool/bulk", action="tag", id=[person_id], back="", confirmed="1", tag="夜班")
    assert titles(client.get("/console/pool?tag=夜班").text) == ["林晓"]
    assert "夜班" in client.get("/console/pool").text


def test_a_chart_counts_what_the_filters_leave_and_leads_to_it(clients: dict[str, TestClient], jobs: list[str]) -> None:
    page = clients["hr"].get(HOME).text
    assert f'<a href="{HOME}?state=draft">草稿</a>' in page
    assert "<caption" not in clients["hr"].get(f"{HOME}?state=open").text, "one value is no chart"


@pytest.mark.parametrize(("role", "seen"), [("hr", 'class="button go" href="/console/headcount/new"'),
                                            ("recruiter", "由管理员、人事录入，您可以在此查看。")])  # fmt: skip
def test_an_empty_list_has_a_next_step_or_says_who_has(
    made: Company, clients: dict[str, TestClient], role: str, seen: str
) -> None:
    page = clients[role].get("/console/headcount").text
    assert 'class="empty-state"' in page
    assert seen in page.partition('class="empty-state"')[2]
