"""Decoded video frames to upright RGB pictures of the sampling size, and which frames are sampled."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from fractions import Fraction
from typing import cast

import numpy as np
from av.sidedata.sidedata import SideData
from av.sidedata.sidedata import Type as SideDataType
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from interview_engine.assessment.media import VideoInfo

Orientation = tuple[bool, bool, bool]
"""(transpose, then flip rows, then flip columns): one of the eight ways a picture can lie."""

UPRIGHT: Orientation = (False, False, False)

HIGHEST_RATE = 240.0
"""Frames a second above which a stated mean rate is a placeholder (webm from a browser often states 1000)."""

_GRID_SLACK = 1e-3
"""Seconds by which a frame may come before its grid point and still be taken: webm rounds times to milliseconds."""


class Sampler:
    """Chooses frames by their true times: the first frame at or after every 1 / frames_per_second.

    Constant-rate video gives an even grid, variable-rate video the frames there are; none is made up or taken twice.
    """

    def __init__(self, frames_per_second: float) -> None:
        self._step = 1.0 / frames_per_second
        self._due = 0

    def takes(self, time_s: float) -> bool:
        """Whether the frame at `time_s` is one to take; call in order of time."""
        if time_s < self._due * self._step - _GRID_SLACK:
            return False
        self._due = int((time_s + _GRID_SLACK) / self._step) + 1
        return True


def orientation_of(frame: VideoFrame) -> Orientation:
    """How the decoded picture must be turned to stand upright, from the display matrix that travels with the frame.

    The matrix maps (x, y) to (a x + c y, b x + d y) with y downwards (ISO 14496-12, 6.2.2). Angles between quarter
    turns go to the nearest. PyAV's `frame.rotation` is not used: it counts anticlockwise and loses mirroring.
    """
    side_data = cast(Iterable[SideData], frame.side_data)  # iterates over its values, whatever its stub says
    matrices = [bytes(item) for item in side_data if item.type == SideDataType.DISPLAYMATRIX]
    if not matrices:
        return UPRIGHT
    a, b, _, c, d = struct.unpack_from("<5i", matrices[0])
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return (False, d < 0, a < 0)
    return (True, b < 0, c < 0)


def shown_size(width: int, height: int, pixel_shape: Fraction | None, turn: Orientation) -> tuple[int, int]:
    """Width and height as shown: square pixels, upright."""
    if pixel_shape and 0.1 < pixel_shape < 10:
        width = max(1, round(width * pixel_shape))
    return (height, width) if turn[0] else (width, height)


def upright_rgb(frame: VideoFrame, pixel_shape: Fraction | None, short_side: int) -> NDArray[np.uint8]:
    """The picture, upright, with square pixels, its shorter side scaled down to `short_side` (never up), as RGB.

    Scaling is FFmpeg's area average, so fine detail does not alias; the shorter side counts so that a phone held
    upright keeps as many pixels of a face as one held sideways.

    Returns: uint8, height x width x 3, contiguous.
    """
    turn = orientation_of(frame)
    width, height = shown_size(frame.width, frame.height, pixel_shape, UPRIGHT)
    scale = min(1.0, short_side / min(width, height))
    small = frame.reformat(
        width=max(2, round(width * scale)), height=max(2, round(height * scale)), format="rgb24", interpolation="AREA"
    )
    rgb = small.to_ndarray()
    transpose, flip_rows, flip_columns = turn
    if transpose:
        rgb = rgb.transpose(1, 0, 2)
    if flip_rows:
        rgb = rgb[::-1]
    if flip_columns:
        rgb = rgb[:, ::-1]
    return np.ascontiguousarray(rgb, dtype=np.uint8)


def picture_info(stream: VideoStream, first: VideoFrame | None) -> VideoInfo:
    """What the stream shows: size after rotation (known from its first picture), mean rate (0 when unknown), codec."""
    codec = stream.codec_context
    turn = UPRIGHT if first is None else orientation_of(first)
    width, height = (codec.width, codec.height) if first is None else (first.width, first.height)
    shown = shown_size(width, height, stream.sample_aspect_ratio, turn)
    rate = float(stream.average_rate) if stream.average_rate else 0.0
    return VideoInfo(shown[0], shown[1], rate if rate <= HIGHEST_RATE else 0.0, codec.name)
