"""Named objects in a local folder or an S3-compatible store: written whole, read in ranges, forced onto the disk.

The credentials of an S3 store come from the variables that every S3 tool reads (AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_REGION). What the objects are, `blobs.py` says.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError as StoreError
from obstore.store import LocalStore, S3Store

from interview_engine.errors import OutputError, UsageError
from interview_engine.i18n import msg


@dataclass(frozen=True, slots=True)
class Stored:
    """An object: its length in bytes, when it was last written, and its first bytes where they were asked for."""

    size: int
    written: datetime
    head: bytes = b""


class Objects:
    """An open store of objects. Safe to share between threads and processes.

    Every method raises OutputError `blob.unavailable` when the store does not answer.

    Args:
        store: where the objects lie.
        folder: the local folder when it is one, so that what is written is also on the disk when `write` returns.
    """

    def __init__(self, store: LocalStore | S3Store, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    def find(self, path: str) -> Stored | None:
        """The object without its bytes, or None when it is not there."""
        try:
            found = obstore.head(self._store, path)
        except FileNotFoundError:
            return None
        except StoreError as error:
            raise _unavailable(error) from None
        return Stored(found["size"], found["last_modified"])

    def first(self, path: str, count: int) -> Stored | None:
        """The object with at most its first `count` bytes, or None when it is not there."""
        try:
            answer = obstore.get(self._store, path, options={"range": (0, count)})
            head = bytes(answer.bytes())
        except FileNotFoundError:
            return None
        except StoreError as error:
            found = self.find(path)  # an empty object has no range of bytes
            if found is None or found.size:
                raise _unavailable(error) from None
            return found
        return Stored(answer.meta["size"], answer.meta["last_modified"], head)

    def range(self, path: str, start: int, end: int) -> tuple[memoryview, int] | None:
        """Bytes from `start` to before `end` with the length of the whole object, or None when it is not there."""
        try:
            answer = obstore.get(self._store, path, options={"range": (start, end)})
            return memoryview(answer.bytes()), answer.meta["size"]
        except FileNotFoundError:
            return None
        except StoreError as error:
            raise _unavailable(error) from None

    def read(self, path: str) -> bytes:
        """All of an object that is there."""
        try:
            return bytes(obstore.get(self._store, path).bytes())
        except StoreError as error:
            raise _unavailable(error) from None

    def write(self, path: str, data: bytes | Path | IO[bytes] | Iterator[bytes], media_type: str) -> None:
        """Put an object there, whole or not at all; one of that name is replaced.

        Raises:
            OutputError: `blob.not_written`, the store does not take it (disk full, no permission).
        """
        attributes: Any = None if self._folder is not None else {"Content-Type": media_type}
        try:
            obstore.put(self._store, path, data, attributes=attributes)
            if self._folder is not None:
                _to_disk(self._folder / path)
        except (StoreError, OSError) as error:
            raise OutputError(
                "blob.not_written",
                msg("The file cannot be written to the store."),
                msg("Check space and permissions of the store: {first_line}", first_line=_first_line(error)),
            ) from None

    def delete(self, path: str) -> None:
        """Remove it; nothing happens when it is not there."""
        try:
            obstore.delete(self._store, path)
        except FileNotFoundError:
            return
        except StoreError as error:
            raise _unavailable(error) from None

    def all(self, prefix: str | None = None) -> Iterator[tuple[str, datetime]]:
        """Path and time of the last writing of every object, of those in a folder where one is given."""
        try:
            for page in obstore.list(self._store, prefix=prefix):
                for found in page:
                    yield str(found["path"]), found["last_modified"]
        except StoreError as error:
            raise _unavailable(error) from None


def open_objects(url: str, s3_endpoint: str = "") -> Objects:
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
        return Objects(LocalStore(folder), folder)
    if parts.scheme == "s3" and parts.netloc:
        prefix = parts.path.strip("/") or None
        if not s3_endpoint:
            return Objects(S3Store(parts.netloc, prefix=prefix))
        client: Any = {"allow_http": s3_endpoint.startswith("http://")}
        return Objects(S3Store(parts.netloc, prefix=prefix, endpoint=s3_endpoint, client_options=client))
    raise UsageError(
        "blobs.url",
        msg("The address of the blob store is not valid."),
        msg("It is file:///folder or s3://bucket/prefix."),
    )


def _to_disk(path: Path) -> None:
    """Force the bytes and their names onto the disk: a receipt is only worth what a power cut leaves."""
    for each in (path, path.parent, path.parent.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _unavailable(error: Exception) -> OutputError:
    return OutputError(
        "blob.unavailable",
        msg("The blob store does not answer."),
        msg("Check the store's address, network and permissions: {first_line}", first_line=_first_line(error)),
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:300]
