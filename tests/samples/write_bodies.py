"""Valid bodies of writes, aimed at company B of `two_companies`: how one is made, and values that several share.

The writes of the API stand in `write_bodies_api.py`, the forms of the console in `write_bodies_console.py`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from two_companies import Companies

Body = Callable[[Companies], Mapping[str, Any]]
"""Arguments of `TestClient.request`: json, data (a form's fields), content, files."""

WORDS = {"zh": "词", "en": "word"}
STEPS = [{"rule": "any", "approvers": ["role:hr"]}]
REASON = "读过回答之后的理由"


def nothing(_: Companies) -> Mapping[str, Any]:
    """No body."""
    return {}


def body(**fields: Any) -> Body:
    """A JSON body; a callable value is asked with the companies."""
    return lambda made: {"json": _filled(fields, made)}


def form(**fields: Any) -> Body:
    """A form's fields, in the same way."""
    return lambda made: {"data": _filled(fields, made)}


def of_b(name: str) -> Callable[[Companies], str]:
    """The id of one of B's things."""
    return lambda made: made.b[name]


def of_a(name: str) -> Callable[[Companies], str]:
    """The id of one of A's people or places: for what would give them a seat in B."""
    return lambda made: made.a[name]


def _filled(value: Any, made: Companies) -> Any:
    if callable(value):
        return value(made)
    if isinstance(value, dict):
        return {key: _filled(one, made) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, made) for one in value]
    return value


def notice(year: int) -> bytes:
    """A notice of thirteen days in October."""
    days = [{"name": "节", "date": f"{year}-10-{day:02}", "isOffDay": True} for day in range(1, 14)]
    return json.dumps({"year": year, "papers": ["https://www.gov.cn/x"], "days": days}).encode()


JOB = {
    "title": "偷来的职位", "legal_entity_id": of_b("legal_entity_id"), "department_id": of_b("department_id"),
    "description": "任职要求：\n1. 本科",
}  # fmt: skip
OFFER = {"title": "客服", "monthly_pay": "9100.00", "start_date": "2099-01-01"}
OWN_FIELD = {
    "label_zh": "偷来的字段", "kind": "text", "field_class": "public", "legal_entity_id": of_b("legal_entity_id"),
}  # fmt: skip
TASK = {"kind": "joining", "title_zh": "偷来的模板", "category": "other", "owner": "hr", "days": 0}
EPISODE = {"competency_code": "communication", "situation": "x", "action": "x", "result": "x",
           "quotes": [{"answer": "q1", "quote": "我"}]}  # fmt: skip

PARAMETER = {
    "kind": "minimum_wage", "place": "偷来的城市", "first_day": "2026-07-01", "amount": "2700.00", "law": "偷来的文件",
    "source": "https://example.gov.cn/1",
}  # fmt: skip
CORRECTION = {
    "employee_number": "B-1", "leave_type": "annual", "day": "2026-02-02", "hours": "80", "reason": "偷来的年假",
}  # fmt: skip
BEFORE = {"employee_number": "B-1", "months_before": "240"}
LEAVE_RULE = {
    "region": "启明家居（演示）", "leave_type": "marriage", "first_day": "2026-01-01", "days": "99",
    "limited_by": "year", "law": "偷来的制度", "source": "https://example.gov.cn/3",
}  # fmt: skip
SHIFT = {"company": "启明家居（演示）", "code": "B9", "name": "偷来的班次", "kind": "fixed", "parts": "01:00-05:00"}
B_NAME = "启明家居（演示）"
PER_DIEM = {"company": B_NAME, "city_class": "乙类", "first_day": "2026-01-01", "amount": "99", "source": "偷来的依据"}
BUDGET = {"company": B_NAME, "department": "客户服务部", "month": "2026-12-01", "amount": "99"}
EXPENSE_KIND = {"company": B_NAME, "kind": "meals", "most": "99"}
EXPENSE_BUYER = {"company": B_NAME, "buyer": "偷来的抬头", "tax_number": "91110105MA00TEST0X"}
CLOSED_MONTH = {"company": B_NAME, "month": "2026-01-01"}

USUAL = {"employee_number": "B-1", "first_day": "2026-03-02", "shifts": "B8", "days": "every"}
ROSTER = {
    "department": "启明家居（演示）/客户服务部",
    "first_day": "2027-03-01",
    "last_day": "2027-03-07",
    "source": "none",
}
NEEDED = {"department": "启明家居（演示）/客户服务部", "shift": "B8", "post": "偷来的岗位", "monday": "3"}
ROSTERED = {"employee_number": "B-1", "posts": "偷来的岗位"}
WISHED = {"employee_number": "B-1", "day": "2026-12-10", "wish": "free"}
PLANNED = {"employee_number": "B-1", "day": "2026-03-04", "shift": "B8"}
STAMPED = {"employee_number": "B-1", "at": "2026-02-02 08:58", "reason": "偷来的打卡"}
SPOT = {"company": "启明家居（演示）", "name": "偷来的地点"}
ALLOWED = {"company": "启明家居（演示）", "corrections": "9", "correction_days": "9", "overtime": "both"}
ATTENDED = {"employee_number": "B-1", "month": "2026-09-01", "unpaid_days": "1"}
PROFILE = {"employee_number": "B-1", "first_day": "2026-01-05", "kind": "labour_service"}
SETTLEMENT = {"employee_number": "B-2", "severance": "no", "advances": "1"}
ACCOUNT = {"company": "启明家居（演示）", "item": "net", "account": "2211"}
OLD_MONTH = {"employee_number": "B-1", "month": "2026-10-01", "net": "1.00"}
PAY_BUDGET = {"company": "启明家居（演示）", "department": "客户服务部", "month": "2026-10-01", "amount": "1"}
RUN = {"company": "启明家居（演示）", "month": "2026-11-01", "pay_day": "2026-11-28", "method": "workdays"}
CYCLE = {
    "company": "启明家居（演示）", "name": "偷来的周期", "kind": "month", "first_day": "2027-01-01",
    "last_day": "2027-01-31", "weight_goals": "100", "share_a": "100", "ties": "in",
}  # fmt: skip
GOAL = {
    "cycle": "乙周期",
    "employee_number": "B-1",
    "kind": "kpi",
    "title": "偷来的目标",
    "target": "5",
    "weight": "50",
}
THING = {"employee_number": "B-1", "kind": "computer", "name": "偷来的电脑", "handed_on": "2026-02-01"}
SLATE = {"title": "偷来的岗位", "department": "启明家居（演示）/客户服务部", "holder": "B-1"}
PLAN = {"department": "启明家居（演示）/客户服务部", "valid_from": "2026-01-01", "headcount": 99, "reason": REASON}

SHEET = base64.b64encode("姓名,部门,岗位,入职日期\n偷来的,客户服务部,客服,2026-01-05\n".encode()).decode()
SHEET_FILE = {"file": ("x.csv", base64.b64decode(SHEET), "text/csv")}
