"""Limits on requests: how often (token buckets) and how large. Pure ASGI, in front of everything else.

Buckets are kept in this process, so several server processes together let through that many times more; they are there
against guessing and floods, not for accounting. Memory is bounded: beyond `MAX_BUCKETS` the longest unused go.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.context import Context
from api.deps import client_address
from api.errors import respond
from interview_engine.errors import Bilingual

MAX_BUCKETS = 20_000
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
REFUSALS = frozenset({401, 403, 404, 410})
"""Answers that may be a failed guess at a link; of the API only 401 is."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket's size and how many requests a second flow back into it."""

    burst: float
    per_s: float


RATES: Mapping[str, Rate] = MappingProxyType(
    {
        "sign_in": Rate(20, 1 / 6),
        "apply": Rate(60, 1 / 2),
        "guess": Rate(30, 1 / 6),
        "api": Rate(300, 30),
        "console": Rate(300, 20),
        "export": Rate(20, 1 / 3),
    }
)
"""By kind of request: sign-in and applications by address; failed guesses (wrong token, unknown link) by address;
calls by token; pages by session; exports and PDFs by token or session. Recordings are not counted: a hundred
candidates may sit behind one address, and what they may send is limited by their invitation."""

BODIES: tuple[tuple[re.Pattern[str], int | None], ...] = (
    (re.compile(r"^/i/[^/]+/uploads(/|$)"), None),
    (re.compile(r"^/(p|i)/"), 24 << 20),
    (re.compile(r"^/api/v1/applications/[^/]+/resume$"), 20 << 20),
    (re.compile(r"^/console/"), 24 << 20),
    (re.compile(r""), 1 << 20),
)
"""Largest body by path, first match; None where the route limits it itself (recordings)."""


@dataclass(slots=True)
class Buckets:
    """The token buckets of one process. Safe to share between threads.

    Args:
        rates: by kind; a kind that is not there is not limited.
    """

    rates: Mapping[str, Rate] = field(default_factory=lambda: RATES)
    most: int = MAX_BUCKETS
    _levels: OrderedDict[tuple[str, str], tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait_s(self, kind: str, who: str, now_s: float, *, take: bool = True) -> float:
        """Take one out of the bucket of `who`; 0.0 when there was one, else the seconds until there will be.

        Args:
            now_s: seconds of a clock that only goes forward.
            take: False only looks.
        """
        rate = self.rates.get(kind)
        if rate is None:
            return 0.0
        with self._lock:
            level, since_s = self._levels.pop((kind, who), (rate.burst, now_s))
            level = min(rate.burst, level + max(0.0, now_s - since_s) * rate.per_s)
            enough = level >= 1.0
            self._levels[kind, who] = (level - 1.0 if enough and take else level, now_s)
            while len(self._levels) > self.most:
                self._levels.popitem(last=False)
        return 0.0 if enough else (1.0 - level) / rate.per_s

    def __len__(self) -> int:
        return len(self._levels)


def kind_of(method: str, path: str) -> str | None:
    """Which bucket a request takes from; None is not counted."""
    if path.startswith(("/api/v1/exports/", "/console/exports")) or path.endswith((".pdf", "/pdf")):
        return "export"
    if path.startswith("/api/v1/"):
        return "api" if path != "/api/v1/health" else None
    if path.startswith("/sign-in"):
        return "sign_in" if method in UNSAFE else None
    if path.startswith("/p/"):
        return "apply" if method in UNSAFE else None
    return "console" if path.startswith("/console") else None


def guesses(path: str) -> frozenset[int]:
    """The statuses that on this path may mean somebody trying out tokens or links."""
    if path.startswith("/api/v1/"):
        return frozenset({401})
    return REFUSALS if path.startswith(("/i/", "/o/", "/s/", "/a/", "/media/")) else frozenset()


def most_bytes(path: str) -> int | None:
    """Largest body for a path; None where the route limits it itself."""
    return next(limit for pattern, limit in BODIES if pattern.match(path))


class Limits:
    """Answers 429 and 413 before a request costs anything.

    Args:
        context: for the clock and for the addresses of trusted proxies.
    """

    def __init__(self, app: ASGIApp, *, context: Context, buckets: Buckets | None = None) -> None:
        self.app = app
        self.context = context
        self.buckets = Buckets() if buckets is None else buckets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        path, now_s = scope["path"], self.context.clock.monotonic_s()
        address = client_address(request)
        kind, guessing = kind_of(scope["method"], path), guesses(path)
        wait_s = self.buckets.wait_s("guess", address, now_s, take=False) if guessing else 0.0
        if kind is not None and wait_s == 0.0:
            wait_s = self.buckets.wait_s(kind, _who(kind, request, address), now_s)
        if wait_s > 0.0:
            await _too_many(request, wait_s)(scope, receive, send)
            return
        limit = most_bytes(path) if scope["method"] in UNSAFE else None
        if limit is not None and _announced(request) > limit:
            await _too_large(request, limit)(scope, receive, send)
            return

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in guessing:
                self.buckets.wait_s("guess", address, now_s)
            await send(message)

        await self.app(scope, receive if limit is None else _counted(receive, limit), noting)


def _who(kind: str, request: Request, address: str) -> str:
    """Whose bucket: the token's or the session's (as a hash), else the address's."""
    if kind in ("sign_in", "apply"):
        return address
    secret = request.headers.get("authorization") or request.cookies.get("__Host-session")
    secret = secret or request.cookies.get("session")
    return hashlib.sha256(secret.encode()).hexdigest() if secret else address


def _announced(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() and len(length) < 19 else 0


def _counted(receive: Receive, limit: int) -> Receive:
    """The same messages, cut off when a body without an announced length becomes too large."""
    size = 0

    async def counting() -> Message:
        nonlocal size
        message = await receive()
        if message["type"] == "http.request":
            size += len(message.get("body", b""))
            if size > limit:
                raise HTTPException(413)
        return message

    return counting


def _too_many(request: Request, wait_s: float) -> ASGIApp:
    return respond(
        request,
        429,
        "request.too_many",
        Bilingual("请求太频繁。", "Too many requests."),
        Bilingual(f"请 {int(wait_s) + 1} 秒后再试。", f"Try again in {int(wait_s) + 1} s."),
        {"Retry-After": str(int(wait_s) + 1)},
    )


def _too_large(request: Request, limit: int) -> ASGIApp:
    megabytes = limit >> 20
    return respond(
        request,
        413,
        "request.too_large",
        Bilingual(f"内容超过 {megabytes} MB。", f"This is larger than {megabytes} MB."),
        Bilingual("请分小一些再发送。", "Send it in smaller parts."),
        {},
    )
