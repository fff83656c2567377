"""Two companies in one installation, six roles each that reach their own only, and a thing of every kind in company B.

Company B is the one of `api_world` with what that lacks; company A has people and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from api_world import NOBODY, Samples, token_for, unlimited_app, whole_company
from console_data import CLOCK, PASSWORD, SECRET, STAFF, make_context, service_settings
from fastapi import FastAPI
from performed import performed
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from interview_engine.assessment.kits.file import shipped_kits
from interview_engine.hr.access import grants
from interview_engine.hr.access.rules import SYSTEM, TOKEN_SCOPES, Actor, employee_actor
from interview_engine.hr.accounts import service as accounts
from interview_engine.hr.accounts import sign_in, tokens
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.all_tables import Base
from interview_engine.hr.approvals.tables import ApprovalFlow, ApprovalSubstitute
from interview_engine.hr.assets import service as assets
from interview_engine.hr.assets.service import NewHolding
from interview_engine.hr.calendar import service as calendar
from interview_engine.hr.calendar.rules import Day
from interview_engine.hr.competency import service as competency
from interview_engine.hr.competency.tables import Episode
from interview_engine.hr.employment import assignments, pay_rates
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.persons import NewContact, find_or_make
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.expense import advances, budgets, claims, payouts
from interview_engine.hr.expense import company as expense_company
from interview_engine.hr.expense import lines as expense_lines
from interview_engine.hr.expense.invoices import of_fields
from interview_engine.hr.files import contracts, documents, entries
from interview_engine.hr.house import house
from interview_engine.hr.leave import service as leave
from interview_engine.hr.leave.service import NewRule, Opening
from interview_engine.hr.lists.custom import NewField, add_field
from interview_engine.hr.lists.tables import BulkDone, SheetImport
from interview_engine.hr.lists.views import save_view
from interview_engine.hr.messaging import notice_drafts
from interview_engine.hr.migration import receiving
from interview_engine.hr.migration.source import SourceLine, SourceTable
from interview_engine.hr.offboarding import service as offboarding
from interview_engine.hr.onboarding import service as onboarding
from interview_engine.hr.onboarding import welcome
from interview_engine.hr.org import service as org
from interview_engine.hr.pay import lock, profiles, questions
from interview_engine.hr.pay import service as pay
from interview_engine.hr.pay.budgets import set_budget
from interview_engine.hr.pay.old_months import set_month
from interview_engine.hr.pay.tables import (
    PayAccount,
    PayCost,
    PayJournalLine,
    PayParameter,
    PaySettlement,
    Payslip,
    PayslipNotice,
)
from interview_engine.hr.people.tables import Person, PersonFlag
from interview_engine.hr.privacy import service as privacy
from interview_engine.hr.privacy.tables import ErasureRequest
from interview_engine.hr.recruiting.headcount import service as headcount
from interview_engine.hr.recruiting.tables import BulkAction, CalibrationVersion
from interview_engine.hr.requests import own_kinds
from interview_engine.hr.requests import service as requests
from interview_engine.hr.rosters import service as rosters
from interview_engine.hr.signing import service as signing
from interview_engine.hr.signing import templates as signing_templates
from interview_engine.hr.succession.tables import Succession
from interview_engine.hr.tasks import service as tasks
from interview_engine.hr.tasks import templates
from interview_engine.hr.time import service as time
from interview_engine.hr.time.tables import AttendanceDay, AttendanceMonth, ShiftPlan
from interview_engine.i18n import LocalizedText
from interview_engine.settings import read_settings
from interview_engine.store.blob_keys import BlobKeys
from interview_engine.store.blobs import open_blobs
from interview_engine.store.engine import open_database
from interview_engine.store.rows import stamp
from interview_engine.store.secrets import SecretBox, Signer
from interview_engine.store.tables import OutboxMessage, WorkItem

SUMMARY = {
    "shape": "shift",
    "ratings": 0,
    **dict.fromkeys(("before_single", "after_single", "before_kappa", "after_kappa")),
}
REACH = {"hiring_manager": "reports", "interviewer": "subtree"}
"""How far a role reaches; the others reach their company."""
KIT_OF_B = "b-kit"
NUMBER_OF_B = "110105199003070025"
MARKS = ("乙公司员工", "乙公司的申请",
         "林晓", "赵一鸣", "孙佳", "Grace Adeyemi", "陈雨桐", "candidate1@example.org", "客服专员 · 上海", "夜班客服",
         "9000.00", KIT_OF_B, "乙公司的调查", "乙公司的能力", NUMBER_OF_B)  # fmt: skip
"""What stands in rows of company B and nowhere else: names, a mail address, jobs, pay, and what B made for itself."""


@dataclass(frozen=True, slots=True)
class Companies:
    """The application, the ids of B's things by the name of the path's parameter or body's field, and A's people.

    `tokens` and `cookies` are of A's roles; `own_tokens` and `own_cookies` of B's, who reach everything.
    """

    app: FastAPI
    context: Context
    samples: Samples
    b: Mapping[str, str]
    a: Mapping[str, str]
    tokens: Mapping[str, str]
    cookies: Mapping[str, str]
    own_tokens: Mapping[str, str]
    own_cookies: Mapping[str, str]

    def at(self, path: str) -> str:
        """The path with B's things in it."""
        if path.startswith("/console/pool/"):
            path = path.replace("{row_id}", self.b["person_id"])
        if path.startswith(("/console/employees/", "/api/v1/lists/employees")):
            path = path.replace("{row_id}", self.b["employment_id"])
        if path.startswith(("/console/task-templates/", "/api/v1/lists/task_templates")):
            path = path.replace("{row_id}", self.b["task_template_id"])
        if path.startswith(("/console/welcome-texts/", "/api/v1/lists/welcome_texts")):
            path = path.replace("{row_id}", self.b["welcome_text_id"])
        if path.startswith(("/console/pay-parameters/", "/api/v1/lists/pay_parameters")):
            path = path.replace("{row_id}", self.b["pay_parameter_id"])
        for base, name in (("pay-attendance", "pay_attendance"), ("pay-profiles", "pay_profile"),
                           ("leave-history", "leave_history"), ("leave-rules", "leave_rule"),
                           ("pay-settlements", "pay_settlement"), ("pay-accounts", "pay_account"),
                           ("pay-old-months", "pay_old_month"), ("pay-budgets", "pay_budget"),
                           ("shift-plan", "shift_plan"), ("shifts", "shift"),
                           ("rosters", "roster"), ("roster-staff", "roster_staff"),
                           ("performance-cycles", "running_cycle"), ("goals", "goal"),
                           ("expense-per-diems", "per_diem"), ("expense-budgets", "budget"),
                           ("expense-kinds", "expense_kind"),
                           ("punch-places", "punch_place")):  # fmt: skip
            if path.startswith((f"/console/{base}/", f"/api/v1/lists/{base.replace('-', '_')}")):
                path = path.replace("{row_id}", self.b[f"{name}_id"])
        if path.startswith(("/console/assets/", "/api/v1/lists/assets")):
            path = path.replace("{row_id}", self.b["asset_id"])
        if path.startswith(("/console/succession/", "/api/v1/lists/succession")):
            path = path.replace("{row_id}", self.b["succession_id"])
        if path.startswith(("/console/headcount/", "/api/v1/lists/headcount")):
            path = path.replace("{row_id}", self.b["headcount_id"])
        for name, value in self.b.items():
            path = path.replace("{" + name + "}", value)
        return path


def context_on(folder: Path, database_url: str | None = None) -> Context:
    """A server's context: over an empty SQLite database, or over one that is there with its tables."""
    if database_url is None:
        return make_context(folder)
    settings = replace(service_settings(folder), database_url=database_url)
    database = open_database(database_url)
    Base.metadata.create_all(database.engine)
    box = SecretBox(SECRET)
    blobs = open_blobs(settings.blobs_url, keys=BlobKeys(database, box, CLOCK))
    return Context(database, blobs, settings, read_settings({}), CLOCK, box, Signer(SECRET))


def two_companies(context: Context) -> Companies:
    """Both companies."""
    samples = whole_company(context)
    b = dict(samples.ids)
    with context.database.transaction() as session:
        b |= _more_of_b(session, samples)
        a = _company_a(session)
    made = samples.company
    with context.database.transaction() as session:
        cookies = {
            role: sign_in.open_session(session, session.get_one(Account, a[role]), CLOCK, complete=True)
            for role in STAFF
        }
        own_cookies = {role: sign_in.open_session(session, made.accounts[role], CLOCK, complete=True) for role in STAFF}
    app = unlimited_app(context)
    keys = {role: token_for(made, a[role]) for role in STAFF}
    own = {role: token_for(made, made.accounts[role].id) for role in STAFF}
    return Companies(app, context, samples, b, a, keys, cookies, own, own_cookies)


def kit_text(kit_id: str) -> str:
    """A kit file that ships, under another id."""
    return shipped_kits()["customer-service"].read_text("utf-8").replace("id: customer-service", f"id: {kit_id}", 1)


def _company_a(session: Session) -> dict[str, str]:
    entity = org.create_legal_entity(session, SYSTEM, "甲公司", "北京", CLOCK).id
    department = org.create_department(session, SYSTEM, entity, "甲部门", CLOCK).id
    found = {"legal_entity_id": entity, "department_id": department}
    for role in STAFF:
        scope = REACH.get(role, "entity")
        new = accounts.NewAccount(
            f"a-{role}", f"甲{role}", role, department_id=department, scope=scope, password=PASSWORD,
            scope_ref={"entity": entity, "subtree": department}.get(scope),
        )  # fmt: skip
        account = accounts.create_account(session, SYSTEM, new, CLOCK).account
        found[role] = account.id
        found[f"person of {role}"] = account.person_id
    org.set_manager(session, SYSTEM, department, found["person of hiring_manager"], CLOCK)
    return found


def _more_of_b(session: Session, samples: Samples) -> dict[str, str]:
    """What the company of `api_world` does not have, owned by company B."""
    made, ids = samples.company, samples.ids
    b, word = made.entity_id, LocalizedText("乙公司的能力", "of B")
    kit = competency.publish_kit(session, SYSTEM, kit_text(KIT_OF_B), "", CLOCK, legal_entity_id=b)
    requirements = (competency.Requirement("communication", 100, 3),)
    profile = competency.create_profile(
        session, SYSTEM, competency.NewProfile("b-profile", word, requirements, kit.id, b), CLOCK
    )
    one = competency.NewCompetency("b-competency", "role", word, word, (word,) * 5, (), b)
    competency.add_competency(session, SYSTEM, one, CLOCK)
    question = {"id": "q1", "kind": "open", "text": {"zh": "词", "en": "word"}}
    title = LocalizedText("乙公司的调查", "of B")
    survey = competency.create_survey(session, SYSTEM, title, [question], CLOCK, legal_entity_id=b)
    victim = ids["account_id"]
    grant = grants.give(session, SYSTEM, grants.NewGrant("all", "public", "read", account_id=victim), CLOCK)
    owner = accounts.actor_of(session, made.accounts["auditor"], CLOCK)
    token = tokens.create_token(session, owner, "x", list(TOKEN_SCOPES)[:1], CLOCK).row
    calibration = CalibrationVersion(
        **stamp("system", CLOCK), kit_version_id=kit.id, version=1, document={}, summary=SUMMARY, active=False
    )
    episode = Episode(
        **stamp("system", CLOCK), person_id=ids["person_id"], competency_code="communication", situation="x",
        action="x", result="x", quotes=[], reference=f"assessment:{ids['assessment_id']}",
    )  # fmt: skip
    pair = PersonFlag(
        **stamp("system", CLOCK), person_id=ids["person_id"], kind="two_persons", given={"phone": "x"},
        other_person_id=made.accounts["auditor"].person_id,
    )  # fmt: skip
    told = notice_drafts.keep(session, SYSTEM, notice_drafts.Written("info", "乙公司", "", {}), "draft", CLOCK)
    week = CLOCK.now() + timedelta(days=7)
    planned = ErasureRequest(
        **stamp("system", CLOCK), person_id=ids["person_id"], kind="person", due_at=week, planned_for=week
    )
    hr, department = made.accounts["hr"], ids["department_id"]
    away = ApprovalSubstitute(
        **stamp("system", CLOCK), account_id=hr.id, substitute_account_id=made.accounts["recruiter"].id,
        first_day=week.date(), last_day=week.date(),
    )  # fmt: skip
    steps = [{"rule": "any", "approvers": ["role:hr"]}]
    flow = ApprovalFlow(**stamp("system", CLOCK), kind="offer", department_id=department, steps=steps)
    action = BulkAction(
        **stamp("system", CLOCK), requisition_id=ids["requisition_id"], key="b" * 32, kind="review", done=[],
        skipped=[], kept=[],
    )  # fmt: skip
    jobs, pool = house().lists["requisitions"], house().lists["talent_pool"]
    session.get_one(Person, ids["person_id"]).talent_pool = True
    session.flush()
    field = add_field(session, SYSTEM, jobs, b, NewField("乙字段", "of B", "text", "public"), CLOCK)
    add_field(session, SYSTEM, pool, b, NewField("乙字段", "of B", "text", "contact"), CLOCK)
    boss = accounts.actor_of(session, made.accounts["administrator"], CLOCK)
    saved = save_view(session, boss, "requisitions", "乙视图", "state=open", CLOCK)
    sheet = SheetImport(
        **stamp("system", CLOCK), list_name="requisitions", account_id=made.accounts["administrator"].id,
        filename="x.csv", sha256="", state="done", content="", outcome={},
    )  # fmt: skip
    bulk = BulkDone(
        **stamp("system", CLOCK), list_name="requisitions", action="hold", given={}, rows=[],
        account_id=made.accounts["administrator"].id,
    )  # fmt: skip
    somebody = find_or_make(session, SYSTEM, NewContact("乙公司员工", phone="13900009001"), CLOCK)
    held = employments.begin(
        session,
        SYSTEM,
        somebody.id,
        employments.Place(b, department),
        "客服",
        date(2026, 1, 5),
        None,
        CLOCK,
        number="B-1",
    )
    place = assignments.NewPlace(department, "乙公司组长", 4)
    moved = assignments.assign(session, SYSTEM, held.id, place, date(2099, 2, 1), "transfer", CLOCK)
    term = contracts.NewContract("fixed", held.start_date, held.start_date + timedelta(days=364))
    home = entries.add(session, SYSTEM, somebody.id, "address", {"lives_at": "乙公司员工的住址"}, CLOCK)
    entries.add(session, SYSTEM, somebody.id, "identity", {"id_number": NUMBER_OF_B}, CLOCK)
    kept = documents.NewDocument("diploma", "乙公司员工的毕业证.pdf", "0" * 64, 1, "application/pdf")
    paper = documents.add_document(session, SYSTEM, somebody.id, kept, CLOCK)
    contract = contracts.draft(session, SYSTEM, held.id, term, CLOCK)
    contracts.draft(session, SYSTEM, held.id, contracts.NewContract("open", date(2027, 1, 5), None), CLOCK)
    closed = Day(date(2030, 2, 1), "restday", "乙公司的假")
    days_off = calendar.propose(session, SYSTEM, calendar.company_region(b), 2030, [closed], "乙公司", CLOCK)
    made_of = signing_templates.create(
        session,
        SYSTEM,
        "乙公司的模板",
        "zh",
        "乙公司的合同",
        "甲方与乙方订立本合同，双方应当共同遵守以下约定。",
        CLOCK,
        owner=b,
    )
    to_sign, version = signing_templates.fill(session, SYSTEM, contract.id, made_of.row.id, {}, CLOCK)
    signature = signing.prepare(session, SYSTEM, contract.id, version, to_sign, "0" * 64, CLOCK)
    taken = taken_over(session, boss, b, held.id)
    template = templates.keep(
        session, SYSTEM, templates.NewTemplate("joining", "other", "乙公司的任务", "hr", 0, legal_entity_id=b), CLOCK
    )
    text = welcome.keep(session, SYSTEM, welcome.Place(b), {"address_zh": "乙公司的地址"}, CLOCK)
    newcomer = find_or_make(session, SYSTEM, NewContact("乙公司新人", phone="13900009002"), CLOCK)
    joins = onboarding.begin(
        session, "system", onboarding.NewOnboarding(newcomer.id, b, department, "客服", date(2099, 1, 1)), CLOCK
    )
    about = tasks.About(somebody.id, b, department)
    task = tasks.add(session, SYSTEM, about, tasks.NewTask("乙公司的任务", "hr", date(2099, 1, 1)), CLOCK)
    session.add_all([calibration, episode, pair, planned, away, flow, action, sheet, bulk])
    left = leaver_of(session, b, department)
    hold = privacy.place_hold(session, SYSTEM, somebody.id, "", date(2099, 1, 1), "乙公司的争议", CLOCK)
    plan = privacy.ask(session, SYSTEM, somebody.id, paper.id, "doc_diploma", CLOCK, planned_for=CLOCK.now())
    session.flush()
    asked = asked_in(session, samples, b, somebody.id)
    work = session.scalars(select(WorkItem.id)).first() or NOBODY
    return {
        "kit_version_id": kit.id, "version_id": kit.id, "kit_version": made.kit_version_id,
        "profile_id": profile.id, "role_profile_id": made.profile_id, "code": "b-competency",
        "legal_entity_id": b, "module": "leave",
        "survey_id": survey.id, "grant_id": grant.id, "token_id": token.id, "calibration_id": calibration.id,
        "episode_id": episode.id, "notice_id": told.id, "calendar_notice_id": days_off.id,
        "flag_id": ids["flag_id"], "pair_id": pair.id, "request_id": planned.id,
        "field_id": field.id, "saved_view_id": saved.id, "import_id": sheet.id, "bulk_id": bulk.id,
        "row_id": ids["requisition_id"],
        "flow_id": flow.id, "substitute_id": away.id, "item_id": work, "work_item_id": work,
        "action_id": action.id, "assignment_id": moved.id, "contract_id": contract.id,
        **asked, "employment_id": held.id, "entry_id": home.id, "document_id": paper.id, "section": "address",
        **{name: taken[name] for name in ("batch_id", "leave_history_id", "leave_rule_id")},
        **worked(session, b, held.id), **spent(session, b, somebody.id, department),
        "template_id": made_of.row.id, "signature_id": signature.id,
        **left, "hold_id": hold.id, "plan_id": plan.id,
        "task_id": task.id, "onboarding_id": joins.id, "welcome_text_id": text.id,
        "task_template_id": template.id, "pay_parameter_id": pay_parameter(session).id, **paid(session, held),
        **performed(session, held, CLOCK),
        "message_id": session.scalars(select(OutboxMessage.id)).first() or NOBODY,
        "colleague": hr.id, "person of hr": hr.person_id,
    }  # fmt: skip


def pay_parameter(session: Session) -> PayParameter:
    """A row of a city that waits for its check; it belongs to the group."""
    new = pay.NewParameter("minimum_wage", "示例市", "", date(2026, 7, 1), None, {"amount": "2700"}, "示例市公告",
                           "https://example.gov.cn/1")  # fmt: skip
    return pay.enter_parameter(session, SYSTEM, new, CLOCK)


def paid(session: Session, held: Employment) -> dict[str, str]:
    """A profile, attendance, and a run that was worked out, for labour service: no city has rows here."""
    pay_rates.set_pay(session, SYSTEM, held.id, 900_000, held.start_date, CLOCK)
    nothing = Decimal(0)
    profile = profiles.NewProfile("labour_service", "", None, None, nothing, nothing, "months", {}, {})
    kept = profiles.set_profile(session, SYSTEM, held, held.start_date, profile, CLOCK)
    month = max(date(2026, 9, 1), held.start_date.replace(day=1))
    question = asked_about(session, closed(session, held, month))
    month = (month + timedelta(days=31)).replace(day=1)
    attended = profiles.NewAttendance(month, nothing, nothing, 0, {}, {}, {}, "best")
    sheet = profiles.set_attendance(session, SYSTEM, held, attended, CLOCK)
    new = pay.NewRun(held.legal_entity_id, month, month.replace(day=28), "workdays")
    run = pay.work_out(session, SYSTEM, pay.begin_run(session, SYSTEM, new, CLOCK).id, CLOCK)
    slip = session.scalars(select(Payslip.id).where(Payslip.run_id == run.id, Payslip.employment_id == held.id)).one()
    old = set_month(session, SYSTEM, held, month, {"gross": Decimal(9000), "net": Decimal("7000.77")}, CLOCK)
    for later in (month.replace(year=month.year + 1), month):
        budget = set_budget(session, SYSTEM, held.department_id, later, Decimal(8000), CLOCK)
    lock.set_pin(session, held.person_id, "730418", "730418", CLOCK)
    return {"pay_profile_id": kept.id, "pay_attendance_id": sheet.id, "pay_run_id": run.id, "payslip_id": slip,
            "question_id": question, "pay_old_month_id": old.id, "pay_budget_id": budget.id}  # fmt: skip


def closed(session: Session, held: Employment, month: date) -> str:
    """The payslip of a month that is closed and posted, with its cost."""
    new = pay.NewRun(held.legal_entity_id, month, month.replace(day=28), "workdays")
    run = pay.work_out(session, SYSTEM, pay.begin_run(session, SYSTEM, new, CLOCK).id, CLOCK)
    run.state, run.closed_at = "closed", CLOCK.now()
    own: dict[str, Any] = {**stamp("system", CLOCK), "run_id": run.id, "legal_entity_id": held.legal_entity_id}
    session.add(PayCost(**own, department_id=held.department_id, month=month, people=1, gross=Decimal(9000),
                        employer=Decimal(0), cost=Decimal(9000)))  # fmt: skip
    for position, (debit, credit) in enumerate(((9000, 0), (0, 9000))):
        line = {**own, **stamp("system", CLOCK)}
        session.add(PayJournalLine(**line, department_id=held.department_id, position=position, item="net",
                                   account="2211.B", name="乙公司科目", debit=Decimal(debit),
                                   credit=Decimal(credit)))  # fmt: skip
    session.flush()
    slips = select(Payslip.id).where(Payslip.run_id == run.id, Payslip.employment_id == held.id)
    return session.scalars(slips).one()


def asked_about(session: Session, payslip_id: str) -> str:
    """A question about a payslip that is on its person's phone."""
    slip = session.get_one(Payslip, payslip_id)
    out = CLOCK.now() + timedelta(days=30)
    session.add(PayslipNotice(**stamp("system", CLOCK), payslip_id=slip.id, run_id=slip.run_id,
                              person_id=slip.person_id, expires_at=out))  # fmt: skip
    session.flush()
    me = employee_actor(slip.person_id, "zh")
    return questions.ask(session, me, slip.id, 0, "这一项怎么算？", CLOCK).id


def leaver_of(session: Session, b: str, department: str) -> dict[str, str]:
    """Somebody who leaves with a thing in their hands, and a headcount plan."""
    person = find_or_make(session, SYSTEM, NewContact("乙公司离职人", phone="13900009003"), CLOCK)
    place = employments.Place(b, department)
    row = employments.begin(session, SYSTEM, person.id, place, "客服", date(2026, 1, 5), None, CLOCK, number="B-2")
    thing = NewHolding("computer", "乙公司的电脑", date(2026, 1, 5), "B-NB-1")
    asset = assets.hand_out(session, SYSTEM, row.id, thing, CLOCK)
    said = offboarding.NewSeparation("mutual", date(2099, 1, 1), "乙公司的理由")
    leaving = offboarding.enter(session, SYSTEM, row.id, said, CLOCK)
    plan = headcount.set_plan(session, SYSTEM, headcount.NewPlan(department, "", date(2026, 1, 1), 5), CLOCK)
    slate = Succession(**stamp("system", CLOCK), legal_entity_id=b, department_id=department, title="乙公司的关键岗位",
                       holder_person_id=person.id)  # fmt: skip
    session.add(slate)
    session.flush()
    return {"asset_id": asset.id, "succession_id": slate.id, "separation_id": leaving.id, "headcount_id": plan.id,
            "pay_settlement_id": last_pay(session, row), "pay_account_id": pay_account(session, b)}  # fmt: skip


def pay_account(session: Session, entity_id: str) -> str:
    """Where the pay of a company stands in its books."""
    for item in ("tax", "net"):
        row = PayAccount(
            **stamp("system", CLOCK), legal_entity_id=entity_id, item=item, account="2211.B", name="乙公司科目"
        )
        session.add(row)
    session.flush()
    return row.id


def last_pay(session: Session, held: Employment) -> str:
    """What payroll says about somebody's last pay."""
    said = PaySettlement(
        **stamp("system", CLOCK), employment_id=held.id, person_id=held.person_id,
        legal_entity_id=held.legal_entity_id, department_id=held.department_id, severance="yes",
    )  # fmt: skip
    session.add(said)
    session.flush()
    return said.id


def taken_over(session: Session, boss: Actor, b: str, employment_id: str) -> dict[str, str]:
    """What comes from another system: a sheet of employees that was received, an opening balance of leave, work before,
    and a rule of leave that waits for its check."""
    heads = SourceTable("", ("工号", "姓名", "部门", "岗位", "入职日期"),
                        (SourceLine(2, ("B-9", "乙公司新人", "客户服务部", "客服", "2026-01-05")),))  # fmt: skip
    batch = receiving.receive(session, SecretBox(SECRET), boss, "employees", "乙.csv", "0" * 64, heads, b, CLOCK)
    opening = Opening("annual", date(2025, 12, 31), 2400, 480)
    said = NewRule(f"company:{b}", "marriage", date(2026, 1, 1), "乙公司的考勤制度", "https://example.gov.cn/2",
                   values={"days": 10})  # fmt: skip
    return {
        "batch_id": batch.id,
        "opening_id": leave.bring_along(session, SYSTEM, employment_id, opening, CLOCK).id,
        "leave_history_id": leave.set_history(session, SYSTEM, employment_id, leave.NewHistory(12), CLOCK).id,
        "leave_rule_id": leave.enter_rule(session, SYSTEM, said, CLOCK).id,
    }


def worked(session: Session, b: str, employment_id: str) -> dict[str, str]:
    """A shift of company B, who usually works it, and a planned day."""
    new = time.NewShift("B8", "乙公司早班", ((480, 720), (780, 1020)))
    shift = time.create(session, SYSTEM, b, new, CLOCK)
    unused = time.create(session, SYSTEM, b, time.NewShift("B7", "乙公司旧班", ((480, 720),)), CLOCK)
    begins = session.get_one(Employment, employment_id).start_date
    usual = time.NewDefault(begins, (shift.id,), True, employment_id=employment_id)
    time.set_default(session, SYSTEM, usual, CLOCK)
    day = begins + timedelta(days=5)
    time.write_plan(session, SYSTEM, [time.PlanRow(employment_id, day, shift.id)], time.PERSON, CLOCK)
    planned = session.scalars(select(ShiftPlan.id).where(ShiftPlan.employment_id == employment_id)).one()
    place = time.create_place(session, SYSTEM, b, time.NewPlace("乙公司大门"), CLOCK)
    at = datetime(2026, 1, 8, 1, 0, tzinfo=UTC)
    punch = time.enter(session, SYSTEM, employment_id, at, "device", CLOCK, device="乙公司一号机")
    time.set_policy(session, SYSTEM, b, time.Policy(2, 20, "before"), CLOCK)
    held = session.get_one(Employment, employment_id)
    row = AttendanceDay(
        **stamp("system", CLOCK), employment_id=employment_id, person_id=held.person_id, legal_entity_id=b,
        day=date(2026, 1, 8), shift_id=shift.id, state="held", required=480, worked=0, night=0, leave=0, late=0,
        early=0, away=0, absent=0, problems=["odd_punches"], punches=[at.isoformat()], explanation="乙公司的说明",
    )  # fmt: skip
    month = AttendanceMonth(
        **stamp("system", CLOCK), employment_id=employment_id, person_id=held.person_id, legal_entity_id=b,
        month=date(2025, 12, 1), state="confirmed", totals={"worked": 9999}, confirmed_at=at,
    )  # fmt: skip
    session.add_all([row, month])
    session.flush()
    return {**planned_ahead(session, held, shift.id), "shift_id": shift.id, "unused_shift_id": unused.id,
            "shift_plan_id": planned, "punch_place_id": place.id, "punch_id": punch.id,
            "attendance_day_id": row.id, "attendance_month_id": month.id}  # fmt: skip


def planned_ahead(session: Session, held: Employment, shift_id: str) -> dict[str, str]:
    """A roster of company B with what it needs, who can fill it, a wish, and one that was published."""
    department = held.department_id
    need = rosters.NewNeed(department, shift_id, "乙公司收银", (1,) * 7)
    usual = rosters.set_need_usual(session, SYSTEM, need, CLOCK)
    new = rosters.NewRoster(department, date(2026, 12, 7), date(2026, 12, 13), rosters.standard_rules())
    row = rosters.make(session, SYSTEM, new, CLOCK)
    before = replace(new, first_day=date(2026, 11, 30), last_day=date(2026, 12, 6))
    published = rosters.make(session, SYSTEM, before, CLOCK)
    unused = rosters.make(session, SYSTEM, replace(new, first_day=date(2027, 1, 4), last_day=date(2027, 1, 5)), CLOCK)
    for one in (row, published):
        rosters.set_cells(session, SYSTEM, one.id, [rosters.Change(held.id, one.first_day, shift_id)], CLOCK)
    rosters.publish(session, SYSTEM, published.id, "乙公司的理由", CLOCK)
    known = rosters.set_staff(session, SYSTEM, held.id, rosters.NewStaff(("乙公司收银",)), CLOCK)
    wish = rosters.set_wish(session, SYSTEM, held.id, rosters.NewWish(date(2026, 12, 9), None, False), CLOCK)
    return {"roster_id": row.id, "published_roster_id": published.id, "unused_roster_id": unused.id,
            "roster_need_id": usual.id, "roster_staff_id": known.id, "roster_wish_id": wish.id}  # fmt: skip


def spent(session: Session, b: str, person_id: str, department: str) -> dict[str, str]:
    """Claims of company B with their lines, an advance that was paid, and what finance entered."""
    me, month = employee_actor(person_id, "zh"), date(2026, 11, 1)
    kind = expense_company.set_kind(
        session, SYSTEM, b, expense_company.NewKind("meals", "", "", Decimal(90), True, False), CLOCK
    )
    rule = expense_company.NewPerDiem("乙类", "乙城", None, date(2026, 1, 1), None, Decimal(80), "乙公司差旅办法")
    per_diem = expense_company.set_per_diem(session, SYSTEM, b, rule, CLOCK)
    expense_company.set_buyer(session, SYSTEM, b, "乙公司抬头", "91110105MA00TEST1X", CLOCK)
    other = org.create_legal_entity(session, SYSTEM, "丙公司", "杭州", CLOCK).id
    expense_company.set_buyer(session, SYSTEM, other, "丙公司抬头", "91330105MA00TEST1X", CLOCK)
    budget = budgets.set_budget(session, SYSTEM, department, month, "", Decimal(777), CLOCK)
    for closed in (date(2025, 12, 1), date(2026, 1, 1)):
        budgets.close_month(session, SYSTEM, b, closed, CLOCK)
    for number in range(3):
        claim = claims.begin(session, me, f"b{number}", CLOCK)
        claim.purpose = "乙公司的差旅"
        read = of_fields(
            {"number": f"2699{number:016d}", "day": "2026-01-09", "total": "87.60", "seller": "乙店"}, "xml"
        )
        line = expense_lines.add(session, claim, read, None, "system", CLOCK)
        line.kind = "meals"
        values = {"claim": claim.id, "purpose": claim.purpose, "amount": int(claims.count_up(session, claim) * 100)}
        claim.legal_entity_id, claim.department_id = b, department
        requests.ask(session, me, "expense_claim", values, CLOCK)
        claim.legal_entity_id, claim.department_id = b, department
    claims.approve(session, claim, "system", CLOCK)
    claim.state = "approved"
    owed = advances.owe(session, claim, "system", CLOCK)
    assert owed is not None
    payout = payouts.make(session, SYSTEM, b, CLOCK)
    return {
        "claim_id": claim.id, "line_id": line.id, "advance_id": owed.id, "payout_id": payout.id, "budget_id": budget.id,
        "per_diem_id": per_diem.id, "expense_kind_id": kind.id,
    }  # fmt: skip


def asked_in(session: Session, samples: Samples, b: str, person_id: str) -> dict[str, str]:
    """Requests of every field class about an employee of company B, and a kind that the company made."""
    me = employee_actor(person_id, "zh")
    administrator = accounts.actor_of(session, samples.company.accounts["administrator"], CLOCK)
    new = own_kinds.NewKind("乙公司的申请", "of B", field_class="health")
    kind = own_kinds.make_kind(session, SYSTEM, b, new, CLOCK)
    field = NewField("乙公司的说明", "note of B", "text", "health")
    own_field = own_kinds.add_kind_field(session, SYSTEM, kind.id, field, CLOCK)
    today = CLOCK.now().date()
    for number in range(6):
        day = today + timedelta(days=10 * number + 1)
        leave = {"leave_type": "sick", "first_day": day, "last_day": day, "reason": "乙公司的病因"}
        requests.ask(session, me, "leave", leave, CLOCK)
        requests.ask(session, me, own_kinds.name_of(kind.id), {f"x_{own_field.code}": "乙公司的病因"}, CLOCK)
        pay = {"monthly": 987_600, "from_day": day}
        asked = requests.ask(session, administrator, "pay_change", pay, CLOCK, person_id=person_id)
    return {
        "asked_id": asked.id, "kind_id": kind.id, "kind_field_id": own_field.id, "employee_id": person_id,
        "kind_name": "certificate",
    }  # fmt: skip
