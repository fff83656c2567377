"""Hands by MediaPipe's own task: the reference that models/vision/networks/hands.py must agree with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.delivery.observations import HandSeen
from models.vision.hands import CONFIDENCE, MAX_HANDS, hands_seen
from models.vision.mediapipe.tasks import close_at_exit, create, detect


class MediaPipeHands:
    """`HandDetector` by MediaPipe's Hand Landmarker, IMAGE mode."""

    def __init__(self, model: Path) -> None:
        """Load from a hand_landmarker.task file.

        Raises:
            SystemPackageError: a system library is missing. WeightsError: the file is not what it should be.
        """

        def landmarker(vision: Any, base: Any) -> Any:
            options = vision.HandLandmarkerOptions(
                base_options=base,
                num_hands=MAX_HANDS,
                min_hand_detection_confidence=CONFIDENCE,
                min_hand_presence_confidence=CONFIDENCE,
            )
            return vision.HandLandmarker.create_from_options(options)

        self._landmarker = create(landmarker, model)
        self._closing = close_at_exit(self, self._landmarker)

    def find(self, pictures: Sequence[NDArray[np.uint8]]) -> list[tuple[HandSeen, ...]]:
        """See `HandDetector.find`."""
        return [hands_seen(self.landmarks(rgb), rgb.shape[0]) for rgb in pictures]

    def landmarks(self, rgb: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
        """The 21 landmarks of each hand, x and y in pixels."""
        size = np.array([rgb.shape[1], rgb.shape[0]])
        found = detect(self._landmarker, rgb).hand_landmarks
        return [np.array([(point.x, point.y) for point in points]) * size for points in found]

    def close(self) -> None:
        """See `HandDetector.close`."""
        self._closing()
