"""A small company with a role each, a job and interviews, made through the services, for tests of the console.

The reports come from the product's own functions: written answers, the evidence scorer, an embedder without weights.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import report_samples as samples
from hashing_embedder import HashingEmbedder
from sqlalchemy.orm import Session

from api.context import Context
from interview_engine.assessment.evidence.scorer import EvidenceScorer
from interview_engine.assessment.policy import POLICIES
from interview_engine.assessment.report import AnswerAssessment, InterviewReport
from interview_engine.clock import SystemClock
from interview_engine.hr.access.rules import SYSTEM, Actor, candidate_actor
from interview_engine.hr.accounts import service as people
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.all_tables import Base
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.competency import service as competency
from interview_engine.hr.org import service as org
from interview_engine.hr.recruiting.applying import applications
from interview_engine.hr.recruiting.applying.candidates import NewPerson
from interview_engine.hr.recruiting.interviewing import answers, invitations
from interview_engine.hr.recruiting.interviewing.answers import RecordedUpload
from interview_engine.hr.recruiting.interviewing.invitations import ConsentGiven
from interview_engine.hr.recruiting.jobs import postings, requisitions
from interview_engine.hr.recruiting.jobs.wish import NewRequisition
from interview_engine.hr.recruiting.reviewing import assessments
from interview_engine.hr.recruiting.tables import Upload
from interview_engine.service_settings import ServiceSettings
from interview_engine.settings import Settings, read_settings
from interview_engine.store.blob_keys import BlobKeys
from interview_engine.store.blobs import open_blobs, register
from interview_engine.store.engine import open_database
from interview_engine.store.rows import stamp
from interview_engine.store.secrets import SecretBox, Signer
from pipelines.interview import assess_interview
from pipelines.job import AnswerSource, InterviewJob, Options
from pipelines.reports.document import to_document
from pipelines.reports.reading import dump

SECRET = "for-tests-only-" + "x" * 32
PASSWORD = "correct staple harbour nine"
CLOCK = SystemClock()
DEMO = Path(__file__).parents[2] / "pipelines" / "demo"

STAFF = {
    "administrator": "管理员",
    "hr": "王倩",
    "recruiter": "陈立",
    "hiring_manager": "周主管",
    "interviewer": "何面试",
    "auditor": "审计员",
}
"""Role and name of each account."""

DESCRIPTION = """岗位职责：
- 接听客户来电，处理投诉
任职要求：
- 一年以上客服经验
- 本科及以上学历
- 熟练使用 Excel"""

TOLD: dict[str, dict[str, tuple[str, ...]]] = {
    "林晓": {
        "q1": samples.ZH_COMPLAINT,
        "q2": samples.ZH_LEARNING,
        "q5": (
            "去年双十一前仓库和客服各说各的，顾客催货的电话打爆了。",
            "我约了仓库主管和物流的小李开会，先让每个人说最担心什么，再一起排了每天两次的对账。",
            "我负责把催货的名单按紧急程度分好，发到群里，谁接了谁写上名字。",
            "三天后催货电话从每天六十个降到十几个，这张表我们一直用到现在。",
        ),
    },
    "赵一鸣": {
        "q1": (
            "有位顾客收到的锅是坏的，第一次我让他等，他很生气。",
            "后来我打电话向他道歉，查了订单，当天就安排换货。",
            "第二天我又打电话问他收到没有，他说可以了。",
        ),
        "q3": ("我每次都会先听顾客说完，再告诉他我能做什么、什么时候做好。",),
        "q5": (
            "有一单货卡在仓库出不来，我一个人查不到原因，就约了仓库的同事当面对单子。",
            "我负责跟顾客说清楚进度，他负责找货，第二天货就发出去了。",
        ),
    },
    "孙佳": {"q1": ("一般客户投诉我就按流程处理，态度好一点，大部分都能解决。",)},
    "Grace Adeyemi": {
        "q1": samples.EN_COMPLAINT,
        "q3": (
            "An elderly man came back to thank me because his hearing aid finally worked with our phone.",
            "I had noticed he could not follow the leaflet, so I drew the four steps and watched him do them twice.",
            "The next week I rang to ask whether it still worked, and he had shown his neighbour.",
        ),
        "q5": (
            "A parcel went missing between our warehouse and the courier, and neither side felt responsible.",
            "I sat down with both, we agreed who would check which list, and I kept the customer informed twice a day.",
            "We found it on the second day and wrote up the handover so that it would not happen again.",
        ),
    },
}
"""What the invented candidates say, by question."""


@dataclass
class Company:
    """What was made, by name."""

    context: Context
    accounts: dict[str, Account] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    entity_id: str = ""
    department_id: str = ""
    kit_version_id: str = ""
    profile_id: str = ""
    requisition_id: str = ""
    posting_code: str = ""
    applications: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)


def service_settings(folder: Path, **more: Any) -> ServiceSettings:
    """Everything in one folder."""
    return ServiceSettings(
        data=folder,
        database_url=f"sqlite:///{folder / 'test.db'}",
        blobs_url=f"file://{folder / 'blobs'}",
        secret=SECRET,
        public_url="http://127.0.0.1:8000",
        **more,
    )


def open_context(folder: Path, **more: Any) -> Context:
    """A server's context over the database and the blobs that lie in a folder."""
    settings = service_settings(folder, **more)
    database = open_database(settings.database_url)
    engine: Settings = read_settings({})
    box = SecretBox(SECRET)
    blobs = open_blobs(settings.blobs_url, keys=BlobKeys(database, box, CLOCK))
    return Context(database, blobs, settings, engine, CLOCK, box, Signer(SECRET))


def make_context(folder: Path, **more: Any) -> Context:
    """A server's context over an empty database."""
    context = open_context(folder, **more)
    Base.metadata.create_all(context.database.engine)
    return context


def company(context: Context) -> Company:
    """An account a role, company and department, the kits that ship, an open requisition with a posting."""
    made = Company(context)
    with context.database.transaction() as session:
        entity = org.create_legal_entity(session, SYSTEM, "启明家居（演示）", "上海", CLOCK)
        department = org.create_department(session, SYSTEM, entity.id, "客户服务部", CLOCK)
        made.entity_id, made.department_id = entity.id, department.id
        for role, name in STAFF.items():
            new = people.NewAccount(role, name, role, department_id=department.id, password=PASSWORD)
            made.accounts[role] = people.create_account(session, SYSTEM, new, CLOCK).account
        manager = made.accounts["hiring_manager"].person_id
        org.set_manager(session, SYSTEM, department.id, manager, CLOCK)
        competency.import_shipped_kits(session, CLOCK)
    with context.database.transaction() as session:
        for role, account in made.accounts.items():
            made.actors[role] = people.actor_of(session, account, CLOCK)
        hr = made.actors["hr"]
        kits = {kit.kit_id: kit for kit in competency.list_kits(session, hr)}
        made.kit_version_id = kits["customer-service"].id
        made.profile_id = competency.profile_from_kit(session, hr, made.kit_version_id, CLOCK).id
    with context.database.transaction() as session:
        new_one = NewRequisition(
            "客服专员 · 上海",
            made.entity_id,
            made.department_id,
            headcount=2,
            description=DESCRIPTION,
            role_profile_id=made.profile_id,
            kit_version_id=made.kit_version_id,
        )
        row = requisitions.create_requisition(session, made.actors["recruiter"], new_one, CLOCK)
        made.requisition_id = row.id
        approval = requisitions.submit_for_approval(session, made.actors["recruiter"], row.id, CLOCK)
        approvals.decide(session, made.actors["hr"], approval.id, "approve", "同意", CLOCK)
    with context.database.transaction() as session:
        requisitions.open_requisition(session, made.actors["recruiter"], made.requisition_id, CLOCK)
        posting = postings.create_posting(
            session, made.actors["recruiter"], made.requisition_id, "Boss直聘", Decimal("1200"), CLOCK
        )
        made.posting_code = posting.code
    return made


def apply(made: Company, name: str, *, language: str = "zh", number: int = 1) -> str:
    """Somebody applies through the posting; returns the application's id."""
    person = NewPerson(name=name, email=f"candidate{number}@example.org", phone=f"138{number:08d}", language=language)
    with made.context.database.transaction() as session:
        row = applications.apply(session, SYSTEM, made.posting_code, person, CLOCK)
    made.applications[name] = row.id
    return row.id


def interview(made: Company, name: str, *, video: str | None = None) -> None:
    """Invite, consent, answer in writing (q1 as a video where a file of the demo is named) and submit."""
    with made.context.database.transaction() as session:
        issued = invitations.invite(session, made.actors["recruiter"], made.applications[name], CLOCK)
        made.tokens[name] = issued.token
        opened = invitations.open_invitation(session, issued.token, None, CLOCK)
        actor = candidate_actor(opened.invitation.id, opened.person.id, opened.person.language)
        consent = ConsentGiven(recording=True, voice=True, face=True, automated=True)
        invitations.give_consent(session, actor, opened.invitation, consent, CLOCK)
        for question, sentences in TOLD[name].items():
            if question == "q1" and video is not None:
                content = _upload(made, session, opened.invitation.id, video)
                answers.record_answer(session, actor, opened.invitation, question, "video", content, CLOCK)
                continue
            joint = "" if opened.person.language == "zh" else " "
            answers.record_answer(session, actor, opened.invitation, question, "text", joint.join(sentences), CLOCK)
        invitations.submit(session, actor, opened.invitation, CLOCK, allow_missing=True)


def assess(made: Company, name: str, *, video: bool = False) -> None:
    """Score what was answered with the product's functions and enter the assessment as the worker does."""
    application_id = made.applications[name]
    with made.context.database.reading() as session:
        invitation = invitations.invitations_of(session, SYSTEM, application_id)[0]
        kit = competency.kit(session, invitation.kit_version_id)
    language = "en" if name.isascii() else "zh"
    given = TOLD[name]
    measured: list[AnswerAssessment] = []
    for question in kit.questions:
        if question.id not in given:
            measured.append(
                replace(samples.answer(question.id, None, "text"), source="", status="cannot_assess", reason=_missing())
            )
        elif video and question.id == "q1":
            measured.append(samples.answer(question.id, samples.spoken(given[question.id], language)))
        else:
            measured.append(samples.answer(question.id, samples.typed(given[question.id], language), "text"))
    job = InterviewJob(
        invitation.id, name, True, kit, "auto", tuple(AnswerSource(question.id, None) for question in kit.questions)
    )
    report = assess_interview(
        job,
        measured,
        Options(POLICIES["cn"]),
        EvidenceScorer(HashingEmbedder()),
        (),
        CLOCK,
        device="cpu",
        inputs_sha256="ab" * 32,
    )
    enter(made, application_id, invitation.id, report)


def enter(made: Company, application_id: str, invitation_id: str, report: InterviewReport) -> None:
    """The worker's last step: report into the store, assessment into the database."""
    blobs = made.context.blobs
    with made.context.database.transaction() as session:
        invitation = invitations.invitations_of(session, SYSTEM, application_id)[0]
        kit = competency.kit(session, invitation.kit_version_id)
        data = dump(to_document(report, kit)).encode()
        sha256 = blobs.put(data, "application/json")
        register(session, sha256, len(data), "application/json", CLOCK)
        new = assessments.new_assessment(report, kit, inputs_sha256=sha256, report_sha256=sha256)
        assessments.store_assessment(session, application_id, invitation_id, new, CLOCK)


def hiring_company(context: Context) -> Company:
    """A company with four interviews assessed (one with a recording) and one candidate who has not answered."""
    made = company(context)
    for number, name in enumerate(TOLD, start=1):
        apply(made, name, language="en" if name.isascii() else "zh", number=number)
        recorded = name == "林晓"
        interview(made, name, video="lin_q1.mp4" if recorded else None)
        assess(made, name, video=recorded)
    apply(made, "陈雨桐", number=77)
    return made


def _upload(made: Company, session: Session, invitation_id: str, file: str) -> RecordedUpload:
    path = DEMO / file
    sha256 = made.context.blobs.put(path, "video/mp4")
    size = path.stat().st_size
    register(session, sha256, size, "video/mp4", CLOCK)
    row = Upload(
        **stamp("system", CLOCK),
        invitation_id=invitation_id,
        question_id="q1",
        attempt=1,
        client_key=file,
        media_type="video/mp4",
        offset=size,
        length=size,
        state="finished",
    )
    session.add(row)
    session.flush()
    return RecordedUpload(row.id, sha256, "video/mp4", size, 48.0)


def _missing() -> Any:
    from interview_engine.assessment.reasons import Reason

    return Reason("answer.missing")
