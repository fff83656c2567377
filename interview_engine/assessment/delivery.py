"""A delivery competency: a stated formula over measured cues, no quotes, always reported apart from content (A11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from interview_engine.assessment.kit import LEVELS, Competency, CueName, DeliveryMeasure
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.scoring import CompetencyResult, Score
from interview_engine.assessment.speech_cues import SpeechCues
from interview_engine.assessment.visual_cues import VisualCues

LEAST_HALF_BAND = 1.0
"""Half-width of the band in points of 10 where all answers agree: a convention; cues vary about so much from one answer
of a person to the next. The spread between the answers is added in quadrature."""

Measured = tuple[SpeechCues | None, VisualCues | None, str]
"""One answer's cues and its language ("zh" or "en")."""


@dataclass(frozen=True, slots=True)
class DeliveryFinding:
    """One measure over the interview: mean value in the cue's unit, points 0..1, and its weight after reweighting."""

    cue: CueName
    value: float
    points: float
    weight: float
    low: float
    high: float


def score_delivery(competency: Competency, answers: Sequence[Measured]) -> CompetencyResult:
    """10 x weighted share of the measures that could be measured; cannot_assess when none could.

    A measure that the policy, the mode or the recording leaves without a value is left out and the others' weights are
    scaled up to the whole. The band is the spread between answers, with a floor.
    """
    findings = delivery_findings(competency, answers)
    if not findings:
        reason = Reason("competency.no_recording")
        return CompetencyResult(competency.id, "cannot_assess", None, (), (), (), (), reason=reason, is_delivery=True)
    value = 10 * sum(finding.weight * finding.points for finding in findings) / 100
    each = [10 * share for answer in answers if (share := _share(competency, answer)) is not None]
    half = float(np.hypot(LEAST_HALF_BAND, np.std(each)))
    score = Score(value, max(0.0, value - half), min(10.0, value + half))
    density = np.exp(-0.5 * ((np.asarray(LEVELS) - score.level) / max(0.4, 0.4 * half)) ** 2)
    levels = tuple(float(part) for part in density / density.sum())
    return CompetencyResult(competency.id, "assessed", score, levels, (), (), (), is_delivery=True)


def delivery_findings(competency: Competency, answers: Sequence[Measured]) -> tuple[DeliveryFinding, ...]:
    """Each measure that could be measured, in the kit's order; the weights of the findings sum to 100."""
    found: list[tuple[DeliveryMeasure, float, float]] = []
    for measure in competency.delivery:
        values = [value for answer in answers if (value := _value(measure, answer)) is not None]
        if values:
            found.append((measure, float(np.mean(values)), float(np.mean([points(measure, v) for v in values]))))
    total = sum(measure.weight for measure, _, _ in found)
    return tuple(
        DeliveryFinding(measure.cue, value, share, 100 * measure.weight / total, measure.low, measure.high)
        for measure, value, share in found
    )


def points(measure: DeliveryMeasure, value: float) -> float:
    """1 inside low..high, falling linearly to 0 `falloff` outside."""
    outside = max(measure.low - value, value - measure.high, 0.0)
    return max(0.0, 1.0 - outside / measure.falloff)


def _share(competency: Competency, answer: Measured) -> float | None:
    """One answer's weighted share of points, 0..1; None when nothing of it was measured."""
    rows = [(m.weight, value, m) for m in competency.delivery if (value := _value(m, answer)) is not None]
    total = sum(weight for weight, _, _ in rows)
    return sum(weight * points(measure, value) for weight, value, measure in rows) / total if total else None


def _value(measure: DeliveryMeasure, answer: Measured) -> float | None:
    speech, visual, language = answer
    if measure.language is not None and measure.language != language:
        return None
    return (
        _speech_value(measure.cue, speech)
        if speech is not None and measure.cue in _SPEECH
        else _visual_value(measure.cue, visual)
    )


_SPEECH = frozenset(
    {
        "speech_rate_per_min",
        "pause_share",
        "filled_pauses_per_min",
        "pitch_interquartile_semitones",
        "loudness_range_db",
    }
)


def _speech_value(cue: CueName, speech: SpeechCues) -> float | None:
    if cue == "speech_rate_per_min":
        return speech.speech_rate_per_min
    if cue == "pause_share":
        return speech.pause_share
    if cue == "filled_pauses_per_min":
        seconds = sum(span.duration_s for span in speech.speaking_spans)
        return 60 * len(speech.filled_pauses) / seconds if seconds else None
    if cue == "pitch_interquartile_semitones":
        return None if speech.pitch is None else speech.pitch.interquartile_semitones
    return None if speech.loudness is None else speech.loudness.range_db


def _visual_value(cue: CueName, visual: VisualCues | None) -> float | None:
    if visual is None or cue in _SPEECH:
        return None
    if cue == "eye_contact_proxy_share":
        return visual.eye_contact_proxy_share
    if cue == "hands_visible_share":
        return visual.hands_visible_share
    return visual.gestures_per_min if cue == "gestures_per_min" else visual.smile_share
