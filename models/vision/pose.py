"""The upper body in a picture, behind a protocol that several runtimes fill."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.delivery.observations import PoseSeen

WEIGHT = "pose-landmarker"
BUNDLE = "pose_landmarker.task"

FINDING_CONFIDENCE = 0.5
"""Of the person detector and of the landmark model's own check; MediaPipe's defaults."""

_SHOULDERS = (11, 12)
_HAND_JOINTS = (15, 16, 17, 18, 19, 20, 21, 22)
"""Wrists, little fingers, index fingers and thumbs of BlazePose's 33 points."""

SHOULDER_VISIBILITY = 0.5

HAND_VISIBILITY = 0.3
"""At which a hand joint counts as expected: low, since a missed hand is lost and a wrong guess only costs time."""


class PoseDetector(Protocol):
    """Finds the most prominent person. Deterministic; keeps nothing from one picture to the next."""

    def find(self, pictures: Sequence[NDArray[np.uint8]]) -> list[PoseSeen | None]:
        """The upper body in each picture (uint8, height x width x 3), or None where no person is found."""
        ...

    def close(self) -> None:
        """Free the model's memory; the detector cannot be used afterwards."""
        ...


def pose_seen(points: NDArray[np.floating], visibility: NDArray[np.floating], height: int, width: int) -> PoseSeen:
    """The upper body from 33 landmarks.

    Args:
        points: 33 x 2 or more, in pixels of a picture of that height and width. visibility: 33, 0..1.
    """
    left, right = _SHOULDERS
    shoulder_width = None
    if min(visibility[left], visibility[right]) >= SHOULDER_VISIBILITY:
        shoulder_width = math.dist(points[left, :2], points[right, :2]) / height
    expected = any(
        visibility[joint] >= HAND_VISIBILITY and 0.0 <= points[joint, 0] <= width and 0.0 <= points[joint, 1] <= height
        for joint in _HAND_JOINTS
    )
    return PoseSeen(shoulder_width, expected)
