"""What changed since a place in the audit trail, for pages that stay fresh (J5).

The trail is the bus between processes: every action writes its events in its own transaction, numbers have no gaps, and
a number is only seen once all before it are (`audit` takes the end of the chain last). So "after number 812" misses
nothing, on both databases, without a table, a trigger or a connection of its own.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.store import audit
from interview_engine.store.tables import AuditEvent


def latest(session: Session) -> int:
    """The number of the last event; 0 for an empty trail."""
    return audit.anchor(session).sequence


def after(session: Session, sequence: int, limit: int) -> list[tuple[int, str, str]]:
    """(number, action, subject) of the events after a number, in order, at most so many."""
    rows = select(AuditEvent.sequence, AuditEvent.action, AuditEvent.subject).where(AuditEvent.sequence > sequence)
    return list(session.execute(rows.order_by(AuditEvent.sequence).limit(limit)).tuples())
