"""The upper body by MediaPipe's own task: the reference that models/vision/networks/pose.py must agree with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.delivery.observations import PoseSeen
from models.vision.mediapipe.tasks import close_at_exit, create, detect
from models.vision.pose import FINDING_CONFIDENCE, pose_seen


class MediaPipePose:
    """`PoseDetector` by MediaPipe's Pose Landmarker, IMAGE mode."""

    def __init__(self, model: Path) -> None:
        """Load from a pose_landmarker.task file.

        Raises:
            SystemPackageError: a system library is missing. WeightsError: the file is not what it should be.
        """

        def landmarker(vision: Any, base: Any) -> Any:
            options = vision.PoseLandmarkerOptions(
                base_options=base,
                num_poses=1,
                min_pose_detection_confidence=FINDING_CONFIDENCE,
                min_pose_presence_confidence=FINDING_CONFIDENCE,
            )
            return vision.PoseLandmarker.create_from_options(options)

        self._landmarker = create(landmarker, model)
        self._closing = close_at_exit(self, self._landmarker)

    def find(self, pictures: Sequence[NDArray[np.uint8]]) -> list[PoseSeen | None]:
        """See `PoseDetector.find`."""
        people = [(self.landmarks(rgb), rgb.shape) for rgb in pictures]
        return [pose_seen(*person, shape[0], shape[1]) if person is not None else None for person, shape in people]

    def landmarks(self, rgb: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """The person's 33 landmarks, x and y in pixels, and how visible each is, 0..1."""
        people = detect(self._landmarker, rgb).pose_landmarks
        if not people:
            return None
        points = np.array([(point.x * rgb.shape[1], point.y * rgb.shape[0]) for point in people[0]])
        return points, np.array([point.visibility for point in people[0]])

    def close(self) -> None:
        """See `PoseDetector.close`."""
        self._closing()
