"""Large things by content: every blob lies under the sha256 of its bytes, so that writing it twice is writing it once.

A person's blobs are encrypted with a key of that person (`blob_format`, `blob_keys`). The name stays the sha256 of the
content, and two who hand in the same bytes share one object, under the key of the first.

Where the objects lie, in a local folder or in an S3-compatible store, `objects.py` knows.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import NotFoundError, OutputError
from interview_engine.i18n import msg
from interview_engine.store import blob_format as form
from interview_engine.store.blob_format import DataKey, DraftKey, Header
from interview_engine.store.objects import Objects, Stored, open_objects
from interview_engine.store.tables import Blob
from interview_engine.store.upsert import insert_for

CHUNK_BYTES = 1 << 20
IN_MEMORY_BYTES = 4 << 20
"""A stream up to this size is hashed in memory, a longer one through a temporary file."""
REFRESH_S = 12 * 3600.0
"""A blob written again when its object is older than this is rewritten, so that garbage collection, which deletes only
much older ones, cannot take a blob that a writer has just been promised."""
NOTES = "erased"
"""Folder of the notes of what was erased, beside the blobs."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a blob is, and the part of theirs that can be erased alone: an interview's id, "resumes"."""

    person_id: str
    subject: str


class Keys(Protocol):
    """Where the keys of persons come from."""

    def writing(self, owner: Owner) -> DataKey:
        """The key for a new blob of theirs."""

    def opening(self, key_id: str) -> bytes | None:
        """The key's 32 bytes; None when it was destroyed or never kept."""

    def draft(self) -> DraftKey:
        """A new key that is kept nowhere yet."""

    def add(self, owner: Owner | None, subject: str = "") -> DataKey:
        """Keep a new key; without an owner it is the blob's own whose sha256 is `subject`."""

    def forget(self) -> None:
        """Drop all cached keys: some were destroyed."""


@dataclass(frozen=True, slots=True)
class _Found:
    """The object of a blob with its first bytes; the header when it is encrypted."""

    stored: Stored
    header: Header | None

    @property
    def size(self) -> int:
        return self.stored.size if self.header is None else form.content_size(self.stored.size)


class BlobStore:
    """An open blob store. Safe to share between threads and processes.

    Args:
        objects: where it lies.
        keys: what persons' blobs are encrypted with. A store opened without (a tool that has no database) writes
            everything as it comes and cannot open what is encrypted.
    """

    def __init__(self, objects: Objects, keys: Keys | None = None) -> None:
        self._objects = objects
        self._keys = keys

    @property
    def keys(self) -> Keys | None:
        """The source of keys; None when it was opened without."""
        return self._keys

    def put(self, data: bytes | Iterator[bytes] | Path, media_type: str, owner: Owner | DataKey | None = None) -> str:
        """Store it and return its sha256. When the same bytes are there already nothing more happens.

        Args:
            owner: whose it is, or the very key; None is nobody's. Nobody's is not encrypted.

        Raises:
            OutputError: `blob.not_written`, the store does not take it (disk full, no permission);
                `blob.unavailable`, it does not answer: so does every other method.
        """
        if isinstance(data, bytes):
            return self._put_file(data, hashlib.sha256(data).hexdigest(), len(data), media_type, owner)
        if isinstance(data, Path):
            return self._put_file(data, sha256_of(data), data.stat().st_size, media_type, owner)
        hashed, size = hashlib.sha256(), 0
        with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as spool:
            for piece in data:
                hashed.update(piece)
                size += len(piece)
                spool.write(piece)
            spool.seek(0)
            return self._put_file(spool, hashed.hexdigest(), size, media_type, owner)

    def put_for_new(self, data: bytes, media_type: str) -> tuple[str, DraftKey | None]:
        """Store it under a new key, for somebody who may have no row yet; the caller keeps the key with theirs.

        Returns the sha256, and None for the key where there are none. Raises as `put`.
        """
        if self._keys is None:
            return self.put(data, media_type), None
        draft = self._keys.draft()
        return self.put(data, media_type, draft.key), draft

    def put_unique(self, data: bytes, media_type: str, owner: Owner | None = None) -> str:
        """As `put`, of bytes that nobody can have stored before (they hold a random part): not looked for first."""
        key = None if owner is None or self._keys is None else self._keys.writing(owner)
        sha256 = hashlib.sha256(data).hexdigest()
        self._write_under(key, data, sha256, len(data), media_type)
        return sha256

    def get(self, sha256: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` to before `end` (None: the last), in pieces.

        Raises:
            NotFoundError: `blob.missing`; `blob.destroyed`, its key was destroyed with the person.
            OutputError: `blob.damaged`, it is encrypted and was changed.
        """
        found = self._opened(sha256, CHUNK_BYTES if start < form.CHUNK else form.HEADER_BYTES)
        cipher = self._cipher(sha256, found)
        stop = found.size if end is None else min(end, found.size)
        while start < stop:
            piece = self._piece(sha256, found, cipher, start, min((start // CHUNK_BYTES + 1) * CHUNK_BYTES, stop))
            if piece is None:  # it was rewritten meanwhile, under another key or under a key for the first time
                found, before = self._opened(sha256, form.HEADER_BYTES), found
                if found.header == before.header:
                    raise _damaged(sha256)
                cipher = self._cipher(sha256, found)
                continue
            yield piece
            start += len(piece)

    def read(self, sha256: str) -> bytes:
        """All of it at once: for documents, not for recordings. Raises as `get`."""
        return b"".join(self.get(sha256))

    def size(self, sha256: str) -> int:
        """Its length in bytes. NotFoundError: `blob.missing`."""
        return self._opened(sha256, form.HEADER_BYTES).size

    def key_of(self, sha256: str) -> str | None:
        """The id of the key that it is encrypted with; None when it is not. NotFoundError: `blob.missing`."""
        header = self._opened(sha256, form.HEADER_BYTES).header
        return None if header is None else header.key_id

    @contextmanager
    def encrypted(self, sha256: str, key: DataKey) -> Iterator[IO[bytes]]:
        """It as an object under a key, whatever it is under now, for `replace`. Raises as `get`."""
        with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as spool:
            for piece in form.sealed(self.get(sha256), self.size(sha256), key, sha256):
                spool.write(piece)
            spool.seek(0)
            yield spool

    def replace(self, sha256: str, file: IO[bytes]) -> None:
        """Replace the object by what `encrypted` made. The caller holds a lock against its deletion.

        Raises:
            OutputError: as `put`.
        """
        self._write(file, sha256, "application/octet-stream")

    def note_erased(self, name: str, content: Mapping[str, Any]) -> None:
        """Keep a note of what was erased, where a restored database does not reach. Again is no harm.

        Raises:
            OutputError: as `put`.
        """
        self._objects.write(f"{NOTES}/{name}", json.dumps(content, sort_keys=True).encode(), "application/json")

    def notes_of_erased(self) -> tuple[str, ...]:
        """The names of all notes."""
        return tuple(sorted(path.rpartition("/")[2] for path, _ in self._objects.all(NOTES)))

    def note_of_erased(self, name: str) -> dict[str, Any]:
        """The content of a note. OutputError: `blob.unavailable`."""
        content: dict[str, Any] = json.loads(self._objects.read(f"{NOTES}/{name}"))
        return content

    def exists(self, sha256: str) -> bool:
        """Whether the blob is stored."""
        return self._objects.find(_path(sha256)) is not None

    def written_at(self, sha256: str) -> datetime | None:
        """When its object was last written; None when it is not there."""
        found = self._objects.find(_path(sha256))
        return None if found is None else found.written

    def fetch(self, sha256: str, path: Path) -> None:
        """Write it to a file and check that it still is what its name says.

        Raises:
            NotFoundError: `blob.missing`.
            OutputError: `blob.damaged`; the file is not left behind.
        """
        hashed = hashlib.sha256()
        with path.open("wb") as file:
            for piece in self.get(sha256):
                hashed.update(piece)
                file.write(piece)
        if hashed.hexdigest() != sha256:
            path.unlink()
            raise _damaged(sha256)

    def delete(self, sha256: str) -> None:
        """Remove it; nothing happens when it is not there."""
        self._objects.delete(_path(sha256))

    def stored(self) -> Iterator[tuple[str, datetime]]:
        """Every blob that lies there, with the time it was last written."""
        for path, written in self._objects.all():
            name = path.rpartition("/")[2]
            if len(name) == 64:
                yield name, written

    def _found(self, sha256: str, first: int) -> _Found | None:
        """The object with its first bytes, or None when it is not there."""
        found = self._objects.first(_path(sha256), first)
        if found is None:
            return None
        return _Found(found, form.read_header(found.head))

    def _opened(self, sha256: str, first: int) -> _Found:
        found = self._found(sha256, first)
        if found is None:
            raise _missing(sha256)
        return found

    def _cipher(self, sha256: str, found: _Found) -> AESGCM | None:
        """What opens it; None when it is not encrypted. NotFoundError: `blob.destroyed`."""
        if found.header is None:
            return None
        secret = None if self._keys is None else self._keys.opening(found.header.key_id)
        if secret is None:
            raise _destroyed(sha256)
        return form.object_cipher(secret, found.header.salt, sha256)

    def _piece(self, sha256: str, found: _Found, cipher: AESGCM | None, start: int, end: int) -> bytes | None:
        """Content from `start` to before `end`; None when the object is another one by now, or was changed."""
        if cipher is None:
            clear = self._range(sha256, found, start, end)
            return None if clear is None else bytes(clear)
        first, last = start // form.CHUNK, (end - 1) // form.CHUNK
        lies = form.HEADER_BYTES + first * form.SEALED_CHUNK
        chunks = self._range(sha256, found, lies, min(lies + (last - first + 1) * form.SEALED_CHUNK, found.stored.size))
        if chunks is None:
            return None
        plain = form.opened(cipher, chunks, first, (found.size - 1) // form.CHUNK)
        return None if plain is None else plain[start - first * form.CHUNK : end - first * form.CHUNK]

    def _range(self, sha256: str, found: _Found, start: int, end: int) -> memoryview | None:
        """Bytes of the object as it lies there; None when it is not as long as it was."""
        if end <= len(found.stored.head):
            return memoryview(found.stored.head)[start:end]
        read = self._objects.range(_path(sha256), start, end)
        if read is None:
            raise _missing(sha256)
        piece, size = read
        return piece if size == found.stored.size else None

    def _put_file(
        self,
        data: bytes | Path | IO[bytes],
        sha256: str,
        size: int,
        media_type: str,
        owner: Owner | DataKey | None,
    ) -> str:
        key = None
        if owner is not None and self._keys is not None:
            key = self._keys.writing(owner) if isinstance(owner, Owner) else owner
        found = self._found(sha256, form.HEADER_BYTES)
        if found is not None and found.size == size and not _is_old(found.stored.written) and self._is_kept(found, key):
            return sha256
        self._write_under(key, data, sha256, size, media_type)
        return sha256

    def _is_kept(self, found: _Found, key: DataKey | None) -> bool:
        """Whether what lies there already may stay: a person's bytes only under a key that can still be opened."""
        if key is None or self._keys is None:
            return True
        if found.header is None:
            return False
        return found.header.key_id == key.id or self._keys.opening(found.header.key_id) is not None

    def _write_under(
        self, key: DataKey | None, data: bytes | Path | IO[bytes], sha256: str, size: int, media_type: str
    ) -> None:
        if key is None:
            self._write(data, sha256, media_type)
            return
        whole = form.sealed(_pieces(data), size, key, sha256)
        self._write(b"".join(whole) if size <= form.CHUNK else whole, sha256, "application/octet-stream")

    def _write(self, data: bytes | Path | IO[bytes] | Iterator[bytes], sha256: str, media_type: str) -> None:
        # Overwriting is safe: another writer of this name writes the same content, and the change is atomic.
        self._objects.write(_path(sha256), data, media_type)


def sha256_of(path: Path) -> str:
    """The name under which a file would be stored."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_blobs(url: str, s3_endpoint: str = "", keys: Keys | None = None) -> BlobStore:
    """Open the blobs of an address. Args and errors: as `open_objects` and `BlobStore`."""
    return BlobStore(open_objects(url, s3_endpoint), keys)


def register(session: Session, sha256: str, size: int, media_type: str, clock: Clock) -> None:
    """Write down that a stored blob is in use from now on; once more is no harm."""
    now = clock.now()
    session.execute(
        insert_for(session, Blob)
        .values(sha256=sha256, size=size, media_type=media_type, created_at=now)
        .on_conflict_do_update(index_elements=["sha256"], set_={"created_at": now})
    )


def _path(sha256: str) -> str:
    if len(sha256) != 64 or not all(character in "0123456789abcdef" for character in sha256):
        raise _missing(sha256)
    return f"{sha256[:2]}/{sha256}"


def _pieces(data: bytes | Path | IO[bytes]) -> Iterator[bytes]:
    if isinstance(data, bytes):
        yield data
    elif isinstance(data, Path):
        with data.open("rb") as file:
            yield from iter(lambda: file.read(form.CHUNK), b"")
    else:
        yield from iter(lambda: data.read(form.CHUNK), b"")


def _is_old(written: datetime) -> bool:
    return (datetime.now(written.tzinfo) - written).total_seconds() > REFRESH_S


def _missing(sha256: str) -> NotFoundError:
    return NotFoundError(
        "blob.missing",
        msg("There is no stored file {sha256}….", sha256=sha256[:12]),
        msg("It may have been deleted under the retention rules."),
    )


def _destroyed(sha256: str) -> NotFoundError:
    return NotFoundError(
        "blob.destroyed",
        msg("The stored file {sha256}… cannot be read: its key is gone.", sha256=sha256[:12]),
        msg("Keys are destroyed when their person or interview is deleted; no backup restores them."),
    )


def _damaged(sha256: str) -> OutputError:
    return OutputError(
        "blob.damaged",
        msg("The stored file {sha256}… is damaged.", sha256=sha256[:12]),
        msg("Restore it from the backup."),
    )
