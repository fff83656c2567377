"""Recordings, screenshots and résumés by signed addresses that expire, with byte ranges (RFC 9110, section 14).

Permission is checked where an address is issued; the address is worth nothing after `LIFETIME`, and one that was issued
to an account works in that account's session only. Every read is in the audit trail, once an address and process: a
player asks for hundreds of ranges of one recording.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from threading import Lock
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from api.context import Context
from api.deps import Ctx
from api.sessions import signed_in
from interview_engine.errors import PermissionDenied
from interview_engine.i18n import msg
from interview_engine.store import audit

router = APIRouter()

PURPOSE = "media"
LIFETIME = timedelta(hours=4)
"""Long enough to watch an interview with breaks; the page that holds the address can be reloaded for a new one."""

SHOWN_INLINE = ("video/", "audio/", "image/jpeg", "image/png", "image/webp", "application/pdf")
"""What a browser may show itself; everything else is only ever downloaded."""


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes `start` to before `end`."""

    start: int
    end: int


class _Seen:
    """The addresses whose reading is in the audit trail already."""

    def __init__(self, most: int = 20_000) -> None:
        self._lock = Lock()
        self._most = most
        self._seen: dict[str, None] = {}

    def first(self, address: str) -> bool:
        """Whether this address has not been read before in this process."""
        with self._lock:
            if address in self._seen:
                return False
            self._seen[address] = None
            if len(self._seen) > self._most:
                self._seen.pop(next(iter(self._seen)))
            return True


@lru_cache(maxsize=1)
def _seen() -> _Seen:
    return _Seen()


def media_address(
    context: Context, actor_id: str, sha256: str, media_type: str, subject: str, *, filename: str = ""
) -> str:
    """An address under which this actor can read the blob until it expires.

    The caller has checked that the actor may. Its last part names the file so that a download keeps it.

    Args:
        subject: whose it is, "answer:id" or "resume:id"; goes into the audit trail with every read.
    """
    value = json.dumps([sha256, media_type, subject, actor_id, filename], ensure_ascii=False, separators=(",", ":"))
    return f"/media/{context.signer.sign(PURPOSE, value, context.clock.now() + LIFETIME)}"


@router.api_route("/media/{signed}", methods=["GET", "HEAD"])
def media(signed: str, request: Request, context: Ctx) -> Response:
    """The bytes, whole or a range of them."""
    value: list[str] = json.loads(context.signer.verify(PURPOSE, signed, context.clock.now()))
    sha256, media_type, subject, actor_id, filename = value
    _check_session(request, context, actor_id)
    size = context.blobs.size(sha256)
    entity = f'"{sha256}"'
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": entity,
        "Content-Type": media_type,
        "Content-Disposition": _disposition(media_type, filename),
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    if request.headers.get("if-none-match") == entity:
        return Response(status_code=304, headers=headers)
    wanted = request.headers.get("range")
    if wanted is not None and request.headers.get("if-range", entity) != entity:
        wanted = None
    try:
        span = byte_range(wanted, size)
    except ValueError:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    whole = span is None
    at = span or Span(0, size)
    headers["Content-Length"] = str(at.end - at.start)
    if not whole:
        headers["Content-Range"] = f"bytes {at.start}-{at.end - 1}/{size}"
    status = 200 if whole else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    if _seen().first(signed):
        with context.database.transaction() as session:
            audit.record(session, actor_id, "media.read", subject, {"sha256": sha256}, context.clock)
    return StreamingResponse(_bytes(context, sha256, at), status, headers)


def byte_range(header: str | None, size: int) -> Span | None:
    """What a Range header asks of `size` bytes; None: all of them (no header, another unit, or several ranges).

    Raises:
        ValueError: no byte of the range is there; 416 is the answer.
    """
    if header is None:
        return None
    unit, _, ranges = header.partition("=")
    first, dash, last = ranges.strip().partition("-")
    first, last = first.strip(), last.strip()
    plain = all(part == "" or (part.isascii() and part.isdigit()) for part in (first, last))
    if unit.strip().lower() != "bytes" or not dash or not plain or (not first and not last):
        return None
    if not first:
        length = min(int(last), size)
        if length == 0:
            raise ValueError("an empty suffix")
        return Span(size - length, size)
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        raise ValueError("past the end")
    return Span(start, min(int(last) + 1, size) if last else size)


def _bytes(context: Context, sha256: str, span: Span) -> Iterator[bytes]:
    yield from context.blobs.get(sha256, span.start, span.end)


def _check_session(request: Request, context: Context, actor_id: str) -> None:
    kind, _, identity = actor_id.partition(":")
    if kind != "account":
        return
    visit = signed_in(request, context)
    if visit is None or visit.due is not None or visit.account.id != identity:
        raise PermissionDenied(
            "media.other_account",
            msg("This address belongs to another account's session."),
            msg("Sign in and open it again from the report."),
        )


def _disposition(media_type: str, filename: str) -> str:
    kind = "inline" if media_type.startswith(SHOWN_INLINE) else "attachment"
    return f"{kind}; filename*=UTF-8''{quote(filename)}" if filename else kind
