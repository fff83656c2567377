"""Whether something other than voice is loud, music or noise. A flag for a person, never part of a score."""

from __future__ import annotations

import numpy as np

from interview_engine.assessment.delivery.spans import Span, gaps, merge, total_s
from interview_engine.assessment.media import SAMPLE_RATE
from pipelines.hearing.activity import Activity
from pipelines.hearing.loudness import BLOCK_HOPS, HOP_S, loudness_track, speech_blocks
from pipelines.hearing.music import music_of

NEAR_SPEECH_DB = 10.0
"""A background less than this below the median of speech is loud."""
ALONE_DB = -40.0
"""Without speech, sound above this level (dB re full scale) is loud."""
LEAST_S = 2.0
"""Seconds of loud background that are worth a person's ear: a door or a cough is not."""
MARGIN_S = 0.1
"""Left out beside each speech span: breath, reverberation, the tail of a word."""


def loud_background(activity: Activity) -> tuple[Span, ...]:
    """Where there is loud sound without voice, when it adds up to `LEAST_S`; else empty.

    Heard in the silences only: music under a voice shows in the pauses. Figures: docs/cues.md, "Speech cues".
    """
    length_s = activity.samples.size / SAMPLE_RATE
    if length_s <= 0.0:
        return ()
    track = loudness_track(activity.sound(), activity.gain_db)
    speech = speech_blocks(track, activity.spans)
    limit = float(np.median(track.db[speech])) - NEAR_SPEECH_DB if speech.any() else ALONE_DB
    half = BLOCK_HOPS * HOP_S / 2
    loud: list[Span] = []
    for silence in gaps(activity.spans, Span(0.0, length_s)):
        first_s, last_s = silence.start_s + MARGIN_S + half, silence.end_s - MARGIN_S - half
        first, last = np.searchsorted(track.times_s, (first_s - 1e-6, last_s + 1e-6))
        for time_s, level_db in zip(track.times_s[first:last], track.db[first:last], strict=True):
            if level_db > limit:
                loud.append(Span(float(time_s) - HOP_S / 2, float(time_s) + HOP_S / 2))
    spans = merge([Span(round(span.start_s, 2), round(span.end_s, 2)) for span in loud])
    return _enough(spans)


def kinds_of_background(activity: Activity) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Where there is loud music, and where there is other loud noise, without voice. Of a kind that does not add up to
    `LEAST_S` nothing is said, unless neither does: then all of it is what most of it is."""
    loud = loud_background(activity)
    if not loud:
        return (), ()
    music, noise = music_of(activity.samples, loud)
    if max(total_s(music), total_s(noise)) < LEAST_S - 1e-6:
        return (loud, ()) if total_s(music) > total_s(noise) else ((), loud)
    return _enough(music), _enough(noise)


def _enough(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    return spans if total_s(spans) >= LEAST_S - 1e-6 else ()


def share_of_silence(activity: Activity, loud: tuple[Span, ...]) -> float:
    """Share of the sound without voice that is loud, 0..1; 0 with less than `LEAST_S` of it."""
    silence_s = activity.samples.size / SAMPLE_RATE - total_s(activity.spans)
    return min(1.0, total_s(loud) / silence_s) if silence_s >= LEAST_S else 0.0
