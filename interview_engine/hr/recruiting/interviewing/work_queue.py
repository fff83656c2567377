"""Which work may start, and which is missing: each kind of work says so itself (`hr.area.WorkKind`)."""

from __future__ import annotations

from sqlalchemy import and_, case, false, or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.house import house
from interview_engine.store.tables import WorkItem
from interview_engine.store.work import enqueue_work

LOOKED_AT = 50
"""Items that are put forward at a time: more than a worker has hands, so that racing workers find another one."""

MENDED = 100


def next_items(session: Session, clock: Clock, limit: int = LOOKED_AT) -> list[str]:
    """Ids of items that may begin now: urgent kinds first, because a person waits for them, then the oldest."""
    kinds = house().work.values()
    due = or_(WorkItem.due_at.is_(None), WorkItem.due_at <= clock.now())
    ready = or_(false(), *(and_(WorkItem.kind == kind.name, kind.ready(WorkItem.subject_id)) for kind in kinds))
    first = case((WorkItem.kind.in_([kind.name for kind in kinds if kind.urgent]), 0), else_=1)
    return list(
        session.scalars(
            select(WorkItem.id).where(WorkItem.state == "waiting", due, ready).order_by(first, WorkItem.id).limit(limit)
        )
    )


def mend(session: Session, clock: Clock) -> list[tuple[str, str]]:
    """Queue work that should have been queued and was not: a safety net under the transactions. Normally finds none."""
    missing = [
        (kind.name, subject_id) for kind in house().work.values() for subject_id in kind.missing(session, MENDED)
    ]
    for kind, subject_id in missing:
        enqueue_work(session, kind, subject_id, clock)
    return missing
