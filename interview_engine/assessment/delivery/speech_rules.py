"""Rates and pauses from words and speech spans (docs/cues.md, "Speech cues"). Pure: no sound is read here.

The words say what was said and roughly when; the speech spans, which come from the sound itself, say when there was
voice. A recogniser's word times are loose by a few tenths of a second, so every silence is taken from the spans and
words only name the first and the last one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from interview_engine.assessment.delivery.spans import Span, clip, gaps, merge, total_s
from interview_engine.assessment.delivery.speech_cues import SpeechCues
from interview_engine.assessment.delivery.speech_units import Token, filled_pauses, tokens, unit_of
from interview_engine.assessment.transcript import Word

PAUSE_S = 0.5
"""A longer silence inside an answer is a pause (docs/cues.md). In the speech rate a pause counts for this long at most:
were it left out whole, a rate would jump where silences pass this length (by 9 % in one recording)."""
LEAST_VOICE_S = 0.02
"""Less voice than the shortest speech sound between the first and the last word cannot be measured."""

ARTICULATION_GAP_S = 0.25
"""A longer silence is no part of articulation (the limit of Goldman-Eisler, "Psycholinguistics", 1968)."""
EDGE_S = 0.5
"""How far a recogniser's first and last word may lie from where the voice begins and ends."""

LEAST_BAND_S = 10.0
"""Less speaking time names no pace: 7 of 11 sentences of three seconds were "fast", most of them read calmly."""

SpeechBand = Literal["unhurried", "conversational", "fast"]


@dataclass(frozen=True, slots=True)
class RateBand:
    """At or under `unhurried_to` units a minute is called unhurried, above `fast_above` fast."""

    unhurried_to: float
    fast_above: float


@dataclass(frozen=True, slots=True)
class RateBands:
    """The convention by unit, characters and words a minute of speaking time. A description, not a finding.

    Mandarin: a convention of the product. English: interviews average about 190 words a minute and 160 to 210 is called
    average there by Tauroza and Allison, "Speech rates in British English", Applied Linguistics 11(1), 1990, 90-105.
    """

    characters: RateBand = RateBand(150.0, 180.0)
    words: RateBand = RateBand(160.0, 210.0)


def describe_rate(rate_per_min: float, language: str, bands: RateBands | None = None) -> SpeechBand:
    """The name of a speech rate under the convention."""
    bands = bands or RateBands()
    band = bands.characters if unit_of(language) == "characters" else bands.words
    if rate_per_min <= band.unhurried_to:
        return "unhurried"
    return "fast" if rate_per_min > band.fast_above else "conversational"


def speech_measures(
    words: Sequence[Word],
    speech: Sequence[Span],
    language: str,
    *,
    duration_s: float | None = None,
    bands: RateBands | None = None,
    unrecorded: Sequence[Span] = (),
) -> SpeechCues | None:
    """How an answer was spoken, without pitch and loudness.

    Args:
        words: with times, in any order; words that begin after `duration_s` are left out.
        speech: where there is voice, filled pauses included; may overlap and be in any order.
        language: ISO 639-1; decides what is counted.
        duration_s: length of the sound, if known.
        bands: the convention behind `speech_band`.
        unrecorded: where the recorder was paused: no pause of the speaker, and no time of any rate.

    Returns:
        None when nothing can be measured: no counted word with a time, or no voice between the first and last word.
    """
    spoken = [word for word in words if word.end_s > 0.0 and (duration_s is None or word.start_s < duration_s)]
    counted = tokens(spoken, language)
    units = sum(token.units for token in counted)
    voice = merge(speech)
    extent = _extent(counted, voice, duration_s)
    if units == 0 or extent is None:
        return None
    inside = clip(voice, extent)
    if total_s(inside) < LEAST_VOICE_S:
        return None
    off = tuple(part for span in clip(merge(unrecorded), extent) for part in gaps(clip(inside, span), span))
    silences = gaps(merge([*inside, *off]), extent)
    pauses = tuple(silence for silence in silences if silence.duration_s > PAUSE_S)
    breaks = tuple(silence for silence in silences if silence.duration_s > ARTICULATION_GAP_S)
    speaking = gaps(merge([*pauses, *off]), extent)
    recorded_s = extent.duration_s - total_s(off)
    rate = _per_minute(units, recorded_s - sum(pause.duration_s - PAUSE_S for pause in pauses))
    return SpeechCues(
        unit=unit_of(language),
        units=units,
        speech_rate_per_min=rate,
        articulation_rate_per_min=_per_minute(units, recorded_s - total_s(breaks)),
        overall_rate_per_min=_per_minute(units, recorded_s),
        speaking_spans=speaking,
        pauses=pauses,
        pause_share=total_s(pauses) / recorded_s,
        time_to_first_word_s=extent.start_s - total_s(clip(merge(unrecorded), Span(0.0, extent.start_s))),
        longest_monologue_s=max(span.duration_s for span in speaking),
        speech_band=describe_rate(rate, language, bands) if total_s(speaking) >= LEAST_BAND_S else None,
        filled_pauses=filled_pauses(counted),
        pitch=None,
        loudness=None,
    )


def _per_minute(units: int, seconds: float) -> float:
    return 60.0 * units / seconds


def _extent(counted: Sequence[Token], voice: Sequence[Span], duration_s: float | None) -> Span | None:
    """From the first to the last counted word, each edge put where the voice begins or ends near the word.

    A filled pause before the first or after the last word is outside: it bounds how far an edge may move.
    """
    said = [token for token in counted if token.units > 0]
    if not said or not voice:
        return None
    first = min(said, key=lambda token: token.start_s)
    last = max(said, key=lambda token: token.end_s)
    floor = max((t.end_s for t in counted if t.filler and t.end_s <= first.start_s), default=0.0)
    ceiling = min((t.start_s for t in counted if t.filler and t.start_s >= last.end_s), default=float("inf"))
    start_s = _nearest([span.start_s for span in voice], first.start_s, floor)
    end_s = _nearest([span.end_s for span in voice], last.end_s, -float("inf"), ceiling)
    end_s = end_s if duration_s is None else min(end_s, duration_s)
    return Span(start_s, end_s) if end_s > start_s else None


def _nearest(edges: Sequence[float], time_s: float, floor: float, ceiling: float = float("inf")) -> float:
    """The edge nearest to a word's time within `EDGE_S` and the bounds, else the word's own time."""
    allowed = [edge for edge in edges if abs(edge - time_s) <= EDGE_S and floor <= edge <= ceiling]
    return min(allowed, key=lambda edge: (abs(edge - time_s), edge), default=time_s)
