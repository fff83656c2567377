"""What has to be done now and then, whoever asks: messages out, what came in, deletions, invitations over, old counts.

Every server and worker process does it; each piece is safe to be done by several at once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from api.context import Context
from api.wechat.cards import settle_decided
from api.wechat.inbound import work_off
from api.wechat.quotas import forget_old
from interview_engine.errors import OutputError
from interview_engine.hr.accounts import failures, sign_in
from interview_engine.hr.house import house
from interview_engine.hr.messaging import notices
from interview_engine.hr.privacy import erasure
from interview_engine.hr.recruiting import retention
from interview_engine.hr.recruiting.interviewing import invitation_states, invitations, uploads
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


def erase_what_is_asked(context: Context) -> int:
    """Every deletion asked for, each in its own transaction; returns how many were done."""
    with context.database.reading() as session:
        asked = erasure.due(session)
    for request in asked:
        with context.database.transaction() as session:
            erasure.erase(session, context.blobs, request.request_id, context.clock)
    return len(asked)


def plan_what_is_over(context: Context) -> int:
    """What is past its policy's time is planned to be deleted; returns how many plans were made."""
    with context.database.transaction() as session:
        return len(retention.plan(session, context.clock, context.service.deletion_days))


def carry_out_plans(context: Context) -> int:
    """Plans whose day has come, each in its own transaction; returns how many were done."""
    share = context.service.deletion_share
    with context.database.reading() as session:
        stop = retention.stopped(session, context.clock, share)
        planned = retention.ripe(session, context.clock, share)
    if stop is not None:
        log.warning("%d planned deletions of %d wait for a person to confirm them", stop.wanted, stop.there)
    done = 0
    for request_id in planned:
        with context.database.transaction() as session:
            done += retention.carry_out(session, context.blobs, request_id, context.clock)
    return done


def end_invitations(context: Context) -> int:
    """Invitations whose time is over, and those that a wrong clock ended too early; returns how many."""
    with context.database.transaction() as session:
        return invitation_states.revive(session, context.clock) + invitations.expire(session, context.clock)


def remove_unnamed_blobs(context: Context) -> int:
    """Blobs that nothing names any more; returns how many."""
    done = collect(context.database, context.blobs, house().references(), context.clock)
    return done.unnamed + done.unregistered


def clear_uploads(context: Context) -> int:
    """Parts of uploads that were finished, discarded or abandoned; returns of how many uploads."""
    with context.database.transaction() as session:
        closed = uploads.to_clear(session, context.clock)
    for upload_id in closed:
        with context.database.transaction() as session:
            uploads.clear_parts(session, context.blobs, upload_id)
    return len(closed)


def forget_old_counts(context: Context) -> None:
    """Counts of quotas whose windows are long over."""
    with context.database.transaction() as session:
        forget_old(session, context.clock)


def forget_old_sign_ins(context: Context) -> None:
    """Sessions that are over, and failures to sign in that no longer count."""
    with context.database.transaction() as session:
        sign_in.sweep(session, context.clock)
        failures.sweep(session, context.clock.now())


def escalate_notices(context: Context) -> int:
    """Notices that nobody has read in time go out again by another way; returns how many."""
    with context.database.transaction() as session:
        return notices.escalate(session, context.clock)


def chores(context: Context) -> list[Chore]:
    """All of them."""
    return [
        Chore("wechat", 1.0, lambda: work_off(context)),
        Chore("cards", 5.0, lambda: settle_decided(context)),
        Chore("notices", 15.0, lambda: escalate_notices(context)),
        Chore("deletions", 10.0, lambda: erase_what_is_asked(context)),
        Chore("invitations", 60.0, lambda: end_invitations(context), by_date=True),
        Chore("retention", HOUR_S, lambda: plan_what_is_over(context), by_date=True),
        Chore("planned deletions", HOUR_S, lambda: carry_out_plans(context), by_date=True),
        Chore("uploads", HOUR_S, lambda: clear_uploads(context), by_date=True),
        Chore("quotas", HOUR_S, lambda: forget_old_counts(context), by_date=True),
        Chore("sign-ins", HOUR_S, lambda: forget_old_sign_ins(context), by_date=True),
        Chore("blobs", DAY_S, lambda: remove_unnamed_blobs(context), by_date=True),
    ]


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
