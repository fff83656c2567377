"""Photos that people send are opened in a confined child process: what they send can be anything."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from interview_engine.errors import TooManyRequests

MAX_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 120_000_000
"""Twice the pictures of the finest phones; more is no photo but a bomb."""
MEMORY_BYTES = 2 * 1024 * 1024 * 1024
CPU_S = 60
WALL_S = 120
FORMATS = ("JPEG", "PNG", "WEBP")

_ONE_AT_A_TIME = threading.BoundedSemaphore(1)
WAIT_S = 30.0


def run_child(module: str, photo: bytes, busy: TooManyRequests) -> bytes | None:
    """What `child()` of a module wrote to its standard output with the photo on its standard input; None where it came
    to no end.

    Args:
        module: of this package. busy: raised where others' photos keep the process for `WAIT_S`.
    """
    code = f"import sys; sys.path[:0] = sys.argv[1:2]; from pipelines.scans.{module} import child; child()"
    command = [sys.executable, "-I", "-c", code, str(Path(__file__).resolve().parents[2])]
    if not _ONE_AT_A_TIME.acquire(timeout=WAIT_S):
        raise busy
    try:
        done = subprocess.run(
            command, input=photo, capture_output=True, timeout=WALL_S, check=False,
            env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    finally:
        _ONE_AT_A_TIME.release()
    return done.stdout if done.returncode == 0 else None


def confine() -> None:
    """In the child: no more memory, time and files than a photo needs."""
    for what, limit in (
        (resource.RLIMIT_DATA, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))


def upright_picture(photo: bytes, side: int) -> Any:
    """In the child: the picture (PIL, RGB) upright as the camera says, its longer side at most `side` pixels; None for
    what is no picture."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(io.BytesIO(photo), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return None
            opened.draft("RGB", (side, side))
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError):
        return None
    upright.thumbnail((side, side), Image.Resampling.LANCZOS)
    return upright
