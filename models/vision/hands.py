"""Hands in a picture, behind a protocol that several runtimes fill."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.delivery.observations import HandSeen

WEIGHT = "hand-landmarker"
BUNDLE = "hand_landmarker.task"

CONFIDENCE = 0.3
"""Lower than MediaPipe's 0.5, because hands are only looked for where the pose model expects one."""

MAX_HANDS = 2

_PALM = (0, 5, 9, 13, 17)
"""Wrist and the four knuckles: their mean hardly moves when only fingers do."""


class HandDetector(Protocol):
    """Finds hands. Deterministic; keeps nothing from one picture to the next."""

    def find(self, pictures: Sequence[NDArray[np.uint8]]) -> list[tuple[HandSeen, ...]]:
        """At most two hands in each picture (uint8, height x width x 3), from left to right."""
        ...

    def close(self) -> None:
        """Free the model's memory; the detector cannot be used afterwards."""
        ...


def hands_seen(hands: Sequence[NDArray[np.floating]], height: int) -> tuple[HandSeen, ...]:
    """Hands from left to right of their landmarks (21 x 2 or more, in pixels of a picture of that height)."""
    middles = [hand[list(_PALM), :2].mean(axis=0) / height for hand in hands]
    seen = [HandSeen(float(x), float(y)) for x, y in middles]
    return tuple(sorted(seen, key=lambda hand: (hand.x, hand.y)))
