"""Whether a process may trust its clock before it deletes anything by the date.

A dead battery, a restored machine or a wrong time server moves a clock by months, and everything is past its time at
once. So the own clock is held against others that are at hand: the database server's, the heartbeats of other workers,
the end of the audit trail, and the last time at which any process was sure. While one of them disagrees, nothing is
deleted by date; people see it on the operations page.
"""

from __future__ import annotations

import logging
import os
import socket
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.store.engine import Database
from interview_engine.store.tables import AuditEvent, ClockDoubt, ClockMark, Worker
from interview_engine.store.upsert import insert_for

_LOG = logging.getLogger(__name__)

APART = timedelta(minutes=5)
"""Clocks that are kept by NTP differ by less than a second; five minutes are no accident."""
GAP = timedelta(days=1)
"""A service that was off for longer is told the time by another clock, or by a person."""
OBSERVED_S = 10.0
"""Other workers beat every 2 s: so long they are watched before the clock is trusted for the first time."""
MARK_S = 60.0


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why the clock is not trusted.

    Args:
        code: "jump", "database", "worker", "trail", "behind", "gap" or "looking" (not for long enough yet).
        detail: the two times that disagree, ISO 8601, and whose the other is.
    """

    code: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Others:
    """What other clocks say at one moment. `beats`: host and last heartbeat of each worker, by its id."""

    database: datetime | None
    mark: datetime | None
    event: datetime | None
    beats: dict[str, tuple[str, datetime]]


class ClockGuard:
    """One process's watch over its own clock. Call `look` every few seconds, from one thread."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._host, self._pid = socket.gethostname()[:120], os.getpid()
        self._began_s: float | None = None
        self._last: tuple[datetime, float] | None = None
        self._beats: dict[str, tuple[str, datetime]] = {}
        self._told: str | None = None
        self._looked = False
        self._marked_s: float | None = None

    @property
    def process(self) -> str:
        """The name of this process, as people see it."""
        return f"{self._host}:{self._pid}"

    def look(self) -> Doubt | None:
        """Hold the clock against the others, and write down what came of it; None when nothing speaks against it."""
        now, now_s = self._clock.now(), self._clock.monotonic_s()
        with self._database.reading() as session:
            others = self._ask(session)
        doubt = self._doubt(now, now_s, others)
        self._last, self._beats = (now, now_s), others.beats
        self._write_down(doubt, now, now_s)
        return doubt

    def leave(self) -> None:
        """This process ends: its doubts are nobody's any more."""
        self._database.attempt(lambda session: _note(session, self.process, None, self._clock.now()))

    def _ask(self, session: Session) -> _Others:
        own = None if self._database.is_sqlite else session.scalar(select(func.clock_timestamp()))
        mark = session.scalar(select(ClockMark.trusted_at))
        event = session.scalar(select(AuditEvent.at).order_by(AuditEvent.sequence.desc()).limit(1))
        rows = session.execute(
            select(Worker.id, Worker.host, Worker.pid, Worker.heartbeat_at).where(Worker.stopped_at.is_(None))
        ).tuples()
        beats = {row[0]: (row[1], row[3]) for row in rows if (row[1], row[2]) != (self._host, self._pid)}
        return _Others(own, mark, event, beats)

    def _doubt(self, now: datetime, now_s: float, others: _Others) -> Doubt | None:
        if self._last is not None:
            meant = self._last[0] + timedelta(seconds=now_s - self._last[1])
            if abs(now - meant) > APART:
                self._began_s = now_s  # watch the others from the beginning
                return _apart("jump", now, meant)
        if others.database is not None and abs(now - others.database) > APART:
            return _apart("database", now, others.database)
        agreeing = others.database is not None
        for worker_id, (host, beat) in others.beats.items():
            moved = worker_id in self._beats and self._beats[worker_id][1] != beat
            if (moved and abs(now - beat) > APART) or beat > now + APART:
                return _apart("worker", now, beat, worker=worker_id)
            agreeing = agreeing or (moved and host != self._host)
        if others.event is not None and others.event > now + APART:
            return _apart("trail", now, others.event)
        known = others.mark or others.event
        if others.mark is not None and others.mark > now + APART:
            return _apart("behind", now, others.mark)
        if known is not None and now - known > GAP and not agreeing:
            return _apart("gap", now, known)
        if self._began_s is None:
            self._began_s = now_s
        return Doubt("looking") if now_s - self._began_s < OBSERVED_S else None

    def _write_down(self, doubt: Doubt | None, now: datetime, now_s: float) -> None:
        """For the operations page and the log, once for each change; and the mark, once a minute."""
        code = None if doubt is None else doubt.code
        if doubt is not None and code not in ("looking", self._told):
            _LOG.warning("nothing is deleted by date, because the clock is in doubt: %s %s", code, doubt.detail)
        changed = code != "looking" and (code != self._told or not self._looked)
        if changed and self._database.attempt(lambda session: _note(session, self.process, doubt, now)):
            self._told, self._looked = code, True
        due = self._marked_s is None or now_s - self._marked_s >= MARK_S
        if doubt is None and due and self._database.attempt(lambda session: trust(session, now)):
            self._marked_s = now_s


def trust(session: Session, now: datetime) -> None:
    """Keep `now` as the latest time that was right. A person may set it back."""
    session.execute(
        insert_for(session, ClockMark)
        .values(id=1, trusted_at=now)
        .on_conflict_do_update(index_elements=["id"], set_={"trusted_at": now})
    )


def doubts(session: Session) -> tuple[ClockDoubt, ...]:
    """Processes that delete nothing because of their clock."""
    return tuple(session.scalars(select(ClockDoubt).order_by(ClockDoubt.process)))


def forget_doubts(session: Session) -> None:
    """Clear the list; a process that goes on doubting enters itself again at its next look."""
    session.execute(delete(ClockDoubt))


def _note(session: Session, process: str, doubt: Doubt | None, now: datetime) -> None:
    session.execute(delete(ClockDoubt).where(ClockDoubt.process == process))
    if doubt is not None:
        session.add(ClockDoubt(process=process, at=now, code=doubt.code, detail=doubt.detail))


def _apart(code: str, own: datetime, other: datetime, **more: str) -> Doubt:
    return Doubt(code, {"own": own.isoformat(timespec="seconds"), "other": other.isoformat(timespec="seconds"), **more})
