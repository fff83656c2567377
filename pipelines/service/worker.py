"""A worker: takes items that may begin, has them done step by step, and survives whatever happens to it or to others.

Any number of workers may run, on one machine or many, as their own process (`interview-engine worker`) or inside the
server. What a worker holds is written on the items, so that its death loses nothing (docs/operations.md).
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError
from interview_engine.hr import all_tables  # noqa: F401 it plugs in the areas
from interview_engine.hr.migration.service import WORK as IMPORT
from interview_engine.hr.recruiting.interviewing import work
from interview_engine.hr.recruiting.interviewing.work_queue import mend, next_items
from interview_engine.hr.rosters.service import WORK as ROSTER
from interview_engine.i18n import msg
from interview_engine.settings import Settings
from interview_engine.store.blobs import BlobStore
from interview_engine.store.engine import Database
from interview_engine.store.outages import outage_of
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import WorkItem
from interview_engine.store.work_run import Claim, begin_afresh, claim, fail, free, give_back, held_by, postpone
from pipelines.hearing.recognition_server import served
from pipelines.service import child_tasks
from pipelines.service.children import ChildLimits, Children, Do, StartMethod, Stopping
from pipelines.service.durable_answer import do_answer
from pipelines.service.durable_import import do_import
from pipelines.service.durable_interview import do_interview
from pipelines.service.durable_roster import do_roster
from pipelines.service.lease import Lease, LeaseTimes
from pipelines.service.workflow import Journal, Step
from pipelines.service.workplace import Boundary, Ended, Workplace, ending_of, is_quiet, no_boundary, scratch_folder
from pipelines.workbench import needed_weights

log = logging.getLogger("interview_engine.work")

STEPS: Mapping[str, Callable[[Workplace, Claim, Step], None]] = MappingProxyType(
    {work.ANSWER: do_answer, work.INTERVIEW: do_interview, IMPORT: do_import, ROSTER: do_roster}
)
"""What is done for each kind of durable work that the areas hand over (`hr.area.WorkKind`)."""

PARTING_S = 10.0
"""How long an ending worker waits for its steps to notice, before it gives their items back over their heads."""

JOURNAL_KEPT = timedelta(days=7)
PURGED = 500
"""Records removed from the journal at a time."""

OUTAGE_PAUSE_S = 2.0
"""Before the database is asked again that did not answer."""


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """How a worker works; tests change what the product leaves as it is.

    Args:
        hands: children, and so items at a time; 0 is one a core (or what the settings say).
        poll_s: how often it looks for new items when it has a free hand.
        tidy_s: how often it looks for work that nobody asked for and for items that nobody holds.
        scratch: where recordings are put while they are read; the system's temporary folder when None.
        do, start_method: what children do, and how they are started (see children.py).
        boundary: told of every boundary between two steps.
        box: opens and closes what is kept encrypted in the database; a worker without one leaves imports to a person.
    """

    hands: int = 0
    poll_s: float = 1.0
    tidy_s: float = 30.0
    purge_s: float = 3600.0
    lease: LeaseTimes = field(default_factory=LeaseTimes)
    limits: ChildLimits = field(default_factory=ChildLimits)
    scratch: Path | None = None
    do: Do = child_tasks.do
    start_method: StartMethod = "spawn"
    boundary: Boundary = no_boundary
    box: SecretBox | None = None


def run_worker(
    database: Database,
    blobs: BlobStore,
    database_url: str,
    settings: Settings,
    clock: Clock,
    stop: threading.Event,
    options: WorkerOptions | None = None,
) -> None:
    """Work until `stop` is set. Items in hand are then given back at once; another worker, or the next start, goes on.

    With CUDA its children share one recognition process, so that windows of all answers in hand are one queue.

    Args:
        database: where the items are; its tables exist. `database_url` is its address: the journal lies with it.
    """
    chosen = options or WorkerOptions()
    with served(settings) as shared:
        while not stop.is_set():
            try:
                lost = _Life(database, blobs, database_url, shared, clock, stop, chosen).live()
            except Exception as error:
                # database away, disk full, journal damaged: a worker does not end because of it, it tries again
                outage = outage_of(error)
                if outage is None:
                    log.exception("the worker failed; it begins again")
                else:
                    log.warning("the worker waits, because the database or the disk is %s", outage)
                stop.wait(OUTAGE_PAUSE_S)
                continue
            if lost and not stop.is_set():
                log.warning("this worker was taken for dead; it begins again under a new name")


class _Life:
    """A worker from its first heartbeat to its last."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        database_url: str,
        settings: Settings,
        clock: Clock,
        stop: threading.Event,
        options: WorkerOptions,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._database_url = database_url
        self._settings = settings
        self._clock = clock
        self._stop = stop
        self._options = options
        self._hands = options.hands or settings.workers or len(os.sched_getaffinity(0))
        self._active: dict[str, Claim] = {}
        self._changed = threading.Event()
        self._lease = Lease(database, clock, options.lease)
        self._due: dict[str, float] = {}
        self._models = cache(partial(needed_weights, settings))

    def live(self) -> bool:
        """Work until stopped or lost; whether it was lost."""
        options = self._options
        children = Children(self._hands, options.do, self._settings, options.limits, self._clock, options.start_method)
        with scratch_folder(options.scratch) as scratch:
            self._place = Workplace(
                self._database,
                self._blobs,
                self._clock,
                children,
                self._settings,
                scratch,
                self._models,
                options.boundary,
                options.box,
            )
            self._journal = Journal(self._database_url, self._lease.worker_id, self._perform)
            try:
                self._lease.start(self._buried)
                log.info("worker %s begins, %d at a time", self._lease.worker_id, self._hands)
                while not self._stop.is_set() and not self._lease.lost.is_set():
                    self._round()
                    self._changed.wait(options.poll_s)
                    self._changed.clear()
            finally:
                children.stop()
                self._part()
                self._journal.close()
                self._lease.end()
        return self._lease.lost.is_set()

    def _round(self) -> None:
        try:
            self._now_and_then("tidy", self._options.tidy_s, self._tidy)
            self._now_and_then("purge", self._options.purge_s, self._purge)
            self._take()
        except DBAPIError as error:
            log.warning("the database does not answer (%s); trying again", type(error).__name__)
            self._stop.wait(OUTAGE_PAUSE_S)

    def _take(self) -> None:
        """Claim and begin what may begin, as far as hands are free."""
        if len(self._active) >= self._hands:
            return
        with self._database.reading() as session:
            found = next_items(session, self._clock)
        for item_id in found:
            if len(self._active) >= self._hands or self._stop.is_set() or self._lease.lost.is_set():
                return
            with self._database.transaction() as session:
                held = claim(session, item_id, self._lease.worker_id, self._clock)
            if held is not None:
                self._place.boundary("claimed", held)
                self._begin(held)

    def _begin(self, held: Claim) -> None:
        self._active[held.item_id] = held
        try:
            if self._journal.start(held):
                return
            with self._database.transaction() as session:
                again = begin_afresh(session, held, self._clock)
            if again is None:
                self._active.pop(held.item_id, None)
                return
            self._active[held.item_id] = held = again
            self._journal.start(again)
        except Exception as error:
            log.exception("the journal does not take item %s", held.item_id)
            self._active.pop(held.item_id, None)
            self._settle(held, _journal_away(error))

    def _perform(self, item_id: str, run: int, step: Step) -> None:
        """Called by the engine, in a thread of its own."""
        held = self._active.get(item_id)
        if held is None or held.run != run:
            return
        try:
            self._place.boundary("begun", held)
            STEPS[held.kind](self._place, held, step)
            log.info("%s %s done (attempt %d)", held.kind, held.subject_id, held.attempt)
        except Exception as error:  # noqa: BLE001 every failure becomes a state of the item
            self._failed(held, error)
        finally:
            if self._active.get(item_id) == held:
                del self._active[item_id]
            self._changed.set()

    def _failed(self, held: Claim, error: Exception) -> None:
        if isinstance(error, Stopping):
            self._give_back(held)
        elif not is_quiet(error):
            ended = ending_of(error)
            known = isinstance(error, InterviewEngineError)
            message = "%s %s failed (attempt %d): %s"
            log.warning(
                message, held.kind, held.subject_id, held.attempt, ended.text.en, exc_info=None if known else error
            )
            self._settle(held, ended)

    def _settle(self, held: Claim, ended: Ended) -> None:
        """Write the failure down. While the database is away the item stays ours, and `_tidy` frees it later."""
        try:
            with self._database.transaction() as session:
                if ended.outage:
                    postpone(session, held, ended.code, ended.text, self._clock)
                else:
                    fail(session, held, ended.code, ended.text, self._clock)
        except DBAPIError as error:
            log.warning("the failure of item %s could not be written (%s)", held.item_id, type(error).__name__)

    def _give_back(self, held: Claim) -> None:
        try:
            with self._database.transaction() as session:
                give_back(session, held, self._clock)
        except DBAPIError as error:
            log.warning("item %s could not be given back (%s)", held.item_id, type(error).__name__)

    def _part(self) -> None:
        """Wait for the steps to end; what does not is given back and finds itself without effect."""
        until_s = self._clock.monotonic_s() + PARTING_S
        while self._active and self._clock.monotonic_s() < until_s:
            self._changed.wait(0.1)
            self._changed.clear()
        for held in list(self._active.values()):
            self._give_back(held)

    def _tidy(self) -> None:
        with self._database.transaction() as session:
            for kind, subject_id in mend(session, self._clock):
                log.error("%s %s had no work item; it has one now", kind, subject_id)
            orphans = [item for item in held_by(session, self._lease.worker_id) if item not in self._active]
            if orphans:
                free(session, self._lease.worker_id, self._clock, orphans)

    def _purge(self) -> None:
        before = (self._clock.now() - JOURNAL_KEPT).isoformat()
        names = self._journal.older_than(before, PURGED)
        ids = {name.partition(".")[0] for name in names}
        with self._database.reading() as session:
            live = set(
                session.scalars(
                    select(WorkItem.id).where(WorkItem.id.in_(ids), WorkItem.state.in_(("waiting", "running")))
                )
            )
        self._journal.purge([name for name in names if name.partition(".")[0] not in live])

    def _buried(self, worker_id: str) -> None:
        log.warning("worker %s is dead; its work goes on elsewhere", worker_id)
        self._journal.forget(worker_id)
        self._changed.set()

    def _now_and_then(self, name: str, every_s: float, act: Callable[[], None]) -> None:
        now_s = self._clock.monotonic_s()
        if now_s >= self._due.get(name, 0.0):
            act()
            self._due[name] = now_s + every_s


def _journal_away(error: Exception) -> Ended:
    name = type(error).__name__
    return Ended(
        "work.journal",
        msg("The journal of work refused ({name}); it is tried again.", name=name),
        outage=True,
    )
