"""Every page that a route leads to, as its readers may have set their screens: dark, large text, phone, two languages.

Generated from the routes: a page without an address here fails the first test. Each page is opened twice, in modes that
turn from page to page, so that the whole takes a minute and all pages together meet all modes (L6, M10). With axe-core
at hand (AXE_CORE names its axe.min.js) its rules look at every page in every mode.
"""

from __future__ import annotations

import itertools
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import chromium
import console_data
import httpx
import pytest
from api_world import Samples, whole_company
from applications import application
from console_data import CLOCK, Company, make_context
from fastapi import FastAPI
from hashing_embedder import HashingEmbedder
from performed import performed
from playwright.sync_api import Browser, Page
from serving import served
from sqlalchemy import select
from sqlalchemy.orm import Session
from two_companies import asked_about, asked_in, last_pay, paid, pay_account, pay_parameter, spent, taken_over, worked

from api.candidate.own_applications import applications_address
from api.candidate.sessions import cookie_name
from api.context import Context
from api.openapi import Endpoint, endpoints
from api.signing import flow
from interview_engine.clock import china_day
from interview_engine.hr.access.rules import SYSTEM, candidate_actor
from interview_engine.hr.accounts import sign_in
from interview_engine.hr.assets import service as assets
from interview_engine.hr.assets.service import NewHolding
from interview_engine.hr.competency import service as competency
from interview_engine.hr.employment import assignments, pay_rates
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.persons import NewContact, find_or_make
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.files import contracts, entries
from interview_engine.hr.files.tables import FileEntry
from interview_engine.hr.forms.fields import Value
from interview_engine.hr.messaging import notices
from interview_engine.hr.offboarding import service as offboarding
from interview_engine.hr.onboarding import service as onboarding
from interview_engine.hr.onboarding import welcome
from interview_engine.hr.pay import handing_out
from interview_engine.hr.pay.tables import PayRun, Payslip, PayslipNotice
from interview_engine.hr.people.tables import Department, Person
from interview_engine.hr.recruiting.headcount import service as headcount
from interview_engine.hr.recruiting.hiring import offers
from interview_engine.hr.recruiting.interviewing import answers, invitations
from interview_engine.hr.recruiting.interviewing.invitations import ConsentGiven
from interview_engine.hr.signing import templates
from interview_engine.hr.succession import service as succession
from interview_engine.hr.tasks import service as tasks
from interview_engine.i18n import LocalizedText
from interview_engine.store.tables import OutboxMessage

pytestmark = pytest.mark.slow

NO_PAGES = re.compile(
    r"^/(api|media|language|wechat/(in|back|me|\{channel\}))(?=/|$)"  # data, files, and what leads elsewhere at once
    r"|^/wechat/(my/(requests/(new/)?|expenses/)|lists/leave_opening/)\{"  # of one's own: tests/api/phone
    r"|^/(sign-in/code|wechat/link)$"  # steps that only some are sent to: their own journeys look at them
    r"|^/i/\{token\}/questions/"  # for the recorder's script
    r"|^/console$|/changes$|/progress$|/export$|/file$|/(documents|files)/\{\w+_id\}$|\.(css|csv|ics|jpg|json|pdf|svg|txt|xlsx|\{\w+\})$"
)
BEFORE = ("/i/{token}/consent", "/i/{token}/interview",
            "/i/{token}/write/{number}", "/i/{token}/review")  # fmt: skip
"""A candidate's pages before the interview is handed in."""
AFTER = tuple(f"/i/{{token}}/{name}" for name in ("status", "transcript", "measured", "withdraw"))
MODES = tuple(itertools.product((375, 1024, 1440), (100, 200), ("zh", "en")))
"""Width of the window, size of the text in percent, language; each page is seen in light and in dark."""


@dataclass(frozen=True, slots=True)
class Site:
    """A running service, the address of every page by its route, and the cookies of who reads them."""

    url: str
    routes: frozenset[str]
    addresses: Mapping[str, str]
    cookies: Mapping[str, str]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with standing(tmp_path_factory.mktemp("site")) as made:
        yield made


@contextmanager
def standing(folder: Path) -> Iterator[Site]:
    """A site in an empty folder."""
    context = make_context(folder)
    samples = whole_company(context)
    made = samples.company
    cookies: dict[str, str] = {}
    fresh = invited(made, "刚受邀", cookies, number=901)
    going = invited(made, "在回答", cookies, number=902, begun=True)
    done = invited(made, "交了卷", cookies, number=903, begun=True, submitted=True)
    with context.database.transaction() as session:
        cookies["session"] = sign_in.open_session(session, made.accounts["administrator"], CLOCK, complete=True)
        things = for_everybody(session, samples)
        session.get_one(Person, samples.ids["person_id"]).talent_pool = True
        held = employed(session, made)
        entry = session.scalars(select(FileEntry.id).where(FileEntry.section == "identity")).one()
        tasks.propose(session, CLOCK)
        about = tasks.About(session.get_one(Employment, held).person_id, made.entity_id, made.department_id)
        tasks.open_tasks(session, "system", "joining", about, "x:1", CLOCK.now().date(), CLOCK)
        boss = made.actors["administrator"]
        left = leaver(session, made)
        more = taken_over(session, boss, made.entity_id, held)
        more["parameter_id"] = pay_parameter(session).id
        phone = paid_on_the_phone(session, made)
        more |= paid(session, session.get_one(Employment, held))
        more |= performed(session, session.get_one(Employment, held), CLOCK)
        things |= phone(session, context, cookies)
        more["pay_account_id"] = pay_account(session, made.entity_id)
        more["pay_settlement_id"] = last_pay(session, session.get_one(Employment, held))
        more |= asked_in(session, samples, made.entity_id, about.person_id)
        more |= worked(session, made.entity_id, held)
        more |= spent(session, made.entity_id, about.person_id, made.department_id)
    signed = to_sign(made, held)
    ids = {
        **samples.ids,
        "version_id": made.kit_version_id,
        "survey_id": things.pop("survey_id"),
        "employment_id": held,
        "section": "address",
        "legal_entity_id": made.entity_id,
        "module": "recruiting",
        "entry_id": entry,
        **{
            name: more[name]
            for name in (
                "batch_id",
                "asked_id",
                "kind_id",
                "kind_name",
                "pay_run_id",
                "payslip_id",
                "question_id",
                "cycle_id",
                "appraisal_id",
                "claim_id",
                "line_id",
                "payout_id",
                "roster_id",
            )
        },
        **{name: value for name, value in signed.items() if name.endswith("_id")},
    }
    staff = Samples(made, ids)
    routes = pages(application(context))
    addresses = {one.path: staff.path(one) for one in routes if one.path.startswith("/console")}
    addresses["/console/requisitions/{requisition_id}/compare"] += "".join(
        f"{mark}id={made.applications[name]}" for mark, name in (("?", "林晓"), ("&", "孙佳"))
    )
    addresses["/console/requisitions/{requisition_id}/chosen"] += f"?do=reject&id={made.applications['林晓']}"
    rows = {"requisitions": made.requisition_id, "pool": samples.ids["person_id"], "employees": held}
    addresses |= {f"/console/{name}/{{row_id}}/own": f"/console/{name}/{row}/own" for name, row in rows.items()}
    addresses["/console/employees/{row_id}/change"] = f"/console/employees/{held}/change"
    addresses["/wechat/lists/employees/{row_id}/change"] = f"/wechat/lists/employees/{held}/change"
    for base in ("/console/welcome-texts", "/wechat/lists/welcome_texts"):
        addresses[f"{base}/{{row_id}}/change"] = f"{base}/{things['welcome_text_id']}/change"
    addresses["/console/joining/{onboarding_id}"] = f"/console/joining/{things['onboarding_id']}"
    del things["welcome_text_id"], things["onboarding_id"]
    addresses["/console/leaving/{separation_id}"] = f"/console/leaving/{left['separation_id']}"
    for name in ("assets", "headcount", "succession"):
        for base in ("/console", "/wechat/lists"):
            addresses[f"{base}/{name}/{{row_id}}/change"] = f"{base}/{name}/{left[name]}/change"
    for base in ("/console/task-templates", "/wechat/lists/task_templates"):
        addresses[f"{base}/{{row_id}}/change"] = f"{base}/task-proposal-00/change"
    addresses["/console/ask/{kind_name}"] = f"/console/ask/{more['kind_name']}?person={about.person_id}"
    addresses["/console/leave-opening/{row_id}/change"] = f"/console/leave-opening/{more['opening_id']}/change"
    for name, key in (("pay_parameters", "parameter_id"), ("pay_profiles", "pay_profile_id"),
                      ("pay_attendance", "pay_attendance_id"), ("leave_history", "leave_history_id"),
                      ("leave_rules", "leave_rule_id"), ("pay_settlements", "pay_settlement_id"),
                      ("pay_accounts", "pay_account_id"), ("pay_old_months", "pay_old_month_id"),
                      ("pay_budgets", "pay_budget_id"), ("shifts", "shift_id"),
                      ("shift_plan", "shift_plan_id"), ("rosters", "roster_id"), ("roster_staff", "roster_staff_id"),
                      ("goals", "goal_id"), ("performance_cycles", "running_cycle_id"),
                      ("expense_per_diems", "per_diem_id"),
                      ("expense_budgets", "budget_id"), ("expense_kinds", "expense_kind_id"),
                      ("punch_places", "punch_place_id")):  # fmt: skip
        for base in (f"/console/{name.replace('_', '-')}", f"/wechat/lists/{name}"):
            addresses[f"{base}/{{row_id}}/change"] = f"{base}/{more[key]}/change"
    addresses["/console/punch-places/{row_id}/door"] = f"/console/punch-places/{more['punch_place_id']}/door"
    addresses["/console/departments/{row_id}/change"] = f"/console/departments/{made.department_id}/change"
    addresses["/wechat/lists/departments/{row_id}/change"] = f"/wechat/lists/departments/{made.department_id}/change"
    addresses["/console/kits/{version_id}/differences"] += f"?against={made.kit_version_id}"
    addresses["/console/search"] += "?q=客服"
    addresses = {one.path: one.path for one in routes if "{" not in one.path} | addresses
    addresses |= {path: path.replace("{token}", going).replace("{number}", "1") for path in BEFORE}
    addresses |= {path: path.replace("{token}", done) for path in AFTER}
    addresses |= {
        "/i/{token}": f"/i/{fresh}",
        "/p/{code}": f"/p/{made.posting_code}",
        "/a/{signed}": applications_address(context, samples.ids["person_id"]),
        **things,
        "/sign/{token}": f"/sign/{signed['token']}",
    }
    with served(context, embedder=HashingEmbedder()) as url:
        yield Site(url, frozenset(one.path for one in routes), addresses, cookies)
    context.database.close()


def pages(app: FastAPI) -> list[Endpoint]:
    """The routes that answer with a page."""
    return [one for one in endpoints(app) if "GET" in one.methods and not NO_PAGES.search(one.path)]


def invited(
    made: Company, name: str, cookies: dict[str, str], *, number: int, begun: bool = False, submitted: bool = False
) -> str:
    """The link's token of somebody who was invited, has agreed, or has handed in one written answer."""
    application_id = console_data.apply(made, name, number=number)
    with made.context.database.transaction() as session:
        token = invitations.invite(session, made.actors["recruiter"], application_id, CLOCK).token
        if not begun:
            return token
        opened = invitations.open_invitation(session, token, None, CLOCK)
        cookies[cookie_name(made.context, token)] = opened.new_device_secret or ""
        actor = candidate_actor(opened.invitation.id, opened.person.id, "zh")
        consent = ConsentGiven(recording=True, voice=True, face=True, automated=True)
        invitations.give_consent(session, actor, opened.invitation, consent, CLOCK)
        if submitted:
            answers.record_answer(session, actor, opened.invitation, "q1", "text", "我先道歉，再换货。", CLOCK)
            invitations.submit(session, actor, opened.invitation, CLOCK, allow_missing=True)
    return token


def employed(session: Session, made: Company) -> str:
    """An employment of 100 days that was moved once, with a contract whose probation is too long."""
    person = find_or_make(session, made.actors["hr"], NewContact("何小满", phone="13800006700"), CLOCK)
    start = china_day(CLOCK) - timedelta(days=100)
    place = employments.Place(made.entity_id, made.department_id)
    row = employments.begin(session, made.actors["hr"], person.id, place, "客服专员", start, None, CLOCK, level=3)
    moved = assignments.NewPlace(made.department_id, "客服组长", 5)
    day = start + timedelta(days=90)
    assignments.assign(session, made.actors["hr"], row.id, moved, day, "promotion", CLOCK)
    term = contracts.NewContract("fixed", start, start + timedelta(days=364), start + timedelta(days=120))
    contracts.draft(session, made.actors["hr"], row.id, term, CLOCK)
    values: dict[str, dict[str, Value]] = {
        "identity": {"id_number": "110105199003070025", "valid_until": date(2035, 8, 12)},
        "emergency": {"name": "何测试", "relation": "parent", "phone": "13800001234"},
        "bank": {"holder": "何小满", "bank": "样本银行", "account_number": "62220000111122223"},
        "certificates": {"title": "电工证", "number": "T-1", "expires_on": date(2027, 1, 15)},
    }
    for section, given in values.items():
        entries.add(session, made.actors["hr"], person.id, section, given, CLOCK)
    return row.id


def paid_on_the_phone(session: Session, made: Company) -> Callable[..., dict[str, str]]:
    """Employ the administrator, whose session reads the pages; once a run was worked out, their payslip is open."""
    person_id = made.accounts["administrator"].person_id
    start = china_day(CLOCK) - timedelta(days=100)
    place = employments.Place(made.entity_id, made.department_id)
    row = employments.begin(session, SYSTEM, person_id, place, "负责人", start, None, CLOCK)
    pay_rates.set_pay(session, SYSTEM, row.id, 1_000_000, start, CLOCK)

    def opened(session: Session, context: Context, cookies: dict[str, str]) -> dict[str, str]:
        slips = select(Payslip).join(PayRun, PayRun.id == Payslip.run_id).where(Payslip.employment_id == row.id)
        slip = session.scalars(slips.order_by(PayRun.month.desc())).all()[0]  # an earlier month has one as well
        asked_about(session, slip.id)
        notice = session.scalars(select(PayslipNotice).where(PayslipNotice.payslip_id == slip.id)).one()
        until = CLOCK.now() + timedelta(days=1)
        cookies["pay-door"] = context.signer.sign("pay-door", f"{person_id}:0", until)
        home = "/wechat/my/pay"
        return {
            "/pay/{token}": f"/pay/{handing_out.link(notice, context.signer)['token']}",
            f"{home}/slips/{{payslip_id}}": f"{home}/slips/{slip.id}",
            f"{home}/years/{{year}}": f"{home}/years/{slip.created_at.year}",
        }

    return opened


def leaver(session: Session, made: Company) -> dict[str, str]:
    """Somebody who leaves in ten days with a computer in their hands, and a headcount plan."""
    hr = made.actors["hr"]
    person = find_or_make(session, hr, NewContact("周离", phone="13800006702"), CLOCK)
    start = china_day(CLOCK) - timedelta(days=400)
    place = employments.Place(made.entity_id, made.department_id)
    row = employments.begin(session, hr, person.id, place, "客服专员", start, None, CLOCK)
    asset = assets.hand_out(session, hr, row.id, NewHolding("computer", "笔记本电脑", start, "NB-1"), CLOCK)
    said = offboarding.NewSeparation("mutual", china_day(CLOCK) + timedelta(days=10), "双方协商")
    leaving = offboarding.enter(session, hr, row.id, said, CLOCK)
    plan = headcount.set_plan(session, hr, headcount.NewPlan(made.department_id, "", start, 5), CLOCK)
    slate = succession.plan(
        session, hr, succession.NewPlan("客服主管", session.get_one(Department, made.department_id).name), CLOCK
    )
    return {"separation_id": leaving.id, "assets": asset.id, "headcount": plan.id, "succession": slate.id}


def to_sign(made: Company, employment_id: str) -> dict[str, str]:
    """The employee's contract out for signature: ids, and the link's token."""
    context = replace(made.context, service=replace(made.context.service, smtp_url="smtp://127.0.0.1:1"))
    hr = made.actors["hr"]
    with context.database.transaction() as session:
        row = employments.locked(session, employment_id)
        session.get_one(Person, row.person_id).email = "xiaoman@example.com"
        (contract,) = contracts.of_person(session, row.person_id)
        text = "# 一、合同期限\n甲方{company.name}与乙方{person.name}订立合同，月工资{ask.月工资}元。"
        template = templates.create(session, hr, "标准劳动合同", "zh", "劳动合同书", text, CLOCK).row.id
        contract_id = contract.id
    request = flow.prepare(context, hr, contract_id, template, {"月工资": "8000"})
    token = flow.send(context, hr, request.id, "own", 14).token
    return {"contract_id": contract_id, "template_id": template, "signature_id": request.id, "token": token}


def for_everybody(session: Session, samples: Samples) -> dict[str, str]:
    """A sent offer, a survey to answer, a notice to read: their addresses by route."""
    made = samples.company
    question = {"id": "q1", "kind": "scale", "text": {"zh": "我会说明进展。", "en": "I tell how far things are."}}
    survey = competency.create_survey(session, SYSTEM, LocalizedText("协作", "Together"), [question], CLOCK)
    person = made.accounts["interviewer"].person_id
    (issued,) = competency.send_survey(session, SYSTEM, survey.id, [person], CLOCK)
    boss = made.accounts["administrator"].person_id
    notice = notices.send_notice(session, made.actors["hr"], "important", "停电", "今晚停电。", [person, boss], CLOCK)
    told = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "notice.important")).first()
    assert told is not None
    offer = offers.send_offer(session, made.actors["hr"], samples.ids["offer_id"], CLOCK)
    text = welcome.keep(session, SYSTEM, welcome.Place(), {"address_zh": "上海市静安区一路 1 号"}, CLOCK)
    newcomer = find_or_make(session, made.actors["hr"], NewContact("林小雨", phone="13800006701"), CLOCK)
    day = china_day(CLOCK) + timedelta(days=9)
    new = onboarding.NewOnboarding(newcomer.id, made.entity_id, made.department_id, "客服专员", day)
    joins = onboarding.begin(session, "system", new, CLOCK)
    link = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "onboarding.form")).first()
    assert link is not None
    return {
        "/e/{token}": f"/e/{link.payload['token']}", "welcome_text_id": text.id, "onboarding_id": joins.id,
        "/o/{token}": f"/o/{offer.token}", "/s/{token}": f"/s/{issued.token}", "survey_id": survey.id,
        "/n/{token}": f"/n/{told.payload['token']}",
        "/wechat/my/notices/{notice_id}": f"/wechat/my/notices/{notice.id}",
    }  # fmt: skip


def test_every_page_has_an_address_here(site: Site) -> None:
    assert site.routes == set(site.addresses)


def test_no_form_of_the_console_loses_what_was_typed_when_it_is_refused(tmp_path: Path) -> None:
    lost: dict[str, list[str]] = {}
    tried: set[str] = set()
    with standing(tmp_path) as site, httpx.Client(base_url=site.url, cookies=dict(site.cookies), timeout=60) as client:
        for route, address in sorted(site.addresses.items()):
            if not route.startswith("/console"):
                continue
            page = client.get(address, headers={"accept": "text/html"}).text
            for action, fields in Shown(page).forms:
                sent = [(name, kind, TYPED.get(kind, value)) for name, kind, value in fields if kind != "file"]
                if urlsplit(action).path in tried or not any(kind in TYPED for _, kind, _ in sent):
                    continue
                tried.add(urlsplit(action).path)
                answer = client.post(
                    action or address,
                    content=urlencode([(name, value) for name, _, value in sent]),
                    headers={
                        "accept": "text/html",
                        "content-type": "application/x-www-form-urlencoded",
                        "referer": f"{site.url}{address}",
                    },
                )
                wanted = [(name, value.strip()) for name, kind, value in sent if kind in TYPED]
                back = [(name, value.strip()) for where, found in Shown(answer.text).forms for name, _, value in found]
                missing = [name for name, value in wanted if (name, value) not in back]
                if answer.status_code < 400 or missing:
                    lost[f"{route} {action}"] = [str(answer.status_code), *missing]
    assert len(tried) >= 40
    assert not lost, "\n".join(f"{where}: {what}" for where, what in lost.items())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.headless() as made:
        yield made


def told(found: Mapping[str, Mapping[str, list[str]]]) -> str:
    """One line a fault."""
    return "\n".join(f"{page}: {name}: {what[:3]}" for page, faults in found.items() for name, what in faults.items())


def looked_at(browser: Browser, site: Site, text: int) -> dict[str, dict[str, list[str]]]:
    """What is wrong with the pages, each in one of the modes with that size of text."""
    modes = [mode for mode in MODES if mode[1] == text]
    found: dict[str, dict[str, list[str]]] = {}
    for turn, (width, _, language) in enumerate(modes):
        with window(browser, site, width, language) as (page, wrong):
            for route in sorted(site.addresses)[turn :: len(modes)]:
                wrong.clear()
                response = page.goto(site.addresses[route])
                status = [] if response is not None and response.status == 200 else [str(response)]
                problems = {"status": status, **problems_of(page), "errors": list(wrong)}
                if any(problems.values()):
                    name = f"{route} {width} px {text} % {language}"
                    found[name] = {key: what for key, what in problems.items() if what}
    return found


@contextmanager
def window(browser: Browser, site: Site, width: int, language: str) -> Iterator[tuple[Page, list[str]]]:
    """A window with everybody's cookies, and the list of errors in its console."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, reduced_motion="reduce", base_url=site.url, locale="zh-CN"
    )
    kept = {**site.cookies, "language": language}
    context.add_cookies([{"name": name, "value": value, "url": site.url} for name, value in kept.items()])
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page, wrong
    context.close()


def problems_of(page: Page) -> dict[str, list[str]]:
    """What the page has of faults that a program can find, in light and in dark."""
    over = chromium.width_over(page)
    return {"wide": [str(over)] if over > 0 else [], **chromium.settled(page)}


def test_every_page_is_readable_on_a_desk_and_a_phone_in_light_and_dark(site: Site, browser: Browser) -> None:
    found = looked_at(browser, site, 100)
    assert not found, told(found)


def test_every_page_is_readable_with_text_of_200_percent(site: Site, browser: Browser) -> None:
    with chromium.large_text(browser) as large:
        found = looked_at(large, site, 200)
    assert not found, told(found)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_is_wider_than_a_phone_whose_text_is_large(site: Site, browser: Browser, language: str) -> None:
    """The mode in which words and amounts have the least room, on every page."""
    found: dict[str, int] = {}
    with chromium.large_text(browser) as large, window(large, site, 375, language) as (page, _):
        for route in sorted(site.addresses):
            page.goto(site.addresses[route])
            if (over := chromium.width_over(page)) > 0:
                found[route] = over
    assert found == {}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_section_of_the_menu_is_in_sight_on_a_desk(site: Site, browser: Browser, language: str) -> None:
    cut: list[int] = []
    for width in (1024, 1280, 1440):
        with window(browser, site, width, language) as (page, _):
            page.goto("/console/home")
            inside = page.evaluate("(() => { const s = document.querySelector('.sections'); "
                                   "return s.scrollWidth <= s.clientWidth && s.children.length > 6 })()")  # fmt: skip
            cut += [] if inside else [width]
    assert cut == []


AXE = os.environ.get("AXE_CORE", "")
"""Where axe-core lies; it is not part of the product: `npm pack axe-core` fetches it (MPL-2.0)."""
VIOLATIONS = """async (rules) =>
  (await axe.run(document, {resultTypes: ["violations"], ...rules})).violations.map((one) =>
  `${one.id} (${one.impact}): ` + one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | "))"""


@pytest.mark.skipif(not AXE, reason="AXE_CORE names no axe.min.js")
@pytest.mark.parametrize("text", [100, 200])
@pytest.mark.parametrize("width", [375, 1024, 1440])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_on_any_page(site: Site, browser: Browser, language: str, width: int, text: int) -> None:
    script = Path(AXE).read_text(encoding="utf-8")
    found: dict[str, dict[str, list[str]]] = {}
    large = chromium.large_text(browser) if text == 200 else nullcontext(browser)
    with large as reader, window(reader, site, width, language) as (page, _):
        for route in sorted(site.addresses):
            page.goto(site.addresses[route])
            page.evaluate(script)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                if violations := violations_of(page, scheme):
                    found[f"{route} {scheme}"] = {"axe": violations}
            page.emulate_media(color_scheme="light")
    assert not found, told(found)


def violations_of(page: Page, scheme: str) -> list[str]:
    """What breaks a rule of axe, once colours have faded in; in the dark the rules of colours, which alone change."""
    rules = {"runOnly": {"type": "tag", "values": ["cat.color"]}} if scheme == "dark" else {}
    until = time.monotonic() + 5
    while (found := page.evaluate(VIOLATIONS, rules)) and time.monotonic() < until:
        page.wait_for_timeout(200)
    return list(found)


class Shown(HTMLParser):
    """The forms of a page that are sent, each as its address and its fields: (name, kind, value or whether ticked)."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[tuple[str, list[tuple[str, str, str]]]] = []
        self._inside = False
        self._area = ""
        self._select = ""
        self._chosen = False  # whether an option of it stands among the fields; the first does unless another is marked
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self._inside = said.get("method") == "post"
            if self._inside:
                self.forms.append((said["action"] or "", []))
        elif not self._inside:
            return
        elif tag == "input" and said.get("name"):
            kind = said.get("type") or "text"
            value = said.get("value") or ""
            if kind not in ("checkbox", "radio") or "checked" in said:
                self.forms[-1][1].append((said["name"] or "", kind, value))
        elif tag == "textarea":
            self._area = said.get("name") or ""
            self.forms[-1][1].append((self._area, "textarea", ""))
        elif tag == "select":
            self._select = said.get("name") or ""
            self._chosen = False
        elif tag == "option" and self._select and ("selected" in said or not self._chosen):
            if self._chosen:
                self.forms[-1][1].pop()
            self._chosen = True
            self.forms[-1][1].append((self._select, "select", said.get("value") or ""))

    def handle_data(self, data: str) -> None:
        if self._area:
            name, kind, before = self.forms[-1][1].pop()
            self.forms[-1][1].append((name, kind, before + data))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""


TYPED = {"text": "字" * 5000, "textarea": "字" * 6000, "search": "字" * 5000, "email": "字" * 5000,
         "tel": "字" * 5000, "url": "字" * 5000, "number": "1e99", "date": "9999-99-99", "month": "9999-99",
         "datetime-local": "9999-99-99T99:99"}  # fmt: skip
"""What no form takes, by the kind of its field."""
