"""A photo of an identity card to its fields, opened in a confined child: what people send can be anything."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path
from typing import Any

from interview_engine.errors import TooLarge, TooManyRequests, UnsupportedMedia
from interview_engine.hr.files.id_cards import CardRead, Line, read_card, unreadable
from interview_engine.i18n import msg

MAX_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 120_000_000
"""Twice the pictures of the finest phones; more is no photo but a bomb."""
SIDE = 1600
"""Pixels of the longer side that are enough to read a card by; more only takes longer."""
MEMORY_BYTES = 2 * 1024 * 1024 * 1024
CPU_S = 60
WALL_S = 120
FORMATS = ("JPEG", "PNG", "WEBP")

_ONE_AT_A_TIME = threading.BoundedSemaphore(1)
WAIT_S = 30.0


def read_id_card(photo: bytes, today: date) -> CardRead:
    """What stands on a photo of one side of an identity card (or of both), 2 to 10 s of one processor.

    Args:
        photo: JPEG, PNG or WebP, up to 20 MB, turned in any way.
        today: for the checks of the number.

    Raises:
        TooLarge: `id_card.too_large`. UnsupportedMedia: `id_card.no_picture`. InvalidInput: `id_card.unreadable`.
        TooManyRequests: `id_card.busy`, others' photos are being read.
    """
    return read_card(lines_of(photo), today)


def lines_of(photo: bytes) -> list[Line]:
    """The lines of text on a photo. Raises as `read_id_card`."""
    if len(photo) > MAX_BYTES:
        raise TooLarge(
            "id_card.too_large",
            msg("The photo is larger than 20 MB."),
            msg("Take it with a lower resolution, or type the fields in yourself."),
        )
    code = "import sys; sys.path[:0] = sys.argv[1:2]; from pipelines.scans.id_card import child; child()"
    command = [sys.executable, "-I", "-c", code, str(Path(__file__).resolve().parents[2])]
    if not _ONE_AT_A_TIME.acquire(timeout=WAIT_S):
        raise TooManyRequests(
            "id_card.busy",
            msg("Other photos are being read at the moment."),
            msg("Try again in a minute, or type the fields in yourself."),
        )
    try:
        done = subprocess.run(
            command, input=photo, capture_output=True, timeout=WALL_S, check=False,
            env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise unreadable() from None
    finally:
        _ONE_AT_A_TIME.release()
    if done.returncode != 0:
        raise unreadable()
    reply = json.loads(done.stdout)
    if reply == "no_picture":
        raise UnsupportedMedia(
            "id_card.no_picture",
            msg("This file is no photo that can be opened here."),
            msg("Send a JPEG or PNG picture, or type the fields in yourself."),
        )
    return [Line(text, tuple((x, y) for x, y in corners)) for text, corners in reply]  # type: ignore[arg-type]  # four


def child() -> None:
    """The child process: the photo on standard input; lines with their corners as JSON on standard output."""
    for what, limit in (
        (resource.RLIMIT_DATA, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    picture = _picture(sys.stdin.buffer.read())
    if picture is None:
        json.dump("no_picture", sys.stdout)
        return
    from rapidocr_onnxruntime import RapidOCR  # a second and half a gigabyte: in the child only

    found, _ = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)(picture)
    json.dump([[text, [[float(x), float(y)] for x, y in corners]] for corners, text, _ in found or ()], sys.stdout)


def _picture(photo: bytes) -> Any:
    """The picture upright as the camera says, no larger than needed, as an array (height, width, BGR); None for what
    is no picture."""
    import io

    import numpy as np
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(io.BytesIO(photo), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return None
            opened.draft("RGB", (SIDE, SIDE))
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError):
        return None
    upright.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return np.ascontiguousarray(np.asarray(upright)[:, :, ::-1])
