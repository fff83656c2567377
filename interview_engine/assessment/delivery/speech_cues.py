"""Measured facts of how an answer was spoken. Descriptions, never traits; definitions in docs/cues.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from interview_engine.assessment.delivery.spans import Span


@dataclass(frozen=True, slots=True)
class FilledPause:
    """A filler the recogniser or the listener found: 嗯 呃 啊 那个, um uh er."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Pitch:
    """Fundamental frequency over voiced frames. Spread is in semitones re the speaker's own median."""

    median_hz: float
    interquartile_semitones: float
    track: tuple[tuple[float, float], ...]
    """(time_s, Hz) of voiced moments, thinned to at most 4 a second, for the timeline."""


@dataclass(frozen=True, slots=True)
class Loudness:
    """Level of speech frames in dB re full scale, and the 10–90 percentile range in dB."""

    median_db: float
    range_db: float
    track: tuple[tuple[float, float], ...]
    """(time_s, dB), thinned to at most 4 a second, for the timeline."""


@dataclass(frozen=True, slots=True)
class SpeechCues:
    """How one answer was spoken.

    Args:
        unit: "characters" (zh) or "words" (en): what the rates count.
        units: how many were counted (fillers and punctuation left out).
        speech_rate_per_min: units a minute from first to last word, where a pause counts for 0.5 s at most.
        articulation_rate_per_min: units a minute without any gap > 0.25 s.
        overall_rate_per_min: units a minute from first to last word, pauses included.
        speaking_spans: where there is speech, pauses > 0.5 s between them.
        pauses: silences > 0.5 s between the first and the last word.
        pause_share: pause seconds / seconds from first to last word, 0..1.
        time_to_first_word_s: silence before the first word.
        longest_monologue_s: the longest speaking span.
        speech_band: "unhurried" | "conversational" | "fast" by the configurable convention of docs/cues.md; None
            with less than 10 s of speaking time.
    """

    unit: Literal["characters", "words"]
    units: int
    speech_rate_per_min: float
    articulation_rate_per_min: float
    overall_rate_per_min: float
    speaking_spans: tuple[Span, ...]
    pauses: tuple[Span, ...]
    pause_share: float
    time_to_first_word_s: float
    longest_monologue_s: float
    speech_band: Literal["unhurried", "conversational", "fast"] | None
    filled_pauses: tuple[FilledPause, ...]
    pitch: Pitch | None
    loudness: Loudness | None
