"""Limits on requests: how often (token buckets) and how large. Pure ASGI, in front of everything else.

Buckets are kept in this process, so several server processes together let through that many times more; they are there
against guessing and floods, not for accounting. Each kind has its own table of fixed size: a flood of one kind changes
nothing for another, and no bucket is ever removed, so that no flood empties anybody's limit. Two callers may share a
bucket (1 in 32,768, by a hash that nobody can foresee).

A guess is a secret that is unknown. Who shows a known one is let through however often others behind the same address
guessed, and counts as nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from types import MappingProxyType

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.context import Context
from api.deps import client_address
from api.errors import respond
from api.known_secrets import carries_secret, is_known
from interview_engine.i18n import msg

SLOTS = 32_768
"""Buckets a kind: half a megabyte."""
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
REFUSALS = frozenset({401, 403, 404, 410})
"""Answers that may be a failed guess at a secret."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket's size and how many requests a second flow back into it."""

    burst: float
    per_s: float


RATES: Mapping[str, Rate] = MappingProxyType(
    {
        "sign_in": Rate(20, 1 / 6),
        "apply": Rate(400, 1),
        "guess": Rate(30, 1 / 6),
        "receipt": Rate(30, 1 / 2),
        "api": Rate(300, 30),
        "console": Rate(300, 20),
        "export": Rate(20, 1 / 3),
    }
)
"""By kind of request: sign-in, applications and checks of receipts by address; unknown links and tokens by address;
calls by token; pages by session; exports and PDFs by token or session. Applications: a campus of 300 behind one address
may apply at once. Recordings are not counted: what a candidate may send is limited by the invitation."""

BODIES: tuple[tuple[re.Pattern[str], int | None], ...] = (
    (re.compile(r"^/i/[^/]+/uploads(/|$)"), None),
    (re.compile(r"^/(p|i)/"), 24 << 20),
    (re.compile(r"^/e/[^/]+/card$"), 24 << 20),
    (re.compile(r"^/wechat/my/photo$"), 24 << 20),
    (re.compile(r"^/wechat/my/expenses/[^/]+/files$"), 24 << 20),
    (re.compile(r"^/api/v1/applications/[^/]+/resume$"), 20 << 20),
    (re.compile(r"^/console/"), 24 << 20),
    (re.compile(r"^/dictation$"), 5 << 20),
    (re.compile(r""), 1 << 20),
)
"""Largest body by path, first match; None where the route limits it itself (recordings)."""


@dataclass(slots=True)
class Buckets:
    """The token buckets of one process. Safe to share between threads.

    Args:
        rates: by kind; a kind that is not there is not limited.
        slots: buckets a kind.
    """

    rates: Mapping[str, Rate] = field(default_factory=lambda: RATES)
    slots: int = SLOTS
    _taken: dict[str, tuple[array[float], array[float]]] = field(default_factory=dict)
    """By kind: how many tokens each bucket lacked, and when that was noted."""
    _salt: bytes = field(default_factory=lambda: os.urandom(16))
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
        slot = int.from_bytes(hashlib.blake2b(who.encode(), digest_size=8, key=self._salt).digest()) % self.slots
        with self._lock:
            if kind not in self._taken:
                self._taken[kind] = array("d", bytes(8 * self.slots)), array("d", bytes(8 * self.slots))
            taken, noted_s = self._taken[kind]
            lacking = max(0.0, taken[slot] - max(0.0, now_s - noted_s[slot]) * rate.per_s)
            enough = rate.burst - lacking >= 1.0
            taken[slot], noted_s[slot] = lacking + (1.0 if enough and take else 0.0), now_s
        return 0.0 if enough else (1.0 - (rate.burst - lacking)) / rate.per_s

    def __len__(self) -> int:
        """Buckets in memory."""
        return len(self._taken) * self.slots


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
    if path == "/receipts":
        return "receipt"
    return "console" if path.startswith(("/console", "/changes", "/dictation")) else None


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
        address = network_of(client_address(request))
        kind, guessing = kind_of(scope["method"], path), carries_secret(request)
        wait_s = self.buckets.wait_s("guess", address, now_s, take=False) if guessing else 0.0
        if wait_s > 0.0 and await run_in_threadpool(is_known, request, self.context):
            wait_s = 0.0
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
            refused = guessing and message["type"] == "http.response.start" and message["status"] in REFUSALS
            if refused and not await run_in_threadpool(is_known, request, self.context):
                self.buckets.wait_s("guess", address, now_s)
            await send(message)

        await self.app(scope, receive if limit is None else _counted(receive, limit), noting)


def network_of(address: str) -> str:
    """What is counted as one caller: an IPv4 address, or the /64 of one IPv6 customer."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))


def _who(kind: str, request: Request, address: str) -> str:
    """Whose bucket: the token's or the session's (as a hash), else the address's."""
    if kind in ("sign_in", "apply", "receipt"):
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
        msg("Too many requests."),
        msg("Try again in {wait_s} s.", wait_s=int(wait_s) + 1),
        {"Retry-After": str(int(wait_s) + 1)},
    )


def _too_large(request: Request, limit: int) -> ASGIApp:
    megabytes = limit >> 20
    return respond(
        request,
        413,
        "request.too_large",
        msg("This is larger than {megabytes} MB.", megabytes=megabytes),
        msg("Send it in smaller parts."),
        {},
    )
