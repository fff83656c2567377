"""The eye-contact proxy: does the line of sight stay near where this person mostly looks? Pure rules.

Nobody's camera is calibrated, so the proxy knows no absolute direction: it compares a person with themselves. Someone
who reads a screen beside the camera from beginning to end counts as looking straight. It is a proxy, and called so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.delivery.observations import FaceSeen, Observation
from interview_engine.assessment.delivery.sampling import Timeline
from interview_engine.assessment.delivery.spans import Span

EYE_DEGREES_LEFT = 25.0
EYE_DEGREES_UP = 20.0
"""Degrees of eye-in-head rotation per unit of the eye-look blendshapes. Measured where people keep their eyes on the
camera while the head moves, so that the eyes turn back as far as the head turns: regression slopes over six clips are
18 to 33 sideways and 13 to 32 up and down."""

AWAY_DEGREES = 15.0
"""Line of sight this far from the person's median counts as off camera: the few degrees within which people feel looked
at (Gamer & Hecht, 2007), plus twice the error of the measure (2 to 4 degrees of spread on clips of steady gaze)."""

SHORTEST_AWAY_S = 0.5
"""Shorter glances are part of talking (and of blinking) and are no span."""

SHUT = 0.5
SHUT_OVER_BASELINE = 0.3
"""Eyes are shut above 0.5 of the blink blendshape, or this far above the person's own open-eye level if that is higher
(a squint); shut for `SHORTEST_AWAY_S` they do not look at the camera, shut more briefly the last direction holds."""

MIN_FACE_PIXELS = 48.0
"""Narrower faces (in the sampled picture) have eyes of a few pixels, whose direction cannot be measured."""

MIN_FACE_S = 2.0
"""A median of less face time says nothing about where a person mostly looks."""


@dataclass(frozen=True, slots=True)
class EyeContact:
    """The proxy's share of face frames (None when it cannot be measured) and where it is off for half a second."""

    share: float | None
    off_camera: tuple[Span, ...]


def eye_contact(observations: Sequence[Observation], timeline: Timeline) -> EyeContact:
    """The proxy over all samples with a face."""
    faces = [(index, seen.face) for index, seen in enumerate(observations) if seen.face is not None]
    present = timeline.seconds(index for index, _ in faces)
    if present < MIN_FACE_S or float(np.median([face.width_px for _, face in faces])) < MIN_FACE_PIXELS:
        return EyeContact(None, ())
    away = _away([face for _, face in faces], [index for index, _ in faces], timeline)
    flags = np.zeros(len(observations), dtype=np.bool_)
    flags[[index for index, _ in faces]] = away
    long_enough = tuple(span for span in timeline.spans(flags) if span.duration_s >= SHORTEST_AWAY_S - 1e-6)
    return EyeContact(1.0 - float(away.mean()), long_enough)


def open_eye_level(shut: NDArray[np.float64]) -> float:
    """The blink blendshape of this person's open eyes: the lower quartile, which blinks and shut eyes do not raise."""
    return float(np.percentile(shut, 25))


def _away(faces: Sequence[FaceSeen], indices: Sequence[int], timeline: Timeline) -> NDArray[np.bool_]:
    shut_level = np.array([face.eyes_shut for face in faces])
    shut = shut_level > max(SHUT, open_eye_level(shut_level) + SHUT_OVER_BASELINE)
    if shut.all():
        return np.ones(len(faces), dtype=np.bool_)
    left = np.array([face.yaw + EYE_DEGREES_LEFT * face.eye_left for face in faces])
    up = np.array([face.pitch + EYE_DEGREES_UP * face.eye_up for face in faces])
    from_median = np.hypot(left - np.median(left[~shut]), up - np.median(up[~shut]))
    away: NDArray[np.bool_] = from_median > AWAY_DEGREES
    start = 0
    while start < len(faces):
        end = start
        while end < len(faces) and shut[end]:
            end += 1
        if end > start:
            long_shut = timeline.seconds(indices[start:end]) >= SHORTEST_AWAY_S - 1e-6
            away[start:end] = long_shut or (start > 0 and bool(away[start - 1]))
        start = end + 1
    return away
