"""Hands by the networks of the Hand Landmarker's bundle, with our own steps before and after them, in batches.

Agrees with MediaPipe's Hand Landmarker in IMAGE mode; tests/models/vision/test_hands.py says how closely.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.delivery.observations import HandSeen
from models.runtime.bundle import read_bundle
from models.runtime.device import Device
from models.runtime.load import load_network
from models.vision.detection_anchors import Detection, anchor_centres, detections
from models.vision.hands import CONFIDENCE, MAX_HANDS, hands_seen
from models.vision.picture_regions import Picture, Region, cut_all, letterbox, turn_between

DETECTOR_SIDE = 192
DETECTOR_STRIDES = (8, 16, 16, 16)
LANDMARKS_SIDE = 224
"""Inputs in pixels, and the detector's layers (HandDetectorGraph)."""

WRIST, MIDDLE_FINGER = 0, 2
"""Key points of the palm detector; from one to the other a hand's region points up."""

UPRIGHT = 90.0
"""Angle of that axis when a region is not turned. The graph sets 90 where radians are meant (117 degrees, modulo a full
turn), and the landmark model is used, and its landmarks are agreed with, so turned."""

REGION_SCALE, REGION_SHIFT = 2.6, -0.5
"""Side of a hand's region over the palm's, and its shift towards the fingers (HandDetectorGraph)."""

LANDMARKS = 21
NEAR_SHARE, NEAR_POINTS, BOXES_OVERLAP = 0.2, 10, 0.2
"""Two hands are one when at least 10 of 21 points lie within 0.2 of the larger palm's size of each other and the boxes'
intersection over union is above 0.2 (HandLandmarksDeduplicationCalculator)."""


class NetworkHands:
    """`HandDetector` over batches, on the CPU or a GPU."""

    def __init__(self, bundle: Path, device: Device = "cpu") -> None:
        """Load from a hand_landmarker.task file.

        Raises:
            WeightsError: the file is not what it should be.
        """
        detector, landmarks = read_bundle(bundle, "hand_detector.tflite", "hand_landmarks_detector.tflite")
        self._detector = load_network(detector, ("Identity", "Identity_1"), device)
        self._landmarks = load_network(landmarks, ("Identity", "Identity_1"), device)
        self._anchors = anchor_centres(DETECTOR_SIDE, DETECTOR_STRIDES)

    def find(self, pictures: Sequence[Picture]) -> list[tuple[HandSeen, ...]]:
        """See `HandDetector.find`."""
        found = self.landmarks(pictures)
        return [hands_seen(hands, rgb.shape[0]) for hands, rgb in zip(found, pictures, strict=True)]

    def landmarks(self, pictures: Sequence[Picture]) -> list[list[NDArray[np.float64]]]:
        """The 21 landmarks of each hand in each picture, x and y in pixels."""
        views = [letterbox(rgb.shape[1], rgb.shape[0]) for rgb in pictures]
        numbers, scores = self._detector.run(
            cut_all(list(zip(pictures, views, strict=True)), DETECTOR_SIDE, "black"),
        )
        places: list[tuple[int, Region]] = []
        for index, (view, values, sure) in enumerate(zip(views, numbers, scores, strict=True)):
            palms = detections(values, sure, self._anchors, DETECTOR_SIDE, CONFIDENCE)
            places.extend((index, _region(palm, view)) for palm in palms[:MAX_HANDS])
        values, presence = self._landmarks.run(
            cut_all([(pictures[index], region) for index, region in places], LANDMARKS_SIDE, "edge")
        )
        shares = values.reshape(len(places), LANDMARKS, 3)[:, :, :2] / LANDMARKS_SIDE
        found: list[list[NDArray[np.float64]]] = [[] for _ in pictures]
        for (index, region), hand, sure in zip(places, shares, presence.reshape(-1), strict=True):
            points = region.points(hand)
            if sure >= CONFIDENCE and not any(_same(points, other) for other in found[index]):
                found[index].append(points)
        return found

    def close(self) -> None:
        """Nothing is held that does not go by itself."""


def _region(palm: Detection, view: Region) -> Region:
    corners, points = view.points(palm.box.reshape(2, 2)), view.points(palm.points)
    middle, size = corners.mean(axis=0), corners[1] - corners[0]
    turn = turn_between(points[WRIST], points[MIDDLE_FINGER], UPRIGHT)
    box = Region(float(middle[0]), float(middle[1]), float(size[0]), float(size[1]), turn)
    return box.grown(REGION_SCALE, shift_down=REGION_SHIFT, square=True)


def _same(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether two sets of landmarks are of one hand."""
    near = np.linalg.norm(one - other, axis=1) < NEAR_SHARE * max(_palm_size(one), _palm_size(other))
    low, high = np.maximum(one.min(axis=0), other.min(axis=0)), np.minimum(one.max(axis=0), other.max(axis=0))
    shared = float(np.prod(np.maximum(high - low, 0.0)))
    union = float(np.prod(np.ptp(one, axis=0)) + np.prod(np.ptp(other, axis=0))) - shared
    return int(near.sum()) >= NEAR_POINTS and union > 0.0 and shared / union > BOXES_OVERLAP


def _palm_size(hand: NDArray[np.float64]) -> float:
    """The longest side of the triangle of wrist, index finger's and little finger's knuckle."""
    corners = hand[[0, 5, 17]]
    return float(np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1).max())
