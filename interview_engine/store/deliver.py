"""The dispatcher: takes due messages from the outbox and hands each to its channel.

Whatever dies, a message is not lost: a claimed one comes back when its time is over. It may then go out a second time
with the same dedupe key, by which every receiver can tell (the inbox is the row itself, a webhook carries the key as
`webhook-id`, a mail as `Message-ID`).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from sqlalchemy import exists, select
from sqlalchemy.exc import DBAPIError

from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError, QuotaError
from interview_engine.store import outbox
from interview_engine.store.engine import Database
from interview_engine.store.tables import OutboxMessage

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """An outbox message on its way.

    Args:
        attempt: from 1.
    """

    id: str
    dedupe_key: str
    recipient: str
    template: str
    payload: dict[str, Any]
    created_at: datetime
    attempt: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of it: handed over ("sent"), known to be with the receiver ("delivered"), not to be sent
    ("suppressed", with the reason). `via` names the way that was found, where a channel chooses among several."""

    state: Literal["sent", "delivered", "suppressed"]
    reason: str = ""
    via: str = ""


class Channel(Protocol):
    """A way to reach somebody. May be called twice with one message after a crash; threads do not share one."""

    def send(self, message: Message) -> Receipt:
        """Hand it over.

        Raises:
            DeliveryError: it did not work; `temporary` says whether to try again.
        """
        ...


class InboxChannel:
    """The console's inbox: the outbox row is the entry, so it is there already. See hr/people/inbox.py."""

    def send(self, message: Message) -> Receipt:
        """Nothing to carry anywhere."""
        return Receipt("delivered")


def deliver_due(database: Database, channels: Mapping[str, Channel], clock: Clock, limit: int = 20) -> int:
    """Deliver up to `limit` messages that are due; returns how many were handled.

    Each is claimed, sent outside of any transaction, and settled, before the next is claimed. What a channel raises
    is settled as a failure of this one message and never stops the others.
    """
    handled = 0
    while handled < limit and _any_due(database, clock):
        with database.transaction() as session:
            claimed = [(row.channel, _message(row)) for row in outbox.claim(session, 1, clock)]
        if not claimed:
            break
        name, message = claimed[0]
        _deliver(database, channels.get(name), name, message, clock)
        handled += 1
    return handled


def run_dispatcher(
    database: Database, channels: Mapping[str, Channel], clock: Clock, stop: threading.Event, *, poll_s: float = 2.0
) -> None:
    """Deliver until `stop` is set. Any number of processes may do so: each message is claimed by one of them."""
    while not stop.is_set():
        try:
            handled = deliver_due(database, channels, clock)
        except DBAPIError as error:
            _LOG.warning("the database does not answer (%s); trying again", type(error).__name__)
            handled = 0
        if not handled:
            stop.wait(poll_s)


def _deliver(database: Database, channel: Channel | None, name: str, message: Message, clock: Clock) -> None:
    if channel is None:
        with database.transaction() as session:
            outbox.suppressed(session, message.id, f"no channel “{name}” is set up here", clock)
        return
    try:
        receipt = channel.send(message)
    except QuotaError as error:
        with database.transaction() as session:
            outbox.wait(session, message.id, error.code, error.until, clock)
        return
    except Exception as error:  # noqa: BLE001 one message that breaks its channel must not stop all others
        temporary = getattr(error, "temporary", True)
        if not isinstance(error, InterviewEngineError):
            _LOG.exception("channel %s failed on message %s", name, message.id)
        with database.transaction() as session:
            outbox.failed(session, message.id, f"{type(error).__name__}: {error}", clock, temporary=temporary)
        return
    with database.transaction() as session:
        if receipt.state == "suppressed":
            outbox.suppressed(session, message.id, receipt.reason, clock)
        else:
            outbox.sent(session, message.id, clock, state=receipt.state, via=receipt.via)


def _any_due(database: Database, clock: Clock) -> bool:
    """A look without the write lock: most of the time there is nothing."""
    due = exists().where(OutboxMessage.state == "queued", OutboxMessage.due_at <= clock.now())
    with database.reading() as session:
        return bool(session.scalar(select(due)))


def _message(row: OutboxMessage) -> Message:
    return Message(row.id, row.dedupe_key, row.recipient, row.template, dict(row.payload), row.created_at, row.attempts)
