"""The end of the audit trail, sent out once a day: kept elsewhere, it shows even a trail rewritten as a whole."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.accounts.service import actors_with_role
from interview_engine.hr.area import Round
from interview_engine.hr.messaging.service import tell_account
from interview_engine.store import audit
from interview_engine.store.tables import AuditEvent

ACTION = "trail.anchor"
EVERY = timedelta(days=1)


def send_anchors(given: Round) -> bool:
    """Job: once a day, where the settings say so; returns whether it was sent."""
    if not given.settings.trail_anchor:
        return False
    with given.database.transaction() as session:
        return send_anchor(session, given.clock)


def send_anchor(session: Session, clock: Clock) -> bool:
    """The end as of now, as an event that webhooks can ask for (`trail.anchor`) and to those who audit; False when the
    last one is less than a day old."""
    end = audit.anchor(session, lock=True)
    lately = select(AuditEvent.sequence).where(AuditEvent.action == ACTION, AuditEvent.at > clock.now() - EVERY)
    if session.scalar(lately.limit(1)) is not None:
        return False
    detail = {"sequence": end.sequence, "hash": end.hash}
    audit.record(session, "system", ACTION, f"audit_event:{end.sequence}", detail, clock)
    payload = {"title": str(end.sequence), "end": f"{end.sequence}:{end.hash}"}
    for actor in actors_with_role(session, ("administrator", "auditor"), clock):
        if actor.account_id is not None:
            tell_account(
                session, actor.account_id, f"{ACTION}:{end.sequence}:{actor.account_id}", ACTION, payload, clock
            )
    return True
