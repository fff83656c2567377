"""Measured facts of what the camera saw. Observations, never traits; definitions in docs/cues.md."""

from __future__ import annotations

from dataclasses import dataclass

from interview_engine.assessment.delivery.spans import Span


@dataclass(frozen=True, slots=True)
class HeadPose:
    """Median and interquartile range of head angles in degrees. Yaw > 0 is to the person's left, pitch > 0 up,
    roll > 0 towards the person's left shoulder."""

    yaw_median: float
    yaw_iqr: float
    pitch_median: float
    pitch_iqr: float
    roll_median: float
    roll_iqr: float


@dataclass(frozen=True, slots=True)
class VisualCues:
    """What the camera saw in one answer. Shares are of sampled frames (0..1); spans are on the answer's time axis.

    Args:
        sampled_frames: how many frames were looked at; frames_per_second: at which mean rate.
        face_present_share: frames with at least one face; the rest as `face_absent_spans`.
        faces_max: most faces seen in any frame; `many_faces_spans`: where more than one was seen.
        head_pose: None when no face was seen. All face measures are then 0 and their spans empty.
        eye_contact_proxy_share: share of face frames in which eyes and head stay near the person's own median. A proxy.
            None when no face was seen, or too small or too briefly for the eyes to be measured.
        off_camera_spans: where that proxy is off for at least half a second.
        nods_per_min, shakes_per_min, blinks_per_min: counts a minute of face-present time; None when the sampling
            rate is too low to count them, or the face-present time too short for a rate.
        smile_share: share of face frames with a smile: mouth corners raised over the person's own baseline for longer
            than a vowel; None when no mouth was seen, or a covered one most of the time.
        mouth_covered_spans: where a hand, a mask or a microphone covers the mouth. Smiles are not measured there.
        hands_visible_share, hands_visible_spans: at least one hand in view.
        gestures_per_min: hand strokes a minute of hand-visible time; None when hands or shoulders were in view too
            briefly for a rate. gesture_amplitude: median stroke length in shoulder widths; None when no stroke.
        lean: interquartile range of shoulder width over its median (towards and away from the camera); None when
            shoulders were not seen.
        scene_changes, face_changes, still: where the picture jumps to another scene, where another face follows in the
            same one, and whether the face stands still as in a photograph. For the signals only, which reports keep; a
            report does not keep these.
    """

    sampled_frames: int
    frames_per_second: float
    face_present_share: float
    face_absent_spans: tuple[Span, ...]
    faces_max: int
    many_faces_spans: tuple[Span, ...]
    head_pose: HeadPose | None
    eye_contact_proxy_share: float | None
    off_camera_spans: tuple[Span, ...]
    nods_per_min: float | None
    shakes_per_min: float | None
    blinks_per_min: float | None
    smile_share: float | None
    hands_visible_share: float
    hands_visible_spans: tuple[Span, ...]
    gestures_per_min: float | None
    gesture_amplitude: float | None
    lean: float | None
    mouth_covered_spans: tuple[Span, ...] = ()
    scene_changes: tuple[Span, ...] = ()
    face_changes: tuple[Span, ...] = ()
    still: bool = False
