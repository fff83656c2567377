"""The stream of changes, and the same by asking now and then where a proxy holds streams back (J5).

Nothing but keys is sent: "me", "requisition:…". What changed the page fetches by its own address, with the rights that
its reader has then.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.candidate.sessions import OwnOrigin
from api.changes.hub import Changes
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.phone.employee import known_employee
from api.sessions import signed_in
from interview_engine.errors import NotSignedIn
from interview_engine.hr.access.rules import Actor, employee_actor
from interview_engine.hr.house import house
from interview_engine.hr.problems import invalid
from interview_engine.i18n import msg

router = APIRouter()

STREAM_S = 300.0
"""A stream ends after this, and the browser's next one is asked again who it is."""
BEAT_S = 15.0
"""Silence after which the page is told that the stream is alive."""
PADDING = ":" + " " * 2048
"""A first line that a proxy with a buffer passes on."""
MOST_WATCHED = 8
RETRY_MS = 2_000


def _reader(request: Request, context: Context) -> tuple[Actor, frozenset[str]] | None:
    """Who looks, and the keys of what concerns them; None where nobody is signed in. Does not count as a visit."""
    visit = signed_in(request, context)
    mine: set[str] = set()
    actor: Actor | None = None
    if visit is not None and visit.due is None:
        actor = visit.actor
        mine = {f"account:{visit.account.id}", f"person:{visit.person.id}"}
    person = known_employee(request, context)
    if person is not None:
        mine.add(f"person:{person.id}")
        actor = actor or employee_actor(person.id, language_of(request))
    return None if actor is None else (actor, frozenset(mine))


def _allowed(request: Request, context: Context, watch: tuple[str, ...]) -> tuple[str, frozenset[str]]:
    """(whose limit it counts to, keys of the reader); every watched thing was checked.

    Raises:
        NotSignedIn. InvalidInput: `changes.watch`. What the things' own checks raise.
    """
    found = _reader(request, context)
    if found is None:
        raise NotSignedIn("session.over", msg("You are not signed in any more."), msg("Sign in again."))
    actor, mine = found
    if len(watch) > MOST_WATCHED:
        raise _unknown()
    with context.database.reading() as session:
        for key in watch:
            kind, _, row_id = key.partition(":")
            declared = house().watches.get(kind)
            if declared is None or not 0 < len(row_id) <= 64:
                raise _unknown()
            declared.check(session, actor, row_id)
    return min(mine), mine


def _unknown() -> Exception:
    return invalid("watch", "changes.watch", msg("This cannot be watched."), msg("Reload the page."))


Watched = Annotated[list[str] | None, Query(max_length=MOST_WATCHED + 1)]
Since = Annotated[int | None, Query(ge=0, le=2**62)]


@router.get("/changes")
async def stream(
    request: Request,
    context: Ctx,
    _: OwnOrigin,
    watch: Watched = None,
    since: Since = None,
    last_event_id: Annotated[str, Header()] = "",
) -> StreamingResponse:
    """Keys of what changes, as server-sent events; the number of each is where a lost stream goes on."""
    hub: Changes = request.app.state.changes
    watched = tuple(watch or ())
    owner, mine = await run_in_threadpool(_allowed, request, context, watched)
    hub.check_room(owner)
    begins = int(last_event_id) if last_event_id.isascii() and last_event_id.isdigit() else since

    def still_here() -> bool:
        found = _reader(request, context)
        return found is not None and found[1] == mine

    answer = _events(hub, request, (owner, mine, frozenset(watched)), begins, still_here)
    headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
    return StreamingResponse(answer, media_type="text/event-stream", headers=headers)


@router.get("/changes.json")
async def asked(
    request: Request, context: Ctx, _: OwnOrigin, watch: Watched = None, since: Since = None
) -> JSONResponse:
    """What changed since an event: for browsers whose stream does not come through."""
    hub: Changes = request.app.state.changes
    watched = tuple(watch or ())
    _owner, mine = await run_in_threadpool(_allowed, request, context, watched)
    await hub.look()
    return JSONResponse({"number": hub.seen, "keys": sorted(hub.since(since, mine, frozenset(watched)))})


async def _events(
    hub: Changes,
    request: Request,
    reader: tuple[str, frozenset[str], frozenset[str]],
    begins: int | None,
    still_here: Callable[[], bool],
) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    ends = loop.time() + STREAM_S
    async with hub.open(*reader) as stream:
        yield f"{PADDING}\nretry: {RETRY_MS}\n\n"
        await hub.look()
        yield _event("hello", hub.seen, hub.since(begins, *reader[1:]))
        while not hub.closing and loop.time() < ends:
            try:
                await asyncio.wait_for(stream.woken.wait(), BEAT_S)
            except TimeoutError:
                if await request.is_disconnected():
                    return
                yield _event("beat", hub.seen, ())
                continue
            stream.woken.clear()
            if stream.recheck:
                stream.recheck = False
                if not await run_in_threadpool(still_here):
                    yield _event("bye", hub.seen, ())
                    return
            told, stream.pending = stream.pending, set()
            if told:
                yield _event("change", hub.seen, told)


def _event(name: str, number: int | None, keys: object) -> str:
    data = json.dumps(sorted(keys))  # type: ignore[call-overload]
    place = "" if number is None else f"id: {number}\n"
    return f"event: {name}\n{place}data: {data}\n\n"
