"""A contract that is ready to be signed, over the company of `console_data`, and the phone of who signs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from applications import application
from console_data import CLOCK, Company
from sqlalchemy import select
from starlette.testclient import TestClient

from api.signing import flow
from interview_engine.clock import china_day
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.persons import NewContact, find_or_make
from interview_engine.hr.files import contracts
from interview_engine.hr.files.contracts import NewContract
from interview_engine.hr.signing import templates
from interview_engine.store.tables import OutboxMessage

BODY = """# 一、合同期限
甲方{company.name}与乙方{person.name}订立{contract.kind}合同，自{contract.first_day}起至{contract.last_day}止。
试用期至：{contract.probation}。
# 二、工作内容
乙方在{employment.department}担任{employment.title}，月工资{ask.月工资}元。
"""
URL = "http://127.0.0.1:8000"


@dataclass
class Ready:
    """An employee with a draft contract, and a template."""

    made: Company
    employment_id: str
    person_id: str
    contract_id: str
    template_id: str

    def prepared(self) -> str:
        """The id of the request, filled in."""
        actor = self.made.actors["hr"]
        return flow.prepare(self.made.context, actor, self.contract_id, self.template_id, {"月工资": "8000"}).id

    def sent(self, days: int = 14) -> str:
        """The token of a link that went out."""
        return flow.send(self.made.context, self.made.actors["hr"], self.prepared(), "own", days).token

    def code(self) -> str:
        """The last code that was sent."""
        with self.made.context.database.reading() as session:
            found = session.scalars(
                select(OutboxMessage).where(OutboxMessage.template == "signature.code").order_by(OutboxMessage.id)
            ).all()
        return str(found[-1].payload["code"])


def ready(made: Company) -> Ready:
    """Somebody who begins today, with a mail address."""
    hr = made.actors["hr"]
    first = china_day(CLOCK)
    with made.context.database.transaction() as session:
        person = find_or_make(
            session, hr, NewContact("何小满", phone="13800006789", email="xiaoman@example.com"), CLOCK
        ).id
        place = employments.Place(made.entity_id, made.department_id)
        row = employments.begin(session, hr, person, place, "客服专员", first, None, CLOCK)
        new = NewContract("fixed", first, first + timedelta(days=364), first + timedelta(days=30))
        contract = contracts.draft(session, hr, row.id, new, CLOCK)
        template = templates.create(session, hr, "标准劳动合同", "zh", "劳动合同书", BODY, CLOCK)
        return Ready(made, row.id, person, contract.id, template.row.id)


def phone(made: Company) -> TestClient:
    """A phone's browser that nobody signed in with."""
    return TestClient(application(made.context), base_url=URL, headers={"accept": "text/html"}, follow_redirects=True)


def identified(world: Ready, token: str) -> TestClient:
    """A phone that has taken the code."""
    client = phone(world.made)
    client.get(f"/sign/{token}")
    client.post(f"/sign/{token}/code")
    client.post(f"/sign/{token}/identify", data={"code": world.code()})
    return client


def day_of(offset: int) -> date:
    """A day from today on."""
    return china_day(CLOCK) + timedelta(days=offset)
