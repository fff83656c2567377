"""What every profile reports of one recording, so that speed is never read without quality beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench.process_cost import StageClock
from interview_engine.assessment.delivery.spans import Span
from interview_engine.assessment.delivery.speech_cues import SpeechCues
from interview_engine.assessment.delivery.speech_rules import speech_measures
from interview_engine.assessment.transcript import Word

STAGES = ("decode", "faces", "hands", "pose", "recognition", "prosody", "other")
"""In the order of the table. "decode" is demultiplexing, decoding, sampling and scaling; "recognition" includes the
search for speech and the word times; "other" is what belongs to none of them."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How closely pictures were looked at, in pictures a media second, and what was found.

    Args:
        faces_found, hands_found: shares of the sampled pictures with at least one.
    """

    faces_per_s: float
    hands_per_s: float
    pose_per_s: float
    faces_found: float
    hands_found: float


@dataclass(frozen=True, slots=True)
class Heard:
    """How an answer was spoken. `pauses` are longer than 0.5 s; `pitch_hz` is the median of voiced frames."""

    pauses: int
    rate_per_min: float | None
    pitch_hz: float | None


@dataclass(frozen=True, slots=True)
class Assessed:
    """One recording through one profile. `text` is raw, `language` the ISO 639-1 code that was found."""

    text: str
    language: str
    seen: Seen
    heard: Heard


class Profile(Protocol):
    """A way to assess recordings whose models are loaded."""

    def assess(self, path: Path, clock: StageClock) -> Assessed:
        """Assess one recording, counting every stage on the clock under a name of `STAGES`."""
        ...


def speech_of(words: Sequence[Word], language: str, duration_s: float, pitch_hz: float | None) -> Heard:
    """Pauses and rate by the product's rules from word times alone, for profiles that have nothing else."""
    voice = [Span(word.start_s, word.end_s) for word in words if word.end_s > word.start_s]
    cues = speech_measures(words, voice, language, duration_s=duration_s)
    return heard_of(cues, pitch_hz)


def heard_of(cues: SpeechCues | None, pitch_hz: float | None) -> Heard:
    """The figures of speech cues; no pauses and no rate where there are none."""
    if cues is None:
        return Heard(0, None, pitch_hz)
    return Heard(len(cues.pauses), round(cues.speech_rate_per_min, 1), pitch_hz)
