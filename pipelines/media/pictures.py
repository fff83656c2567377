"""Decoded video frames to upright RGB pictures of the sampling size, and which frames are sampled."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from interview_engine.assessment.media import VideoInfo
from pipelines.media.orientation import UPRIGHT, Orientation, orientation_of

HIGHEST_RATE = 240.0
"""Frames a second above which a stated mean rate is a placeholder (webm from a browser often states 1000)."""

HALVED_FORMATS = {"yuv420p": False, "yuvj420p": True}
"""Pixel formats whose halving is done here, and whether the name alone says that levels use the full range 0..255."""

BT709, BT601 = (0.2126, 0.0722), (0.299, 0.114)
"""Weights of red and blue in luma (ITU-R BT.709 and BT.601)."""

LUMA_WEIGHTS = {1: BT709, 2: BT601, 5: BT601, 6: BT601}
"""By the frame's matrix (MatrixCoefficients of ISO 23091-2); 2 says nothing and is taken for BT.601, as FFmpeg does."""

CUT_OFF_LEVELS = 1.5
"""FFmpeg's scaler cuts off where it should round, which makes pictures of the limited range darker by this on average
(1.2 to 2.3, measured over the test recordings). Kept, so that a picture's levels do not depend on its size."""

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


def shown_size(width: int, height: int, pixel_shape: Fraction | None, turn: Orientation) -> tuple[int, int]:
    """Width and height as shown: square pixels, upright."""
    if pixel_shape and 0.1 < pixel_shape < 10:
        width = max(1, round(width * pixel_shape))
    return (height, width) if turn[0] else (width, height)


def upright_rgb(
    frame: VideoFrame, pixel_shape: Fraction | None, short_side: int, turn: Orientation
) -> NDArray[np.uint8]:
    """The picture, upright, with square pixels, its shorter side scaled down to `short_side` (never up), as RGB.

    Scaling is FFmpeg's area average, so fine detail does not alias; the shorter side counts so that a phone held
    upright keeps as many pixels of a face as one held sideways.

    Returns: uint8, height x width x 3, contiguous.
    """
    width, height = shown_size(frame.width, frame.height, pixel_shape, UPRIGHT)
    scale = min(1.0, short_side / min(width, height))
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    rgb = _halved(frame) if _can_halve(frame, size) else _scaled(frame, size)
    transpose, flip_rows, flip_columns = turn
    if transpose:
        rgb = rgb.transpose(1, 0, 2)
    if flip_rows:
        rgb = rgb[::-1]
    if flip_columns:
        rgb = rgb[:, ::-1]
    return np.ascontiguousarray(rgb, dtype=np.uint8)


def _scaled(frame: VideoFrame, size: tuple[int, int]) -> NDArray[np.uint8]:
    """RGB by FFmpeg's area average, on one thread: its threads start anew for every picture and cost more than they
    save."""
    small = VideoReformatter().reformat(
        frame, width=size[0], height=size[1], format="rgb24", interpolation="AREA", threads=1
    )
    rgb: NDArray[np.uint8] = small.to_ndarray()  # type: ignore[assignment]
    return rgb


def _can_halve(frame: VideoFrame, size: tuple[int, int]) -> bool:
    return (
        (frame.width, frame.height) == (2 * size[0], 2 * size[1])
        and frame.format.name in HALVED_FORMATS
        and frame.colorspace in LUMA_WEIGHTS
        and all(plane.line_size > 0 for plane in frame.planes)
    )


def _halved(frame: VideoFrame) -> NDArray[np.uint8]:
    """RGB at half the width and height, as `_scaled` would make it but for rounding, in a third of the time.

    That is what 720p becomes. Chroma of 4:2:0 has that size already, so only luma is averaged, and the colour formula
    runs over a quarter of the pixels.
    """
    luma, blue, red = (_levels(plane) for plane in frame.planes)
    small = cv2.resize(luma, (blue.shape[1], blue.shape[0]), interpolation=cv2.INTER_AREA)
    full_range = HALVED_FORMATS[frame.format.name] or frame.color_range == ColorRange.JPEG
    formula = _rgb_formula(LUMA_WEIGHTS[frame.colorspace], full_range)
    rgb: NDArray[np.uint8] = cv2.transform(cv2.merge([small, blue, red]), formula)
    return rgb


def _levels(plane: VideoPlane) -> NDArray[np.uint8]:
    """A plane's pixels, height x width, without a copy: valid as long as its frame is."""
    rows = np.frombuffer(memoryview(plane), dtype=np.uint8).reshape(plane.height, plane.line_size)
    levels: NDArray[np.uint8] = rows[:, : plane.width]
    return levels


@cache
def _rgb_formula(weights: tuple[float, float], full_range: bool) -> NDArray[np.float64]:
    """3 x 4 matrix from (luma, blue difference, red difference, 1) in 0..255 to (red, green, blue): ITU-R BT.601 or 709
    by the weights of red and blue."""
    red, blue = weights
    green = 1.0 - red - blue
    luma_gain, chroma_gain, black, cut_off = (
        (1.0, 1.0, 0, 0.0) if full_range else (255 / 219, 255 / 224, 16, CUT_OFF_LEVELS)
    )
    to_red, to_blue = 2 * (1 - red) * chroma_gain, 2 * (1 - blue) * chroma_gain
    gains = np.array(
        [
            [luma_gain, 0.0, to_red],
            [luma_gain, -to_blue * blue / green, -to_red * red / green],
            [luma_gain, to_blue, 0.0],
        ]
    )
    offsets = -gains @ np.array([black, 128, 128]) - cut_off
    return np.hstack([gains, offsets[:, None]])


def picture_info(stream: VideoStream, first: VideoFrame | None) -> VideoInfo:
    """What the stream shows: size after rotation (known from its first picture), mean rate (0 when unknown), codec."""
    codec = stream.codec_context
    turn = UPRIGHT if first is None else orientation_of(first)
    width, height = (codec.width, codec.height) if first is None else (first.width, first.height)
    shown = shown_size(width, height, stream.sample_aspect_ratio, turn)
    rate = float(stream.average_rate) if stream.average_rate else 0.0
    return VideoInfo(shown[0], shown[1], rate if rate <= HIGHEST_RATE else 0.0, codec.name)
