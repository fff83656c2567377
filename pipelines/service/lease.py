"""Who is alive: every worker beats its row; one whose beat stands still is buried by the first who notices.

Times of different machines are never compared: a worker is dead when its beat has not *changed* for `dead_after_s` by
the observer's own clock. Of several observers one wins by compare-and-set on the row; it frees the dead one's work in
the same transaction. A worker that was only asleep finds its row closed and begins again under a new name.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from interview_engine.clock import Clock
from interview_engine.store.engine import Database
from interview_engine.store.tables import Worker
from interview_engine.store.work import DEAD_AFTER_S
from interview_engine.store.work_run import bury, free


@dataclass(frozen=True, slots=True)
class LeaseTimes:
    """Seconds between two heartbeats, and after how many without one a worker is dead."""

    heartbeat_s: float = 2.0
    dead_after_s: float = DEAD_AFTER_S


class Lease:
    """One worker's lease. `lost` is set when it was buried, or could not beat for so long that it may have been."""

    def __init__(self, database: Database, clock: Clock, times: LeaseTimes) -> None:
        self.worker_id = f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"
        self.lost = threading.Event()
        self._database = database
        self._clock = clock
        self._times = times
        self._stop = threading.Event()
        self._seen: dict[str, tuple[datetime, float]] = {}
        self._thread = threading.Thread(target=self._keep, name="work-lease", daemon=True)

    def start(self, on_buried: Callable[[str], None]) -> None:
        """Enter the worker and begin to beat. `on_buried` is told of each worker whose work this one freed."""
        self._on_buried = on_buried
        now = self._clock.now()
        with self._database.transaction() as session:
            session.add(
                Worker(
                    id=self.worker_id,
                    host=socket.gethostname()[:120],
                    pid=os.getpid(),
                    started_at=now,
                    heartbeat_at=now,
                )
            )
        self._thread.start()

    def end(self) -> None:
        """Stop beating and leave in order."""
        self._stop.set()
        self._thread.join()
        if self.lost.is_set():
            return
        with self._database.transaction() as session:
            session.execute(
                update(Worker)
                .where(Worker.id == self.worker_id, Worker.stopped_at.is_(None))
                .values(stopped_at=self._clock.now())
            )

    def look_around(self) -> list[str]:
        """Bury workers whose beat stands still, and free their work; their ids."""
        with self._database.reading() as session:
            others = session.execute(
                select(Worker.id, Worker.heartbeat_at).where(Worker.stopped_at.is_(None), Worker.id != self.worker_id)
            ).all()
        now_s = self._clock.monotonic_s()
        seen = {}
        for worker_id, beat in others:
            known = self._seen.get(worker_id)
            seen[worker_id] = known if known is not None and known[0] == beat else (beat, now_s)
        self._seen = seen
        still = [
            (worker_id, beat)
            for worker_id, (beat, since_s) in seen.items()
            if now_s - since_s >= self._times.dead_after_s
        ]
        return [worker_id for worker_id, beat in still if self._bury(worker_id, beat)]

    def _bury(self, worker_id: str, beat: datetime) -> bool:
        with self._database.transaction() as session:
            if not bury(session, worker_id, beat, self._clock):
                return False
            free(session, worker_id, self._clock)
        return True

    def _beat(self) -> bool:
        with self._database.transaction() as session:
            found = session.execute(
                update(Worker)
                .where(Worker.id == self.worker_id, Worker.stopped_at.is_(None))
                .values(heartbeat_at=self._clock.now())
                .returning(Worker.id)
            )
            return found.first() is not None

    def _keep(self) -> None:
        last_s = self._clock.monotonic_s()
        while not self._stop.wait(self._times.heartbeat_s):
            try:
                if not self._beat():
                    self.lost.set()
                    return
                last_s = self._clock.monotonic_s()
                for worker_id in self.look_around():
                    self._on_buried(worker_id)
            except DBAPIError:
                # the database is away; others cannot see our beat, and may take over when it is back
                if self._clock.monotonic_s() - last_s >= self._times.dead_after_s:
                    self.lost.set()
                    return
