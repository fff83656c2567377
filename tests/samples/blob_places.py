"""Where tests keep blobs: a folder, or an S3-compatible store in this process; objects can be changed behind it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from interview_engine.store.blobs import BlobStore, Keys, open_blobs

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
PREFIX = "some/prefix"


class Place(Protocol):
    """A place for blobs whose objects a test can read and damage."""

    def open(self, keys: Keys | None = None) -> BlobStore:
        """The store of blobs there."""

    def read(self, sha256: str) -> bytes:
        """The object of a blob as it is stored."""

    def write(self, sha256: str, data: bytes) -> None:
        """Put other bytes in its place."""


class FolderPlace:
    """A local folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, keys: Keys | None = None) -> BlobStore:
        """See `Place`."""
        return open_blobs(f"file://{self.folder}", keys=keys)

    def read(self, sha256: str) -> bytes:
        """See `Place`."""
        return (self.folder / sha256[:2] / sha256).read_bytes()

    def write(self, sha256: str, data: bytes) -> None:
        """See `Place`."""
        (self.folder / sha256[:2] / sha256).write_bytes(data)


class BucketPlace:
    """A bucket of its own in a store at `endpoint`; `CREDENTIALS` must be in the environment."""

    def __init__(self, endpoint: str, folder: Path) -> None:
        import boto3

        self.endpoint = endpoint
        self.bucket = f"test-{hashlib.sha256(str(folder).encode()).hexdigest()[:20]}"
        self.client: Any = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
        self.client.create_bucket(Bucket=self.bucket)

    def open(self, keys: Keys | None = None) -> BlobStore:
        """See `Place`."""
        return open_blobs(f"s3://{self.bucket}/{PREFIX}", self.endpoint, keys)

    def read(self, sha256: str) -> bytes:
        """See `Place`."""
        found: bytes = self.client.get_object(Bucket=self.bucket, Key=self._name(sha256))["Body"].read()
        return found

    def write(self, sha256: str, data: bytes) -> None:
        """See `Place`."""
        self.client.put_object(Bucket=self.bucket, Key=self._name(sha256), Body=data)

    def _name(self, sha256: str) -> str:
        return f"{PREFIX}/{sha256[:2]}/{sha256}"


@contextmanager
def s3_server() -> Iterator[str]:
    """The address of an S3-compatible store in this process."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()
