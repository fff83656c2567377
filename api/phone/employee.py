"""Who opens a page of employees on a phone: a person known by their WeChat or WeCom account, or a signed-in account.

No password: the sign-in of WeChat leaves a signed cookie for some hours (`api.visitor`), and the person behind it must
work here. A link that is opened on somebody else's phone shows that phone's own person.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.exceptions import HTTPException
from sqlalchemy.orm import Session

from api.candidate.sessions import OwnOrigin
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.sessions import signed_in
from api.visitor import Visitor, browser_of, visitor_of
from interview_engine.hr.access.rules import Actor, employee_actor
from interview_engine.hr.employment import service as employment
from interview_engine.hr.people import identities
from interview_engine.hr.people.tables import Person

TODAY, FILE, TEAM = "/wechat/today", "/wechat/my/record", "/wechat/my/team"
EXPORT = "/wechat/my/record.json"
PHOTO = "/wechat/my/photo"
PAGES = ("/wechat/today", "/wechat/my/")
"""Beginnings of the addresses of employees' pages."""


def employee(request: Request, context: Ctx, _: OwnOrigin) -> Actor:
    """The person on the phone, with what everybody who works here may do with their own file and nothing else.

    Sends the browser to the sign-in where nobody is known. Sets `request.state.person`, and `request.state.visit` to
    the console's session where there is one.
    """
    request.state.since = request.app.state.changes.seen
    visit = signed_in(request, context)
    request.state.visit = visit if visit is not None and visit.due is None else None
    with context.database.reading() as session:
        found = _known(session, visitor_of(request, context))
        if found is None and request.state.visit is not None:
            found = request.state.visit.person
    if found is None:
        raise HTTPException(303, headers={"Location": _sign_in(request, context)})
    request.state.person = found
    return employee_actor(found.id, language_of(request))


EmployeeActor = Annotated[Actor, Depends(employee)]


def known_employee(request: Request, context: Context) -> Person | None:
    """The person whose phone it is, by the sign-in of WeChat alone; None where nobody is known or works here."""
    visitor = visitor_of(request, context)
    if visitor is None:
        return None
    with context.database.reading() as session:
        return _known(session, visitor)


def may_come_in(session: Session, visitor: Visitor) -> bool:
    """Whether an identity is of somebody who works here."""
    return _known(session, visitor) is not None


def _known(session: Session, visitor: Visitor | None) -> Person | None:
    if visitor is None:
        return None
    person = identities.person_of(session, visitor.channel, visitor.app_id, visitor.openid)
    return person if person is not None and employment.is_here(session, person.id) else None


def _sign_in(request: Request, context: Context) -> str:
    channel = browser_of(request)
    back = quote(request.url.path if request.method in ("GET", "HEAD") else TODAY)
    if channel is not None and channel in context.wechat.channel_names():
        return f"/wechat/in/{channel}?back={back}"
    return f"/sign-in?next={back}"
