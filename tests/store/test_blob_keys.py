"""Persons' blobs are encrypted, in a folder and in an S3-compatible store, and read by ranges as if they were not."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from blob_places import Place
from sqlalchemy import delete, select

from interview_engine.clock import SystemClock
from interview_engine.errors import NotFoundError, OutputError
from interview_engine.store import blob_format as form
from interview_engine.store.blob_keys import BlobKeys
from interview_engine.store.blobs import BlobStore, Owner
from interview_engine.store.engine import Database, open_database
from interview_engine.store.resealing import reseal
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import Base, BlobKey

CLOCK = SystemClock()
SECRET = "for-tests-only-" + "k" * 32
ME, OTHER = Owner("p1", "i1"), Owner("p2", "i2")
SIZES = (0, 1, form.CHUNK - 1, form.CHUNK, form.CHUNK + 1, 5 * form.CHUNK + 77)


@pytest.fixture
def keys(sqlite_database: Database) -> BlobKeys:
    return BlobKeys(sqlite_database, SecretBox(SECRET), CLOCK)


@pytest.fixture
def blobs(keys: BlobKeys, place: Place) -> BlobStore:
    return place.open(keys)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_read_is_what_was_written_and_it_does_not_lie_there_in_clear(
    blobs: BlobStore, place: Place, tmp_path: Path, size: int
) -> None:
    data = os.urandom(size)
    sha256 = blobs.put(data, "video/webm", ME)
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert blobs.read(sha256) == data
    assert blobs.size(sha256) == size
    stored = place.read(sha256)
    assert form.content_size(len(stored)) == size
    assert size < 16 or data[:16] not in stored
    blobs.fetch(sha256, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == data


def test_any_range_of_bytes_is_read_without_the_rest(blobs: BlobStore) -> None:
    data = os.urandom(3 * form.CHUNK + 1000)
    sha256 = blobs.put(iter([data[:99], data[99:]]), "video/webm", ME)
    edges = (0, 1, form.CHUNK - 1, form.CHUNK, form.CHUNK + 1, 2 * form.CHUNK, len(data) - 1, len(data))
    for start in edges:
        for end in (edge for edge in edges if edge >= start):
            assert b"".join(blobs.get(sha256, start, end)) == data[start:end]
    assert b"".join(blobs.get(sha256, 7, 10**9)) == data[7:]


def test_a_file_is_stored_like_its_bytes(blobs: BlobStore, tmp_path: Path) -> None:
    (tmp_path / "a.webm").write_bytes(data := os.urandom(form.CHUNK * 2 + 5))
    assert blobs.read(blobs.put(tmp_path / "a.webm", "video/webm", ME)) == data


def test_without_its_key_it_cannot_be_read(blobs: BlobStore, keys: BlobKeys, sqlite_database: Database) -> None:
    mine, others = blobs.put(b"mine", "text/plain", ME), blobs.put(b"theirs", "text/plain", OTHER)
    with sqlite_database.transaction() as session:
        session.execute(delete(BlobKey).where(BlobKey.person_id == ME.person_id))
    keys.forget()
    with pytest.raises(NotFoundError, match="key is gone"):
        blobs.read(mine)
    assert blobs.read(others) == b"theirs"


@pytest.mark.parametrize("at", [20, 40, form.HEADER_BYTES + 5, -1])
def test_a_changed_bit_is_noticed(blobs: BlobStore, place: Place, at: int) -> None:
    sha256 = blobs.put(b"x" * 5000, "text/plain", ME)
    changed = bytearray(place.read(sha256))
    changed[at] ^= 1
    place.write(sha256, bytes(changed))
    with pytest.raises((OutputError, NotFoundError), match=r"damaged|key is gone"):
        blobs.read(sha256)


def test_an_object_cut_at_the_border_of_a_chunk_is_noticed(blobs: BlobStore, place: Place) -> None:
    sha256 = blobs.put(os.urandom(2 * form.CHUNK), "text/plain", ME)
    place.write(sha256, place.read(sha256)[: form.HEADER_BYTES + form.SEALED_CHUNK])
    with pytest.raises(OutputError, match="damaged"):
        blobs.read(sha256)


def test_an_object_under_anothers_name_is_not_opened(blobs: BlobStore, place: Place) -> None:
    one, two = blobs.put(b"1" * 100, "text/plain", ME), blobs.put(b"2" * 100, "text/plain", ME)
    place.write(one, place.read(two))
    with pytest.raises(OutputError, match="damaged"):
        blobs.read(one)


def test_the_same_bytes_of_two_persons_are_one_object(blobs: BlobStore, place: Place) -> None:
    sha256 = blobs.put(b"the same", "text/plain", ME)
    before = place.read(sha256)
    assert blobs.put(b"the same", "text/plain", OTHER) == sha256
    assert place.read(sha256) == before


def test_bytes_that_nobody_can_open_any_more_are_written_again(
    blobs: BlobStore, keys: BlobKeys, sqlite_database: Database
) -> None:
    sha256 = blobs.put(b"the same", "text/plain", ME)
    with sqlite_database.transaction() as session:
        session.execute(delete(BlobKey))
    keys.forget()
    blobs.put(b"the same", "text/plain", OTHER)
    assert blobs.read(sha256) == b"the same"


def test_what_lies_there_in_clear_is_encrypted_when_a_person_hands_it_in(blobs: BlobStore, place: Place) -> None:
    sha256 = blobs.put(b"in clear", "text/plain")
    assert place.read(sha256) == b"in clear"
    assert blobs.key_of(sha256) is None
    blobs.put(b"in clear", "text/plain", ME)
    assert b"in clear" not in place.read(sha256)
    assert blobs.read(sha256) == b"in clear"


def test_a_reader_goes_on_while_the_object_is_encrypted_or_gets_another_key(blobs: BlobStore, keys: BlobKeys) -> None:
    data = os.urandom(4 << 20)
    sha256 = blobs.put(data, "video/webm")
    reading = blobs.get(sha256)
    read = next(reading)
    for owner in (ME, OTHER):
        with blobs.encrypted(sha256, keys.writing(owner)) as file:
            blobs.replace(sha256, file)
        read += next(reading)
    assert read + b"".join(reading) == data


def test_each_part_of_a_person_has_a_key_and_keeps_it(database: Database) -> None:
    keys = BlobKeys(database, SecretBox(SECRET), CLOCK)
    first = keys.writing(ME)
    again = BlobKeys(database, SecretBox(SECRET), CLOCK).writing(ME)
    assert (first.id, first.secret) == (again.id, again.secret)
    assert len({keys.writing(owner).secret for owner in (ME, OTHER, Owner("p1", "resumes"))}) == 3


def test_keys_lie_encrypted_and_go_on_under_a_new_secret(database: Database) -> None:
    key = BlobKeys(database, SecretBox(SECRET), CLOCK).writing(ME)
    with database.transaction() as session:
        assert reseal(session, SecretBox("another-" + "s" * 32, [SECRET]), Base.metadata) >= 1
    with database.reading() as session:
        kept = session.scalars(select(BlobKey.key_encrypted)).one()
    assert kept.startswith("v1:")
    assert BlobKeys(database, SecretBox("another-" + "s" * 32), CLOCK).opening(key.id) == key.secret


def test_a_note_of_what_was_erased_is_no_blob(blobs: BlobStore) -> None:
    blobs.note_erased("a" * 32, {"keys": []})
    blobs.note_erased("a" * 32, {"keys": []})
    assert blobs.notes_of_erased() == ("a" * 32,)
    assert blobs.note_of_erased("a" * 32) == {"keys": []}
    assert list(blobs.stored()) == []


# Only the database is restored; the store of blobs is newer ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Older:
    """A database as it was some time ago over the blobs of today; `kept` are objects as they were then."""

    blobs: BlobStore
    before: str
    after: str
    encrypted_since: str
    kept: dict[str, bytes]


@pytest.fixture
def older(sqlite_database: Database, keys: BlobKeys, blobs: BlobStore, place: Place, tmp_path: Path) -> Iterator[Older]:
    before, plain = blobs.put(b"from before", "text/plain", ME), blobs.put(b"in clear", "text/plain")
    kept = {sha256: place.read(sha256) for sha256 in (before, plain)}
    with closing(sqlite3.connect(str(sqlite_database.engine.url.database))) as connection:
        connection.execute("VACUUM INTO ?", [str(tmp_path / "restored.db")])
    after = blobs.put(b"from after", "text/plain", OTHER)
    blobs.put(b"in clear", "text/plain", OTHER)
    database = open_database(f"sqlite:///{tmp_path / 'restored.db'}")
    yield Older(place.open(BlobKeys(database, SecretBox(SECRET), CLOCK)), before, after, plain, kept)
    database.close()


def test_an_older_database_opens_what_was_stored_before_it_was_saved(older: Older) -> None:
    assert older.blobs.read(older.before) == b"from before"


def test_what_was_stored_since_cannot_be_opened_by_an_older_database(older: Older) -> None:
    with pytest.raises(NotFoundError, match="key is gone"):
        older.blobs.read(older.after)


def test_what_was_encrypted_since_opens_again_with_its_object_of_that_time(older: Older, place: Place) -> None:
    with pytest.raises(NotFoundError, match="key is gone"):
        older.blobs.read(older.encrypted_since)
    place.write(older.encrypted_since, older.kept[older.encrypted_since])
    assert older.blobs.read(older.encrypted_since) == b"in clear"


def test_what_is_handed_in_again_under_an_older_database_is_stored_again(older: Older) -> None:
    assert older.blobs.put(b"from after", "text/plain", OTHER) == older.after
    assert older.blobs.read(older.after) == b"from after"
