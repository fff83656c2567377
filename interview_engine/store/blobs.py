"""Large things by content: every blob lies under the sha256 of its bytes, so that writing it twice is writing it once.

A local folder by default, an S3-compatible store by its address; the credentials of the latter come from the
variables that every S3 tool reads (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION).
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError as StoreError
from obstore.store import LocalStore, S3Store
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import NotFoundError, OutputError, UsageError
from interview_engine.i18n import msg
from interview_engine.store.tables import Blob
from interview_engine.store.upsert import insert_for

CHUNK_BYTES = 1 << 20
IN_MEMORY_BYTES = 4 << 20
"""A stream up to this size is hashed in memory, a longer one through a temporary file."""
REFRESH_S = 12 * 3600.0
"""A blob written again when its object is older than this is stored anew, so that garbage collection, which looks only
at much older ones, cannot take what somebody has just been told is there."""


class BlobStore:
    """An open blob store. Safe to share between threads and processes.

    Args:
        store: where the objects lie.
        folder: the local folder when it is one, so that what is written is also on the disk when `put` returns.
    """

    def __init__(self, store: LocalStore | S3Store, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    def put(self, data: bytes | Iterator[bytes] | Path, media_type: str) -> str:
        """Store it and return its sha256. When the same bytes are there already nothing more happens.

        Raises:
            OutputError: `blob.not_written`, the store does not take it (disk full, no permission);
                `blob.unavailable`, it does not answer: so does every other method.
        """
        if isinstance(data, bytes):
            return self._put_file(data, hashlib.sha256(data).hexdigest(), len(data), media_type)
        if isinstance(data, Path):
            return self._put_file(data, sha256_of(data), data.stat().st_size, media_type)
        hashed, size = hashlib.sha256(), 0
        with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as spool:
            for piece in data:
                hashed.update(piece)
                size += len(piece)
                spool.write(piece)
            spool.seek(0)
            return self._put_file(spool, hashed.hexdigest(), size, media_type)

    def get(self, sha256: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` to before `end` (None: the last), in pieces.

        Raises:
            NotFoundError: `blob.missing`.
        """
        size = self.size(sha256)
        stop = size if end is None else min(end, size)
        while start < stop:
            upto = min(start + CHUNK_BYTES, stop)
            try:
                piece = bytes(obstore.get_range(self._store, _path(sha256), start=start, end=upto))
            except FileNotFoundError:
                raise _missing(sha256) from None
            except StoreError as error:
                raise _unavailable(error) from None
            yield piece
            start = upto

    def read(self, sha256: str) -> bytes:
        """All of it at once: for documents, not for recordings. NotFoundError: `blob.missing`."""
        return b"".join(self.get(sha256))

    def size(self, sha256: str) -> int:
        """Its length in bytes. NotFoundError: `blob.missing`."""
        found = self._head(sha256)
        if found is None:
            raise _missing(sha256)
        return int(found["size"])

    def exists(self, sha256: str) -> bool:
        """Whether it is there."""
        return self._head(sha256) is not None

    def written_at(self, sha256: str) -> datetime | None:
        """When its object was last written; None when it is not there."""
        found = self._head(sha256)
        return None if found is None else found["last_modified"]

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
            raise OutputError(
                "blob.damaged",
                msg("The stored file {sha256}… is damaged.", sha256=sha256[:12]),
                msg("Restore it from the backup."),
            )

    def delete(self, sha256: str) -> None:
        """Remove it; nothing happens when it is not there."""
        try:
            obstore.delete(self._store, _path(sha256))
        except FileNotFoundError:
            return
        except StoreError as error:
            raise _unavailable(error) from None

    def stored(self) -> Iterator[tuple[str, datetime]]:
        """Every blob that lies there, with the time it was last written."""
        for page in obstore.list(self._store):
            for found in page:
                name = str(found["path"]).rpartition("/")[2]
                if len(name) == 64:
                    yield name, found["last_modified"]

    def _head(self, sha256: str) -> Any:
        try:
            return obstore.head(self._store, _path(sha256))
        except FileNotFoundError:
            return None
        except StoreError as error:
            raise _unavailable(error) from None

    def _put_file(self, data: bytes | Path | IO[bytes], sha256: str, size: int, media_type: str) -> str:
        found = self._head(sha256)
        if found is not None and found["size"] == size and not _is_old(found["last_modified"]):
            return sha256
        attributes: Any = None if self._folder is not None else {"Content-Type": media_type}
        try:
            # Overwriting is safe: another writer of this name writes the same bytes, and the change is atomic.
            obstore.put(self._store, _path(sha256), data, attributes=attributes)
            if self._folder is not None:
                _to_disk(self._folder / _path(sha256))
        except (StoreError, OSError) as error:
            raise OutputError(
                "blob.not_written",
                msg("The file cannot be written to the store."),
                msg("Check space and permissions of the store: {first_line}", first_line=_first_line(error)),
            ) from None
        return sha256


def sha256_of(path: Path) -> str:
    """The name under which a file would be stored."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_blobs(url: str, s3_endpoint: str = "") -> BlobStore:
    """Open "file:///folder" (made when missing) or "s3://bucket/prefix".

    Args:
        s3_endpoint: address of an S3-compatible store that is not Amazon's, "https://storage.example:9000".

    Raises:
        UsageError: `blobs.url`, the address is neither.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path not in ("", "/") and parts.netloc in ("", "localhost"):
        folder = Path(unquote(parts.path))
        folder.mkdir(parents=True, exist_ok=True)
        return BlobStore(LocalStore(folder), folder)
    if parts.scheme == "s3" and parts.netloc:
        prefix = parts.path.strip("/") or None
        if not s3_endpoint:
            return BlobStore(S3Store(parts.netloc, prefix=prefix))
        http = s3_endpoint.startswith("http://")
        return BlobStore(
            S3Store(parts.netloc, prefix=prefix, endpoint=s3_endpoint, client_options={"allow_http": http})
        )
    raise UsageError(
        "blobs.url",
        msg("The address of the blob store is not valid."),
        msg("It is file:///folder or s3://bucket/prefix."),
    )


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


def _is_old(written: datetime) -> bool:
    return (datetime.now(written.tzinfo) - written).total_seconds() > REFRESH_S


def _to_disk(path: Path) -> None:
    """Force the bytes and their names onto the disk: a receipt is only worth what a power cut leaves."""
    for each in (path, path.parent, path.parent.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _missing(sha256: str) -> NotFoundError:
    return NotFoundError(
        "blob.missing",
        msg("There is no stored file {sha256}….", sha256=sha256[:12]),
        msg("It may have been deleted under the retention rules."),
    )


def _unavailable(error: Exception) -> OutputError:
    return OutputError(
        "blob.unavailable",
        msg("The blob store does not answer."),
        msg("Check the store's address, network and permissions: {first_line}", first_line=_first_line(error)),
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:300]
