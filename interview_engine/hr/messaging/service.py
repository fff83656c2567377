"""Notify somebody: the outbox messages of one event, in its transaction.

A colleague's message stands in the console's inbox and is pushed to where they are reached; a candidate's is sent by
whichever way reaches them (person_channel.py). Payloads hold identifiers and titles: no scores, answers, pay or health.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Update, func, update
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.messaging.notices import send_notice as send_notice
from interview_engine.store import outbox
from interview_engine.store.tables import OutboxMessage

PUSH = ":push"
"""Ends the dedupe key of the pushed copy of an inbox message."""


def tell_account(
    session: Session, account_id: str, key: str, template: str, payload: Mapping[str, object], clock: Clock
) -> None:
    """Notify a colleague: an inbox entry, and a push message."""
    for channel, dedupe_key in (("inbox", key), ("person", f"{key}{PUSH}")):
        outbox.enqueue(
            session,
            dedupe_key=dedupe_key,
            channel=channel,
            recipient=f"account:{account_id}",
            template=template,
            payload=dict(payload),
            clock=clock,
        )


def settle_told(session: Session, keys: str, clock: Clock, *, account_id: str | None = None) -> None:
    """Mark inbox messages of a settled matter as settled and read, so that nobody follows them in vain.

    Args:
        keys: the beginning of their dedupe keys.
        account_id: only those to this account; to everybody when None.
    """
    told = update(OutboxMessage).where(
        OutboxMessage.channel == "inbox",
        OutboxMessage.dedupe_key.startswith(keys, autoescape=True),
        OutboxMessage.settled_at.is_(None),
    )
    if account_id is not None:
        told = told.where(OutboxMessage.recipient == f"account:{account_id}")
    _settled(session, told, clock)


def settle_keys(session: Session, keys: Sequence[str], clock: Clock) -> None:
    """The same for messages whose whole keys are known."""
    told = update(OutboxMessage).where(
        OutboxMessage.channel == "inbox", OutboxMessage.dedupe_key.in_(keys), OutboxMessage.settled_at.is_(None)
    )
    _settled(session, told, clock)


def _settled(session: Session, told: Update, clock: Clock) -> None:
    now = clock.now()
    values = {"settled_at": now, "read_at": func.coalesce(OutboxMessage.read_at, now), "updated_at": now}
    session.execute(told.values(values).execution_options(synchronize_session=False))


def tell_person(
    session: Session,
    person_id: str,
    key: str,
    template: str,
    payload: Mapping[str, object],
    clock: Clock,
    *,
    due_at: datetime | None = None,
) -> None:
    """Notify a candidate or an employee by the channel that reaches them; at once, or not before `due_at`."""
    outbox.enqueue(
        session,
        dedupe_key=key,
        channel="person",
        recipient=f"person:{person_id}",
        template=template,
        payload=dict(payload),
        clock=clock,
        due_at=due_at,
    )
