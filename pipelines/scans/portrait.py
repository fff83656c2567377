"""A photo that somebody gives of themselves: a small upright copy of it, without what the camera wrote beside it."""

from __future__ import annotations

import io
import sys

from interview_engine.errors import TooLarge, TooManyRequests, UnsupportedMedia
from interview_engine.i18n import msg
from pipelines.scans import confined
from pipelines.scans.confined import MAX_BYTES as MAX_BYTES

SIDE = 480
"""Pixels of the longer side: a face in a list is shown in 64, on a screen of three pixels a point in 192."""
QUALITY = 85
NO_PICTURE = b"no picture"


def portrait_of(photo: bytes) -> bytes:
    """The copy as JPEG: upright, its longer side at most `SIDE` pixels, no place, no device, no comment.

    Args:
        photo: JPEG, PNG or WebP, up to 20 MB.

    Raises:
        TooLarge: `photo.too_large`. UnsupportedMedia: `photo.no_picture`. TooManyRequests: `photo.busy`.
    """
    if len(photo) > MAX_BYTES:
        raise TooLarge(
            "photo.too_large", msg("The photo is larger than 20 MB."), msg("Take it with a lower resolution.")
        )
    busy = TooManyRequests(
        "photo.busy", msg("Other photos are being read at the moment."), msg("Try again in a minute.")
    )
    made = confined.run_child("portrait", photo, busy)
    if made is None or made == NO_PICTURE:
        raise UnsupportedMedia(
            "photo.no_picture",
            msg("This file is no photo that can be opened here."),
            msg("Send a JPEG or PNG picture."),
        )
    return made


def child() -> None:
    """The child process: the photo on standard input, the copy on standard output."""
    from PIL import Image

    confined.confine()
    picture = confined.upright_picture(sys.stdin.buffer.read(), SIDE)
    if picture is None:
        sys.stdout.buffer.write(NO_PICTURE)
        return
    # of its pixels alone: Pillow carries a comment along with the picture that it was read from
    bare = Image.frombytes("RGB", picture.size, picture.tobytes())
    file = io.BytesIO()
    bare.save(file, "JPEG", quality=QUALITY)
    sys.stdout.buffer.write(file.getvalue())
