"""A photo of an identity card to its fields, opened in a confined child: what people send can be anything."""

from __future__ import annotations

import json
import sys
from datetime import date

from interview_engine.errors import TooLarge, TooManyRequests, UnsupportedMedia
from interview_engine.hr.files.id_cards import CardRead, Line, read_card, unreadable
from interview_engine.i18n import msg
from pipelines.scans import confined
from pipelines.scans.confined import MAX_BYTES as MAX_BYTES

SIDE = 1600
"""Pixels of the longer side that are enough to read a card by; more only takes longer."""


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
    busy = TooManyRequests(
        "id_card.busy",
        msg("Other photos are being read at the moment."),
        msg("Try again in a minute, or type the fields in yourself."),
    )
    made = confined.run_child("id_card", photo, busy)
    if made is None:
        raise unreadable()
    reply = json.loads(made)
    if reply == "no_picture":
        raise UnsupportedMedia(
            "id_card.no_picture",
            msg("This file is no photo that can be opened here."),
            msg("Send a JPEG or PNG picture, or type the fields in yourself."),
        )
    return [Line(text, tuple((x, y) for x, y in corners)) for text, corners in reply]  # type: ignore[arg-type]  # four


def child() -> None:
    """The child process: the photo on standard input; lines with their corners as JSON on standard output."""
    import numpy as np

    confined.confine()
    upright = confined.upright_picture(sys.stdin.buffer.read(), SIDE)
    if upright is None:
        json.dump("no_picture", sys.stdout)
        return
    from rapidocr_onnxruntime import RapidOCR  # a second and half a gigabyte: in the child only

    picture = np.ascontiguousarray(np.asarray(upright)[:, :, ::-1])  # (height, width, BGR)
    found, _ = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)(picture)
    json.dump([[text, [[float(x), float(y)] for x, y in corners]] for corners, text, _ in found or ()], sys.stdout)
