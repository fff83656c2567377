"""What other systems can be told of: the writes in the audit trail, so that none is left out.

The caller who opens the store sets the subjects, once (`tell`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.store.ids import new_id
from interview_engine.store.tables import OutboxMessage, Webhook
from interview_engine.store.upsert import insert_for

SHAPE = re.compile(r"[a-z_]{2,40}\.(?:\*|[a-z_]{2,40})")
"""Of what can be asked for: "application.*", or one by one, "application.create"."""

_told: Mapping[str, frozenset[str]] = MappingProxyType({})


def tell(subjects: Mapping[str, frozenset[str]]) -> None:
    """Say what webhooks are told of in this process, instead of what was said before.

    Args:
        subjects: first parts of audit actions; with each the fields of its detail that the trail keeps and a receiver
            does not get.
    """
    global _told
    _told = MappingProxyType(dict(subjects))


def told_subjects() -> tuple[str, ...]:
    """What can be asked for, in alphabetical order."""
    return tuple(sorted(_told))


def is_told(event: str) -> bool:
    """Whether an event, or all of a subject ("application.*"), can be asked for."""
    return SHAPE.fullmatch(event) is not None and event.partition(".")[0] in _told


@dataclass(frozen=True, slots=True)
class Happening:
    """An audit event as a receiver gets it: identifiers and states, no names, answers or pay."""

    sequence: int
    at: str
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]


def wants(events: Sequence[str], action: str) -> bool:
    """Whether a subscription to these events holds the action."""
    subject, _, _ = action.partition(".")
    return action in events or f"{subject}.*" in events


def fan_out(session: Session, happenings: Sequence[Happening], now: datetime) -> int:
    """Queue each happening for each webhook that asked for it, in the caller's transaction. Returns how many."""
    shown = [happening for happening in happenings if is_told(happening.action)]
    if not shown:
        return 0
    hooks = session.execute(select(Webhook.id, Webhook.events).where(Webhook.active)).all()
    rows = [
        {
            "id": new_id(now),
            "created_at": now,
            "updated_at": now,
            "actor": "system",
            "dedupe_key": f"webhook:{hook_id}:{happening.sequence}",
            "channel": "webhook",
            "recipient": f"webhook:{hook_id}",
            "template": happening.action,
            "payload": {
                "type": happening.action,
                "timestamp": happening.at,
                "sequence": happening.sequence,
                "subject": happening.subject,
                "actor": happening.actor,
                "data": _shown(happening),
            },
            "state": "queued",
            "attempts": 0,
            "due_at": now,
        }
        for hook_id, events in hooks
        for happening in shown
        if wants(events, happening.action)
    ]
    if rows:
        session.execute(insert_for(session, OutboxMessage).values(rows).on_conflict_do_nothing())
    return len(rows)


def _shown(happening: Happening) -> dict[str, Any]:
    untold = _told[happening.action.partition(".")[0]]
    return {name: value for name, value in happening.detail.items() if name not in untold}
