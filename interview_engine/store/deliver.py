"""The dispatcher: takes due messages from the outbox and hands each to its channel.

Whatever dies, a message is not lost: a claimed one comes back when its time is over. It may then go out a second time
with the same dedupe key, by which every receiver can tell (the inbox is the row itself, a webhook carries the key as
`webhook-id`, a mail as `Message-ID`).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Literal, Protocol, runtime_checkable

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.exc import SQLAlchemyError

from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError, QuotaError
from interview_engine.store import outbox
from interview_engine.store.engine import Database
from interview_engine.store.tables import OutboxMessage

_LOG = logging.getLogger(__name__)

POLL_S = 0.5
SLOTS = 8
"""Deliveries at once to receivers that others run. Each ends at its deadline, so that even eight stuck hosts leave a
slot free again within seconds, until they are paused."""


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
        """Hand the message to its receiver.

        Raises:
            DeliveryError: it did not work; `temporary` says whether to try again.
        """
        ...


class InboxChannel:
    """The console's inbox: the outbox row is the entry, so it is there already. See hr/people/inbox.py."""

    def send(self, message: Message) -> Receipt:
        """Nothing to carry anywhere."""
        return Receipt("delivered")


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where the messages of one recipient go.

    Args:
        host: what must not be called twice at once.
        paused: nothing is sent there now.
    """

    host: str
    paused: bool


@runtime_checkable
class HostedChannel(Protocol):
    """A channel to receivers that others run. It may be called by several threads at once, once for each host."""

    def send(self, message: Message) -> Receipt:
        """See `Channel`."""

    def receivers(self) -> Mapping[str, Receiver]:
        """The receivers that are known now, by a message's recipient ("webhook:<id>")."""


def run_dispatcher(
    database: Database, channels: Mapping[str, Channel], clock: Clock, stop: threading.Event, *, poll_s: float = POLL_S
) -> None:
    """Deliver until `stop` is set. Any number of processes may do so: each message is claimed by one of them.

    Receivers that others run get `SLOTS` threads of their own with at most one for each host; mail and WeChat share a
    thread, and so do the inbox and what has no channel here. A slow receiver therefore delays its own messages only.
    """
    hosted = {name: channel for name, channel in channels.items() if isinstance(channel, HostedChannel)}
    ours = [name for name in channels if name not in hosted and name != "inbox"]
    others = [*hosted, *ours]
    lanes = [
        lambda: _run_lane(database, channels, clock, stop, poll_s, OutboxMessage.channel.in_(ours)),
        lambda: _run_lane(database, channels, clock, stop, poll_s, OutboxMessage.channel.not_in(others)),
    ]
    for name, channel in hosted.items():
        lanes.append(partial(_run_slots, database, name, channel, clock, stop, poll_s))
    threads = [threading.Thread(target=lane, name="messages", daemon=True) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _run_lane(
    database: Database,
    channels: Mapping[str, Channel],
    clock: Clock,
    stop: threading.Event,
    poll_s: float,
    which: ColumnElement[bool],
) -> None:
    while not stop.is_set():
        try:
            handled = deliver_next(database, channels, clock, which)
        except SQLAlchemyError as error:
            _LOG.warning("the database does not answer (%s); trying again", type(error).__name__)
            handled = False
        if not handled:
            stop.wait(poll_s)


def _run_slots(
    database: Database, name: str, channel: HostedChannel, clock: Clock, stop: threading.Event, poll_s: float
) -> None:
    """Claim a message only when a slot is free for it, so that no claim runs out in a queue."""
    busy: dict[Future[None], str] = {}
    with ThreadPoolExecutor(SLOTS, thread_name_prefix=name) as slots:
        while not stop.is_set():
            busy = {future: host for future, host in busy.items() if not future.done()}
            taken = None
            try:
                if len(busy) < SLOTS:
                    receivers = channel.receivers()
                    held = _held(channel, frozenset(busy.values()), receivers)
                    which = (OutboxMessage.channel == name, OutboxMessage.recipient.not_in(held))
                    taken = _claim_one(database, clock, *which)
            except SQLAlchemyError as error:
                _LOG.warning("the database does not answer (%s); trying again", type(error).__name__)
            if taken is not None:
                at = receivers.get(taken[1].recipient)
                future = slots.submit(_settled, database, channel, name, taken[1], clock)
                busy[future] = at.host if at is not None else ""
            elif busy:
                wait(busy, timeout=poll_s, return_when=FIRST_COMPLETED)
            else:
                stop.wait(poll_s)


def _settled(database: Database, channel: Channel, name: str, message: Message, clock: Clock) -> None:
    """One delivery in a slot. A database that is away leaves the claim to run out."""
    try:
        _deliver(database, channel, name, message, clock)
    except SQLAlchemyError as error:
        _LOG.warning("what became of message %s could not be written (%s)", message.id, type(error).__name__)


def _held(
    channel: HostedChannel, busy: frozenset[str] = frozenset(), receivers: Mapping[str, Receiver] | None = None
) -> list[str]:
    """Recipients to whom nothing goes now."""
    found = channel.receivers() if receivers is None else receivers
    return [recipient for recipient, at in found.items() if at.paused or at.host in busy]


def deliver_next(
    database: Database, channels: Mapping[str, Channel], clock: Clock, *which: ColumnElement[bool]
) -> bool:
    """Deliver the oldest message that is due and that `which` lets through; whether there was one.

    It is claimed, sent outside of any transaction, and settled. What a channel raises is settled as a failure of this
    one message.
    """
    taken = _claim_one(database, clock, *which)
    if taken is None:
        return False
    name, message = taken
    _deliver(database, channels.get(name), name, message, clock)
    return True


def _claim_one(database: Database, clock: Clock, *which: ColumnElement[bool]) -> tuple[str, Message] | None:
    """The name of its channel and the message; None when nothing is due. Looks without the write lock first: most of
    the time there is nothing."""
    due = exists().where(OutboxMessage.state == "queued", OutboxMessage.due_at <= clock.now(), *which)
    with database.reading() as session:
        if not session.scalar(select(due)):
            return None
    with database.transaction() as session:
        claimed = [(row.channel, _message(row)) for row in outbox.claim(session, 1, clock, *which)]
    return claimed[0] if claimed else None


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


def _message(row: OutboxMessage) -> Message:
    return Message(row.id, row.dedupe_key, row.recipient, row.template, dict(row.payload), row.created_at, row.attempts)
