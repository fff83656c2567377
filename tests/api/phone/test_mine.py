"""Employees on the phone: who they are follows from WeChat, and they see their own and nothing else (J2, D7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from phone_stage import Stage
from sqlalchemy import func, select

from api.signing import flow
from interview_engine.clock import china_day
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment import service
from interview_engine.hr.employment.persons import NewContact, find_or_make
from interview_engine.hr.files import contracts, entries
from interview_engine.hr.leave import service as leave
from interview_engine.hr.messaging import notices
from interview_engine.hr.onboarding import service as onboarding
from interview_engine.hr.org.service import set_manager
from interview_engine.hr.people import identities
from interview_engine.hr.signing import templates
from interview_engine.hr.signing.service import Issued
from interview_engine.store.tables import OutboxMessage

NUMBER, ACCOUNT = "110105199003070025", "62220000111122223"
AGENT = {"accept-language": "zh", "user-agent": "Mozilla/5.0 MicroMessenger/8.0.50"}


@dataclass(frozen=True)
class Phones:
    """`mine` of an employee without an account, `boss` of who leads the department, `other` of nobody known."""

    stage: Stage
    mine: httpx.Client
    boss: httpx.Client
    other: httpx.Client
    employment_id: str
    boss_id: str


def phone(stage: Stage, openid: str) -> httpx.Client:
    return httpx.Client(
        base_url=stage.url, follow_redirects=True, headers=AGENT, cookies={"fake-user": openid}, timeout=30
    )


@pytest.fixture
def phones(stage: Stage) -> Iterator[Phones]:
    company, clock = stage.company, stage.company.clock
    host = stage.url.removeprefix("http://")
    stage.wechat.fake.corporation.redirect_host = stage.wechat.fake.official.redirect_host = host
    with company.database.transaction() as session:
        where = service.Place(company.entity_id, company.department_id)
        start = china_day(clock) - timedelta(days=350)
        row = service.begin(session, SYSTEM, stage.person_id, where, "客服专员", start, None, clock)
        entries.add(session, SYSTEM, stage.person_id, "identity", {"id_number": NUMBER}, clock)
        bank = {"holder": "测试", "bank": "样本银行", "account_number": ACCOUNT}
        entries.add(session, SYSTEM, stage.person_id, "bank", bank, clock)
        boss = find_or_make(session, SYSTEM, NewContact("领班", phone="13800009901"), clock).id
        service.begin(session, SYSTEM, boss, where, "客服主管", start, None, clock)
        set_manager(session, SYSTEM, company.department_id, boss, clock)
        identities.bind(session, boss, "official", "wxfake", "o-boss", clock, actor_id="system")
    with phone(stage, "o-candidate") as mine, phone(stage, "o-boss") as lead, phone(stage, "o-nobody") as other:
        yield Phones(stage, mine, lead, other, row.id, boss)


def test_an_employee_comes_in_by_wechat_alone_and_sees_the_day(phones: Phones) -> None:
    page = phones.mine.get("/wechat/today")
    assert (page.status_code, page.url.path) == (200, "/wechat/today")
    assert "我的档案" in page.text
    assert "我的团队" not in page.text


def test_the_menu_leads_who_works_here_to_the_day_and_a_candidate_to_their_applications(phones: Phones) -> None:
    assert phones.mine.get("/wechat/me").url.path == "/wechat/today"


def test_ones_own_record_is_shown_masked(phones: Phones) -> None:
    page = phones.mine.get("/wechat/my/record").text
    assert "客服专员" in page
    assert "110***********0025" in page
    assert "**** 2223" in page
    assert NUMBER not in page
    assert ACCOUNT not in page


def test_a_link_opened_on_a_strangers_phone_shows_nothing(phones: Phones) -> None:
    for path in ("/wechat/today", "/wechat/my/record", "/wechat/my/team", "/wechat/my/record.json"):
        page = phones.other.get(path)
        assert page.url.path.startswith("/wechat/"), path
        assert "客服专员" not in page.text
        assert NUMBER not in page.text


def test_a_link_opened_on_a_colleagues_phone_shows_the_colleagues_own(phones: Phones) -> None:
    assert "110***********0025" not in phones.boss.get("/wechat/my/record").text


def test_who_has_left_comes_in_no_more(phones: Phones) -> None:
    assert phones.mine.get("/wechat/today").url.path == "/wechat/today"
    company = phones.stage.company
    with company.database.transaction() as session:
        last = china_day(company.clock) - timedelta(days=1)
        service.end(session, SYSTEM, phones.employment_id, last, "离职", company.clock)
    assert phones.mine.get("/wechat/today").url.path != "/wechat/today"


def test_everything_is_taken_away_in_clear_after_the_phone_has_proved_itself_anew(phones: Phones) -> None:
    phones.mine.get("/wechat/today")
    answer = phones.mine.get("/wechat/my/record.json")
    assert any("/wechat/back/official" in str(one.url) for one in answer.history), "the sign-in was asked for again"
    found = answer.json()
    assert found["file"][0]["values"]["id_number"] == NUMBER
    assert found["employments"][0]["title"] == "客服专员"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_the_proof_for_the_export_is_of_one_browser(phones: Phones) -> None:
    answer = phones.mine.get("/wechat/my/record.json")
    phones.boss.get("/wechat/today")
    stolen = phones.boss.get(str(answer.url))
    assert stolen.status_code == 403
    assert NUMBER not in stolen.text


def test_who_leads_sees_names_places_and_anniversaries_and_nothing_else(phones: Phones) -> None:
    page = phones.boss.get("/wechat/my/team").text
    assert "客服专员" in page
    assert "入职满 1 年" in page
    assert "领班" not in page.partition("<h1>")[2]
    for secret in (NUMBER, "110***", ACCOUNT, "2223", "1990"):
        assert secret not in page
    assert "团队近期" in phones.boss.get("/wechat/today").text


def test_a_notice_is_read_and_confirmed_on_the_phone(phones: Phones) -> None:
    stage = phones.stage
    with stage.company.database.transaction() as session:
        sent = notices.send_notice(
            session, stage.company.actor("hr"), "important", "台风停工", "今天不要来公司。", [stage.person_id],
            stage.company.clock,
        )  # fmt: skip
    assert "台风停工" in phones.mine.get("/wechat/today").text
    address = f"/wechat/my/notices/{sent.id}"
    assert "今天不要来公司" in phones.mine.get(address).text
    assert phones.mine.post(address, headers={"origin": "https://evil.example"}).status_code == 403
    assert "台风停工" not in phones.mine.post(address, headers={"origin": stage.url}).text
    phones.boss.get("/wechat/today")
    assert phones.boss.get(address).status_code == 404


def test_what_is_left_of_ones_own_leave_is_shown_today_and_while_leave_is_asked_for(phones: Phones) -> None:
    company = phones.stage.company
    today, form = "/wechat/today", "/wechat/my/requests/new/leave"
    assert "我的假期" not in phones.mine.get(today).text, "nothing was taken over: nothing is claimed"
    assert "还剩" not in phones.mine.get(form).text
    with company.database.transaction() as session:
        day = china_day(company.clock) - timedelta(days=10)
        for kind, minutes in (("annual", 2_430), ("time_off", 6_000)):
            new = leave.Opening(kind, day, minutes, 480)
            leave.bring_along(session, company.actor("hr"), phones.employment_id, new, company.clock)
    page = phones.mine.get(form).text
    assert "今天还剩 5.06 天（40.5 小时）" in page
    assert "今天还剩 12.5 天（100 小时）" in page
    own = phones.mine.get(today).text
    assert "我的假期" in own
    assert "5.06 天（40.5 小时）" in own
    phones.boss.get(today)
    assert "还剩" not in phones.boss.get(form).text


def test_more_than_is_left_is_refused_on_the_phone_and_nothing_is_lost(phones: Phones) -> None:
    company = phones.stage.company
    form = "/wechat/my/requests/new/leave"
    phones.mine.get("/wechat/today")
    day = china_day(company.clock)
    with company.database.transaction() as session:
        new = leave.Opening("annual", day - timedelta(days=10), 480, 480)
        leave.bring_along(session, company.actor("hr"), phones.employment_id, new, company.clock)
    values = {"key": "k", "leave_type": "annual", "first_day": day.isoformat(),
              "last_day": (day + timedelta(days=6)).isoformat(), "reason": "回家看看"}  # fmt: skip
    shown = phones.mine.get(f"{form}/preview", params=values).json()["lines"]
    assert ["请假前剩余", "1 天（8 小时）"] in shown
    answer = phones.mine.post(form, data=values)
    assert answer.status_code == 422
    assert "只剩 1 天（8 小时）" in answer.text
    assert "请减少天数" in answer.text
    assert "回家看看" in answer.text


def test_the_entry_form_that_waits_opens_from_today_without_a_code_and_on_nobody_elses_phone(phones: Phones) -> None:
    company, stage = phones.stage.company, phones.stage
    phones.mine.get("/wechat/today")
    phones.boss.get("/wechat/today")
    assert "/wechat/my/entry/" not in phones.mine.get("/wechat/today").text
    with company.database.transaction() as session:
        day = china_day(company.clock) + timedelta(days=3)
        new = onboarding.NewOnboarding(stage.person_id, company.entity_id, company.department_id, "客服专员", day)
        row_id = onboarding.begin(session, "system", new, company.clock).id
        told = session.scalar(select(func.count(OutboxMessage.id)))
    address = f"/wechat/my/entry/{row_id}"
    assert address in phones.mine.get("/wechat/today").text
    assert address not in phones.boss.get("/wechat/today").text
    assert phones.boss.post(address).status_code == 404
    assert phones.mine.post(address, headers={"origin": "https://elsewhere.example"}).status_code == 403
    page = phones.mine.post(address)
    assert (page.status_code, page.url.path[:3]) == (200, "/e/")
    assert 'name="number"' in page.text, "the form itself, neither the beginning nor the question for a code"
    assert 'name="number"' not in phones.boss.get(page.url.path).text, "the link alone opens nothing"
    with company.database.reading() as session:
        assert session.scalar(select(func.count(OutboxMessage.id))) == told, "no message carries the new link"


def sent_contract(phones: Phones) -> Issued:
    company, context = phones.stage.company, phones.stage.context
    hr, first = company.actor("hr"), china_day(company.clock)
    with company.database.transaction() as session:
        new = contracts.NewContract("fixed", first, first + timedelta(days=364), None)
        contract = contracts.draft(session, hr, phones.employment_id, new, company.clock)
        body = "# 一、合同期限\n自{contract.first_day}起。"
        template = templates.create(session, hr, "标准劳动合同", "zh", "劳动合同书", body, company.clock)
    prepared = flow.prepare(context, hr, contract.id, template.row.id, {})
    return flow.send(context, hr, prepared.id, "own", 14)


def test_a_contract_opens_from_today_after_the_code_and_a_stolen_link_opens_nowhere_else(phones: Phones) -> None:
    mine, boss = phones.mine, phones.boss
    mine.get("/wechat/today")
    boss.get("/wechat/today")
    issued = sent_contract(phones)
    address = f"/wechat/my/papers/{issued.request.id}"
    assert address in mine.get("/wechat/today").text
    assert address not in boss.get("/wechat/today").text
    assert boss.post(address).status_code == 404
    assert mine.post(address, headers={"origin": "https://elsewhere.example"}).status_code == 403
    first = mine.post(address).url.path
    page = mine.post(address)
    link = page.url.path
    assert "获取验证码" in page.text
    assert "合同期限" not in page.text, "nothing is shown before the code"
    assert mine.get(first).status_code == 404, "each visit leaves one such link"
    stolen = boss.get(link)
    assert "合同期限" not in stolen.text
    assert boss.post(f"{link}/code").status_code == 422, "the account is somebody else's"
    mine.post(f"{link}/code")
    with phones.stage.company.database.reading() as session:
        code = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "signature.code")).one()
    shown = mine.post(f"{link}/identify", data={"code": code.payload["code"]})
    assert "合同期限" in shown.text
    assert "合同期限" in mine.get(f"/sign/{issued.token}").text, "the link of the message leads there on this phone too"
    assert "双方已签署" in mine.post(f"{link}/sign", data={"agree": "yes"}).text
    phones.stage.company.clock.pass_days(1)
    assert mine.get(link).status_code == 404, "it has run out"
    with phones.stage.company.database.reading() as session:
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "signature.concluded")).one()
    assert "双方已签署" in mine.get(f"/sign/{told.payload['token']}").text, "the copy stays reachable"
