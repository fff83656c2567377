"""Smiles, and where the mouth is covered so that there is nothing to measure. Pure rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.delivery.gaze_rules import MIN_FACE_PIXELS
from interview_engine.assessment.delivery.observations import FaceSeen, Observation
from interview_engine.assessment.delivery.sampling import Timeline
from interview_engine.assessment.delivery.spans import Span

SMILE = 0.5
SMILE_OVER_BASELINE = 0.3
SMILE_BASELINE_CAP = 0.3
SMILE_S = 0.8
"""A smile has at least `SMILE` of the mouth-smile blendshape, this much more than the person's own resting level (lower
quintile; capped, so that someone who smiles all along is not their own zero), for longer than a vowel is spoken: the
lips of an /i:/ are spread for 0.1 to 0.3 s. Chosen on one half of the hand labels: F1 .90 there, where .2 over the
resting level at any moment has .80, and .57 against .38 on the other half (docs/cues.md)."""

LEAST_REDNESS = 0.02
"""Lips that stand out less from the skin around them (`FaceSeen.lips`) are covered. Chosen on one half of the
recordings: lips that are seen have .03 and more, masks, hands and microphones .004 at most; on the other half .10 and
.003 (docs/cues.md)."""

COVERED_S = 1.0
"""A shorter cover is a hand that passes; it gives no span."""

LEAST_SEEN = 0.5
"""Of the pictures with a face in which the mouth has to be seen for a share of smiles."""


@dataclass(frozen=True, slots=True)
class Mouth:
    """Share of the pictures with a mouth that show a smile, None where too few show one; where it is covered."""

    smile_share: float | None
    covered: tuple[Span, ...]


def mouth(observations: Sequence[Observation], timeline: Timeline) -> Mouth:
    """What the mouth did, where it can be seen."""
    faces = np.array([seen.face is not None for seen in observations], dtype=np.bool_)
    covered = _lasting(_hidden(observations), timeline, COVERED_S)
    seen = faces & ~_within(covered, timeline)
    if not faces.any() or seen.sum() < LEAST_SEEN * faces.sum():
        return Mouth(None, covered)
    smiling = _within(smiles(observations, timeline), timeline) & seen
    return Mouth(float(smiling.sum() / seen.sum()), covered)


def smiles(observations: Sequence[Observation], timeline: Timeline) -> tuple[Span, ...]:
    """Where there is a smile, also behind a cover that does not last."""
    corners = np.array([seen.face.smile for seen in observations if seen.face is not None])
    if not corners.size:
        return ()
    least = max(SMILE, min(float(np.percentile(corners, 20)), SMILE_BASELINE_CAP) + SMILE_OVER_BASELINE)
    raised = np.array([seen.face is not None and seen.face.smile >= least for seen in observations], dtype=np.bool_)
    return _lasting(raised, timeline, SMILE_S)


def _hidden(observations: Sequence[Observation]) -> NDArray[np.bool_]:
    return np.array([seen.face is not None and _is_hidden(seen.face) for seen in observations], dtype=np.bool_)


def _is_hidden(face: FaceSeen) -> bool:
    return face.lips is not None and face.lips < LEAST_REDNESS and face.width_px >= MIN_FACE_PIXELS


def _lasting(flags: NDArray[np.bool_], timeline: Timeline, least_s: float) -> tuple[Span, ...]:
    return tuple(span for span in timeline.spans(flags) if span.duration_s >= least_s - 1e-6)


def _within(spans: Sequence[Span], timeline: Timeline) -> NDArray[np.bool_]:
    """The samples that lie in spans."""
    inside = np.zeros(len(timeline.times), dtype=np.bool_)
    for span in spans:
        inside |= (timeline.times >= span.start_s - 1e-6) & (timeline.times < span.end_s - 1e-6)
    return inside
