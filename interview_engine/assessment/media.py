"""One recording after demux: 16 kHz mono sound and sampled pictures with their true times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.delivery.spans import Span
from interview_engine.assessment.reasons import Reason

SAMPLE_RATE = 16_000
"""Hz of every audio array in the product: what Whisper and Silero were trained on."""


FULL_SCALE = 32_768
"""The integer that stands for 1.0. The largest sample lies one below it."""


def as_floats(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """16-bit samples as float32 in -1..1, exactly. For the piece that is computed on: floats take twice the memory.

    Raises:
        TypeError: they are not 16-bit: floats, scaled once more, would pass for silence.
    """
    if samples.dtype != np.int16:
        raise TypeError(f"16-bit samples were expected, not {samples.dtype}")
    floats: NDArray[np.float32] = samples * np.float32(1 / FULL_SCALE)
    return floats


def as_integers(samples: NDArray[np.float32] | NDArray[np.float64]) -> NDArray[np.int16]:
    """Samples in -1..1 as 16-bit integers, to the nearest step; what lies beyond is cut to full scale."""
    return np.clip(np.rint(samples * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)


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
    """16-bit samples at 16 kHz mono (`as_floats` for -1..1), and the file's own rate in Hz and codec.

    Integers, because a worker holds a long answer's sound from the demux to the last measure of it.
    """

    samples: NDArray[np.int16]
    source_rate: int
    codec: str

    @classmethod
    def from_floats(cls, samples: NDArray[np.float32] | NDArray[np.float64], source_rate: int, codec: str) -> Self:
        """Of samples in -1..1."""
        return cls(as_integers(samples), source_rate, codec)


@dataclass(frozen=True, slots=True)
class Media:
    """What one demux found.

    Args:
        duration_s: the longer of the decoded streams, in seconds.
        audio: None when there is no audio stream.
        video: None when there is no video stream (cover art does not count).
        truncated: why it is not whole: "media.truncated" when the file broke off, "media.left_out" or
            "media.track_left_out" when something in it could not be used, "media.sound_missing" or
            "media.pictures_missing" when one of them holds nothing while the other goes on.
        unrecorded: where no track holds anything (the recorder was paused), in order; empty without sound.
        soundless: where the sound holds nothing, with `unrecorded`, in order: no pause of the speaker.
        restarts_s: where the recorder was started again, seconds from the start.
    """

    duration_s: float
    audio: Audio | None
    video: VideoInfo | None
    truncated: Reason | None = None
    unrecorded: tuple[Span, ...] = ()
    restarts_s: tuple[float, ...] = ()
    soundless: tuple[Span, ...] = ()
