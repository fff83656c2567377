"""Pitch and loudness of an answer as plain measures: medians, spreads, and thin tracks for the timeline."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from interview_engine.assessment.delivery.spans import Span
from interview_engine.assessment.delivery.speech_cues import Loudness, Pitch
from pipelines.hearing.activity import Activity
from pipelines.hearing.loudness import loudness_track, speech_blocks
from pipelines.hearing.periodicity import STEP_S, Floats
from pipelines.hearing.pitch import track_pitch

TRACK_STEP_S = 0.25
"""The tracks hold at most one moment in each step of this length (four a second)."""
LEAST_VOICED_S = 0.5
"""Voice that a pitch has to be measured on."""
LEAST_BLOCKS = 5
"""Speech blocks of 400 ms, 100 ms apart, that a loudness has to be measured on."""


def measure_pitch(activity: Activity, spans: Sequence[Span]) -> Pitch | None:
    """Fundamental frequency over the voiced frames of the spans; None with less than `LEAST_VOICED_S` of them."""
    track = track_pitch(activity.periodicity, spans)
    voiced = track.hz > 0
    if voiced.sum() * STEP_S < LEAST_VOICED_S:
        return None
    hz = track.hz[voiced]
    low, median, high = np.quantile(hz, (0.25, 0.5, 0.75))
    return Pitch(float(median), float(12 * np.log2(high / low)), thin(track.times_s[voiced], hz))


def measure_loudness(activity: Activity, spans: Sequence[Span]) -> Loudness | None:
    """Level of the speech blocks of the spans in dB re full scale; None with fewer than `LEAST_BLOCKS`."""
    track = loudness_track(activity.sound(), activity.gain_db)
    speech = speech_blocks(track, spans)
    if speech.sum() < LEAST_BLOCKS:
        return None
    low, median, high = np.quantile(track.db[speech], (0.1, 0.5, 0.9))
    return Loudness(float(median), float(high - low), thin(track.times_s[speech], track.db[speech]))


def thin(times_s: Floats, values: Floats) -> tuple[tuple[float, float], ...]:
    """One moment for each `TRACK_STEP_S` that holds any: the mean of its times and the median of its values."""
    steps = np.floor(times_s / TRACK_STEP_S).astype(int)
    _, starts = np.unique(steps, return_index=True)
    moments = zip(np.split(times_s, starts[1:]), np.split(values, starts[1:]), strict=True)
    return tuple(
        (round(float(time.mean()), 2), round(float(np.median(value)), 2)) for time, value in moments if time.size
    )
