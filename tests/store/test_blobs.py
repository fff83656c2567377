"""Blobs by content, in a folder and in an S3-compatible store; what nothing names is removed, nothing else."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from blob_places import Place
from hiring_world import MovingClock
from sqlalchemy import select

from interview_engine.clock import SystemClock
from interview_engine.errors import NotFoundError, OutputError, UsageError
from interview_engine.hr.all_tables import Base
from interview_engine.hr.house import house
from interview_engine.hr.people.tables import Person
from interview_engine.hr.recruiting.tables import Resume
from interview_engine.store.blob_garbage import GRACE, References, collect
from interview_engine.store.blobs import CHUNK_BYTES, IN_MEMORY_BYTES, BlobStore, open_blobs, register
from interview_engine.store.engine import Database
from interview_engine.store.rows import stamp
from interview_engine.store.tables import Blob

SMALL = "视频面试".encode()


@pytest.fixture
def blobs(place: Place) -> BlobStore:
    return place.open()


@pytest.fixture
def folder_blobs(tmp_path: Path) -> BlobStore:
    return open_blobs(f"file://{tmp_path / 'blobs'}")


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.mark.parametrize("length", [0, 1, CHUNK_BYTES, IN_MEMORY_BYTES + 3, 11_000_000])
def test_bytes_stream_and_file_lie_under_the_same_hash(blobs: BlobStore, tmp_path: Path, length: int) -> None:
    data = os.urandom(length)
    expected = hashlib.sha256(data).hexdigest()
    (tmp_path / "answer.webm").write_bytes(data)
    assert blobs.put(pieces(data, 100_003), "video/webm") == expected
    assert blobs.read(expected) == data
    assert blobs.put(data, "video/webm") == expected
    assert blobs.put(tmp_path / "answer.webm", "video/webm") == expected
    assert blobs.size(expected) == length
    assert [sha256 for sha256, _ in blobs.stored()] == [expected]


@pytest.mark.parametrize(("start", "end"), [(0, 1), (3, 7), (5, None), (0, 10**9), (9, 3), (12, None), (50, 60)])
def test_a_range_is_what_a_slice_of_the_bytes_is(blobs: BlobStore, start: int, end: int | None) -> None:
    sha256 = blobs.put(SMALL, "text/plain")
    assert b"".join(blobs.get(sha256, start, end)) == SMALL[start:end]


def test_what_is_not_there_is_said_to_be_missing(blobs: BlobStore, tmp_path: Path) -> None:
    absent = "0" * 64
    assert not blobs.exists(absent)
    for call in (lambda: blobs.size(absent), lambda: blobs.read(absent), lambda: blobs.fetch(absent, tmp_path / "x")):
        with pytest.raises(NotFoundError) as caught:
            call()
        assert caught.value.code == "blob.missing"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 63 + "/", "%2e%2e"])
def test_a_name_that_is_no_hash_opens_nothing(blobs: BlobStore, name: str) -> None:
    with pytest.raises(NotFoundError):
        blobs.read(name)


def test_deleting_twice_is_deleting(blobs: BlobStore) -> None:
    sha256 = blobs.put(SMALL, "text/plain")
    blobs.delete(sha256)
    blobs.delete(sha256)
    assert not blobs.exists(sha256)


def test_many_writers_of_the_same_bytes_leave_one_whole_blob(blobs: BlobStore) -> None:
    data = os.urandom(300_000)
    with ThreadPoolExecutor(6) as pool:
        names = set(pool.map(lambda _: blobs.put(data, "video/webm"), range(12)))
    assert names == {hashlib.sha256(data).hexdigest()}
    assert blobs.read(names.pop()) == data


def test_a_damaged_blob_is_noticed_when_it_is_fetched(folder_blobs: BlobStore, tmp_path: Path) -> None:
    sha256 = folder_blobs.put(SMALL, "text/plain")
    (tmp_path / "blobs" / sha256[:2] / sha256).write_bytes(b"other bytes!")
    with pytest.raises(OutputError) as caught:
        folder_blobs.fetch(sha256, tmp_path / "copy")
    assert caught.value.code == "blob.damaged"
    assert not (tmp_path / "copy").exists()


def test_a_blob_cut_short_by_a_power_failure_is_written_again(folder_blobs: BlobStore, tmp_path: Path) -> None:
    sha256 = folder_blobs.put(SMALL, "text/plain")
    (tmp_path / "blobs" / sha256[:2] / sha256).write_bytes(b"")
    assert folder_blobs.put(SMALL, "text/plain") == sha256
    assert folder_blobs.read(sha256) == SMALL


def test_a_store_that_takes_nothing_says_so(tmp_path: Path) -> None:
    blobs = open_blobs(f"file://{tmp_path / 'blobs'}")
    sha256 = hashlib.sha256(SMALL).hexdigest()
    (tmp_path / "blobs" / sha256[:2]).write_text("a file where a folder should be")
    for call in (lambda: blobs.put(SMALL, "text/plain"), lambda: blobs.read(sha256), lambda: blobs.delete(sha256)):
        with pytest.raises(OutputError) as caught:
            call()
        assert caught.value.code in ("blob.not_written", "blob.unavailable")


def test_a_full_store_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = open_blobs(f"file://{tmp_path / 'blobs'}")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left") as caught:
        blobs.put(SMALL, "text/plain")
    assert caught.value.code == "blob.not_written"


@pytest.mark.parametrize("url", ["", "/tmp/x", "file://", "file:///", "file://other-host/x", "ftp://x/y", "s3://"])
def test_an_address_that_is_no_store(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_blobs(url)
    assert caught.value.code == "blobs.url"


# Garbage collection ---------------------------------------------------------------------------------------------


def aged(tmp_path: Path, sha256: str) -> None:
    """As if it had been stored long ago."""
    past = (SystemClock().now() - 2 * GRACE).timestamp()
    os.utime(tmp_path / "blobs" / sha256[:2] / sha256, (past, past))


def keep(database: Database, blobs: BlobStore, tmp_path: Path, data: bytes, *, old: bool, named: bool) -> str:
    """A blob with its row, old or young, with a résumé that names it or not."""
    clock = MovingClock(SystemClock().now() - (2 * GRACE if old else timedelta(0)))
    sha256 = blobs.put(data, "text/plain")
    with database.transaction() as session:
        register(session, sha256, len(data), "text/plain", clock)
        if named:
            person = Person(**stamp("system", clock), name="李雷", language="zh", talent_pool=False, synthetic=True)
            session.add(person)
            session.flush()
            columns = {"filename": "a.txt", "media_type": "text/plain", "blob_sha256": sha256, "fields": {}}
            session.add(Resume(**stamp("system", clock), person_id=person.id, **columns))
    if old:
        aged(tmp_path, sha256)
    return sha256


def test_only_old_blobs_that_nothing_names_are_removed(
    database: Database, folder_blobs: BlobStore, tmp_path: Path
) -> None:
    clock = SystemClock()
    kept = [
        keep(database, folder_blobs, tmp_path, b"old, named", old=True, named=True),
        keep(database, folder_blobs, tmp_path, b"young, named", old=False, named=True),
        keep(database, folder_blobs, tmp_path, b"young, not named yet", old=False, named=False),
    ]
    gone = keep(database, folder_blobs, tmp_path, b"old, not named", old=True, named=False)
    done = collect(database, folder_blobs, house().references(), clock)
    assert (done.unnamed, done.unregistered) == (1, 0)
    assert not folder_blobs.exists(gone)
    assert all(folder_blobs.exists(sha256) for sha256 in kept)
    with database.reading() as session:
        assert set(session.scalars(select(Blob.sha256))) == set(kept)
    assert collect(database, folder_blobs, house().references(), clock).unnamed == 0


def test_an_object_whose_transaction_never_came_is_removed_when_it_is_old(
    database: Database, folder_blobs: BlobStore, tmp_path: Path
) -> None:
    old, young = folder_blobs.put(b"crashed", "text/plain"), folder_blobs.put(b"just now", "text/plain")
    aged(tmp_path, old)
    assert collect(database, folder_blobs, house().references(), SystemClock()).unregistered == 1
    assert not folder_blobs.exists(old)
    assert folder_blobs.exists(young)


def test_a_blob_that_somebody_stores_again_meanwhile_stays(
    database: Database, folder_blobs: BlobStore, tmp_path: Path
) -> None:
    """Stored again, but its row is not committed yet: the object is young, so it is left."""
    sha256 = keep(database, folder_blobs, tmp_path, b"the same bytes", old=True, named=False)
    assert folder_blobs.put(b"the same bytes", "text/plain") == sha256
    collect(database, folder_blobs, house().references(), SystemClock())
    assert folder_blobs.exists(sha256)


def test_what_a_document_names_stays(sqlite_database: Database, folder_blobs: BlobStore, tmp_path: Path) -> None:
    clock = MovingClock()
    sha256 = keep(sqlite_database, folder_blobs, tmp_path, b"a frame", old=True, named=False)
    with sqlite_database.transaction() as session:
        person = Person(**stamp("system", clock), name="李雷", language="zh", talent_pool=False, synthetic=True)
        session.add(person)
        session.flush()
        other = {"filename": "a", "media_type": "a", "blob_sha256": "0" * 64, "fields": {"frames/1.jpg": sha256}}
        session.add(Resume(**stamp("system", clock), person_id=person.id, **other))
    by_document = References(columns=(Resume.blob_sha256,), documents=(Resume.fields,))
    assert collect(sqlite_database, folder_blobs, by_document, SystemClock()).unnamed == 0
    assert folder_blobs.exists(sha256)


NO_BLOBS = {
    "import_batch.sha256",  # of the sheet that came; its lines are kept, the file is not
    "audit_event.hash", "audit_event.prev_hash", "blob.sha256", "idempotency_key.request_sha256", "kit_version.sha256",
    "assessment.inputs_sha256", "sheet_import.sha256", "pay_run.inputs_sha256", "payslip.inputs_sha256",
}  # fmt: skip
"""Hashes of other things than stored blobs."""


def test_no_column_that_names_a_blob_is_forgotten() -> None:
    listed = {f"{column.class_.__tablename__}.{column.key}" for column in house().references().columns}
    looking_like_it = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if "blob" in column.name or "sha256" in column.name
    }
    assert looking_like_it - NO_BLOBS == listed
