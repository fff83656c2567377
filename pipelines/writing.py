"""Writing results: the operating system's refusals as errors for people, and files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from interview_engine.errors import Bilingual, OutputError

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
                Bilingual(f"磁盘空间不足，无法写入 {out}。", f"The disk is full; {out} cannot be written."),
                Bilingual(
                    "请腾出空间后重新运行，已完成的不会重做。", "Free some space and run again; finished work is kept."
                ),
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise OutputError(
                "output.not_writable",
                Bilingual(f"没有权限写入 {out}。", f"{out} may not be written (permission denied)."),
                Bilingual("请换一个输出目录，或修改权限。", "Choose another folder, or change its permissions."),
            ) from error
        if error.errno in (errno.ENOTDIR, errno.EEXIST):
            raise OutputError(
                "output.not_a_folder",
                Bilingual(f"{out} 不是目录。", f"{out} is not a folder."),
                Bilingual("请换一个输出目录。", "Choose another folder."),
            ) from error
        raise
