"""What was said, with the time of every word."""

from __future__ import annotations

from dataclasses import dataclass

from interview_engine.assessment.reasons import Reason


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word (zh: one or more characters as the recogniser groups them).

    Args:
        text: as shown, Simplified Chinese or English, punctuation attached, no surrounding spaces.
        start_s, end_s: seconds from the answer's start, start_s <= end_s; 0 and 0 for a written answer.
        probability: the recogniser's, 0..1; 1 for a written answer.
    """

    text: str
    start_s: float
    end_s: float
    probability: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of recognised speech, about a sentence. `text` is a substring of the transcript's text."""

    text: str
    start_s: float
    end_s: float
    average_log_probability: float
    no_speech_probability: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """The text of one answer.

    Args:
        language: ISO 639-1 code ("zh", "en", …); "und" when nothing was said.
        language_probability: 0..1.
        confidence: duration-weighted mean word probability, 0..1; 1 for a written answer.
        text: the whole text; segment and word texts are verbatim spans of it, in order.
        text_digits: the same with spoken numbers as digits (三百二十 → 320, twenty five → 25).
        reason: why it cannot be used, or None. Not an error: it goes to a person.
        dropped: segments that a guard removed, each with its reason (kept for the reader).
        recognised: what was recognised, where the text is the candidate's own correction of it; else None.
    """

    language: str
    language_probability: float
    confidence: float
    text: str
    text_digits: str
    segments: tuple[Segment, ...]
    words: tuple[Word, ...]
    reason: Reason | None = None
    dropped: tuple[tuple[Segment, Reason], ...] = ()
    recognised: str | None = None
