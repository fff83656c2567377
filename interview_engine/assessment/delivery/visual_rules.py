"""From what was seen in each sampled picture to the visual cues of an answer, and the signals for a person. Pure rules.

Definitions and thresholds for readers are in docs/cues.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from interview_engine.assessment.delivery.gaze_rules import eye_contact
from interview_engine.assessment.delivery.mouth_rules import mouth
from interview_engine.assessment.delivery.movement_rules import (
    MIN_BLINK_RATE,
    MIN_NOD_RATE,
    blinks,
    head_gestures,
    shoulder_widths,
    strokes,
)
from interview_engine.assessment.delivery.observations import FaceSeen, Observation
from interview_engine.assessment.delivery.picture_rules import face_changes, scene_changes, stands_still
from interview_engine.assessment.delivery.sampling import Timeline
from interview_engine.assessment.delivery.signals import Signal
from interview_engine.assessment.delivery.spans import Span, listed, total_s
from interview_engine.assessment.delivery.visual_cues import HeadPose, VisualCues
from interview_engine.assessment.reasons import Reason

MIN_RATE_S = 10.0
"""Seconds of face or hand time from which counts a minute are given: in less, one movement more or less would change
the rate by over 6 a minute."""

FACE_SHARE = 0.5
"""Movements of a face are not counted where most pictures show none: puppets with a face in 35 % of the pictures
"nodded" 11.5 times a minute."""

SECOND_FACE_S = 0.5
"""More than one face counts as a signal from this long: shorter ones are passers-by on a screen or a slip."""

NO_FACE_SHARE = 0.5
"""No face in more than this share of the answer is a signal."""

READING_SPAN_S = 1.5
READING_SPANS = 2
READING_SHARE = 0.2
READING_FACE_S = 15.0
"""A reading pattern: at least two looks off camera of 1.5 s or more, together at least a fifth of the face time, in an
answer with at least 15 s of it. A person decides what it means; thinking looks the same."""


def summarise(observations: Sequence[Observation]) -> VisualCues | None:
    """The cues of one answer from its observations in order of time; None when there are none."""
    if not observations:
        return None
    timeline = Timeline([seen.time_s for seen in observations])
    rate = timeline.frames_per_second
    faces = [seen.face for seen in observations if seen.face is not None]
    face_s = timeline.seconds(index for index, seen in enumerate(observations) if seen.face is not None)
    with_hands = np.array([bool(seen.hands) for seen in observations])
    hand_s = timeline.seconds(np.flatnonzero(with_hands).tolist())
    many = np.array([seen.faces > 1 for seen in observations])
    absent = np.array([seen.face is None for seen in observations])
    eyes, mouths = eye_contact(observations, timeline), mouth(observations, timeline)
    countable = face_s >= MIN_RATE_S and len(faces) >= FACE_SHARE * len(observations)
    head = head_gestures(observations, timeline) if countable and rate >= MIN_NOD_RATE else None
    widths = shoulder_widths(observations)
    scale = float(np.median(widths)) if len(widths) else None
    lengths = strokes(observations, timeline, scale) if scale is not None else []
    return VisualCues(
        sampled_frames=len(observations),
        frames_per_second=rate,
        face_present_share=len(faces) / len(observations),
        face_absent_spans=timeline.spans(absent),
        faces_max=max(seen.faces for seen in observations),
        many_faces_spans=timeline.spans(many),
        head_pose=_head_pose(faces),
        eye_contact_proxy_share=eyes.share,
        off_camera_spans=eyes.off_camera,
        nods_per_min=None if head is None or head.nods is None else _per_min(head.nods, face_s),
        shakes_per_min=None if head is None or head.shakes is None else _per_min(head.shakes, face_s),
        blinks_per_min=(
            _per_min(blinks(observations, timeline), face_s) if countable and rate >= MIN_BLINK_RATE else None
        ),
        smile_share=mouths.smile_share,
        hands_visible_share=float(with_hands.mean()),
        hands_visible_spans=timeline.spans(with_hands),
        gestures_per_min=_per_min(len(lengths), hand_s) if scale is not None and hand_s >= MIN_RATE_S else None,
        gesture_amplitude=float(np.median(lengths)) if lengths else None,
        lean=_spread(widths) / scale if scale is not None else None,
        mouth_covered_spans=mouths.covered,
        scene_changes=scene_changes(observations),
        face_changes=face_changes(observations, timeline),
        still=stands_still(observations, timeline),
    )


def visual_signals(cues: VisualCues) -> tuple[Signal, ...]:
    """What a person should look at. Never touches a score."""
    found = []
    if cues.face_present_share < NO_FACE_SHARE:
        found.append(Signal(Reason("integrity.no_face"), cues.face_absent_spans))
    if cues.scene_changes:
        found.append(_with_spans("integrity.scenes", cues.scene_changes))
    if cues.face_changes:
        found.append(_with_spans("integrity.face_changed", cues.face_changes))
    if cues.mouth_covered_spans:
        found.append(_with_spans("quality.mouth_covered", cues.mouth_covered_spans))
    if cues.still:
        found.append(Signal(Reason("integrity.still_picture"), ()))
    crowded = tuple(span for span in cues.many_faces_spans if span.duration_s >= SECOND_FACE_S - 1e-6)
    if crowded:
        found.append(_with_spans("integrity.second_face", crowded))
    away = tuple(span for span in cues.off_camera_spans if span.duration_s >= READING_SPAN_S - 1e-6)
    if len(away) >= READING_SPANS and cues.sampled_frames:
        face_s = cues.sampled_frames / cues.frames_per_second * cues.face_present_share
        if face_s >= READING_FACE_S and total_s(away) >= READING_SHARE * face_s:
            found.append(_with_spans("integrity.reading_pattern", away))
    return tuple(found)


def _with_spans(code: str, spans: tuple[Span, ...]) -> Signal:
    return Signal(Reason(code, {"spans": listed(spans)}), spans)


def _per_min(count: int, seconds: float) -> float:
    return 60.0 * count / seconds


def _head_pose(faces: Sequence[FaceSeen]) -> HeadPose | None:
    if not faces:
        return None
    angles = np.array([(face.yaw, face.pitch, face.roll) for face in faces])
    middle = np.median(angles, axis=0)
    return HeadPose(
        yaw_median=float(middle[0]),
        yaw_iqr=_spread(angles[:, 0]),
        pitch_median=float(middle[1]),
        pitch_iqr=_spread(angles[:, 1]),
        roll_median=float(middle[2]),
        roll_iqr=_spread(angles[:, 2]),
    )


def _spread(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    low, high = np.percentile(values, [25, 75])
    return float(high - low)
