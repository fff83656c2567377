"""Parts of pages that the server keeps fresh by server-sent events while the page is open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

EVERY_S = 2.0
STREAM_S = 24.0
"""A stream ends after this and the browser opens the next one, so that a server can be stopped without waiting long."""


def live(request: Request, fragment: Callable[[], str]) -> StreamingResponse:
    """The part of the page every `EVERY_S`, as `[data-live]` in console.js takes it.

    Args:
        fragment: makes it, in a thread; who may see it was asked before.
    """

    async def stream() -> AsyncIterator[str]:
        yield "retry: 1000\n\n"
        sent = 0.0
        while sent < STREAM_S and not await request.is_disconnected():
            html = await run_in_threadpool(fragment)
            yield "".join(f"data: {line}\n" for line in html.splitlines()) + "\n"
            await asyncio.sleep(EVERY_S)
            sent += EVERY_S

    return StreamingResponse(stream(), media_type="text/event-stream")
