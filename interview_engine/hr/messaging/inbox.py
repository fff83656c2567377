"""The console's inbox: outbox messages to an account or its person, with read receipts."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.store.page import Page, clamp, page_of, read_cursor
from interview_engine.store.tables import OutboxMessage


def list_inbox(
    session: Session, actor: Actor, *, unread: bool = False, cursor: str | None = None, limit: int = 50
) -> Page[OutboxMessage]:
    """One's own messages, latest first. `people/message_words.py` has their words.

    Raises:
        InvalidInput: the cursor.
    """
    limit = clamp(limit)
    statement = select(OutboxMessage).where(_own(actor)).order_by(OutboxMessage.id.desc())
    if unread:
        statement = statement.where(OutboxMessage.read_at.is_(None))
    if cursor is not None:
        statement = statement.where(OutboxMessage.id < str(read_cursor(cursor, 1)[0]))
    rows = list(session.scalars(statement.limit(limit + 1)))
    return page_of(rows, limit, [(row.id,) for row in rows])


def unread_count(session: Session, actor: Actor) -> int:
    """How many of one's own messages are unread."""
    unread = select(func.count()).select_from(OutboxMessage).where(_own(actor), OutboxMessage.read_at.is_(None))
    return session.scalar(unread) or 0


def mark_all_read(session: Session, actor: Actor, clock: Clock) -> None:
    """Note that all of one's own messages were read."""
    now = clock.now()
    session.execute(
        update(OutboxMessage)
        .where(_own(actor), OutboxMessage.read_at.is_(None))
        .values(read_at=now, updated_at=now)
        .execution_options(synchronize_session=False)
    )


def _own(actor: Actor) -> ColumnElement[bool]:
    recipients = []
    if actor.account_id is not None:
        recipients.append(f"account:{actor.account_id}")
    if actor.person_id is not None:
        recipients.append(f"person:{actor.person_id}")
    return (
        (OutboxMessage.channel == "inbox")
        & OutboxMessage.recipient.in_(recipients)
        & (OutboxMessage.state != "suppressed")
    )
