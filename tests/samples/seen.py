"""Made-up observations: a person before a camera, sample by sample."""

from __future__ import annotations

from dataclasses import replace

from interview_engine.assessment.delivery.observations import Box, FaceSeen, HandSeen, Observation, PoseSeen

FACE = FaceSeen(
    box=Box(0.4, 0.3, 0.6, 0.7),
    width_px=120.0,
    yaw=3.0,
    pitch=5.0,
    roll=0.0,
    eye_left=0.1,
    eye_up=-0.2,
    eyes_shut=0.1,
    smile=0.05,
    lips=0.2,
    look=b"",
)
POSE = PoseSeen(shoulder_width=0.5, hand_expected=True)


def face(**changes: object) -> FaceSeen:
    """A face that looks straight ahead, with changes."""
    return replace(FACE, **changes)  # type: ignore[arg-type]


def seen(
    time_s: float,
    face: FaceSeen | None = FACE,
    *,
    faces: int | None = None,
    hands: tuple[tuple[float, float], ...] = (),
    pose: PoseSeen | None = POSE,
) -> Observation:
    """One sample."""
    count = faces if faces is not None else int(face is not None)
    return Observation(time_s, count, face, tuple(HandSeen(x, y) for x, y in hands), pose, pose is not None)
