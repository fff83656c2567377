"""What happened in an employment, in the order of days: written with each change, never changed afterwards (D7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.employment.tables import Employment, LifecycleEvent
from interview_engine.i18n import Text, msg
from interview_engine.store.rows import stamp

KINDS: Mapping[str, Text] = MappingProxyType(
    {
        "hired": msg("Hired"),
        "started": msg("First day of work"),
        "start_moved": msg("First day moved"),
        "not_begun": msg("Did not come"),
        "begun_after_all": msg("Came after all"),
        "probation_passed": msg("Probation passed"),
        "transfer": msg("Transferred"),
        "promotion": msg("Promoted"),
        "reorganisation": msg("Moved by a reorganisation"),
        "correction": msg("Entry corrected"),
        "contract_signed": msg("Contract signed"),
        "contract_ended": msg("Contract ended"),
        "pay_changed": msg("Pay changed"),
        "notice": msg("Last day agreed"),
        "notice_withdrawn": msg("Leaving called off"),
        "left": msg("Left"),
        "praised": msg("Was praised by a colleague"),
        "praised_other": msg("Praised a colleague"),
        "imported": msg("Taken over from another system"),
    }
)
"""By kind, what the timeline calls it."""


def happened(
    session: Session,
    employment: Employment,
    kind: str,
    day: date,
    actor_id: str,
    clock: Clock,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    ref: str = "",
) -> LifecycleEvent:
    """Write down what happened, in the transaction that did it. ValueError for a kind that is not in `KINDS`."""
    told = columns_of(employment.id, employment.person_id, kind, day, before=before, after=after, ref=ref)
    event = LifecycleEvent(**stamp(actor_id, clock), **told)
    session.add(event)
    session.flush()
    return event


def columns_of(
    employment_id: str,
    person_id: str,
    kind: str,
    day: date,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    ref: str = "",
) -> dict[str, Any]:
    """The columns of an event beside those of every row. ValueError for a kind that is not in `KINDS`."""
    if kind not in KINDS:
        raise ValueError(f"no kind of lifecycle event: {kind}")
    return {
        "employment_id": employment_id,
        "person_id": person_id,
        "kind": kind,
        "day": day,
        "before": dict(before or {}),
        "after": dict(after or {}),
        "ref": ref,
    }


def of_person(session: Session, person_id: str) -> list[LifecycleEvent]:
    """A person's events over all employments, in the order of days. The caller has checked that they may be seen."""
    statement = select(LifecycleEvent).where(LifecycleEvent.person_id == person_id)
    return list(session.scalars(statement.order_by(LifecycleEvent.day, LifecycleEvent.id)))
