"""What a company lets people ask for: how many corrections a month, how far back, overtime before or after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_owner
from interview_engine.hr.people.tables import LegalEntity
from interview_engine.hr.problems import invalid
from interview_engine.hr.time.tables import TimePolicy
from interview_engine.i18n import Text, msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

OVERTIME: Mapping[str, Text] = {
    "before": msg("Before it is worked"),
    "after": msg("After it was worked"),
    "both": msg("Before or after"),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """See `tables.TimePolicy`; what holds where a company has set nothing."""

    corrections: int = 3
    correction_days: int = 31
    overtime: str = "both"


def policy_of(session: Session, legal_entity_id: str) -> Policy:
    """What holds in a company."""
    row = session.scalar(select(TimePolicy).where(TimePolicy.legal_entity_id == legal_entity_id))
    return Policy() if row is None else Policy(row.corrections, row.correction_days, row.overtime)


def set_policy(session: Session, actor: Actor, legal_entity_id: str, new: Policy, clock: Clock) -> TimePolicy:
    """Set it; the same again changes nothing. Needs "public" manage of the company.

    Raises:
        PermissionDenied. InvalidInput: `policy.limits`.
    """
    check_owner(session, actor, "public", "manage", legal_entity_id)
    if not (0 <= new.corrections <= 31 and 0 <= new.correction_days <= 366 and new.overtime in OVERTIME):
        raise invalid("corrections", "policy.limits", msg("Up to 31 corrections, up to 366 days back."),
                      msg("Correct it and send again."))  # fmt: skip
    find(session, LegalEntity, legal_entity_id, lock=True)
    row = session.scalar(select(TimePolicy).where(TimePolicy.legal_entity_id == legal_entity_id))
    values = {"corrections": new.corrections, "correction_days": new.correction_days, "overtime": new.overtime}
    if row is None:
        row = TimePolicy(**stamp(actor.id, clock), legal_entity_id=legal_entity_id, **values)
        session.add(row)
    elif all(getattr(row, name) == value for name, value in values.items()):
        return row
    else:
        for name, value in values.items():
            setattr(row, name, value)
        touch(row, actor.id, clock)
    session.flush()
    audit.record(session, actor.id, "time_policy.set", f"legal_entity:{legal_entity_id}", values, clock)
    return row
