"""A small invented company to try the product with: accounts of every role, two open jobs, applicants in every stage.

Everybody is synthetic and marked so. No scores are made up: the applicants of the demo recordings wait for their
interviews to be handed in, and the caller runs the real assessment on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sqlalchemy.orm import Session

from interview_engine.assessment.kits.file import kit_yaml
from interview_engine.clock import Clock
from interview_engine.hr.access.rules import SYSTEM, Actor, candidate_actor
from interview_engine.hr.accounts.service import (
    NewAccount,
    account_and_person,
    actor_of,
    create_account,
    generated,
    set_demo_password,
)
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.competency.service import (
    import_shipped_kits,
    kit,
    list_kits,
    profile_from_kit,
    publish_kit,
)
from interview_engine.hr.org.service import create_department, create_legal_entity, legal_entities, set_manager
from interview_engine.hr.people.tables import Department, LegalEntity
from interview_engine.hr.recruiting import withdrawing
from interview_engine.hr.recruiting.applying import applications
from interview_engine.hr.recruiting.applying.applications import NewPerson
from interview_engine.hr.recruiting.interviewing import invitations
from interview_engine.hr.recruiting.interviewing.invitations import ConsentGiven
from interview_engine.hr.recruiting.jobs import postings, requisitions
from interview_engine.hr.recruiting.jobs.lists import jobs_of
from interview_engine.hr.recruiting.jobs.wish import NewRequisition
from interview_engine.i18n import LocalizedText

COMPANY = "云汀科技（演示）"
CITY = "杭州"
LOGINS: Mapping[str, tuple[str, str]] = {
    "administrator": ("demo-admin", "演示管理员"),
    "hr": ("demo-hr", "何静（演示）"),
    "recruiter": ("demo-recruiter", "罗敏（演示）"),
    "hiring_manager": ("demo-manager", "孟涛（演示）"),
    "interviewer": ("demo-interviewer", "尹航（演示）"),
    "auditor": ("demo-auditor", "沈洁（演示）"),
}
"""(login, name) by role. The hiring manager manages the customer service department."""

RECORDED_KIT = "customer-service"
RECORDED: tuple[tuple[str, str, str], ...] = (
    ("demo-lin-xiao", "林晓", "zh"),
    ("demo-wang-lei", "王磊", "zh"),
    ("demo-zhou-yuan", "周远", "zh"),
    ("demo-grace-adeyemi", "Grace Adeyemi", "en"),
    ("demo-daniel-novak", "Daniel Novak", "en"),
)
"""The people of the demo recordings: (id of the recording's manifest, name, language). All are of customer service."""

ANSWERED = ("q1", "q5")
"""The questions that the demo recordings answer, and all that the demo's job asks: with two of six answered nobody
would have a total."""

_JOBS = (
    (
        "customer-service",
        "客服专员",
        "客户服务部",
        (6_500, 9_000),
        "岗位职责：\n- 处理电话和在线咨询\n- 跟进投诉直到解决\n任职要求：\n- 大专及以上学历\n- 有投诉处理经验\n"
        "- 熟练使用工单系统\n- 普通话流利",
    ),
    (
        "data-analyst",
        "数据分析师",
        "数据部",
        (15_000, 22_000),
        "岗位职责：\n- 搭建转化漏斗看板\n- 设计并解读 A/B 实验\n任职要求：\n- 本科及以上学历\n- 精通 SQL\n"
        "- 熟悉 Python\n- 英语可作为工作语言",
    ),
)


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody who applied: by ids, so that the demo needs no table."""

    application_id: str
    person_id: str


@dataclass(frozen=True, slots=True)
class DemoInterview:
    """An interview that waits for its demo recording: consent is given, nothing is answered yet.

    Args:
        manifest_id: of the demo recording that belongs to it.
        candidate: who records the answers.
    """

    manifest_id: str
    application_id: str
    invitation_id: str
    candidate: Actor


@dataclass(frozen=True, slots=True)
class DemoAccounts:
    """The accounts and interviews of the demo.

    Args:
        created: False when the demo company was there before; then only logins and requisitions are filled in.
        password: of every demo account; a new one when the company was there before.
        logins: by role.
        requisitions: ids by kit id.
        postings: codes of the public links, by kit id.
        links: tokens of invitations that a visitor can open as a candidate, by the candidate's name.
        interviews: waiting for their recordings.
    """

    created: bool
    password: str = field(repr=False)
    logins: Mapping[str, str]
    requisitions: Mapping[str, str]
    postings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict, repr=False)
    interviews: tuple[DemoInterview, ...] = ()


def seed_demo(session: Session, clock: Clock, *, password: str | None = None) -> DemoAccounts:
    """Add the demo company to the database; when it is there already, its accounts only get a new password.

    Args:
        password: of all demo accounts; a random one when None.

    Raises:
        InvalidInput: the password is too weak.
    """
    there = next((one for one in legal_entities(session) if one.name == COMPANY), None)
    if there is not None:
        return _known(session, there, password or generated(), clock)
    import_shipped_kits(session, clock)
    entity = create_legal_entity(session, SYSTEM, COMPANY, CITY, clock)
    departments = {
        name: create_department(session, SYSTEM, entity.id, name, clock)
        for name in ("客户服务部", "数据部", "人力资源部")
    }
    secret = password or generated()
    actors = {role: _account(session, role, departments, secret, clock) for role in LOGINS}
    for name in ("客户服务部", "数据部"):
        set_manager(session, SYSTEM, departments[name].id, actors["hiring_manager"].person_id, clock)
    jobs: dict[str, str] = {}
    links: dict[str, tuple[str, ...]] = {}
    for kit_id, title, department, pay, description in _JOBS:
        job = _job(session, actors, entity, departments[department], kit_id, title, pay, description, clock)
        jobs[kit_id] = job
        links[kit_id] = _posted(session, actors["recruiter"], job, clock)
    interviews = tuple(_interview(session, links["customer-service"], place, clock) for place in range(len(RECORDED)))
    tokens = _others(session, actors, links, clock)
    return DemoAccounts(
        True,
        secret,
        {role: login for role, (login, _) in LOGINS.items()},
        jobs,
        links,
        tokens,
        interviews,
    )


def _known(session: Session, entity: LegalEntity, password: str, clock: Clock) -> DemoAccounts:
    titles = {title: kit_id for kit_id, title, *_ in _JOBS}
    jobs = jobs_of(session, entity.id)
    logins = set_demo_password(session, (login for login, _ in LOGINS.values()), password, clock)
    return DemoAccounts(
        False,
        password,
        {role: login for role, (login, _) in LOGINS.items() if login in logins},
        {titles[title]: key for key, title in jobs if title in titles},
    )


def _account(session: Session, role: str, departments: Mapping[str, Department], password: str, clock: Clock) -> Actor:
    login, name = LOGINS[role]
    home = "客户服务部" if role in ("hiring_manager", "interviewer") else "人力资源部"
    new = NewAccount(login, name, role, department_id=departments[home].id, password=password)
    issued = create_account(session, SYSTEM, new, clock)
    account, person = account_and_person(session, issued.account.id)
    person.synthetic = True
    session.flush()
    return actor_of(session, account, clock)


def _job(
    session: Session,
    actors: Mapping[str, Actor],
    entity: LegalEntity,
    department: Department,
    kit_id: str,
    title: str,
    pay: tuple[int, int],
    description: str,
    clock: Clock,
) -> str:
    """Create an open job; returns its id."""
    version_id = next(one for one in list_kits(session, actors["hr"], kit_id=kit_id) if one.latest).id
    if kit_id == RECORDED_KIT:
        version_id = _short(session, version_id, entity, clock)
    profile = profile_from_kit(session, actors["hr"], version_id, clock)
    new = NewRequisition(
        title,
        entity.id,
        department.id,
        headcount=2,
        description=description,
        role_profile_id=profile.id,
        kit_version_id=version_id,
        place=CITY,
        pay_low=pay[0],
        pay_high=pay[1],
    )
    job = requisitions.create_requisition(session, actors["recruiter"], new, clock)
    approval = requisitions.submit_for_approval(session, actors["recruiter"], job.id, clock)
    approvals.decide(session, actors["hiring_manager"], approval.id, "approve", "", clock)
    return requisitions.open_requisition(session, actors["recruiter"], job.id, clock).id


def _short(session: Session, version_id: str, entity: LegalEntity, clock: Clock) -> str:
    """The version of a kit with the questions that the recordings answer alone, and the competencies these probe."""
    whole = kit(session, version_id)
    asked = tuple(one for one in whole.questions if one.id in ANSWERED)
    probed = {name for one in asked for name in one.probes}
    kept = [one for one in whole.competencies if one.id in probed]
    total = sum(one.weight for one in kept)
    weights = [float(round(100 * one.weight / total)) for one in kept[1:]]
    weights.insert(0, 100.0 - sum(weights))
    short = replace(
        whole,
        id=f"{whole.id}-short",
        questions=asked,
        competencies=tuple(replace(one, weight=weight) for one, weight in zip(kept, weights, strict=True)),
        role=LocalizedText(f"{whole.role.zh}（两题）", f"{whole.role.en} (two questions)"),
    )
    return publish_kit(session, SYSTEM, kit_yaml(short).decode(), "", clock, legal_entity_id=entity.id).id


def _posted(session: Session, recruiter: Actor, job_id: str, clock: Clock) -> tuple[str, ...]:
    """Post the job, on the public list of jobs too; returns the codes of its public links."""
    channels = (("微信公众号", "600"), ("招聘网站", "1800"), ("内部推荐", "0"), (postings.PUBLIC_CHANNEL, "0"))
    return tuple(
        postings.create_posting(session, recruiter, job_id, channel, Decimal(cost), clock).code
        for channel, cost in channels
    )


def _apply(session: Session, code: str, name: str, number: int, clock: Clock, language: str = "zh") -> Applicant:
    public = Actor("public", None, None, "public", (), language)
    new = NewPerson(name, f"demo{number}@example.com", language=language, synthetic=True)
    application = applications.apply(session, public, code, new, clock)
    return Applicant(application.id, application.person_id)


def _interview(session: Session, posted: tuple[str, ...], place: int, clock: Clock) -> DemoInterview:
    manifest_id, name, language = RECORDED[place]
    applicant = _apply(session, posted[place % len(posted)], name, place, clock, language)
    issued = invitations.invite(session, SYSTEM, applicant.application_id, clock)
    opened = invitations.open_invitation(session, issued.token, None, clock)
    candidate = candidate_actor(issued.invitation.id, applicant.person_id, language)
    given = ConsentGiven(recording=True, voice=True, face=True, automated=True, retention=place == 0)
    invitations.give_consent(session, candidate, opened.invitation, given, clock)
    return DemoInterview(manifest_id, applicant.application_id, issued.invitation.id, candidate)


def _others(
    session: Session, actors: Mapping[str, Actor], links: Mapping[str, tuple[str, ...]], clock: Clock
) -> dict[str, str]:
    """Applicants before, during and after: new, screening, invited, withdrawn, rejected by a person."""
    service, data, recruiter = links["customer-service"], links["data-analyst"], actors["recruiter"]
    tokens: dict[str, str] = {}
    _apply(session, service[0], "陈一诺（演示）", 20, clock)
    screened = _apply(session, service[1], "吴桐（演示）", 21, clock)
    applications.move(session, recruiter, screened.application_id, "screening", "", clock)
    for code, name, number in (
        (service[0], "赵清（演示）", 22),
        (data[0], "钱程（演示）", 23),
        (data[2], "孙悦（演示）", 24),
    ):
        applicant = _apply(session, code, name, number, clock)
        tokens[name] = invitations.invite(session, recruiter, applicant.application_id, clock, days=30).token
    gone = _apply(session, data[1], "李放（演示）", 25, clock)
    issued = invitations.invite(session, recruiter, gone.application_id, clock)
    leaving = candidate_actor(issued.invitation.id, gone.person_id, "zh")
    withdrawing.withdraw(session, leaving, issued.invitation, clock)
    turned_down = _apply(session, data[1], "郑直（演示）", 26, clock)
    applications.move(
        session, recruiter, turned_down.application_id, "rejected", "希望远程办公，岗位要求到岗（演示）", clock
    )
    return tokens
