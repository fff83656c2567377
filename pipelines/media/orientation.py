"""Which way a decoded picture must be turned to stand upright."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import cast

from av.sidedata.sidedata import SideData
from av.sidedata.sidedata import Type as SideDataType
from av.video.frame import VideoFrame

Orientation = tuple[bool, bool, bool]
"""(transpose, then flip rows, then flip columns): one of the eight ways a picture can lie."""

UPRIGHT: Orientation = (False, False, False)


def orientation_of(frame: VideoFrame) -> Orientation:
    """How the decoded picture must be turned to stand upright, from the display matrix that travels with the frame.

    The matrix maps (x, y) to (a x + c y, b x + d y) with y downwards (ISO 14496-12, 6.2.2). Angles between quarter
    turns go to the nearest. PyAV's `frame.rotation` is not used: it counts anticlockwise and takes a mirror for a turn.

    A mirror from left to right is not applied: camera apps write it so that people see themselves as in a mirror, while
    the picture shows them as others do, and "left" is the person's own left.

    Ask it of one frame of a recording: a frame and its side data refer to each other, so that each frame asked stays in
    memory until garbage collection.
    """
    matrix = _matrix_of(frame)
    if matrix is None:
        return UPRIGHT
    a, b, c, d = matrix
    transpose, flip_rows, flip_columns = False, d < 0, a < 0
    if abs(a) + abs(d) < abs(b) + abs(c):
        transpose, flip_rows, flip_columns = True, b < 0, c < 0
    mirrored = transpose ^ flip_rows ^ flip_columns
    upside_down = not transpose and flip_rows
    return (transpose, flip_rows, flip_columns ^ (mirrored and not upside_down))


def is_mirror_only(frame: VideoFrame) -> bool:
    """Whether the display matrix only mirrors from left to right, which players take for a half turn."""
    matrix = _matrix_of(frame)
    if matrix is None:
        return False
    a, b, c, d = matrix
    return a < 0 < d and abs(a) + abs(d) >= abs(b) + abs(c)


def _matrix_of(frame: VideoFrame) -> tuple[int, int, int, int] | None:
    side_data = cast(Iterable[SideData], frame.side_data)  # iterates over its values, whatever its stub says
    matrices = [bytes(item) for item in side_data if item.type == SideDataType.DISPLAYMATRIX]
    if not matrices:
        return None
    a, b, _, c, d = struct.unpack_from("<5i", matrices[0])
    return a, b, c, d
