"""One recording after demux: 16 kHz mono sound and sampled pictures with their true times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.reasons import Reason

SAMPLE_RATE = 16_000
"""Hz of every audio array in the product: what Whisper and Silero were trained on."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One sampled picture.

    Args:
        time_s: presentation time from the answer's start in seconds (the container's, not index / fps).
        rgb: uint8, height x width x 3, upright (rotation metadata applied), scaled to the sampling size.
    """

    time_s: float
    rgb: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """The video stream as it is in the file: pixels after rotation, mean frames per second (0 if unknown)."""

    width: int
    height: int
    frames_per_second: float
    codec: str


@dataclass(frozen=True, slots=True)
class Audio:
    """float32 samples in -1..1 at 16 kHz mono, and the file's own rate in Hz and codec."""

    samples: NDArray[np.float32]
    source_rate: int
    codec: str


@dataclass(frozen=True, slots=True)
class Media:
    """What one demux found.

    Args:
        duration_s: the longer of the decoded streams, in seconds.
        audio: None when there is no audio stream.
        video: None when there is no video stream (cover art does not count).
        truncated: set with reason "media.truncated" when the file broke off.
    """

    duration_s: float
    audio: Audio | None
    video: VideoInfo | None
    truncated: Reason | None = None
