"""The outbox: messages are written in the transaction of what they tell of, and sent afterwards by `deliver.py`.

A message goes out once in effect: its dedupe key is unique here and is handed to the receiver, who can tell a repeat.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.store.ids import new_id
from interview_engine.store.tables import OutboxMessage
from interview_engine.store.upsert import insert_for

CLAIM_S = 240
"""How long a claimed message is left to the one that claimed it; a dispatcher that died meanwhile loses it to another.
Longer than any delivery may take: webhooks, mails and each call of WeChat end at a deadline by the wall."""
BACKOFF_S = (10, 60, 300, 1800, 7200, 28_800, 86_400)
"""Seconds until the next try after the first, second, … failure; after the last of them it has failed for good."""
LONGEST_ERROR = 1000
SECRET_FIELD = "token"
"""The payload's field that holds the secret of a link."""


def enqueue(
    session: Session,
    *,
    dedupe_key: str,
    channel: str,
    recipient: str,
    template: str,
    payload: dict[str, Any],
    clock: Clock,
    due_at: datetime | None = None,
) -> OutboxMessage | None:
    """Write a message in the caller's transaction.

    Args:
        dedupe_key: names the event it tells of, up to 200 characters, for instance "assessment.ready:<id>:<account>".
        channel: "inbox", "webhook", "email" or a WeChat channel.
        recipient: "account:<id>", "person:<id>" or "webhook:<id>".
        template: what it says, "assessment.ready"; the channel puts it into words.
        payload: values for the words; nothing on money or health, no answers: those are "open to see".

    Returns:
        The message, or None when there is one with this key already.
    """
    now = clock.now()
    statement = (
        insert_for(session, OutboxMessage)
        .values(
            id=new_id(now),
            created_at=now,
            updated_at=now,
            actor="system",
            dedupe_key=dedupe_key,
            channel=channel,
            recipient=recipient,
            template=template,
            payload=payload,
            state="queued",
            attempts=0,
            due_at=due_at or now,
        )
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(OutboxMessage.id)
    )
    message_id = session.execute(statement).scalar_one_or_none()
    return None if message_id is None else session.get_one(OutboxMessage, message_id)


def claim(session: Session, limit: int, clock: Clock, *which: ColumnElement[bool]) -> list[OutboxMessage]:
    """Take up to `limit` messages that are due, oldest first; nobody else gets them for `CLAIM_S` seconds.

    Counts the attempt at once, so that one that kills its dispatcher does not come back for ever.

    Args:
        which: conditions on OutboxMessage that hold besides.
    """
    now = clock.now()
    due = (
        select(OutboxMessage)
        .where(OutboxMessage.state == "queued", OutboxMessage.due_at <= now, *which)
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    messages = list(session.scalars(due))
    for message in messages:
        message.attempts += 1
        message.due_at = now + timedelta(seconds=CLAIM_S)
        message.updated_at = now
    session.flush()
    return messages


def sent(session: Session, message_id: str, clock: Clock, *, state: str = "sent", via: str = "") -> None:
    """Record that it went out. `state` is "sent", or "delivered" when the receiver is known to have it.

    A link's secret leaves the row with it: the receiver has it, and nobody else needs it.
    """
    message = session.get_one(OutboxMessage, message_id, populate_existing=True)
    message.state = state
    message.sent_at = message.updated_at = clock.now()
    message.error = None
    message.via = via or message.channel
    if message.channel != "inbox" and SECRET_FIELD in message.payload:
        message.payload = {key: value for key, value in message.payload.items() if key != SECRET_FIELD}
    session.flush()


def suppressed(session: Session, message_id: str, reason: str, clock: Clock) -> None:
    """Record that it is not to be sent (no such channel here, receiver gone), and why."""
    message = session.get_one(OutboxMessage, message_id, populate_existing=True)
    message.state = "suppressed"
    message.error = reason[:LONGEST_ERROR]
    message.updated_at = clock.now()
    session.flush()


def take_back(session: Session, dedupe_key: str, clock: Clock) -> bool:
    """Stop a message that nobody has begun to send; its words go. Whether it was stopped."""
    waiting = (OutboxMessage.dedupe_key == dedupe_key, OutboxMessage.state == "queued", OutboxMessage.attempts == 0)
    values = {"state": "suppressed", "error": "taken back", "payload": {}, "updated_at": clock.now()}
    stopped = update(OutboxMessage).where(*waiting).values(values).returning(OutboxMessage.id)
    return session.execute(stopped).one_or_none() is not None


def failed(session: Session, message_id: str, error: str, clock: Clock, *, temporary: bool = True) -> bool:
    """Record a failed attempt: queued again after a pause that grows, or failed for good.

    Returns:
        Whether it will be tried again.
    """
    message = session.get_one(OutboxMessage, message_id)
    now = clock.now()
    again = temporary and message.attempts <= len(BACKOFF_S)
    message.error = error[:LONGEST_ERROR]
    message.updated_at = now
    if again:
        message.due_at = now + timedelta(seconds=BACKOFF_S[max(message.attempts - 1, 0)])
    else:
        message.state = "failed"
    session.flush()
    return again


def wait(session: Session, message_id: str, reason: str, until: datetime, clock: Clock) -> None:
    """Keep it for later because a quota is used up: no attempt is lost, and people can see why it waits."""
    message = session.get_one(OutboxMessage, message_id)
    message.attempts = max(0, message.attempts - 1)
    message.error = reason[:LONGEST_ERROR]
    message.due_at = until
    message.updated_at = clock.now()
    session.flush()


def requeue(session: Session, message_id: str, clock: Clock) -> None:
    """Retry a failed or suppressed message from the first attempt, after its cause was mended."""
    now = clock.now()
    values = {"state": "queued", "attempts": 0, "due_at": now, "updated_at": now}
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == message_id, OutboxMessage.state.in_(("failed", "suppressed")))
        .values(values)
    )


def requeue_all(session: Session, recipient: str, clock: Clock) -> int:
    """Retry every message to one recipient that failed for good; returns how many."""
    now = clock.now()
    failed_ones = (OutboxMessage.recipient == recipient, OutboxMessage.state == "failed")
    values = {"state": "queued", "attempts": 0, "due_at": now, "updated_at": now}
    return len(
        session.scalars(update(OutboxMessage).where(*failed_ones).values(values).returning(OutboxMessage.id)).all()
    )


def hasten(session: Session, recipient: str, clock: Clock) -> None:
    """Make messages to one recipient that wait for a retry due now: the cause of the failures is gone.

    Not what is due within `CLAIM_S`: that may be in somebody's hands this moment.
    """
    now = clock.now()
    waiting = (OutboxMessage.recipient == recipient, OutboxMessage.state == "queued")
    later = OutboxMessage.due_at > now + timedelta(seconds=CLAIM_S)
    session.execute(update(OutboxMessage).where(*waiting, later).values(due_at=now, updated_at=now))


def counts(session: Session) -> dict[str, int]:
    """How many messages are in each state."""
    rows = session.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state))
    return {row[0]: row[1] for row in rows}
