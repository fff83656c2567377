"""Recordings by signed addresses: ranges as browsers ask for them, an end, one account's session, an audit trail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import console_data
import pytest
from applications import application
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from starlette.testclient import TestClient

from api.candidate.media import LIFETIME, Span, byte_range, media_address
from api.context import Context
from interview_engine.clock import SystemClock
from interview_engine.store.tables import AuditEvent

DATA = bytes(range(256)) * 20


@dataclass
class MovedClock(SystemClock):
    """The machine's clock, put forward."""

    by: timedelta = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.by


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    made = replace(console_data.make_context(tmp_path_factory.mktemp("media")), clock=MovedClock())
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def client(context: Context) -> TestClient:
    return TestClient(application(context), base_url="http://127.0.0.1:8000")


@pytest.fixture(scope="module")
def address(context: Context) -> str:
    sha256 = context.blobs.put(DATA, "video/webm")
    return media_address(context, "candidate:x", sha256, "video/webm", "answer:x", filename="回答 1.webm")


def test_the_whole_recording_and_what_it_is(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.content) == (200, DATA)
    assert answer.headers["content-type"] == "video/webm"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-length"] == str(len(DATA))
    assert answer.headers["content-disposition"].startswith("inline; filename*=UTF-8''%E5%9B%9E")
    assert "no-store" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=5000-", 5000, 5120),
        ("bytes=-5", 5115, 5120),
        ("bytes=-99999", 0, 5120),
        ("bytes=5110-99999", 5110, 5120),
    ],
)
def test_a_range_is_answered_with_exactly_it(
    client: TestClient, address: str, asked: str, start: int, end: int
) -> None:
    answer = client.get(address, headers={"range": asked})
    assert (answer.status_code, answer.content) == (206, DATA[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(DATA)}"


@pytest.mark.parametrize("asked", ["bytes=5120-", "bytes=9000-9001", "bytes=-0"])
def test_a_range_without_a_byte_is_refused(client: TestClient, address: str, asked: str) -> None:
    answer = client.get(address, headers={"range": asked})
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer.headers["content-range"] == f"bytes */{len(DATA)}"


@pytest.mark.parametrize("asked", ["items=0-5", "bytes=9-3", "bytes=a-b", "bytes=0-1,5-6", "bytes", "bytes=--5"])
def test_what_is_no_range_gives_the_whole(client: TestClient, address: str, asked: str) -> None:
    answer = client.get(address, headers={"range": asked})
    assert (answer.status_code, len(answer.content)) == (200, len(DATA))


def test_head_says_what_get_would_without_a_byte(client: TestClient, address: str) -> None:
    whole = client.head(address)
    assert (whole.status_code, whole.headers["content-length"], whole.content) == (200, str(len(DATA)), b"")
    part = client.head(address, headers={"range": "bytes=0-9"})
    assert (part.status_code, part.headers["content-length"]) == (206, "10")


def test_if_range_keeps_old_and_new_bytes_apart(client: TestClient, address: str) -> None:
    entity = client.head(address).headers["etag"]
    same = client.get(address, headers={"range": "bytes=0-9", "if-range": entity})
    assert same.status_code == 206
    for other in ('"other"', "Sat, 21 Nov 2026 00:00:00 GMT"):
        assert client.get(address, headers={"range": "bytes=0-9", "if-range": other}).status_code == 200
    assert client.get(address, headers={"if-none-match": entity}).status_code == 304


def test_an_address_ends(context: Context, client: TestClient, address: str) -> None:
    assert isinstance(context.clock, MovedClock)
    context.clock.by = LIFETIME + timedelta(seconds=1)
    try:
        assert client.get(address).status_code == 410
    finally:
        context.clock.by = timedelta(0)


def test_a_changed_address_opens_nothing(client: TestClient, address: str) -> None:
    head, _, tail = address.rpartition(".")
    assert client.get(f"{head}.{tail[::-1]}").status_code == 403
    assert client.get("/media/nonsense").status_code == 403


def test_an_accounts_address_needs_that_accounts_session(context: Context, client: TestClient) -> None:
    sha256 = context.blobs.put(DATA, "video/webm")
    address = media_address(context, "account:01a2", sha256, "video/webm", "answer:x")
    assert client.get(address).status_code == 403


def test_what_a_browser_must_not_show_is_only_downloaded(context: Context, client: TestClient) -> None:
    sha256 = context.blobs.put(b"<script>alert(1)</script>", "text/html")
    answer = client.get(media_address(context, "candidate:x", sha256, "text/html", "resume:x", filename="a.html"))
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_l10_a_reading_is_recorded_once_an_address(context: Context, client: TestClient) -> None:
    sha256 = context.blobs.put(DATA, "video/webm")
    for subject in ("answer:one", "answer:two"):
        address = media_address(context, "candidate:x", sha256, "video/webm", subject)
        client.head(address)
        for start in (100, 0, 2000):
            client.get(address, headers={"range": f"bytes={start}-"})
    with context.database.reading() as session:
        counts = dict(
            session.execute(
                select(AuditEvent.subject, func.count())
                .where(AuditEvent.action == "media.read", AuditEvent.subject.in_(("answer:one", "answer:two")))
                .group_by(AuditEvent.subject)
            )
            .tuples()
            .all()
        )
    assert counts == {"answer:one": 1, "answer:two": 1}


def test_a_recording_that_was_deleted_is_gone(context: Context, client: TestClient, tmp_path: Path) -> None:
    sha256 = context.blobs.put(b"short-lived", "video/webm")
    address = media_address(context, "candidate:x", sha256, "video/webm", "answer:x")
    context.blobs.delete(sha256)
    assert client.get(address).status_code == 404


@given(st.text(max_size=30), st.integers(1, 10_000))
def test_any_range_header_gives_bytes_that_are_there(tail: str, size: int) -> None:
    for header in (tail, f"bytes={tail}"):
        try:
            span = byte_range(header, size)
        except ValueError:
            continue
        assert span is None or 0 <= span.start < span.end <= size


@given(st.integers(0, 200), st.integers(0, 200), st.integers(1, 100))
def test_a_range_is_what_the_standard_says(first: int, last: int, size: int) -> None:
    if last < first:
        assert byte_range(f"bytes={first}-{last}", size) is None
    elif first < size:
        assert byte_range(f"bytes={first}-{last}", size) == Span(first, min(last + 1, size))
    else:
        with pytest.raises(ValueError, match="past"):
            byte_range(f"bytes={first}-{last}", size)
