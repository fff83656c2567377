"""A valid body for every write of the API and every form of the console, aimed at company B of `two_companies`.

An area adds its writes here, one line each. `tests/attack` fails for a write that is not in one of the tables.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from two_companies import NUMBER_OF_B, Companies, kit_text

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


def _notice(year: int) -> bytes:
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
ATTENDED = {"employee_number": "B-1", "month": "2026-09-01", "unpaid_days": "1"}
PROFILE = {"employee_number": "B-1", "first_day": "2026-01-05", "kind": "labour_service"}
RUN = {"company": "启明家居（演示）", "month": "2026-11-01", "pay_day": "2026-11-28", "method": "workdays"}
THING = {"employee_number": "B-1", "kind": "computer", "name": "偷来的电脑", "handed_on": "2026-02-01"}
PLAN = {"department": "启明家居（演示）/客户服务部", "valid_from": "2026-01-01", "headcount": 99, "reason": REASON}

SHEET = base64.b64encode("姓名,部门,岗位,入职日期\n偷来的,客户服务部,客服,2026-01-05\n".encode()).decode()
SHEET_FILE = {"file": ("x.csv", base64.b64decode(SHEET), "text/csv")}

API: dict[str, Body] = {
    "add_to_employees": body(
        name="偷来的员工", department="启明家居（演示） / 客户服务部", title="x", start_date="2026-01-05"
    ),
    "change_in_employees": body(
        name="偷来的员工", department="启明家居（演示） / 客户服务部", title="x", start_date="2026-01-05"
    ),
    "add_to_departments": body(name="偷来的部门", company="启明家居（演示）"),
    "change_in_departments": body(name="偷来的部门", company="启明家居（演示）"),
    "add_to_leave_opening": body(employee_number="B-1", kind="annual", day="2025-12-30", hours="8"),
    "change_in_leave_opening": body(employee_number="B-1", kind="annual", day="2025-12-31", hours="8"),
    "add_to_pay_parameters": body(**PARAMETER),
    "change_in_pay_parameters": body(**PARAMETER),
    "add_to_pay_attendance": body(**ATTENDED),
    "change_in_pay_attendance": body(**ATTENDED),
    "add_to_pay_profiles": body(**PROFILE),
    "change_in_pay_profiles": body(**PROFILE),
    "add_to_pay_runs": body(**RUN),
    "create_import": body(list="employees", filename="x.csv", content=SHEET, legal_entity_id=of_b("legal_entity_id")),
    "map_import": body(mapping={"姓名": "name"}),
    "move_import": body(step="check"),
    "add_to_contracts": body(employee_number="B-1", kind="fixed", first_day="2030-01-01", last_day="2030-12-31"),
    "add_to_joining": body(employee_number="B-1"),
    "add_to_welcome_texts": body(company="启明家居（演示）", address_zh="偷来的地址"),
    "change_in_welcome_texts": body(company="启明家居（演示）", address_zh="偷来的地址"),
    "add_to_tasks": body(employee_number="B-1", title="偷来的任务", owner="hr", due="2099-01-01"),
    "add_to_task_templates": body(**TASK, company="启明家居（演示）"),
    "change_in_task_templates": body(**TASK, company="启明家居（演示）"),
    "add_to_separations": body(employee_number="B-1", kind="mutual", last_day="2099-01-01", reason=REASON),
    "add_to_assets": body(**THING),
    "change_in_assets": body(**THING),
    "add_to_headcount": body(**PLAN),
    "change_in_headcount": body(**PLAN),
    "create_requisition": body(**JOB),
    "update_requisition": body(**JOB),
    "submit_requisition": nothing,
    "open_requisition": nothing,
    "hold_requisition": nothing,
    "close_requisition": body(state="cancelled"),
    "create_posting": body(channel="x", cost="1.00"),
    "set_posting_cost": body(cost="1.00"),
    "close_posting": nothing,
    "add_application": body(name="李四", email="li@example.com"),
    "move_application": body(to_stage="rejected", reason=REASON),
    "add_resume": lambda _: {
        "content": "王小明\n13800001111".encode(), "headers": {"content-type": "application/octet-stream"}
    },
    "invite": body(days=7),
    "extend_invitation": body(days=7),
    "revoke_invitation": nothing,
    "move_device": nothing,
    "decide": body(decision="reject", reason=REASON),
    "override_score": body(score=6.5, reason=REASON),
    "add_note": body(text=REASON),
    "answer_rerating": body(text=REASON),
    "rate_blind": body(levels={"communication": 3}),
    "draft_offer": body(**OFFER),
    "submit_offer": nothing,
    "send_offer": nothing,
    "cancel_offer": body(reason=REASON),
    "hire": nothing,
    "compute_impact_ratios": body(people=[{"application_id": of_b("application_id"), "groups": {"sex": "f"}}]),
    "activate_calibration": nothing,
    "deactivate_calibration": nothing,
    "publish_kit": lambda made: {"json": {"text": kit_text("x-kit"), "legal_entity_id": made.b["legal_entity_id"]}},
    "retire_kit": nothing,
    "create_profile": body(
        code="x", name=WORDS, requirements=[{"competency": "communication", "weight": 100, "required_level": 3}],
        legal_entity_id=of_b("legal_entity_id"),
    ),
    "create_profile_from_kit": body(kit_version_id=of_b("kit_version_id")),
    "publish_profile": nothing,
    "add_competency": body(
        code="x", kind="general", name=WORDS, definition=WORDS, anchors=[WORDS] * 5,
        legal_entity_id=of_b("legal_entity_id"),
    ),
    "retire_competency": nothing,
    "create_survey": body(
        title=WORDS, questions=[{"id": "q1", "kind": "open", "text": WORDS}], legal_entity_id=of_b("legal_entity_id")
    ),
    "send_survey": body(person_ids=[of_b("person_id")]),
    "close_survey": nothing,
    "add_episode": body(**EPISODE),
    "remove_episode": nothing,
    "correct_person": body(name="改名"),
    "set_talent_pool": body(keep=False),
    "request_erasure": nothing,
    "resolve_flag": nothing,
    "merge_persons": nothing,
    "create_legal_entity": body(name="丙公司", city=""),
    "create_department": body(
        legal_entity_id=of_b("legal_entity_id"), name="x", manager_person_id=of_a("person of hiring_manager")
    ),
    "rename_department": body(name="x"),
    "set_department_manager": body(manager_person_id=of_a("person of hiring_manager")),
    "move_department": body(parent_id=None),
    "decide_approval": body(decision="approve", comment=""),
    "withdraw_approval": nothing,
    "delegate_approval": body(account_id=of_b("colleague")),
    "set_approval_flow": body(kind="requisition", department_id=of_b("department_id"), steps=STEPS),
    "end_approval_flow": nothing,
    "set_approval_substitute": body(
        substitute_account_id=of_b("colleague"), first_day="2099-01-01", last_day="2099-01-02"
    ),
    "end_approval_substitute": nothing,
    "create_webhook": body(url="https://93.184.215.14/hook", events=["application.*"]),
    "change_webhook": body(active=False),
    "renew_webhook_secret": nothing,
    "resume_webhook": nothing,
    "send_test_message": nothing,
    "remove_webhook": nothing,
    "send_message_again": nothing,
    "create_account": body(login="intruder", name="x", role="auditor", department_id=of_b("department_id")),
    "set_role": body(role="auditor"),
    "reset_password": nothing,
    "deactivate_account": nothing,
    "reactivate_account": nothing,
    "give_grant": body(scope="entity", scope_ref=of_b("legal_entity_id"), field_class="pay", action="read",
                       account_id=of_a("hr")),
    "take_back_grant": nothing,
    "revoke_token": nothing,
    "ask_for": body(kind="certificate", person_id=of_b("employee_id"), values={"purpose": "x"}),
    "withdraw_request": nothing,
    "cancel_request": body(reason=REASON),
    "propose_calendar_notice": lambda made: {
        "json": {
            "region": f"company:{made.b['legal_entity_id']}", "year": 2030, "source": "x",
            "days": [{"day": "2030-03-01", "kind": "restday"}],
        }
    },
    "confirm_calendar_notice": nothing,
    "drop_calendar_notice": nothing,
    "retry_work": nothing,
    "give_up_work": nothing,
}  # fmt: skip
"""By name of the operation."""

BY: dict[str, str] = {
    "decide_approval": "hr",
    "delegate_approval": "hr",
    "withdraw_approval": "recruiter",
    "/console/approvals/{approval_id}": "hr",
    "end_approval_substitute": "hr",
    "/console/approvals/absences/{substitute_id}/end": "hr",
}
"""Whose part of B it is, where the administrator of all has none."""

API_HARMLESS: dict[str, str] = {
    "read_description": "it reads the text that was sent",
    "check_receipt": "it looks at the receipt that was sent",
    "preview_kit": "it scores interviews that the actor reads, and stores nothing",
}
"""Operations with a body that write nothing of anybody's."""

SOMEBODY = {
    "name": "偷来的员工", "department": "启明家居（演示） / 客户服务部", "title": "x", "start_date": "2026-01-05",
    "level": "9",
}  # fmt: skip
TERM = {"kind": "fixed", "first_day": "2030-01-01", "last_day": "2030-12-31"}

LIST_BUTTONS = ("/undo/{bulk_id}", "/views/{saved_view_id}/remove")
"""Forms without a field that every list of the console has."""


def console_bodies(paths: Iterable[str]) -> dict[str, Body]:
    """Bodies by path: those below, and those of the buttons that all lists have."""
    return CONSOLE | {path: nothing for path in paths if path.endswith(LIST_BUTTONS)}


CONSOLE: dict[str, Body] = {
    "/console/departments/new": form(name="偷来的部门", company="启明家居（演示）"),
    "/console/departments/{row_id}/change": form(name="偷来的部门", company="启明家居（演示）"),
    "/console/departments/import/{import_id}": nothing,
    "/console/leave-opening/new": form(employee_number="B-1", kind="annual", day="2025-12-30", hours="8"),
    "/console/leave-opening/{row_id}/change": form(employee_number="B-1", kind="annual", day="2025-12-31", hours="8"),
    "/console/leave-opening/import/{import_id}": nothing,
    "/console/pay-runs/new": form(**RUN),
    "/console/pay-runs/{pay_run_id}/step": form(step="compute"),
    "/console/payslips/{payslip_id}/check": form(code="no_attendance", reason=REASON),
    "/console/payslips/{payslip_id}/again": nothing,
    "/console/pay-attendance/new": form(**ATTENDED),
    "/console/pay-attendance/{row_id}/change": form(**ATTENDED),
    "/console/pay-attendance/import/{import_id}": nothing,
    "/console/pay-profiles/new": form(**PROFILE),
    "/console/pay-profiles/{row_id}/change": form(**PROFILE),
    "/console/pay-profiles/import/{import_id}": nothing,
    "/console/pay-parameters/new": form(**PARAMETER),
    "/console/pay-parameters/{row_id}/change": form(**PARAMETER),
    "/console/pay-parameters/bulk": form(action="check", id=of_b("pay_parameter_id"), confirmed="1"),
    "/console/pay-parameters/import/{import_id}": nothing,
    "/console/imports/new": lambda made: {
        "data": {"list": "employees", "company": made.b["legal_entity_id"]}, "files": SHEET_FILE
    },
    "/console/imports/{batch_id}/mapping": form(column_1="name"),
    "/console/imports/{batch_id}/check": nothing,
    "/console/imports/{batch_id}/write": nothing,
    "/console/imports/{batch_id}/undo": nothing,
    "/console/imports/{batch_id}/departments": nothing,
    "/console/imports/{batch_id}/sample": nothing,
    "/console/employees/new": form(**SOMEBODY),
    "/console/employees/{row_id}/change": form(**SOMEBODY),
    "/console/employees/bulk": form(action="tag", id=of_b("employment_id"), word="x", confirmed="1"),
    "/console/employees/own-fields": form(**OWN_FIELD),
    "/console/employees/own-fields/{field_id}/retire": nothing,
    "/console/employees/import/{import_id}": nothing,
    "/console/employees/{row_id}/own": form(x_f1="x"),
    "/console/employees/{employment_id}/place": form(
        from_day="2099-01-01", reason="transfer", department=of_b("department_id"), title="x", level=""
    ),
    "/console/moves/{assignment_id}/call-off": nothing,
    "/console/employees/{employment_id}/contracts": form(**TERM),
    "/console/employees/{employment_id}/last-day": form(leaving_on="2099-01-01", leaving_reason=REASON),
    "/console/employees/{employment_id}/last-day/call-off": nothing,
    "/console/ask/{kind_name}": form(person=of_b("employee_id"), purpose="x"),
    "/console/requests/{asked_id}/withdraw": nothing,
    "/console/requests/{asked_id}/cancel": form(reason=REASON),
    "/console/request-kinds": form(
        legal_entity_id=of_b("legal_entity_id"), name_zh="x", flow="manager", field_class="contact"
    ),
    "/console/request-kinds/{kind_id}/fields": form(**OWN_FIELD),
    "/console/request-kinds/{kind_id}/fields/{kind_field_id}/retire": nothing,
    "/console/request-kinds/{kind_id}/retire": nothing,
    "/console/employees-by-id": form(id_number=NUMBER_OF_B),
    "/console/employees/{employment_id}/file/{section}/new": form(lives_at="x"),
    "/console/employees/{employment_id}/file/identity/photo": lambda _: {"files": {"photo": ("card.jpg", b"x")}},
    "/console/employees/{employment_id}/file/entries/{entry_id}": form(lives_at="x", seen="1"),
    "/console/employees/{employment_id}/file/entries/{entry_id}/remove": form(seen="1"),
    "/console/employees/{employment_id}/documents": lambda _: {
        "data": {"kind": "diploma"}, "files": {"file": ("x.pdf", b"%PDF-1.7 x")}
    },
    "/console/employees/{employment_id}/documents/{document_id}/hold": form(
        hold_until="2099-01-01", hold_reason=REASON
    ),
    "/console/employees/{employment_id}/documents/{document_id}/delete": nothing,
    "/console/contracts/new": form(employee_number="B-1", **TERM),
    "/console/contracts/bulk": form(action="sign", id=of_b("contract_id"), confirmed="1"),
    "/console/contracts/{contract_id}/sign": nothing,
    "/console/contracts/{contract_id}/drop": nothing,
    "/console/contracts/{contract_id}/paper": form(template=of_b("template_id")),
    "/console/signatures/{signature_id}/send": form(provider="own", days="7"),
    "/console/signatures/{signature_id}/withdraw": form(reason=REASON),
    "/console/signatures/{signature_id}/check": nothing,
    "/console/contract-templates/new": form(
        owner=of_b("legal_entity_id"), name="x", language="zh", title="x", body=REASON * 3,
    ),
    "/console/contract-templates/{template_id}": form(seen="1", title="x", body=REASON * 3),
    "/console/contract-templates/{template_id}/retire": nothing,
    "/console/contracts/{contract_id}/end": form(ends_on="2026-02-01"),
    "/console/joining/new": form(employee_number="B-1"),
    "/console/joining/bulk": form(action="send", id=of_b("onboarding_id"), confirmed="1"),
    "/console/joining/{onboarding_id}/first-day": form(first_day="2099-01-02"),
    "/console/joining/{onboarding_id}/come": nothing,
    "/console/joining/{onboarding_id}/come-after-all": nothing,
    "/console/joining/{onboarding_id}/not-come": form(reason=REASON),
    "/console/joining/{onboarding_id}/send": nothing,
    "/console/joining/{onboarding_id}/phone": nothing,
    "/console/joining/{onboarding_id}/ask": nothing,
    "/console/welcome-texts/new": form(company="启明家居（演示）", address_zh="偷来的地址"),
    "/console/welcome-texts/{row_id}/change": form(company="启明家居（演示）", address_zh="偷来的地址"),
    "/console/welcome-texts/bulk": form(action="remove", id=of_b("welcome_text_id"), confirmed="1"),
    "/console/tasks/new": form(employee_number="B-1", title="偷来的任务", owner="hr", due="2099-01-01"),
    "/console/tasks/bulk": form(action="done", id=of_b("task_id"), confirmed="1"),
    "/console/tasks/{task_id}/state": form(state="done"),
    "/console/task-templates/new": form(**TASK, company="启明家居（演示）"),
    "/console/task-templates/{row_id}/change": form(**TASK, company="启明家居（演示）"),
    "/console/task-templates/bulk": form(action="stop", id=of_b("task_template_id"), confirmed="1"),
    "/console/joining/{onboarding_id}/assets": form(kind="computer", name="x", tag=""),
    "/console/leaving/new": form(employee_number="B-1", kind="mutual", last_day="2099-01-01", reason=REASON),
    "/console/leaving/bulk": form(action="settle", id=of_b("separation_id"), confirmed="1"),
    "/console/leaving/{separation_id}/last-day": form(last_day="2099-01-01"),
    "/console/leaving/{separation_id}/kind": form(kind="dismissal"),
    "/console/leaving/{separation_id}/withdraw": form(reason=REASON),
    "/console/leaving/{separation_id}/settle": nothing,
    "/console/leaving/{separation_id}/take-back": form(reason=REASON),
    "/console/leaving/{separation_id}/assets": form(asset=of_b("asset_id"), state="returned"),
    "/console/assets/new": form(**THING),
    "/console/assets/{row_id}/change": form(**THING),
    "/console/assets/bulk": form(action="returned", id=of_b("asset_id"), confirmed="1"),
    "/console/assets/import/{import_id}": nothing,
    "/console/headcount/import/{import_id}": nothing,
    "/console/headcount/new": form(**PLAN),
    "/console/headcount/{row_id}/change": form(**PLAN),
    "/console/headcount/bulk": form(action="confirm", id=of_b("headcount_id"), confirmed="1"),
    "/console/retention/period": form(kind="doc_identity", months="60", reason=REASON),
    "/console/retention/holds": form(employee_number="B-1", until="2099-01-01", reason=REASON),
    "/console/retention/holds/{hold_id}/release": nothing,
    "/console/retention/plans/{plan_id}/cancel": nothing,
    "/console/requisitions/new": form(**JOB),
    "/console/requisitions/{requisition_id}/edit": form(**JOB),
    "/console/requisitions/bulk": form(action="cancel", id=of_b("requisition_id"), confirmed="1"),
    "/console/requisitions/own-fields": form(**OWN_FIELD),
    "/console/requisitions/own-fields/{field_id}/retire": nothing,
    "/console/requisitions/import/{import_id}": nothing,
    "/console/requisitions/{row_id}/own": form(x_f1="x"),
    "/console/pool/bulk": form(action="leave", id=of_b("person_id"), confirmed="1"),
    "/console/pool/own-fields": form(**OWN_FIELD),
    "/console/pool/own-fields/{field_id}/retire": nothing,
    "/console/pool/{row_id}/own": form(x_f1="x"),
    "/console/requisitions/{requisition_id}/submit": nothing,
    "/console/requisitions/{requisition_id}/open": nothing,
    "/console/requisitions/{requisition_id}/hold": nothing,
    "/console/requisitions/{requisition_id}/close": form(state="cancelled"),
    "/console/requisitions/{requisition_id}/postings": form(channel="x", cost="1"),
    "/console/postings/{posting_id}/close": nothing,
    "/console/postings/{posting_id}/reopen": nothing,
    "/console/requisitions/{requisition_id}/take-back": nothing,
    "/console/requisitions/{requisition_id}/applicants": form(name="李四", email="li@example.com"),
    "/console/requisitions/{requisition_id}/invite": form(id=of_b("application_id"), days="7"),
    "/console/requisitions/{requisition_id}/chosen": form(
        id=of_b("application_id"), do="message", words=REASON, key="k" * 32, at="ranking", filters=""
    ),
    "/console/requisitions/{requisition_id}/views": form(name="偷来的视图", query="sort=score"),
    "/console/chosen/{action_id}/undo": form(at="ranking", filters=""),
    "/console/applications/{application_id}/decide": form(decision="reject", reason=REASON),
    "/console/applications/{application_id}/override": form(score="6.5", why=REASON),
    "/console/applications/{application_id}/rerating": form(request=of_b("review_id"), answer=REASON),
    "/console/applications/{application_id}/move": form(stage="rejected", reason=REASON),
    "/console/applications/{application_id}/invite": form(days="7"),
    "/console/invitations/{invitation_id}/extend": form(days="7"),
    "/console/invitations/{invitation_id}/device": nothing,
    "/console/invitations/{invitation_id}/revoke": nothing,
    "/console/applications/{application_id}/offer": form(
        offer_title="客服", pay="9100", start_date="2099-01-01", valid_days="7"
    ),
    "/console/offers/{offer_id}/submit": form(application=of_b("application_id")),
    "/console/offers/{offer_id}/send": form(application=of_b("application_id")),
    "/console/offers/{offer_id}/cancel": form(application=of_b("application_id"), reason=REASON),
    "/console/applications/{application_id}/hire": nothing,
    "/console/applications/{application_id}/episodes": form(
        competency="communication", situation="x", did="x", result="x", quote="q1|我"
    ),
    "/console/flags/{flag_id}/merge": form(application=of_b("application_id")),
    "/console/flags/{flag_id}/resolve": form(application=of_b("application_id")),
    "/console/approvals/{approval_id}": form(decision="approve", comment=""),
    "/console/approvals/absences": form(substitute=of_b("colleague"), first_day="2099-02-01", last_day="2099-02-02"),
    "/console/approvals/absences/{substitute_id}/end": nothing,
    "/console/approval-flows": form(kind="requisition", department=of_b("department_id"), approvers_0="role:hr"),
    "/console/approval-flows/{flow_id}/end": nothing,
    "/console/people/{person_id}/pool": form(keep=""),
    "/console/kits/{version_id}/edit": nothing,  # the version is looked for before its fields
    "/console/kits/{version_id}/draft": lambda _: {"data": {"text": kit_text("b-kit")}},
    "/console/kits/{version_id}/preview": lambda _: {"data": {"text": kit_text("b-kit"), "bar": "70"}},
    "/console/kits/{version_id}/publish": lambda made: {
        "data": {"text": kit_text("b-kit") + "\n# x\n", "note": "", "owner": made.b["legal_entity_id"]}
    },
    "/console/kits/{version_id}/retire": nothing,
    "/console/competencies": form(
        owner=of_b("legal_entity_id"), code="b-more", kind="general", name_zh="词", name_en="word",
        definition_zh="词", definition_en="word",
        **{f"anchor{level}_{language}": "词 word" for level in range(1, 6) for language in ("zh", "en")},
    ),
    "/console/competencies/{code}/retire": nothing,
    "/console/profiles/from-kit": form(kit=of_b("kit_version_id")),
    "/console/profiles": form(
        code="b-profile", name_zh="词", name_en="word", kit=of_b("kit_version_id"), competency="communication",
        weight="100", level="3", owner=of_b("legal_entity_id"),
    ),
    "/console/profiles/{profile_id}/publish": nothing,
    "/console/surveys": form(
        owner=of_b("legal_entity_id"), title_zh="词", title_en="word", question_kind="open", question_zh="词",
        question_en="word", question_competency="",
    ),
    "/console/surveys/{survey_id}/send": form(person=of_b("person_id")),
    "/console/surveys/{survey_id}/close": nothing,
    "/console/calibration/{version_id}/fit": nothing,
    "/console/calibrations/{calibration_id}/activate": nothing,
    "/console/calibration/{version_id}/deactivate": nothing,
    "/console/rate/{assessment_id}": lambda _: {"data": {"level.communication": "3"}},
    "/console/fairness": lambda made: {
        "data": {"requisition": made.b["requisition_id"]},
        "files": {"table": ("t.csv", f"application,sex\n{made.b['application_id']},f\n".encode(), "text/csv")},
    },
    "/console/account/tokens/{token_id}/revoke": nothing,
    "/console/accounts": form(login="intruder", name="x", role="hr", department_id=of_b("department_id")),
    "/console/accounts/{account_id}/role": form(role="auditor"),
    "/console/accounts/{account_id}/password": nothing,
    "/console/accounts/{account_id}/second-factor": nothing,
    "/console/accounts/{account_id}/active": form(active=""),
    "/console/accounts/{account_id}/grants": form(
        scope="entity", scope_ref=of_b("legal_entity_id"), field_class="pay", action="read", effect="allow"
    ),
    "/console/grants/{grant_id}/remove": form(account=of_b("account_id")),
    "/console/organisation/companies": form(name="丙公司", city=""),
    "/console/organisation/departments": form(
        company=of_b("legal_entity_id"), name="x", manager=of_a("person of hiring_manager")
    ),
    "/console/company-settings/{legal_entity_id}": form(time_zone="Asia/Tokyo", province="", birthdays="1"),
    "/console/company-settings/{legal_entity_id}/modules/{module}": form(on="0"),
    "/console/organisation/managers": form(
        department=of_b("department_id"), manager=of_a("person of hiring_manager")
    ),
    "/console/deletions/{request_id}/hold": nothing,
    "/console/deletions/{request_id}/release": nothing,
    "/console/deletions/{request_id}/cancel": nothing,
    "/console/calendar/notices": lambda made: {
        "data": {
            "year": "2030", "region": f"company:{made.b['legal_entity_id']}",
            "statutory": [f"2030-10-{day:02}" for day in range(1, 14)],
        },
        "files": {"file": ("notice.json", _notice(2030), "application/json")},
    },
    "/console/calendar/days": form(
        company=of_b("legal_entity_id"), first="2030-03-01", kind="restday", source="x"
    ),
    "/console/calendar/notices/{calendar_notice_id}/confirm": nothing,
    "/console/calendar/notices/{calendar_notice_id}/drop": nothing,
    "/console/notices": form(departments=of_b("department_id"), level="info", title="词词", body="词词"),
    "/console/notices/{notice_id}/drop": nothing,
    "/console/notices/{notice_id}/take-back": nothing,
    "/console/work/{item_id}/retry": nothing,
    "/console/work/{item_id}/give-up": nothing,
    "/console/operations/clock": form(seen=lambda made: made.context.clock.now().isoformat()),
    "/console/webhooks/{webhook_id}/resume": nothing,
    "/console/audit/check": nothing,
}  # fmt: skip
"""By path."""

CONSOLE_HARMLESS: dict[str, str] = {
    "/console/outcomes": "it compares a table that was sent with measures that the actor reads",
    "/console/deletions/confirm": "it confirms the plans that the actor reaches",
    "/console/inbox/read": "it marks the actor's own inbox",
    "/console/requisitions/views": "it keeps the actor's own filters",
    "/console/pool/views": "it keeps the actor's own filters",
    "/console/employees/views": "it keeps the actor's own filters",
    "/console/requests/bulk": "the list offers no action on its rows",
    "/console/pay-requests/bulk": "the list offers no action on its rows",
    "/console/health-requests/bulk": "the list offers no action on its rows",
    "/console/requests/views": "it keeps the actor's own filters",
    "/console/pay-requests/views": "it keeps the actor's own filters",
    "/console/health-requests/views": "it keeps the actor's own filters",
    "/console/departments/views": "it keeps the actor's own filters",
    "/console/departments/import": "it looks at a sheet that was sent, and writes when that is confirmed",
    "/console/departments/bulk": "the list has no action",
    "/console/leave-opening/views": "it keeps the actor's own filters",
    "/console/leave-opening/import": "it looks at a sheet that was sent, and writes when that is confirmed",
    "/console/leave-opening/bulk": "the list has no action",
    "/console/pay-runs/views": "it keeps the actor's own filters",
    "/console/pay-runs/bulk": "the list has no action",
    "/console/payslips/views": "it keeps the actor's own filters",
    "/console/payslips/bulk": "the list has no action",
    "/console/pay-attendance/views": "it keeps the actor's own filters",
    "/console/pay-attendance/bulk": "the list has no action",
    "/console/pay-attendance/import": "it looks at a sheet that was sent, and writes when that is confirmed",
    "/console/pay-profiles/views": "it keeps the actor's own filters",
    "/console/pay-profiles/bulk": "the list has no action",
    "/console/pay-profiles/import": "it looks at a sheet that was sent, and writes when that is confirmed",
    "/console/pay-parameters/views": "it keeps the actor's own filters",
    "/console/pay-parameters/import": "it looks at a sheet that was sent, and writes when that is confirmed",
    "/console/imports/views": "it keeps the actor's own filters",
    "/console/imports/bulk": "the list has no action",
    "/console/leaving/views": "it keeps the actor's own filters",
    "/console/assets/views": "it keeps the actor's own filters",
    "/console/assets/import": "it looks at a sheet that was sent, and writes when that is confirmed",
    "/console/headcount/views": "it keeps the actor's own filters",
    "/console/headcount/import": "it looks at a sheet that was sent, and writes when that is confirmed",
    "/console/retention/confirm": "it approves what is due within the actor's reach",
    "/console/joining/views": "it keeps the actor's own filters",
    "/console/welcome-texts/views": "it keeps the actor's own filters",
    "/console/tasks/views": "it keeps the actor's own filters",
    "/console/task-templates/views": "it keeps the actor's own filters",
    "/console/contracts/views": "it keeps the actor's own filters",
    "/console/employees/import": "it looks at a sheet that was sent, and writes when that is confirmed",
    "/console/requisitions/import": "it looks at a sheet that was sent, and writes when that is confirmed",
    "/console/kits/from-description": "it makes the form of a new kit, and stores nothing",
    "/console/signature-check": "it looks at a file that was sent",
    "/console/account/": "it is about the actor's own account",
}
"""Forms that cannot be aimed at another company, by beginning of the path."""
