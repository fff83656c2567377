"""Hands in a picture, behind a protocol that another runtime can fill."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.observations import HandSeen
from models.mediapipe_tasks import close_at_exit, create, detect
from models.registry import WeightStore

WEIGHT = "hand-landmarker"

CONFIDENCE = 0.3
"""Lower than MediaPipe's 0.5, because hands are only looked for where the pose model expects one."""

_PALM = (0, 5, 9, 13, 17)
"""Wrist and the four knuckles: their mean hardly moves when only fingers do."""


class HandDetector(Protocol):
    """Finds hands. Deterministic; keeps nothing from one picture to the next."""

    def find(self, rgb: NDArray[np.uint8]) -> tuple[HandSeen, ...]:
        """At most two hands in a picture (uint8, height x width x 3), from left to right."""
        ...

    def close(self) -> None:
        """Free the model."""
        ...


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
                num_hands=2,
                min_hand_detection_confidence=CONFIDENCE,
                min_hand_presence_confidence=CONFIDENCE,
            )
            return vision.HandLandmarker.create_from_options(options)

        self._landmarker = create(landmarker, model)
        self._closing = close_at_exit(self, self._landmarker)

    def find(self, rgb: NDArray[np.uint8]) -> tuple[HandSeen, ...]:
        """See `HandDetector.find`."""
        height, width = rgb.shape[:2]
        hands = []
        for points in detect(self._landmarker, rgb).hand_landmarks:
            x = sum(points[joint].x for joint in _PALM) / len(_PALM)
            y = sum(points[joint].y for joint in _PALM) / len(_PALM)
            hands.append(HandSeen(x * width / height, y))
        return tuple(sorted(hands, key=lambda hand: (hand.x, hand.y)))

    def close(self) -> None:
        """Free the model."""
        self._closing()


def load_hands(store: WeightStore) -> MediaPipeHands:
    """The default detector from the weight store.

    Raises:
        WeightsError: the weights are missing or damaged. SystemPackageError: a system library is missing.
    """
    return MediaPipeHands(store.locate(WEIGHT) / "hand_landmarker.task")
