"""Writing results: the operating system's refusals as errors for people, and files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from interview_engine.errors import OutputError
from interview_engine.i18n import msg

TEMPORARY = ".writing-"
"""Prefix of a file that is not finished; a later write of the same file replaces it."""


def write_whole(path: Path, data: bytes) -> None:
    """Write under a temporary name beside `path`, flush to the disk, then rename over it.

    Raises:
        OSError: as the operating system says; wrap the call in `writing`. Nothing half-written stays.
    """
    temporary = path.with_name(f"{TEMPORARY}{path.name}")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Turn the operating system's refusals to write into OutputError."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise OutputError(
                "output.disk_full",
                msg("The disk is full; {out} cannot be written.", out=out),
                msg("Free some space and run again; finished work is kept."),
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise OutputError(
                "output.not_writable",
                msg("{out} may not be written (permission denied).", out=out),
                msg("Choose another folder, or change its permissions."),
            ) from error
        if error.errno in (errno.ENOTDIR, errno.EEXIST):
            raise OutputError(
                "output.not_a_folder",
                msg("{out} is not a folder.", out=out),
                msg("Choose another folder."),
            ) from error
        raise
