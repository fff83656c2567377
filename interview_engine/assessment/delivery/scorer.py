"""A delivery competency scored by its stated formula over measured cues, and the finding behind every measure.

A measure gives its full weight inside `low`..`high` and falls in a straight line to none at `falloff` outside. It is
taken over the answers on which its cue could be measured, each answer weighing as long as it was spoken; what could not
be measured on any answer is left out and the rest weighs 100 %. The score is 10 times the share of the weight that was
reached. No quote stands behind it: the report shows each measure with its value and points. It describes how something
was said and infers nothing about the person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from interview_engine.assessment.delivery.spans import total_s
from interview_engine.assessment.delivery.speech_cues import SpeechCues
from interview_engine.assessment.delivery.visual_cues import VisualCues
from interview_engine.assessment.kits.kit import LEVELS, Competency, CueName, DeliveryMeasure
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.scoring import CompetencyResult, Score

DeliveryAnswer = tuple[SpeechCues | None, VisualCues | None, str]
"""One recorded answer: how it was spoken, what the camera saw, its language (ISO 639-1)."""

LEAST_SPEAKING_S = 5.0
"""Speech that an answer's rates, pauses and voice are measured on; shorter answers tell little of how one speaks."""
LEAST_FACE_SHARE = 0.2
"""Share of frames with a face that eye contact and smiles are measured on."""
LEAST_FRAMES = 10
"""Sampled frames that visual measures are taken on."""
BAND_FLOOR = 0.75
"""Smallest half-width of the band, of 10: a convention, like the limits; no human ratings stand behind it."""


@dataclass(frozen=True, slots=True)
class DeliveryFinding:
    """One measure of a delivery competency over the interview.

    Args:
        measure: the kit's measure, with its band and weight.
        value: in the cue's unit, over all answers it could be measured on; None when there was none.
        share: how much of the measure's weight was reached, 0..1; None when value is.
        points: what it added to the score of 0..10; 0 when value is None.
        answers: on how many answers it was measured.
    """

    measure: DeliveryMeasure
    value: float | None
    share: float | None
    points: float
    answers: int


@dataclass(frozen=True, slots=True)
class _Taken:
    """A measure on the answers where its cue was measured: value, share and seconds of each."""

    measure: DeliveryMeasure
    values: tuple[float, ...]
    shares: tuple[float, ...]
    seconds: tuple[float, ...]

    @property
    def share(self) -> float:
        return float(np.average(self.shares, weights=self.seconds))

    @property
    def value(self) -> float:
        return float(np.average(self.values, weights=self.seconds))


def score_delivery(competency: Competency, answers: Sequence[DeliveryAnswer]) -> CompetencyResult:
    """Score one delivery competency over an interview.

    The band is the spread between answers (standard error of the mean over answers of each measure's share, combined by
    weight as fully correlated) and never under `BAND_FLOOR`; one answer alone has the floor.

    Returns:
        cannot_assess with `competency.no_recording` when no measure could be taken. The order of answers plays no part.
    """
    taken = [entry for entry in (_take(measure, answers) for measure in competency.delivery) if entry.values]
    weight = sum(entry.measure.weight for entry in taken)
    if weight <= 0.0:
        reason = Reason("competency.no_recording")
        return CompetencyResult(competency.id, "cannot_assess", None, (), (), (), (), reason=reason, is_delivery=True)
    value = 10.0 * sum(entry.measure.weight * entry.share for entry in taken) / weight
    half = max(BAND_FLOOR, 10.0 * sum(entry.measure.weight * _standard_error(entry) for entry in taken) / weight)
    score = Score(value, max(0.0, value - half), min(10.0, value + half))
    return CompetencyResult(
        competency_id=competency.id,
        status="assessed",
        score=score,
        level_distribution=_levels(score.level, 0.4 * half),
        evidence=(),
        not_shown=(),
        markers=(),
        is_delivery=True,
    )


def delivery_findings(competency: Competency, answers: Sequence[DeliveryAnswer]) -> tuple[DeliveryFinding, ...]:
    """Each measure of the kit with its value and points, in the kit's order; the points add up to the score.

    A measure restricted to a language in which nothing was said is left out.
    """
    taken = [_take(measure, answers) for measure in competency.delivery]
    weight = sum(entry.measure.weight for entry in taken if entry.values)
    findings = []
    for entry in taken:
        language = entry.measure.language
        if not entry.values and language is not None and all(answer[2] != language for answer in answers):
            continue
        if not entry.values:
            findings.append(DeliveryFinding(entry.measure, None, None, 0.0, 0))
            continue
        points = 10.0 * entry.measure.weight * entry.share / weight
        findings.append(DeliveryFinding(entry.measure, entry.value, entry.share, points, len(entry.values)))
    return tuple(findings)


def share_of(measure: DeliveryMeasure, value: float) -> float:
    """How much of a measure's weight a value reaches, 0..1."""
    outside = max(measure.low - value, value - measure.high, 0.0)
    if outside == 0.0:
        return 1.0
    return max(0.0, 1.0 - outside / measure.falloff) if measure.falloff > 0.0 else 0.0


def cue_value(cue: CueName, speech: SpeechCues | None, visual: VisualCues | None) -> float | None:
    """A cue of one answer; None where it could not be measured (too little speech, no face, or forbidden by policy)."""
    if cue in _SPEECH:
        if speech is None or total_s(speech.speaking_spans) < LEAST_SPEAKING_S:
            return None
        return _SPEECH[cue](speech)
    if visual is None or visual.sampled_frames < LEAST_FRAMES:
        return None
    if cue in _FACE and visual.face_present_share < LEAST_FACE_SHARE:
        return None
    return _VISUAL[cue](visual)


def _filled_pauses_per_min(speech: SpeechCues) -> float:
    """Filled pauses a minute from the first to the last word, pauses included."""
    extent_s = speech.speaking_spans[-1].end_s - speech.speaking_spans[0].start_s
    return 60.0 * len(speech.filled_pauses) / extent_s


_SPEECH: dict[CueName, Callable[[SpeechCues], float | None]] = {
    "speech_rate_per_min": lambda speech: speech.speech_rate_per_min,
    "pause_share": lambda speech: speech.pause_share,
    "filled_pauses_per_min": _filled_pauses_per_min,
    "pitch_interquartile_semitones": lambda speech: speech.pitch.interquartile_semitones if speech.pitch else None,
    "loudness_range_db": lambda speech: speech.loudness.range_db if speech.loudness else None,
}
_VISUAL: dict[CueName, Callable[[VisualCues], float | None]] = {
    "eye_contact_proxy_share": lambda visual: visual.eye_contact_proxy_share,
    "hands_visible_share": lambda visual: visual.hands_visible_share,
    "gestures_per_min": lambda visual: visual.gestures_per_min,
    "smile_share": lambda visual: visual.smile_share,
}
_FACE: frozenset[CueName] = frozenset({"eye_contact_proxy_share", "smile_share"})


def _take(measure: DeliveryMeasure, answers: Sequence[DeliveryAnswer]) -> _Taken:
    rows = []
    for speech, visual, language in answers:
        if measure.language is not None and measure.language != language:
            continue
        value = cue_value(measure.cue, speech, visual)
        if value is not None:
            rows.append((value, share_of(measure, value), _seconds(measure.cue, speech, visual)))
    rows.sort()
    values, shares, seconds = zip(*rows, strict=True) if rows else ((), (), ())
    return _Taken(measure, values, shares, seconds)


def _seconds(cue: CueName, speech: SpeechCues | None, visual: VisualCues | None) -> float:
    """How long the answer's measure was taken over: seconds of speaking, or seconds watched."""
    if cue in _SPEECH and speech is not None:
        return total_s(speech.speaking_spans)
    if visual is None or visual.frames_per_second <= 0.0:
        return 1.0
    return visual.sampled_frames / visual.frames_per_second


def _standard_error(entry: _Taken) -> float:
    """Of the mean share over answers, 0 with one answer."""
    count = len(entry.shares)
    if count < 2:
        return 0.0
    return float(np.std(entry.shares, ddof=1) / np.sqrt(count))


def _levels(level: float, half_width: float) -> tuple[float, ...]:
    """Probabilities of levels 1..5 whose mean is `level`: a discretised normal, then moved to the exact mean.

    The band of two in three is one standard deviation on each side, so `half_width` (in levels) is the deviation.
    """
    steps = np.array(LEVELS, dtype=float)
    low, high = -20.0, 20.0
    weights = np.ones(steps.size)
    for _ in range(80):
        tilt = (low + high) / 2
        exponent = -0.5 * ((steps - level) / half_width) ** 2 + tilt * (steps - level)
        weights = np.exp(exponent - exponent.max())
        if (weights * steps).sum() / weights.sum() < level:
            low = tilt
        else:
            high = tilt
    probabilities = weights / weights.sum()
    return tuple(float(probability) for probability in probabilities)
