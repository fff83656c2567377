"""The changes of this installation, looked up once a second for all open pages of this process together (J5).

A look is a read of the end of the audit trail (`store.changes`), and only where it moved of what the events concern. It
opens no transaction that lasts, and nobody looks while no page is open. What was found is kept for pages that come back
after a pause; who stayed away longer than that is told to look at everything again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from interview_engine.errors import TooManyRequests
from interview_engine.hr.area import EVERYBODY
from interview_engine.hr.house import house
from interview_engine.i18n import msg
from interview_engine.store import changes
from interview_engine.store.engine import Database
from interview_engine.store.outages import outage_of

log = logging.getLogger("interview_engine.changes")

LOOK_S = 1.0
IDLE_LOOKS = 30
"""Looks without an open page after which nobody looks any more."""
AT_A_LOOK = 500
"""Events a look takes; of more at once, every page looks at everything."""
KEPT = 300
"""Looks that found something and are kept."""
MOST_EACH = 12
"""Open streams of one account or person in this process: a browser opens one for each window that is in front."""
MOST = 2_000
READING = frozenset({"read", "read_blind", "export"})
"""Ends of actions that change nothing: a page whose own reading is recorded would fetch itself for ever."""


@dataclass(slots=True, eq=False)
class Stream:
    """An open page.

    Args:
        owner: whose limit it counts to.
        mine: keys of the reader: "account:id", "person:id".
        watched: keys of things that the page shows; the reader may read them.
    """

    owner: str
    mine: frozenset[str]
    watched: frozenset[str]
    pending: set[str] = field(default_factory=set)
    recheck: bool = False
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, keys: Iterable[str]) -> None:
        """Note what of these keys this page shows, in the words of the page: its own are "me"."""
        told = told_of(keys, self.mine, self.watched)
        if told:
            self.pending |= told
            self.woken.set()


def told_of(keys: Iterable[str], mine: frozenset[str], watched: frozenset[str]) -> set[str]:
    """What a page is told of keys that changed: "me", the things it watches, or everything."""
    found = set(keys)
    told = found & watched
    if found & mine:
        told.add("me")
    if EVERYBODY in found:
        told.add(EVERYBODY)
    return told


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found: keys of events after `before` up to `number`."""

    before: int
    number: int
    keys: frozenset[str]


class Changes:
    """The open pages of one process. Everything but the look itself runs in the server's event loop."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.seen: int | None = None
        """The last event that was looked at; None before the first look."""
        self.closing = False
        self._kept: deque[Look] = deque(maxlen=KEPT)
        self._streams: set[Stream] = set()
        self._versions: dict[str, str] = {}
        self._task: asyncio.Task[None] | None = None
        self._looked_at: float | None = None
        self._looking: asyncio.Lock | None = None

    def __len__(self) -> int:
        """Open streams."""
        return len(self._streams)

    @asynccontextmanager
    async def open(self, owner: str, mine: frozenset[str], watched: frozenset[str]) -> AsyncIterator[Stream]:
        """A stream that hears of changes until the block ends.

        Raises:
            TooManyRequests: `changes.too_many`: the page asks now and then instead (`since`).
        """
        self.check_room(owner)
        stream = Stream(owner, mine, watched)
        self._streams.add(stream)
        try:
            self._keep_looking()
            yield stream
        finally:
            self._streams.discard(stream)

    def check_room(self, owner: str) -> None:
        """Refuse one stream too many, before its answer begins."""
        if len(self._streams) >= MOST or sum(one.owner == owner for one in self._streams) >= MOST_EACH:
            raise TooManyRequests(
                "changes.too_many",
                msg("Too many windows are open."),
                msg("Close some; this one looks for news more slowly."),
            )

    def since(self, number: int | None, mine: frozenset[str], watched: frozenset[str]) -> set[str]:
        """What a page that last heard of event `number` has missed; everything where that is not known any more.

        Things that change without an event (`Watch.versions`) are always among it: the page may have missed them.
        """
        told = {key for key in watched if _versioned(key)}
        if number is None or self.seen is None or number >= self.seen:
            return told if number is None or number == self.seen else {EVERYBODY}
        kept = [one for one in self._kept if one.number > number]
        gap = any(later.before != earlier.number for earlier, later in pairwise(kept))
        if not kept or kept[0].before > number or kept[-1].number != self.seen or gap:
            return {EVERYBODY}
        return told.union(*(told_of(one.keys, mine, watched) for one in kept))

    async def look(self) -> None:
        """Look once, unless somebody just did."""
        if self._looking is None:
            self._looking = asyncio.Lock()
        async with self._looking:
            if self._looked_at is not None and _loop_s() - self._looked_at < LOOK_S / 2:
                return
            wanted = sorted({key for one in self._streams for key in one.watched if _versioned(key)})
            found, versions, left = await run_in_threadpool(self._find, wanted)
            self._looked_at = _loop_s()
        self._versions, before = versions, self._versions
        moved = {key for key, version in versions.items() if before.get(key, version) != version}
        self.seen = found.number
        if found.keys:
            self._kept.append(found)
        for stream in self._streams:
            stream.hear(found.keys | moved)
            if left & stream.mine:
                stream.recheck = True
                stream.woken.set()

    def close(self) -> None:
        """End every stream: the server stops. Browsers come back to the one that follows."""
        self.closing = True
        for stream in self._streams:
            stream.woken.set()

    def _find(self, wanted: list[str]) -> tuple[Look, dict[str, str], set[str]]:
        """In a thread: what is new, versions of watched things, and the accounts whose sign-ins may have ended."""
        with self.database.reading() as session:
            before = self.seen
            if before is None:
                number = changes.latest(session)
                return Look(number, number, frozenset()), _versions_of(session, wanted), set()
            events = changes.after(session, before, AT_A_LOOK)
            number = events[-1][0] if events else before
            written = [(action, subject) for _, action, subject in events if action.rpartition(".")[2] not in READING]
            keys: set[str] = set()
            if len(events) == AT_A_LOOK:
                number, keys = changes.latest(session), {EVERYBODY}
            elif written:
                keys = house().concerned(session, {subject for _, subject in written})
            left = {subject for _, _, subject in events if subject.startswith("account:")}
            return Look(before, number, frozenset(keys)), _versions_of(session, wanted), left

    def _keep_looking(self) -> None:
        loop = asyncio.get_running_loop()
        if self._task is None or self._task.done() or self._task.get_loop() is not loop:
            self._looking, self._looked_at = asyncio.Lock(), None
            self._task = loop.create_task(self._run(), name="changes")

    async def _run(self) -> None:
        idle = 0
        while not self.closing and idle < IDLE_LOOKS:
            try:
                await self.look()
            except Exception as error:  # the next look may find the database again
                outage = outage_of(error)
                if outage is None:
                    log.exception("changes could not be looked up")
                else:
                    log.info("changes wait, because the database is %s", outage)
            idle = 0 if self._streams else idle + 1
            await asyncio.sleep(LOOK_S)


def _loop_s() -> float:
    """Seconds of the running loop: how long ago a look was, whatever the clock of the service says."""
    return asyncio.get_running_loop().time()


def _versioned(key: str) -> bool:
    watch = house().watches.get(key.partition(":")[0])
    return watch is not None and watch.versions is not None


def _versions_of(session: Session, keys: list[str]) -> dict[str, str]:
    ids: dict[str, list[str]] = {}
    for key in keys:
        kind, _, row_id = key.partition(":")
        ids.setdefault(kind, []).append(row_id)
    found = {}
    for kind, rows in ids.items():
        versions = house().watches[kind].versions
        assert versions is not None
        found.update({f"{kind}:{row_id}": version for row_id, version in versions(session, rows).items()})
    return found
