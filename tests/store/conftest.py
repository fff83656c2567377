"""Places for blobs: each test in a folder and in an S3-compatible store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from blob_places import CREDENTIALS, BucketPlace, FolderPlace, Place, s3_server


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture(params=["file", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    if request.param == "file":
        return FolderPlace(tmp_path / "blobs")
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    return BucketPlace(request.getfixturevalue("s3_endpoint"), tmp_path)
