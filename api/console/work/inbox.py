"""Messages to me, in the words that their areas hand over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.frame import console_page, done
from api.deps import Ctx
from api.i18n import language_of
from api.sessions import PageActor
from interview_engine.errors import DeliveryError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.area import Found
from interview_engine.hr.house import house
from interview_engine.hr.messaging.inbox import list_inbox, mark_all_read
from interview_engine.hr.messaging.words import link_of
from interview_engine.store.tables import OutboxMessage

router = APIRouter()
HOME = "/console/inbox"


@router.get(HOME)
def listed(request: Request, context: Ctx, actor: PageActor, cursor: str = "") -> Response:
    """Messages to me, newest first."""
    with context.database.reading() as session:
        page = list_inbox(session, actor, cursor=cursor or None, limit=50)
        rows = lines_of(session, actor, page.items, language_of(request))
    return console_page(request, actor, "work/inbox.html", page=page, rows=rows)


@router.post(f"{HOME}/read")
def read(context: Ctx, actor: PageActor) -> Response:
    """Mark every message of the inbox as read."""
    return act(context, lambda session: mark_all_read(session, actor, context.clock), lambda _: done(HOME, "read"))


def lines_of(session: Session, actor: Actor, rows: Sequence[OutboxMessage], language: str) -> list[dict[str, Any]]:
    """Messages as lines: `row`, its `text`, and `href`, where it leads or empty."""
    about = house().find_subjects(session, [str(row.payload.get("subject", "")) for row in rows])
    names = house().names_seen(session, actor, [row.payload for row in rows])
    return [{"row": row, **_shown(row, about, name, language)} for row, name in zip(rows, names, strict=True)]


def _shown(row: OutboxMessage, about: Mapping[str, Found], name: str, language: str) -> dict[str, Any]:
    """The message in one line, with the name of whom it is about, and where it leads."""
    payload = row.payload
    subject = str(payload.get("subject", ""))
    found = about.get(subject, Found(subject, ""))
    message = house().messages.get(row.template)
    title = str(payload.get("title", ""))
    if name:
        title = f"{name} · {title}"
    if message is None or message.line is None:
        return {"text": title, "href": ""}
    state = str(payload.get("state", ""))
    word = message.states[state].get(language) if state in message.states else state
    line = message.line.get(language).format(title=title, subject=found.title, state=word)
    return {"text": line, "href": found.href if message.to_subject else address_of(row)}


def address_of(row: OutboxMessage) -> str:
    """Where the message itself leads; nowhere once its link was used."""
    try:
        return link_of(row.template, row.payload, "")
    except DeliveryError:
        return ""
