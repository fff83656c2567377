"""Recordings read to the end, and what is in their sound, for tests of pipelines.media."""

import os
from pathlib import Path

import media_files as made
import numpy as np
import pytest

from interview_engine.assessment.media import as_floats
from interview_engine.errors import MediaError
from pipelines.media.ingest import open_recording

DATA = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))

CLIPS = DATA / "B_video"

needs_clips = pytest.mark.skipif(not CLIPS.is_dir(), reason="the test recordings (SHARED_DATA) are not here")


def read(path, **window):
    """Frames as (time, time written in the picture), the media, and the recording."""
    with open_recording(path, **window) as recording:
        frames = [(frame.time_s, made.time_of(frame.rgb)) for frame in recording.frames()]
        return frames, recording.media(), recording


def loudness_of(samples) -> float:
    """The greatest amplitude, 0..1."""
    return float(np.abs(as_floats(samples)).max())


def code_of(path, **options) -> str:
    with pytest.raises(MediaError) as caught:
        read(path, **options)
    assert caught.value.message.zh
    assert caught.value.next_step.en
    return caught.value.code


def pitch_at(samples, time_s, width_s=0.2) -> float:
    """Frequency of a sine around `time_s`, by its zero crossings."""
    part = as_floats(samples[round((time_s - width_s / 2) * 16_000) : round((time_s + width_s / 2) * 16_000)])
    crossings = np.flatnonzero((part[:-1] < 0) & (part[1:] >= 0)).astype(float)
    crossings += -part[crossings.astype(int)] / (part[crossings.astype(int) + 1] - part[crossings.astype(int)])
    return float(16_000 / np.diff(crossings).mean())
