"""Durable work as a worker sees it: take an item, report progress, end it. Each change is a compare-and-set.

A `Claim` is a fence: an item is written only while it is still running under the same worker, attempt and run. A worker
that was taken for dead and wakes up again changes nothing any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, and_, select, update
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.i18n import Text, msg
from interview_engine.store.tables import Worker, WorkItem
from interview_engine.store.work import State

MAX_ATTEMPTS = 3
"""An item that fails so often is parked for a person: more attempts would only take time from the others."""

PAUSE_S = (5.0, 30.0)
"""Before the second and the third attempt."""

OUTAGE_PAUSE_S = (5.0, 300.0)
"""After an outage (disk full, store away) the pause doubles from the first to the second; an outage is not the item's
fault, so it is not counted as an attempt and parks nothing."""

CRASHED = ("work.crashed", msg("The process that worked on it ended unexpectedly."))
"""Code and sentence of an item whose worker died each time."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An item in the hands of one worker. `attempt` counts from 1; `run` names the engine's records of it."""

    item_id: str
    kind: str
    subject_id: str
    generation: int
    worker_id: str
    attempt: int
    run: int


def reason_value(code: str, text: Text) -> dict[str, Any]:
    """A reason as the work item keeps it."""
    return {"code": code, "zh": text.zh, "en": text.en}


def claim(session: Session, item_id: str, worker_id: str, clock: Clock) -> Claim | None:
    """Take a waiting item, counting the attempt; None when another worker was first."""
    now = clock.now()
    taken = _update(
        session,
        and_(WorkItem.id == item_id, WorkItem.state == "waiting"),
        state="running",
        worker_id=worker_id,
        attempts=WorkItem.attempts + 1,
        stage="",
        share=0.0,
        started_at=now,
        updated_at=now,
    )
    if not taken:
        return None
    row = session.execute(
        select(WorkItem.kind, WorkItem.subject_id, WorkItem.generation, WorkItem.attempts, WorkItem.run).where(
            WorkItem.id == item_id
        )
    ).one()
    return Claim(item_id, row[0], row[1], row[2], worker_id, row[3], row[4])


def begin_afresh(session: Session, held: Claim, clock: Clock) -> Claim | None:
    """The claim under a new run: the engine's records of the old one are of no use. None when it is no longer held."""
    now = clock.now()
    if not _update(session, _held(held), run=WorkItem.run + 1, updated_at=now):
        return None
    return Claim(held.item_id, held.kind, held.subject_id, held.generation, held.worker_id, held.attempt, held.run + 1)


def progress(session: Session, held: Claim, stage: str, share: float, clock: Clock) -> bool:
    """Note how far it is, `share` 0..1; False when the item is no longer held."""
    return _update(session, _held(held), stage=stage, share=share, updated_at=clock.now())


def made_so_far(session: Session, item_id: str) -> tuple[str, ...]:
    """sha256 of what the item has put into the blob store, in all its attempts."""
    return tuple(session.scalar(select(WorkItem.made).where(WorkItem.id == item_id)) or ())


def note_made(session: Session, held: Claim, hashes: list[str], clock: Clock) -> bool:
    """Write down what it has put; False when the item is no longer held."""
    return _update(session, _held(held), made=hashes, updated_at=clock.now())


def finish(session: Session, held: Claim, clock: Clock, media_s: float = 0.0, stage: str = "") -> bool:
    """Mark it done, in the transaction of its effects; False when it is no longer held (then roll back).

    Args:
        media_s: seconds of recording in it. stage: how it ended when nothing was measured ("not_consented", "erased").
    """
    now = clock.now()
    return _update(
        session,
        _held(held),
        state="done",
        stage=stage,
        share=1.0,
        reason=None,
        due_at=None,
        finished_at=now,
        updated_at=now,
        media_s=media_s,
    )


def fail(session: Session, held: Claim, code: str, text: Text, clock: Clock) -> State | None:
    """The attempt failed: "waiting" for the next one, or "parked" after `MAX_ATTEMPTS`. None when no longer held."""
    now = clock.now()
    parked = held.attempt >= MAX_ATTEMPTS
    pause_s = 0.0 if parked else PAUSE_S[min(held.attempt, len(PAUSE_S)) - 1]
    done = _update(
        session,
        _held(held),
        state="parked" if parked else "waiting",
        worker_id=None,
        run=WorkItem.run + 1,
        reason=reason_value(code, text),
        due_at=None if parked else now + timedelta(seconds=pause_s),
        finished_at=now if parked else None,
        updated_at=now,
    )
    if not done:
        return None
    return "parked" if parked else "waiting"


def postpone(session: Session, held: Claim, code: str, text: Text, clock: Clock) -> bool:
    """An outage: back to waiting with the reason, the attempt not counted, after a pause that doubles each time."""
    now = clock.now()
    pause_s = min(OUTAGE_PAUSE_S[1], OUTAGE_PAUSE_S[0] * 2.0 ** min(held.run, 30))
    return _update(
        session,
        _held(held),
        state="waiting",
        worker_id=None,
        attempts=WorkItem.attempts - 1,
        run=WorkItem.run + 1,
        reason=reason_value(code, text),
        due_at=now + timedelta(seconds=pause_s),
        updated_at=now,
    )


def give_back(session: Session, held: Claim, clock: Clock) -> bool:
    """The worker ends in order: somebody else may begin at once, and the attempt is not counted."""
    return _update(
        session,
        _held(held),
        state="waiting",
        worker_id=None,
        attempts=WorkItem.attempts - 1,
        run=WorkItem.run + 1,
        stage="",
        share=0.0,
        updated_at=clock.now(),
    )


def held_by(session: Session, worker_id: str) -> list[str]:
    """Ids of the items that are running under that worker, by the rows."""
    return list(
        session.scalars(select(WorkItem.id).where(WorkItem.worker_id == worker_id, WorkItem.state == "running"))
    )


def bury(session: Session, worker_id: str, seen: datetime, clock: Clock) -> bool:
    """Declare a worker dead whose heartbeat still is `seen`; True for exactly one caller, which then frees its work."""
    found = cast(
        "CursorResult[Any]",
        session.execute(
            update(Worker)
            .where(Worker.id == worker_id, Worker.heartbeat_at == seen, Worker.stopped_at.is_(None))
            .values(stopped_at=clock.now())
        ),
    )
    return found.rowcount == 1


def free(session: Session, worker_id: str, clock: Clock, items: Sequence[str] | None = None) -> int:
    """Let go what a dead worker held: waiting again under the same run (the next worker resumes it), or parked.

    Args:
        items: only these; all when None.

    Returns: how many.
    """
    now = clock.now()
    mine = and_(WorkItem.worker_id == worker_id, WorkItem.state == "running")
    if items is not None:
        mine = and_(mine, WorkItem.id.in_(items))
    parked = _count(
        session,
        and_(mine, WorkItem.attempts >= MAX_ATTEMPTS),
        state="parked",
        worker_id=None,
        run=WorkItem.run + 1,
        reason=reason_value(*CRASHED),
        finished_at=now,
        updated_at=now,
    )
    waiting = _count(
        session,
        mine,
        state="waiting",
        worker_id=None,
        reason=reason_value(*CRASHED),
        stage="",
        share=0.0,
        updated_at=now,
    )
    return parked + waiting


def _held(held: Claim) -> ColumnElement[bool]:
    return and_(
        WorkItem.id == held.item_id,
        WorkItem.state == "running",
        WorkItem.worker_id == held.worker_id,
        WorkItem.attempts == held.attempt,
        WorkItem.run == held.run,
    )


def _update(session: Session, where: ColumnElement[bool], **values: Any) -> bool:
    return _count(session, where, **values) == 1


def _count(session: Session, where: ColumnElement[bool], **values: Any) -> int:
    statement = update(WorkItem).where(where).values(**values).execution_options(synchronize_session=False)
    return cast("CursorResult[Any]", session.execute(statement)).rowcount
