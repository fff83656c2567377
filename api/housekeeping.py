"""Periodic work of the service: outgoing messages, inbound events, old counters, and the jobs of areas.

Every server and worker process does it; each piece is safe to be done by several at once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from api.context import Context
from api.phone.cards import settle_decided
from api.phone.inbound import process_pending
from api.signing.flow import look_elsewhere
from api.wechat.quotas import forget_old
from interview_engine.errors import OutputError
from interview_engine.hr.area import Job, Round
from interview_engine.hr.house import house
from interview_engine.store.blob_garbage import collect
from interview_engine.store.clock_guard import ClockGuard, Doubt
from interview_engine.store.deliver import Channel, run_dispatcher
from interview_engine.store.outages import outage_of

log = logging.getLogger("interview_engine.housekeeping")

LOOK_S = 1.0
CLOCK_S = 5.0
HOUR_S = 3600.0
DAY_S = 86_400.0


@dataclass(slots=True)
class Chore:
    """One piece of work, every `every_s` seconds; the first time at once.

    Args:
        by_date: it ends or deletes what is old, so it waits while the clock is in doubt.
    """

    name: str
    every_s: float
    do: Callable[[], object]
    by_date: bool = False
    due_s: float = field(default=0.0)


def remove_unnamed_blobs(context: Context) -> int:
    """Delete blobs that nothing refers to; returns how many."""
    done = collect(context.database, context.blobs, house().references(), context.clock)
    return done.unnamed + done.unregistered


def forget_old_counts(context: Context) -> None:
    """Delete counters of quota windows that are long over."""
    with context.database.transaction() as session:
        forget_old(session, context.clock)


def chores(context: Context) -> list[Chore]:
    """Those of the installation, and the jobs that areas hand over."""
    return [
        Chore("wechat", 1.0, lambda: process_pending(context)),
        Chore("cards", 5.0, lambda: settle_decided(context)),
        Chore("signatures", 30.0, lambda: look_elsewhere(context)),
        Chore("quotas", HOUR_S, lambda: forget_old_counts(context), by_date=True),
        Chore("blobs", DAY_S, lambda: remove_unnamed_blobs(context), by_date=True),
        *(_of_area(context, job) for job in house().jobs()),
    ]


def _of_area(context: Context, job: Job) -> Chore:
    given = Round(context.database, context.blobs, context.clock, context.service)
    return Chore(job.name, job.every_s, lambda: job.do(given), job.by_date)


def keep_house(context: Context, work: list[Chore], stop: threading.Event) -> None:
    """Do the chores until `stop` is set. One that fails is logged and tried again at its next time; one that goes by
    the date waits while the clock is in doubt."""
    guard = ClockGuard(context.database, context.clock)
    doubt: Doubt | None = Doubt("looking")
    look_s = 0.0
    while not stop.is_set():
        now_s = context.clock.monotonic_s()
        if now_s >= look_s:
            doubt = _look(guard)
            look_s = now_s + CLOCK_S
        for chore in work:
            if now_s >= chore.due_s and not stop.is_set() and not (chore.by_date and doubt is not None):
                _do(chore)
                chore.due_s = now_s + chore.every_s
        stop.wait(LOOK_S)
    guard.leave()


def _look(guard: ClockGuard) -> Doubt | None:
    try:
        return guard.look()
    except Exception as error:
        outage = outage_of(error)
        if outage is None:
            log.exception("the clock could not be held against others")
        return Doubt("outage")


def _do(chore: Chore) -> None:
    try:
        chore.do()
    except Exception as error:
        outage = outage_of(error)
        if outage is not None or isinstance(error, OutputError):
            log.warning("%s: waits, because the database or the disk is %s", chore.name, outage or error)
        else:
            log.exception("%s failed; it is tried again", chore.name)


def start(context: Context, channels: Mapping[str, Channel], stop: threading.Event) -> list[threading.Thread]:
    """The dispatcher of messages and the chores, each in a thread that ends with `stop`."""
    threads = [
        threading.Thread(
            target=run_dispatcher, args=(context.database, channels, context.clock, stop), name="messages", daemon=True
        ),
        threading.Thread(target=keep_house, args=(context, chores(context), stop), name="chores", daemon=True),
    ]
    for thread in threads:
        thread.start()
    return threads
