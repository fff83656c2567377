"""A small invented company for tests of recruiting: departments, accounts of every role, a kit, an open job."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from interview_engine.assessment.comparing.ranking import EntryCompetency, Remark
from interview_engine.assessment.kits.file import shipped_kits
from interview_engine.assessment.scoring import Score
from interview_engine.hr.access import grants
from interview_engine.hr.access.rules import SYSTEM, Actor, candidate_actor, preset_rules
from interview_engine.hr.accounts.service import actor_of
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.approvals.service import decide as decide_approval
from interview_engine.hr.competency.service import kit, profile_from_kit, publish_kit
from interview_engine.hr.competency.tables import KitVersion
from interview_engine.hr.org.service import create_department, create_legal_entity, set_manager
from interview_engine.hr.people.tables import Person
from interview_engine.hr.recruiting.applying.applications import NewPerson, apply
from interview_engine.hr.recruiting.interviewing import answers, invitations
from interview_engine.hr.recruiting.jobs.postings import create_posting
from interview_engine.hr.recruiting.jobs.requisitions import create_requisition, open_requisition, submit_for_approval
from interview_engine.hr.recruiting.jobs.wish import NewRequisition
from interview_engine.hr.recruiting.reviewing.assessments import NewAssessment, store_assessment
from interview_engine.hr.recruiting.tables import Application, Assessment, Invitation, Posting, Requisition
from interview_engine.i18n import LocalizedText
from interview_engine.store.engine import Database
from interview_engine.store.rows import stamp
from interview_engine.store.secrets import SecretBox


@dataclass(slots=True)
class MovingClock:
    """Stands still until it is moved; every question is a millisecond later, so that rows keep their order."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 2, 9, 0, tzinfo=UTC))
    ticks: bool = True

    def now(self) -> datetime:
        """The time."""
        if self.ticks:
            self.at += timedelta(milliseconds=1)
        return self.at

    def monotonic_s(self) -> float:
        """Seconds."""
        return self.at.timestamp()

    def pass_days(self, days: float) -> None:
        """Let time pass."""
        self.at += timedelta(days=days)


@dataclass(slots=True)
class World:
    """What the company has. Ids are stable for the life of the database."""

    database: Database
    clock: MovingClock
    entity_id: str
    department_id: str
    other_department_id: str
    actors: dict[str, Actor]
    kit_version_id: str
    profile_id: str

    def actor(self, role: str) -> Actor:
        """The account of a role."""
        return self.actors[role]

    def new_requisition(self, **changes: object) -> NewRequisition:
        """A valid requisition, with changes."""
        values: dict[str, object] = {
            "title": "客服专员",
            "legal_entity_id": self.entity_id,
            "department_id": self.department_id,
            "description": "任职要求：\n1. 本科以上学历\n2. 熟悉 Zendesk 工单系统\n3. 英语流利",
            "role_profile_id": self.profile_id,
            "kit_version_id": self.kit_version_id,
            **changes,
        }
        return NewRequisition(**values)  # type: ignore[arg-type]

    def open_job(self, session: Session, **changes: object) -> Requisition:
        """A requisition that went through approval and is open."""
        recruiter, manager = self.actor("recruiter"), self.actor("hiring_manager")
        requisition = create_requisition(session, recruiter, self.new_requisition(**changes), self.clock)
        approval = submit_for_approval(session, recruiter, requisition.id, self.clock)
        decide_approval(session, manager, approval.id, "approve", "", self.clock)
        return open_requisition(session, recruiter, requisition.id, self.clock)

    def post(self, session: Session, requisition: Requisition, channel: str = "official-account") -> Posting:
        """A posting of it."""
        return create_posting(session, self.actor("recruiter"), requisition.id, channel, Decimal("1000"), self.clock)

    def applicant(self, session: Session, posting: Posting, number: int = 1, name: str = "") -> Application:
        """An applicant through the posting."""
        new = NewPerson(name or f"测试{number}", f"candidate{number}@example.com", synthetic=True)
        return apply(session, PUBLIC, posting.code, new, self.clock)

    def interviewed(self, session: Session, application: Application) -> Invitation:
        """The applicant was invited, consented, answered every question in writing and submitted."""
        issued = invitations.invite(session, self.actor("recruiter"), application.id, self.clock)
        opened = invitations.open_invitation(session, issued.token, None, self.clock)
        invitation = opened.invitation
        candidate = candidate_actor(invitation.id, opened.person.id, "zh")
        given = invitations.ConsentGiven(recording=True, voice=True, face=False, automated=True)
        invitations.give_consent(session, candidate, invitation, given, self.clock)
        for question in opened.kit.questions:
            text = f"上周有一位客户投诉，我先听完，再查订单。{question.id}"
            answers.record_answer(session, candidate, invitation, question.id, "text", text, self.clock)
        invitations.submit(session, candidate, invitation, self.clock)
        return invitation

    def assessed(
        self, session: Session, invitation: Invitation, value: float | None = 7.0, *, review: bool = False, run: int = 1
    ) -> Assessment:
        """An assessment with the same score in every competency; values are given by the test, not measured."""
        new = self.new_assessment(session, invitation.id, value, review=review, run=run)
        return store_assessment(session, invitation.application_id, invitation.id, new, self.clock)

    def new_assessment(
        self, session: Session, key: str, value: float | None, *, review: bool = False, run: int = 1
    ) -> NewAssessment:
        """A result as the engine would hand it in."""
        score = None if value is None else Score(value, max(0.0, value - 1), min(10.0, value + 1))
        why = None if value is not None else Remark("text.empty", LocalizedText("回答是空的。", "The answer is empty."))
        asked = (
            Remark("integrity.second_voice", LocalizedText("可能有第二个人的声音。", "There may be a second voice.")),
        )
        competencies = tuple(
            EntryCompetency(c.id, c.name, c.weight, c.required_level, c.is_delivery, score, why)
            for c in kit(session, self.kit_version_id).competencies
        )
        inputs = hashlib.sha256(f"{key} {run}".encode()).hexdigest()
        return NewAssessment(
            inputs,
            hashlib.sha256(f"report {key} {run}".encode()).hexdigest(),
            "evidence/1",
            "cannot_assess" if value is None else "assessed",
            score,
            None if value is None else 10 * value,
            0.0 if value is None else 100.0,
            why,
            competencies,
            asked if review else (),
        )


BOX = SecretBox("a secret of the tests, long enough to be one")
"""Of the installation."""

PUBLIC = Actor("public", None, None, "public", (), "zh")
"""Whoever fills in the form of a job's page."""


def make_world(database: Database) -> World:
    """The company in an empty database."""
    clock = MovingClock()
    database.box = BOX
    with database.transaction() as session:
        root = Actor("system", None, None, "system", preset_rules("administrator", "all"), "zh")
        entity = create_legal_entity(session, root, "示例科技有限公司", "上海", clock)
        service = create_department(session, root, entity.id, "客户服务部", clock)
        sales = create_department(session, root, entity.id, "销售部", clock)
        actors = {
            role: _account(session, role, service.id, entity.id, clock)
            for role in ("administrator", "hr", "recruiter", "hiring_manager", "interviewer", "auditor")
        }
        actors["other_manager"] = _account(session, "hiring_manager", sales.id, entity.id, clock, "other_manager")
        for name, department in (("hiring_manager", service), ("other_manager", sales)):
            set_manager(session, root, department.id, actors[name].person_id, clock)
        path = shipped_kits()["customer-service"]
        version: KitVersion = publish_kit(session, actors["hr"], path.read_text(encoding="utf-8"), "", clock)
        profile = profile_from_kit(session, actors["hr"], version.id, clock)
        return World(database, clock, entity.id, service.id, sales.id, actors, version.id, profile.id)


def _account(
    session: Session, role: str, department_id: str, entity_id: str, clock: MovingClock, login: str = ""
) -> Actor:
    person = Person(**stamp("system", clock), name=login or role, language="zh", department_id=department_id)
    session.add(person)
    session.flush()
    account = Account(
        **stamp("system", clock), person_id=person.id, login=login or role, role=role, password_hash="unusable"
    )
    session.add(account)
    session.flush()
    scope = {"hiring_manager": ("reports", None), "interviewer": ("subtree", department_id)}.get(role, ("all", None))
    grants.replace_preset(session, SYSTEM, account.id, role, scope[0], scope[1], clock)
    return actor_of(session, account, clock)
