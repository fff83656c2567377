"""The upper body in a picture, behind a protocol that another runtime can fill."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.observations import PoseSeen
from models.mediapipe_tasks import close_at_exit, create, detect
from models.registry import WeightStore

WEIGHT = "pose-landmarker"

_SHOULDERS = (11, 12)
_HAND_JOINTS = (15, 16, 17, 18, 19, 20, 21, 22)
"""Wrists, little fingers, index fingers and thumbs of BlazePose's 33 points."""

SHOULDER_VISIBILITY = 0.5

HAND_VISIBILITY = 0.3
"""At which a hand joint counts as expected: low, since a missed hand is lost and a wrong guess only costs time."""


class PoseDetector(Protocol):
    """Finds the most prominent person. Deterministic; keeps nothing from one picture to the next."""

    def find(self, rgb: NDArray[np.uint8]) -> PoseSeen | None:
        """The upper body in a picture (uint8, height x width x 3), or None when no person is found."""
        ...

    def close(self) -> None:
        """Free the model."""
        ...


class MediaPipePose:
    """`PoseDetector` by MediaPipe's Pose Landmarker, IMAGE mode."""

    def __init__(self, model: Path) -> None:
        """Load from a pose_landmarker.task file.

        Raises:
            SystemPackageError: a system library is missing. WeightsError: the file is not what it should be.
        """

        def landmarker(vision: Any, base: Any) -> Any:
            options = vision.PoseLandmarkerOptions(base_options=base, num_poses=1)
            return vision.PoseLandmarker.create_from_options(options)

        self._landmarker = create(landmarker, model)
        self._closing = close_at_exit(self, self._landmarker)

    def find(self, rgb: NDArray[np.uint8]) -> PoseSeen | None:
        """See `PoseDetector.find`."""
        people = detect(self._landmarker, rgb).pose_landmarks
        if not people:
            return None
        height, width = rgb.shape[:2]
        points = people[0]
        left, right = (points[joint] for joint in _SHOULDERS)
        shoulder_width = None
        if min(left.visibility, right.visibility) >= SHOULDER_VISIBILITY:
            shoulder_width = math.hypot((left.x - right.x) * width / height, left.y - right.y)
        expected = any(
            points[joint].visibility >= HAND_VISIBILITY
            and 0.0 <= points[joint].x <= 1.0
            and 0.0 <= points[joint].y <= 1.0
            for joint in _HAND_JOINTS
        )
        return PoseSeen(shoulder_width, expected)

    def close(self) -> None:
        """Free the model."""
        self._closing()


def load_pose(store: WeightStore) -> MediaPipePose:
    """The default detector from the weight store.

    Raises:
        WeightsError: the weights are missing or damaged. SystemPackageError: a system library is missing.
    """
    return MediaPipePose(store.locate(WEIGHT) / "pose_landmarker.task")
