"""Performance on the phone: goals confirmed, reports become progress, reviews written, results read (H2, H3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
from phone_stage import Stage
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import china_day
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.persons import NewContact, find_or_make
from interview_engine.hr.org.service import set_manager
from interview_engine.hr.people import identities
from interview_engine.hr.performance import appraisals, cycles, goals, service
from interview_engine.hr.performance.tables import Appraisal, PerformanceGoal

HOME = "/wechat/my/performance"
AGENT = {"accept-language": "zh", "user-agent": "Mozilla/5.0 MicroMessenger/8.0.50"}


@dataclass(frozen=True)
class Team:
    """An employee's phone, their head's, and a cycle whose goals are open."""

    stage: Stage
    mine: httpx.Client
    boss: httpx.Client
    cycle_id: str
    goal_id: str

    def step(self, *wanted: str) -> None:
        with self.stage.company.database.transaction() as session:
            for one in wanted:
                service.advance(session, SYSTEM, self.cycle_id, one, self.stage.company.clock)

    def appraisal(self, session: Session) -> Appraisal:
        return session.scalars(select(Appraisal).where(Appraisal.person_id == self.stage.person_id)).one()


def phone(stage: Stage, openid: str) -> httpx.Client:
    return httpx.Client(
        base_url=stage.url, follow_redirects=True, headers=AGENT, cookies={"fake-user": openid}, timeout=60
    )


@pytest.fixture
def team(stage: Stage) -> Iterator[Team]:
    company, clock = stage.company, stage.company.clock
    host = stage.url.removeprefix("http://")
    stage.wechat.fake.corporation.redirect_host = stage.wechat.fake.official.redirect_host = host
    today = china_day(clock)
    with company.database.transaction() as session:
        where, start = employments.Place(company.entity_id, company.department_id), today - timedelta(days=350)
        employments.begin(session, SYSTEM, stage.person_id, where, "客服专员", start, None, clock)
        boss = find_or_make(session, SYSTEM, NewContact("领班", phone="13800009901"), clock).id
        employments.begin(session, SYSTEM, boss, where, "客服主管", start, None, clock)
        set_manager(session, SYSTEM, company.department_id, boss, clock)
        identities.bind(session, boss, "official", "wxfake", "o-boss", clock, actor_id="system")
        new = cycles.NewCycle(
            company.entity_id, "本季度", "quarter", today - timedelta(days=30), today + timedelta(days=30),
            {"goals": Decimal(70), "manager": Decimal(30)}, {"A": Decimal(50), "B": Decimal(50)}, {},
        )  # fmt: skip
        cycle = cycles.begin(session, SYSTEM, new, clock).id
        goal = goals.NewGoal(cycle, "kpi", "拜访客户", Decimal(50), measure="客户", unit="位", weight=Decimal(100),
                             person_id=stage.person_id)  # fmt: skip
        goal_id = goals.add(session, SYSTEM, goal, clock).id
        service.advance(session, SYSTEM, cycle, "goals", clock)
        goals.send(session, SYSTEM, goal_id, clock)
    with phone(stage, "o-candidate") as mine, phone(stage, "o-boss") as lead:
        yield Team(stage, mine, lead, cycle, goal_id)


def test_a_quarter_is_played_on_two_phones(team: Team) -> None:
    database, clock = team.stage.company.database, team.stage.company.clock
    assert "目标、日报、评估与结果" in team.mine.get("/wechat/today").text
    assert "确认我的目标" in team.mine.get(HOME).text
    assert "已确认" in team.mine.post(f"{HOME}/confirm", data={"cycle": team.cycle_id}).text
    team.step("executing")
    day = china_day(clock).isoformat()
    page = team.mine.post(f"{HOME}/report", data={"day": day, "text": "今天拜访了35位客户"}).text
    report = re.search(r'name="report" value="(\w+)"', page)
    assert report is not None
    assert f'name="value_{team.goal_id}" value="35"' in page
    page = team.mine.post(f"{HOME}/numbers", data={"report": report[1], f"value_{team.goal_id}": "35"}).text
    assert "完成率 70.00%" in page
    team.step("self")
    with database.reading() as session:
        row_id = team.appraisal(session).id
    said = {"appraisal": row_id, "step": "self", "score": "101", "strengths": "写下的长处", "improve": ""}
    refused = team.mine.post(f"{HOME}/review", data=said)
    assert refused.status_code == 422
    assert "写下的长处" in refused.text
    assert "我的自评" not in team.mine.post(f"{HOME}/review", data=said | {"score": "90"}).text
    team.step("manager")
    review = said | {"step": "manager", "score": "80", "improve": "多听客户说"}
    assert team.mine.post(f"{HOME}/review", data=review).status_code == 403
    assert "评估：" in team.boss.get(HOME).text
    team.boss.post(f"{HOME}/review", data=review)
    assert "多听客户说" not in team.mine.get(HOME).text
    team.step("hr", "gm")
    with database.transaction() as session:
        for row in session.scalars(select(Appraisal)).all():
            while row.step != "done":
                appraisals.pass_over(session, SYSTEM, row.id, "小公司", clock)
    team.step("calibration")
    assert "73.00" not in team.mine.get(HOME).text
    team.step("published")
    page = team.mine.get(HOME).text
    assert "73.00" in page  # 70 % of 70 and 30 % of 80
    assert "多听客户说" in page
    assert "已阅读并确认" in team.mine.post(f"{HOME}/seen", data={"appraisal": row_id}).text
    assert team.boss.post(f"{HOME}/seen", data={"appraisal": row_id}).status_code == 403


def test_a_goal_is_sent_back_with_what_is_wrong(team: Team) -> None:
    assert "退回" in team.mine.get(HOME).text
    page = team.mine.post(f"{HOME}/return", data={"goal": team.goal_id, "remark": "目标太高"}).text
    assert "目标太高" in page
    with team.stage.company.database.reading() as session:
        assert session.get_one(PerformanceGoal, team.goal_id).state == "returned"
    team.boss.get(HOME)
    assert team.boss.post(f"{HOME}/return", data={"goal": team.goal_id, "remark": "不是我的"}).status_code == 403


def test_h9_a_colleague_is_praised_from_the_phone_and_reads_it_there(team: Team) -> None:
    feedback = "/wechat/my/feedback"
    assert feedback in team.mine.get("/wechat/today").text
    refused = team.mine.post(feedback, data={"colleague": "没有这个人", "kind": "praise", "text": "写下的话"})
    assert refused.status_code == 422
    assert "写下的话" in refused.text
    sent = team.mine.post(feedback, data={"colleague": "领班", "kind": "praise", "text": "谢谢您带我"})
    assert "已发送" in sent.text
    assert "谢谢您带我" in team.boss.get(feedback).text
    back = re.search(rf'action="({feedback}/\w+/back)"', sent.text)
    assert back is not None
    assert team.boss.post(back[1]).status_code == 403
    team.mine.post(back[1])
    assert "谢谢您带我" not in team.boss.get(feedback).text
