"""The company of `console_data` as other systems see it: tokens, a client here, a request for every route."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from applications import application
from console_data import CLOCK, Company, hiring_company
from fastapi import FastAPI
from sqlalchemy import select
from starlette.testclient import TestClient

from api.context import Context
from api.limits import Buckets
from api.openapi import Endpoint
from api.reference import example
from interview_engine.hr.access import grants
from interview_engine.hr.access.rules import SYSTEM, TOKEN_SCOPES
from interview_engine.hr.accounts import service as people
from interview_engine.hr.accounts.tokens import create_token
from interview_engine.hr.people.tables import PersonFlag
from interview_engine.hr.recruiting.hiring import offers
from interview_engine.hr.recruiting.jobs import requisitions
from interview_engine.hr.recruiting.jobs.wish import NewRequisition
from interview_engine.hr.recruiting.reviewing import reviews
from interview_engine.hr.recruiting.tables import Application, HumanReview, Invitation, Posting, Resume
from interview_engine.store.rows import stamp
from interview_engine.store.tables import OutboxMessage, Webhook, WorkItem

NOBODY = "0" * 32
"""An identifier of nothing."""


@dataclass(frozen=True, slots=True)
class Program:
    """Another system: its token and the application it calls."""

    client: TestClient
    token: str

    def __call__(self, method: str, path: str, **more: Any) -> Any:
        """One call under /api/v1; the response."""
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return self.client.request(method, f"/api/v1{path}", headers=headers, **more)


def unlimited_app(context: Context) -> FastAPI:
    """The application without limits on how often."""
    return application(context, Buckets({}))


def token_for(company: Company, account_id: str, scopes: Iterable[str] = tuple(TOKEN_SCOPES)) -> str:
    """A token of an account, with every scope unless told."""
    with company.context.database.transaction() as session:
        account, _ = people.account_and_person(session, account_id)
        owner = people.actor_of(session, account, CLOCK)
        return create_token(session, owner, "test", scopes, CLOCK).secret


def program(company: Company, role: str, app: FastAPI | None = None, **more: Any) -> Program:
    """A system with a token of the account of that role."""
    client = TestClient(app or unlimited_app(company.context), raise_server_exceptions=False)
    return Program(client, token_for(company, company.accounts[role].id, **more))


def account_with(
    company: Company,
    login: str,
    rights: Iterable[tuple[str, str]],
    scope: str = "all",
    scope_ref: str | None = None,
) -> str:
    """An account that holds these rights within the scope and no other; its id."""
    with company.context.database.transaction() as session:
        new = people.NewAccount(login, login, "auditor", password="correct staple harbour nine")
        account = people.create_account(session, SYSTEM, new, CLOCK).account
        for grant in grants.grants_for(session, SYSTEM, account.id):
            grants.take_back(session, SYSTEM, grant.id, CLOCK)
        for field_class, action in rights:
            given = grants.NewGrant(scope, field_class, action, account_id=account.id, scope_ref=scope_ref)
            grants.give(session, SYSTEM, given, CLOCK)
        return account.id


@dataclass(frozen=True, slots=True)
class Samples:
    """An identifier for every parameter of a path and every field of a body that names something."""

    company: Company
    ids: Mapping[str, str]

    def path(self, endpoint: Endpoint) -> str:
        """The endpoint's path with real things in it."""
        found = endpoint.path
        for name, value in self.ids.items():
            found = found.replace("{" + name + "}", value)
        return found

    def request(self, endpoint: Endpoint, method: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """What `TestClient.request` needs beside method and path: a body that is valid."""
        operation = document["paths"][endpoint.path][method.lower()]
        content = operation.get("requestBody", {}).get("content", {})
        if "application/octet-stream" in content:
            return {"content": "王小明\n13800001111".encode(), "headers": {"content-type": "application/octet-stream"}}
        if "application/json" not in content:
            return {}
        body = example(content["application/json"]["schema"], document["components"]["schemas"])
        return {"json": BODIES.get(endpoint.name, self._real(body))}

    def _real(self, value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: self._real(item, key) for key, item in value.items()}
        if isinstance(value, list):
            return [self._real(item, name.removesuffix("s")) for item in value]
        if name in self.ids:
            return self.ids[name]
        return None if isinstance(value, str) and len(value) == 32 else value


OTHERS = (
    "grant_id", "token_id", "survey_id", "calibration_id", "episode_id", "employment_id", "flow_id", "substitute_id",
    "row_id", "asked_id", "kind_id", "kind_field_id", "kind_name", "batch_id", "calendar_notice_id",
    "pay_run_id", "payslip_id", "question_id",
)  # fmt: skip
"""Names of things that the company does not have."""

BODIES: dict[str, Any] = {
    "publish_kit": {"text": "id: x", "note": ""},
    "preview_kit": {"text": "id: x"},
    "create_webhook": {"url": "https://93.184.215.14/hook", "events": ["application.*"]},
    "change_webhook": {"active": True},
    "give_grant": {"scope": "all", "field_class": "public", "action": "read", "holder_level": 7},
    "set_role": {"role": "auditor"},
    "set_approval_flow": {"kind": "offer", "steps": [{"rule": "any", "approvers": ["manager"]}]},
    "set_approval_substitute": {
        "substitute_account_id": NOBODY,
        "first_day": "2099-01-01",
        "last_day": "2099-01-02",
    },
    "rate_blind": {"levels": {"communication": 3}},
    "correct_person": {"language": "zh"},
    "create_account": {"login": "newcomer", "name": "新人", "role": "auditor"},
    "add_application": {"name": "李四", "email": "li@example.com"},
    "move_application": {"to_stage": "screening", "reason": "once more"},
    "update_requisition": {"title": "x", "legal_entity_id": NOBODY, "department_id": NOBODY},
    "set_department_manager": {"manager_person_id": None},
    "move_department": {"parent_id": None},
    "override_score": {"competency_code": None, "score": 6.5, "reason": "I read the answers."},
    "draft_offer": {"title": "客服专员", "monthly_pay": "9000.00", "start_date": "2099-01-01"},
}
"""Where the example of the document is not enough."""


def samples(company: Company) -> Samples:
    """A thing for every identifier: what `hiring_company` lacks is made here."""
    context = company.context
    first = company.applications["林晓"]
    with context.database.transaction() as session:
        recruiter, hr = company.actors["recruiter"], company.actors["hr"]
        application = session.get_one(Application, first)
        new = NewRequisition("夜班客服", company.entity_id, company.department_id)
        draft = requisitions.create_requisition(session, recruiter, new, CLOCK)
        approval = requisitions.submit_for_approval(session, recruiter, draft.id, CLOCK)
        reviews.decide(session, hr, company.applications["赵一鸣"], "advance", "有具体做法", CLOCK)
        start = CLOCK.now().date() + timedelta(days=30)
        offer = offers.draft_offer(
            session, hr, company.applications["赵一鸣"], offers.NewOffer("客服专员", Decimal(9000), start), CLOCK
        )
        victim = people.create_account(session, SYSTEM, people.NewAccount("victim", "某人", "auditor"), CLOCK).account
        hook = Webhook(
            **stamp("system", CLOCK),
            url="https://ats.example.com/hook",
            events=["application.*"],
            secret_encrypted=context.box.encrypt("whsec_x"),
            active=True,
        )
        flag = PersonFlag(
            **stamp("system", CLOCK), person_id=application.person_id, kind="name_differs", given={"name": "林小"}
        )
        review = HumanReview(
            **stamp("system", CLOCK), application_id=first, assessment_id=application.assessment_id,
            kind="rerating_request", reason="请再看一下",
        )  # fmt: skip
        resume = Resume(
            **stamp("system", CLOCK), person_id=application.person_id, filename="cv.txt", media_type="text/plain",
            blob_sha256="0" * 64, text="林晓", fields={},
        )  # fmt: skip
        session.add_all([hook, flag, review, resume])
        session.flush()
        application.resume_id = resume.id
        ids = {
            "requisition_id": company.requisition_id,
            "application_id": first,
            "person_id": application.person_id,
            "assessment_id": application.assessment_id or NOBODY,
            "invitation_id": session.scalars(select(Invitation.id).where(Invitation.application_id == first)).one(),
            "posting_id": session.scalars(select(Posting.id)).first() or NOBODY,
            "offer_id": offer.id,
            "review_id": review.id,
            "flag_id": flag.id,
            "kit_version_id": company.kit_version_id,
            "profile_id": company.profile_id,
            "role_profile_id": company.profile_id,
            "approval_id": approval.id,
            "account_id": victim.id,
            "department_id": company.department_id,
            "legal_entity_id": company.entity_id,
            "webhook_id": hook.id,
            "message_id": session.scalars(select(OutboxMessage.id)).first() or NOBODY,
            "work_item_id": session.scalars(select(WorkItem.id)).first() or NOBODY,
            "module": "leave",
            "form": "csv",
            "file": "bank_sheet",
            "code": "communication",
            "competency_code": "communication",
        }
    return Samples(company, {**dict.fromkeys(OTHERS, NOBODY), **ids})


def whole_company(context: Context) -> Samples:
    """The company of `console_data` with a thing of every kind."""
    return samples(hiring_company(context))
