"""Messages that are due, delivered one after the other, without the dispatcher's threads."""

from __future__ import annotations

from collections.abc import Mapping

from interview_engine.clock import Clock
from interview_engine.store.deliver import Channel, HostedChannel, deliver_next
from interview_engine.store.engine import Database
from interview_engine.store.tables import OutboxMessage


def deliver_due(database: Database, channels: Mapping[str, Channel], clock: Clock, limit: int = 20) -> int:
    """Deliver up to `limit` messages, none to a receiver that is paused; returns how many were handled."""
    hosted = [channel for channel in channels.values() if isinstance(channel, HostedChannel)]
    for handled in range(limit):
        paused = [name for channel in hosted for name, at in channel.receivers().items() if at.paused]
        if not deliver_next(database, channels, clock, OutboxMessage.recipient.not_in(paused)):
            return handled
    return limit
