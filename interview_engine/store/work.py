"""Durable work as the rest of the product sees it: ask for it, look at it, retry it, go on without it. SQL only.

The row is written in the transaction that makes the work necessary, so that neither can exist without the other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import ConflictError, NotFoundError
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.ids import new_id
from interview_engine.store.tables import Worker, WorkItem

State = Literal["waiting", "running", "done", "parked", "given_up"]

DEAD_AFTER_S = 10.0
"""A worker whose heartbeat stands still for this long is dead: five missed beats of 2 s."""

LISTED = 200
"""Parked and running items that the operations page lists; the counts are of all."""


class Person(Protocol):
    """The person who acts; `id` goes into the audit trail. The caller has checked what they may do."""

    @property
    def id(self) -> str:
        """Who acts, as the audit trail names it: "account:<id>" or "system"."""
        ...


@dataclass(frozen=True, slots=True)
class WorkerView:
    """One worker that has not shut down. `alive`: its last heartbeat is younger than `DEAD_AFTER_S`."""

    id: str
    host: str
    pid: int
    started_at: datetime
    heartbeat_at: datetime
    alive: bool


@dataclass(frozen=True, slots=True)
class Throughput:
    """What was finished in a stretch of time: items by kind, and seconds of recording in them."""

    done: Mapping[str, int]
    media_s: float


@dataclass(frozen=True, slots=True)
class Operations:
    """The state of durable work at one moment.

    Args:
        waiting, retrying, running, parked, given_up: items in that state; `retrying` are those of `waiting` that
            failed before and wait for their next attempt.
        oldest_waiting_s: age of the oldest waiting item in seconds; None when none waits.
        running_items, parked_items: the oldest `LISTED` of them, oldest first.
        workers: not yet ended in order, longest running first.
    """

    at: datetime
    waiting: int
    retrying: int
    running: int
    parked: int
    given_up: int
    oldest_waiting_s: float | None
    last_hour: Throughput
    last_day: Throughput
    running_items: tuple[WorkItem, ...]
    parked_items: tuple[WorkItem, ...]
    workers: tuple[WorkerView, ...]

    @property
    def workers_alive(self) -> int:
        """Workers with a fresh heartbeat."""
        return sum(worker.alive for worker in self.workers)


@dataclass(frozen=True, slots=True)
class Day:
    """What was finished in one stretch from `since`: items, those given up among them, and seconds of recording."""

    since: datetime
    done: int
    given_up: int
    media_s: float


def history(session: Session, begins: Sequence[datetime]) -> tuple[Day, ...]:
    """What was finished from each of the moments to the next, the last one open.

    Args:
        begins: in order.
    """
    if not begins:
        return ()
    columns: list[ColumnElement[Any]] = []
    for since, until in zip(begins, [*begins[1:], None], strict=True):
        inside = WorkItem.finished_at >= since
        if until is not None:
            inside = and_(inside, WorkItem.finished_at < until)
        for state in ("done", "given_up"):
            columns.append(func.count(case((and_(inside, WorkItem.state == state), 1))))
        columns.append(func.sum(case((and_(inside, WorkItem.state == "done"), WorkItem.media_s), else_=0.0)))
    row = session.execute(select(*columns).where(WorkItem.finished_at >= begins[0])).one()
    return tuple(
        Day(since, row[3 * at], row[3 * at + 1], float(row[3 * at + 2] or 0.0)) for at, since in enumerate(begins)
    )


def enqueue_work(
    session: Session, kind: str, subject_id: str, clock: Clock, actor: str = "system", *, again: bool = False
) -> WorkItem:
    """Queue a piece of work; returns the existing item when it was queued before.

    Args:
        kind: one that an area hands over (`hr.area.WorkKind`).
        subject_id: of what the work is about.
        again: the input has changed: finished, running or parked work is asked for once more as a new generation.
            An item that still waits is that already.
    """
    latest = _latest(session, kind, subject_id)
    if latest is not None and (not again or latest.state == "waiting"):
        return latest
    now = clock.now()
    item = WorkItem(
        id=new_id(now),
        created_at=now,
        updated_at=now,
        actor=actor,
        kind=kind,
        subject_id=subject_id,
        generation=1 if latest is None else latest.generation + 1,
        state="waiting",
        attempts=0,
        run=0,
        by_person=False,
        stage="",
        share=0.0,
        media_s=0.0,
    )
    try:
        with session.begin_nested():
            session.add(item)
    except IntegrityError:  # another transaction asked for the same generation and was first
        first = _latest(session, kind, subject_id)
        if first is None:
            raise
        return first
    return item


def retry_work(session: Session, actor: Person, work_item_id: str, clock: Clock) -> WorkItem:
    """Retry a parked item, with all its attempts. An item that waits or runs already is left alone: pressing the
    button twice is pressing it once.

    Raises:
        NotFoundError: `work.unknown`. ConflictError: `work.not_parked`, it is done or given up.
    """
    item = _locked(session, work_item_id)
    if item.state in ("waiting", "running"):
        return item
    if item.state != "parked":
        raise _not_parked(item)
    audit.record(
        session, actor.id, "work.retried", f"work_item:{item.id}", {"kind": item.kind, "reason": item.reason}, clock
    )
    _restart(item, clock)
    return item


def give_up(
    session: Session, actor: Person, work_item_id: str, clock: Clock, *, by_person: Collection[str] = ()
) -> WorkItem:
    """Give up a parked item: it ends, and work that depends on it continues with its reason.

    Args:
        by_person: the kinds whose items are run once more instead, with `WorkItem.by_person` set, to hand their subject
            to a person.

    Raises:
        NotFoundError: `work.unknown`. ConflictError: `work.not_parked`.
    """
    item = _locked(session, work_item_id)
    if item.state == "given_up":
        return item
    if item.state != "parked":
        raise _not_parked(item)
    audit.record(
        session, actor.id, "work.given_up", f"work_item:{item.id}", {"kind": item.kind, "reason": item.reason}, clock
    )
    if item.kind in by_person:
        _restart(item, clock)
        item.by_person = True
        return item
    item.state = "given_up"
    item.finished_at = item.updated_at = clock.now()
    return item


def operations(session: Session, clock: Clock) -> Operations:
    """Queue, workers and throughput as of now, for the operations page."""
    now = clock.now()
    counts = _counts(session)
    waiting_since = session.scalar(select(func.min(WorkItem.created_at)).where(WorkItem.state == "waiting"))
    retrying = session.scalar(
        select(func.count()).select_from(WorkItem).where(WorkItem.state == "waiting", WorkItem.due_at.is_not(None))
    )
    return Operations(
        at=now,
        waiting=counts.get("waiting", 0),
        retrying=retrying or 0,
        running=counts.get("running", 0),
        parked=counts.get("parked", 0),
        given_up=counts.get("given_up", 0),
        oldest_waiting_s=None if waiting_since is None else (now - waiting_since).total_seconds(),
        last_hour=_throughput(session, now - timedelta(hours=1)),
        last_day=_throughput(session, now - timedelta(days=1)),
        running_items=_listed(session, "running"),
        parked_items=_listed(session, "parked"),
        workers=_workers(session, now),
    )


def version(session: Session) -> str:
    """A text that differs when something of the queue has: states, stages, how far running items are."""
    running = select(func.count(), func.sum(WorkItem.share), func.max(WorkItem.updated_at)).where(
        WorkItem.state.in_(("waiting", "running", "parked"))
    )
    return f"{sorted(_counts(session).items())} {tuple(session.execute(running).one())}"


def _latest(session: Session, kind: str, subject_id: str) -> WorkItem | None:
    return session.scalar(
        select(WorkItem)
        .where(WorkItem.kind == kind, WorkItem.subject_id == subject_id)
        .order_by(WorkItem.generation.desc())
        .limit(1)
    )


def _locked(session: Session, item_id: str) -> WorkItem:
    found = session.scalar(
        select(WorkItem).where(WorkItem.id == item_id).with_for_update().execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFoundError(
            "work.unknown",
            msg("There is no such work item."),
            msg("Reload the page."),
        )
    return found


def _restart(item: WorkItem, clock: Clock) -> None:
    item.state, item.attempts, item.run = "waiting", 0, item.run + 1
    item.worker_id = item.due_at = item.finished_at = item.reason = None
    item.stage, item.share = "", 0.0
    item.updated_at = clock.now()


def _not_parked(item: WorkItem) -> ConflictError:
    return ConflictError(
        "work.not_parked",
        msg("This work item is not waiting for a person."),
        msg("Its state is {state}; reload the page.", state=item.state),
    )


def _counts(session: Session) -> dict[str, int]:
    rows = session.execute(select(WorkItem.state, func.count()).group_by(WorkItem.state))
    return dict(rows.tuples().all())


def _listed(session: Session, state: State) -> tuple[WorkItem, ...]:
    return tuple(session.scalars(select(WorkItem).where(WorkItem.state == state).order_by(WorkItem.id).limit(LISTED)))


def _throughput(session: Session, since: datetime) -> Throughput:
    rows = session.execute(
        select(WorkItem.kind, func.count(), func.sum(WorkItem.media_s))
        .where(WorkItem.state == "done", WorkItem.finished_at > since)
        .group_by(WorkItem.kind)
    )
    found = {kind: (count, float(media_s or 0.0)) for kind, count, media_s in rows.tuples()}
    return Throughput(
        {kind: count for kind, (count, _) in found.items()}, sum(media_s for _, media_s in found.values())
    )


def _workers(session: Session, now: datetime) -> tuple[WorkerView, ...]:
    fresh = now - timedelta(seconds=DEAD_AFTER_S)
    rows = session.scalars(select(Worker).where(Worker.stopped_at.is_(None)).order_by(Worker.started_at))
    return tuple(
        WorkerView(row.id, row.host, row.pid, row.started_at, row.heartbeat_at, row.heartbeat_at > fresh)
        for row in rows
    )
