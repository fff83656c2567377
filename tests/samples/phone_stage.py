"""The company behind a port with mail and WeChat, as phones reach it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from hiring_world import World, make_world
from serving import make_context, served
from wechat_world import WechatWorld

from api.context import Context
from interview_engine.hr.access.tables import Grant
from interview_engine.hr.accounts import sign_in
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.people import identities
from interview_engine.store.rows import stamp


@dataclass
class Stage:
    """The company behind a port with mail and WeChat, HR signed in, one candidate known in WeChat."""

    company: World
    context: Context
    wechat: WechatWorld
    url: str
    http: httpx.Client
    person_id: str

    def csrf(self, path: str) -> str:
        return self.http.get(path).text.partition('name="csrf" value="')[2].partition('"')[0]


@pytest.fixture
def stage(wechat_world: WechatWorld, tmp_path: Path) -> Iterator[Stage]:
    company = make_world(wechat_world.database)
    clock = company.clock
    wechat_world.fake.clock = clock
    made = make_context(
        wechat_world.database, tmp_path, clock, smtp_url="smtp://127.0.0.1:9", mail_from="a@example.com"
    )
    context = replace(made, wechat=wechat_world.wechat)
    with context.database.transaction() as session:
        application = company.applicant(session, company.post(session, company.open_job(session)))
        person_id = application.person_id
        hr = company.actor("hr")
        for to, channel, app_id, openid in (
            (person_id, "official", "wxfake", "o-candidate"),
            (hr.person_id or "", "wecom", "wwfake", "recruiter"),
        ):
            identities.bind(session, to, channel, app_id, openid, clock, actor_id="system")
        for rule in hr.grants:
            values = {
                "scope": rule.scope,
                "field_class": rule.field_class,
                "action": rule.action,
                "effect": rule.effect,
            }
            session.add(Grant(**stamp("system", clock), account_id=hr.account_id, scope_ref=rule.scope_ref, **values))
        account = session.get_one(Account, hr.account_id)
        secret = sign_in.open_session(session, account, clock, complete=True, address="", user_agent="")
    with served(context) as url:
        context = replace(context, service=replace(context.service, public_url=url))
        with httpx.Client(base_url=url, follow_redirects=True, headers={"accept-language": "zh"}) as http:
            http.cookies.set("session", secret)
            yield Stage(company, context, wechat_world, url, http, person_id)
