"""What other systems can be told of: the writes in the audit trail, so that none is left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.store.ids import new_id
from interview_engine.store.tables import OutboxMessage, Webhook
from interview_engine.store.upsert import insert_for

SUBJECTS = (
    "answer",
    "application",
    "approval",
    "assessment",
    "consent",
    "employment",
    "erasure",
    "interview",
    "invitation",
    "kit",
    "offer",
    "posting",
    "profile",
    "rating",
    "requisition",
    "resume",
    "review",
    "survey",
)
"""What can be asked for, as "application.*" or one by one, "application.create". Sign-ins, grants and reads are not."""
NOT_TOLD = frozenset({"score"})
"""What the trail keeps of an event and a receiver does not get: scores are opened in the service, where it is seen."""
PATTERN = re.compile(rf"({'|'.join(SUBJECTS)})\.(\*|[a-z_]{{2,40}})")


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
    shown = [happening for happening in happenings if PATTERN.fullmatch(happening.action)]
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
                "data": {name: value for name, value in happening.detail.items() if name not in NOT_TOLD},
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
