"""Payslips on the phone: behind a second factor, explained line by line, and open to nobody else (G1, J2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import httpx
import pytest
from pay_world import PayWorld, slips_of
from phone_stage import Stage
from sqlalchemy import select

from interview_engine.hr.accounts import sign_in
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.approvals.tables import Approval
from interview_engine.hr.org.service import set_manager
from interview_engine.hr.pay import handing_out, lock, runs
from interview_engine.hr.pay.tables import PayRun, PayslipQuestion, PayslipReceipt
from interview_engine.hr.people import identities
from interview_engine.store.tables import AuditEvent, OutboxMessage

MARCH = date(2026, 3, 1)
AGENT = {"accept-language": "zh", "user-agent": "Mozilla/5.0 MicroMessenger/8.0.50"}
HOME = "/wechat/my/pay"
PIN = "730418"
NET, GROSS = "8,500.00", "10,000.00"
SECRETS = (NET, GROSS, "8500.00", "10000.00")


@dataclass(frozen=True)
class Paid:
    """`mine` of somebody with a payslip, `boss` of their head, who has one too; `plain` a browser outside WeChat."""

    stage: Stage
    mine: httpx.Client
    boss: httpx.Client
    plain: httpx.Client
    person_id: str
    slip: str
    token: str

    def open_by_code(self, client: httpx.Client, back: str = HOME) -> httpx.Response:
        client.post(f"{HOME}/open/code", data={"back": back})
        with self.stage.company.database.reading() as session:
            told = session.scalars(
                select(OutboxMessage).where(OutboxMessage.template == "payslip.code").order_by(OutboxMessage.id.desc())
            ).first()
            assert told is not None
            code = told.payload["code"]
        return client.post(f"{HOME}/open", data={"code": code, "back": back})


def phone(stage: Stage, openid: str) -> httpx.Client:
    return httpx.Client(base_url=stage.url, follow_redirects=True, headers=AGENT, cookies={"fake-user": openid})


@pytest.fixture
def paid(stage: Stage) -> Iterator[Paid]:
    company, clock = stage.company, stage.company.clock
    host = stage.url.removeprefix("http://")
    stage.wechat.fake.corporation.redirect_host = stage.wechat.fake.official.redirect_host = host
    pay = PayWorld(company)
    with company.database.transaction() as session:
        run = pay.approved(session, MARCH)
        handing_out.hand_out(session, company.actor("hr"), run.id, stage.context.signer, clock)
        slips = {one.person_id: one.id for one in slips_of(session, run)}
        me, boss = (held.person_id for held in pay.people.values())
        set_manager(session, company.actor("administrator"), company.department_id, boss, clock)
        for person_id, openid in ((me, "o-paid"), (boss, "o-boss")):
            identities.bind(session, person_id, "official", "wxfake", openid, clock, actor_id="system")
        told = session.scalars(
            select(OutboxMessage).where(
                OutboxMessage.template == "payslip.out", OutboxMessage.recipient == f"person:{me}"
            )
        ).one()
        token = told.payload["token"]
    plain = httpx.Client(base_url=stage.url, follow_redirects=True, headers={"accept-language": "zh"})
    with phone(stage, "o-paid") as mine, phone(stage, "o-boss") as lead, plain:
        yield Paid(stage, mine, lead, plain, me, f"{HOME}/slips/{slips[me]}", token)


def test_the_link_of_the_message_leads_to_the_payslip_once_the_second_factor_is_passed(paid: Paid) -> None:
    page = paid.mine.get(f"/pay/{paid.token}")
    assert page.url.path == paid.slip
    assert "打开工资条" in page.text
    assert not any(secret in page.text for secret in SECRETS)
    page = paid.open_by_code(paid.mine, paid.slip)
    assert page.url.path == paid.slip
    assert page.text.index(NET) < page.text.index(GROSS), "what is paid out stands first"
    with paid.stage.company.database.reading() as session:
        assert len(session.scalars(select(PayslipReceipt.id)).all()) == 1


@pytest.mark.parametrize(("language", "words"), [
    ("zh", ("整月，月薪 10000.00", "基数 10000.00（申报 10000.00）× 8%", "示例市公告", "应发合计构成")),
    ("en", ("The whole month: 10000.00 a month.", "Base 10000.00 (declared 10000.00) × 8 %")),
    ("ja", ("全月勤務：月給 10000.00", "養老保険")),
    ("es", ("El mes entero: 10000.00 al mes.", "Seguro de pensiones")),
])  # fmt: skip
def test_every_line_is_explained_in_the_language_of_the_page(paid: Paid, language: str, words: tuple[str, ...]) -> None:
    paid.mine.get("/wechat/today")
    paid.open_by_code(paid.mine)
    page = paid.mine.get(paid.slip, headers={"accept-language": language}).text
    for word in words:
        assert word in page, word
    assert "10000 × 0.08" in page
    assert " × 10000<" not in page, "22 days times a month's pay is no pay"
    assert 'role="img"' in page
    assert 'id="tax"' in page
    assert 'href="#contribution"' in page
    assert not re.search(r"\{\w+\}", page)


def test_a_pin_is_set_inside_and_opens_from_then_on(paid: Paid) -> None:
    paid.mine.get("/wechat/today")
    assert "打开工资条" in paid.mine.post(f"{HOME}/pin", data={"pin": PIN, "again": PIN}).text, "not from outside"
    paid.open_by_code(paid.mine)
    assert "容易被猜到" in paid.mine.post(f"{HOME}/pin", data={"pin": "123456", "again": "123456"}).text
    assert "密码已设置" in paid.mine.post(f"{HOME}/pin", data={"pin": PIN, "again": PIN}).text
    paid.mine.post(f"{HOME}/open/close")
    page = paid.mine.get(paid.slip)
    assert NET not in page.text
    page = paid.mine.post(f"{HOME}/open", data={"pin": "730419", "back": paid.slip})
    assert page.status_code == 422
    assert "还可尝试 4 次" in page.text
    assert NET in paid.mine.post(f"{HOME}/open", data={"pin": PIN, "back": paid.slip}).text


def test_what_is_open_closes_after_a_quarter_of_an_hour_and_when_the_pin_is_reset(paid: Paid) -> None:
    company = paid.stage.company
    paid.mine.get("/wechat/today")
    paid.open_by_code(paid.mine)
    paid.mine.post(f"{HOME}/pin", data={"pin": PIN, "again": PIN})
    assert NET in paid.mine.get(paid.slip).text
    with company.database.transaction() as session:
        lock.reset_pin(session, company.actor("hr"), paid.person_id, company.clock)
    assert NET not in paid.mine.get(paid.slip).text
    company.clock.at += timedelta(minutes=2)
    paid.open_by_code(paid.mine)
    assert NET in paid.mine.get(paid.slip).text
    company.clock.at += timedelta(minutes=16)
    assert NET not in paid.mine.get(paid.slip).text


def test_a_head_opens_their_own_payslip_and_never_anothers(paid: Paid) -> None:
    page = paid.boss.get(f"/pay/{paid.token}")
    assert page.status_code == 403
    assert "他人的链接" in page.text
    paid.boss.get("/wechat/today")
    assert "我的团队" in paid.boss.get("/wechat/today").text, "they lead"
    assert paid.open_by_code(paid.boss).url.path == HOME
    page = paid.boss.get(paid.slip)
    assert page.status_code == 404
    assert not any(secret in page.text for secret in SECRETS)
    answer = paid.boss.post(f"{paid.slip}/questions", data={"line": "0", "text": "他拿多少？"})
    assert answer.status_code == 404


@pytest.mark.parametrize("role", ["administrator", "hr", "recruiter", "hiring_manager", "interviewer", "auditor"])
def test_no_console_session_opens_it_with_whatever_role(paid: Paid, role: str) -> None:
    company = paid.stage.company
    with company.database.transaction() as session:
        account = session.get_one(Account, company.actor(role).account_id)
        secret = sign_in.open_session(session, account, company.clock, complete=True)
    with httpx.Client(base_url=paid.stage.url, follow_redirects=True, headers={"accept-language": "zh"}) as other:
        other.cookies.set("session", secret)
        assert other.get(f"/pay/{paid.token}").status_code == 403
        other.post(f"{HOME}/open/code", data={"back": paid.slip})
        page = other.get(paid.slip)
        assert not any(secret in page.text for secret in SECRETS)
        if "打开工资条" in page.text:
            assert paid.open_by_code(other, paid.slip).status_code == 404, "their own code opens their own alone"
    with company.database.reading() as session:
        assert session.scalars(select(PayslipReceipt.id)).all() == []


def test_who_is_reached_by_mail_opens_it_by_the_link_and_a_code(paid: Paid) -> None:
    assert "/sign-in" in str(paid.plain.get(paid.slip).url), "without the link nobody is known"
    page = paid.plain.get(f"/pay/{paid.token}")
    assert "打开工资条" in page.text
    assert NET in paid.open_by_code(paid.plain, paid.slip).text
    paid.plain.post(f"{HOME}/open/close")
    assert "/sign-in" in str(paid.plain.get(paid.slip).url)


def test_a_link_that_ended_says_so(paid: Paid) -> None:
    paid.stage.company.clock.at += handing_out.LINK_LIFE
    assert paid.plain.get(f"/pay/{paid.token}").status_code == 410
    assert paid.plain.get("/pay/" + "A" * 60).status_code == 403


def test_a_question_from_a_line_is_answered_in_the_console_and_read_on_the_phone(paid: Paid) -> None:
    company, hr = paid.stage.company, paid.stage.http
    paid.mine.get("/wechat/today")
    paid.open_by_code(paid.mine)
    assert "您的问题：" in paid.mine.get(f"{paid.slip}?ask=0").text
    empty = paid.mine.post(f"{paid.slip}/questions", data={"line": "0", "text": " "})
    assert empty.status_code == 422
    page = paid.mine.post(f"{paid.slip}/questions", data={"line": "0", "text": "为什么是这个数？"}).text
    assert "为什么是这个数？" in page
    assert "已发送给薪酬部门" in page
    with company.database.reading() as session:
        question = session.scalars(select(PayslipQuestion)).one()
    path = f"/console/payslip-questions/{question.id}"
    assert "为什么是这个数？" in hr.get(path).text
    assert "为什么是这个数？" in hr.get("/console/payslip-questions").text
    answer = hr.post(path, data={"csrf": paid.stage.csrf(path), "answer": "按整月月薪。"})
    assert "按整月月薪。" in answer.text
    assert "按整月月薪。" in paid.mine.get(paid.slip).text


def test_the_year_and_the_history_are_a_tap_away_and_today_says_what_is_new(paid: Paid) -> None:
    assert "1 张新" in paid.mine.get("/wechat/today").text
    page = paid.open_by_code(paid.mine).text
    assert "2026年3月" in page
    assert NET not in page, "an unread one says new"
    paid.mine.get(paid.slip)
    assert NET in paid.mine.get(HOME).text
    sums = paid.mine.get(f"{HOME}/years/2026").text
    assert "本年度尚无发放记录" in sums, "approved is not yet paid"
    assert paid.mine.get(f"{HOME}/years/0").status_code == 200


def test_the_certificate_of_income_opens_after_the_second_factor_alone(paid: Paid) -> None:
    company = paid.stage.company
    hr, boss, clock = company.actor("hr"), company.actor("administrator"), company.clock
    with company.database.transaction() as session:
        run = session.scalars(select(PayRun)).one()
        runs.mark_paid(session, hr, run.id, clock)
        runs.close(session, hr, run.id, clock)
    paid.mine.get("/wechat/today")
    sent = paid.mine.post("/wechat/my/requests/new/income_certificate", data={"purpose": "贷款", "key": "k1"})
    path = sent.url.path
    assert path.startswith("/wechat/my/requests/"), sent.text
    with company.database.transaction() as session:
        approval = session.scalars(select(Approval).where(Approval.kind == "income_certificate")).one()
        (able,) = [
            actor for actor in (hr, boss)
            if approval.id in {one.approval.id for one in approvals.pending_for(session, actor, clock)}
        ]  # fmt: skip
        approvals.decide(session, able, approval.id, "approve", "", clock)
        assert approval.state == "approved"
    closed = paid.mine.get(f"{path}/paper.pdf")
    assert "打开工资条" in closed.text
    opened = paid.open_by_code(paid.mine, f"{path}/paper.pdf")
    assert opened.content.startswith(b"%PDF")
    number = path.rpartition("/")[2]
    page = paid.stage.http.get(f"/console/requests/{number}")
    assert "paper.pdf" not in page.text
    assert paid.stage.http.get(f"/console/requests/{number}/paper.pdf").status_code == 404


def test_neither_trail_nor_messages_nor_webhooks_hold_an_amount(paid: Paid) -> None:
    paid.mine.get("/wechat/today")
    paid.open_by_code(paid.mine)
    paid.mine.get(paid.slip)
    paid.mine.post(f"{paid.slip}/questions", data={"line": "0", "text": "我的 8500.00 对吗"})
    with paid.stage.company.database.reading() as session:
        events = [str(one.detail) + one.action for one in session.scalars(select(AuditEvent))]
        told = [str(one.payload) for one in session.scalars(select(OutboxMessage))]
    assert events
    assert told
    assert not any(secret in text for text in (*events, *told) for secret in SECRETS)
