"""Messages that are due, delivered one after the other, without the dispatcher's threads."""

from __future__ import annotations

from collections.abc import Mapping

from interview_engine.clock import Clock
from interview_engine.store.deliver import Channel, deliver_next
from interview_engine.store.engine import Database


def deliver_due(database: Database, channels: Mapping[str, Channel], clock: Clock, limit: int = 20) -> int:
    """Deliver up to `limit` messages; returns how many were handled."""
    for handled in range(limit):
        if not deliver_next(database, channels, clock):
            return handled
    return limit
