"""Approval flows and substitutes in the console: set by a form, shown in words, changed and ended."""

from __future__ import annotations

import re

from console_data import Company
from console_pages import csrf
from sqlalchemy import select
from starlette.testclient import TestClient

from interview_engine.hr.approvals.tables import ApprovalFlow, ApprovalSubstitute

HOME = "/console/approval-flows"


def _send(client: TestClient, path: str, **fields: object) -> str:
    """The page after the form, or the form again with its problem."""
    return client.post(path, data={"csrf": csrf(client), **fields}, follow_redirects=True).text


def _set(client: TestClient, **more: object) -> str:
    steps = {
        "approvers_0": ["manager", "role:hr"],
        "rule_0": "all",
        "approvers_1": ["role:administrator"],
        "fact_1": "monthly_pay",
        "operator_1": ">=",
        "value_1": "20,000",
        "escalate_1": "48",
    }
    return _send(client, HOME, kind="offer", expires_after_days="14", **(steps | more))


def test_a_flow_is_set_by_the_form_and_shown_in_words(made: Company, clients: dict[str, TestClient]) -> None:
    page = _set(clients["hr"])
    text = re.sub(r"<[^>]+>|\s+", "", page)
    for words in (
        "部门负责人、人事须全部同意",
        "管理员一人处理即可·仅当月薪（元）至少20,000·48个小时（只计工作日）后转上级负责人",
        "14天后过期",
    ):
        assert words in text
    with made.context.database.reading() as session:
        (flow,) = session.scalars(select(ApprovalFlow).where(ApprovalFlow.kind == "offer"))
        assert (flow.department_id, flow.expires_after_days, len(flow.steps)) == (None, 14, 2)


def test_the_form_to_change_a_flow_holds_what_is_in_force(made: Company, clients: dict[str, TestClient]) -> None:
    page = _set(clients["hr"])
    change = re.search(r'href="(\?change=\w+)#flow"', page)
    assert change is not None
    form = clients["hr"].get(HOME + change[1]).text
    assert re.search(r'name="approvers_0" value="role:hr" checked', form)
    assert not re.search(r'name="approvers_0" value="role:recruiter" checked', form)
    assert '<option value="monthly_pay" selected>' in form
    assert 'name="value_1" value="20,000"' in form
    assert 'name="expires_after_days" value="14"' in form


def test_a_refused_flow_keeps_what_was_typed_and_says_what_is_wrong(clients: dict[str, TestClient]) -> None:
    page = _set(clients["hr"], value_1="a lot")
    assert "第 2 步的条件不正确" in page
    assert 'name="value_1" value="a lot"' in page
    assert re.search(r'name="approvers_0" value="role:hr" checked', page)


def test_a_flow_of_which_every_step_has_a_condition_is_refused(clients: dict[str, TestClient]) -> None:
    assert "会有申请没有人审批" in _set(clients["hr"], approvers_0="")


def test_an_ended_flow_is_no_longer_in_force(clients: dict[str, TestClient]) -> None:
    page = _set(clients["hr"])
    end = re.search(r'action="(/console/approval-flows/\w+/end)"', page)
    assert end is not None
    assert "还没有设流程" in _send(clients["hr"], end[1])


def test_f2_the_page_says_how_long_decisions_took(clients: dict[str, TestClient]) -> None:
    page = clients["hr"].get(HOME).text
    section = re.sub(r"<[^>]+>|\s+", "", page[page.index('id="times"') :])
    assert re.search(r"招聘需求客户服务部\d+\d分钟", section)


def test_a_substitute_is_named_on_the_approvals_page_and_ended_there(
    made: Company, clients: dict[str, TestClient]
) -> None:
    client, to = clients["hr"], made.accounts["recruiter"].id
    days = {"first_day": "2099-01-01", "last_day": "2099-01-05"}
    page = _send(client, "/console/approvals/absences", substitute=to, **days)
    assert "代您审批" in page
    end = re.search(r'action="(/console/approvals/absences/\w+/end)"', page)
    assert end is not None
    assert "代您审批。" not in _send(client, end[1])
    with made.context.database.reading() as session:
        (row,) = session.scalars(select(ApprovalSubstitute))
        assert row.ended_at is not None


def test_days_the_wrong_way_round_are_refused_beside_their_field(made: Company, clients: dict[str, TestClient]) -> None:
    to = made.accounts["recruiter"].id
    days = {"first_day": "2099-01-05", "last_day": "2099-01-01"}
    page = _send(clients["hr"], "/console/approvals/absences", substitute=to, **days)
    assert re.search(r'name="last_day" value="2099-01-01"[^>]* aria-invalid="true"', page)
