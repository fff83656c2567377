"""A valid body for every write of the API. An area adds its writes here, one line each: `tests/attack` fails for one
that is not in these tables."""

from __future__ import annotations

from two_companies import kit_text
from write_bodies import (
    ATTENDED,
    EPISODE,
    JOB,
    OFFER,
    PARAMETER,
    PLAN,
    PROFILE,
    REASON,
    RUN,
    SHEET,
    STEPS,
    TASK,
    THING,
    WORDS,
    Body,
    body,
    nothing,
    of_a,
    of_b,
)

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
    "change_company_settings": body(time_zone="Asia/Tokyo"),
    "switch_company_module": body(on=False),
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
