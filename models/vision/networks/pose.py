"""The upper body by the networks of the Pose Landmarker's bundle, with our own steps before and after, in batches.

Agrees with MediaPipe's Pose Landmarker in IMAGE mode; tests/models/vision/test_pose.py says how closely.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.delivery.observations import PoseSeen
from models.runtime.bundle import read_bundle
from models.runtime.device import Device
from models.runtime.load import load_network
from models.vision.detection_anchors import Detection, anchor_centres, detections
from models.vision.picture_regions import Picture, Region, cut_all, letterbox, turn_between
from models.vision.pose import FINDING_CONFIDENCE, pose_seen

DETECTOR_SIDE = 224
DETECTOR_STRIDES = (8, 16, 32, 32, 32)
LANDMARKS_SIDE = 256
"""Inputs in pixels, and the detector's layers (PoseDetectorGraph)."""

HIPS, AROUND = 0, 1
"""Key points of the person detector: between the hips, and a point above it on the circle around the whole person."""

REGION_SCALE = 1.25
"""Side of a person's region over the diameter of that circle (PoseDetectorGraph)."""

LANDMARKS, BODY = 39, 33
"""Landmarks of the model, and how many of them are points of the body."""

KERNEL, SURE_ENOUGH = 7, 0.5
"""A landmark moves to the heat map's centre of mass in the 7 x 7 cells around it where one of them is at least this
sure (RefineLandmarksFromHeatmapCalculator)."""

_TOGETHER = 2
"""Measured, milliseconds a picture on one thread: the detector 10.7 alone, 10.3 by two; landmarks 10.3 and 9.9."""

Floats = NDArray[np.float64]


class NetworkPose:
    """`PoseDetector` over batches, on the CPU or a GPU."""

    def __init__(self, bundle: Path, device: Device = "cpu") -> None:
        """Load from a pose_landmarker.task file.

        Raises:
            WeightsError: the file is not what it should be.
        """
        detector, landmarks = read_bundle(bundle, "pose_detector.tflite", "pose_landmarks_detector.tflite")
        self._detector = load_network(detector, ("Identity", "Identity_1"), device, _TOGETHER)
        self._landmarks = load_network(landmarks, ("Identity", "Identity_1", "Identity_3"), device, _TOGETHER)
        self._anchors = anchor_centres(DETECTOR_SIDE, DETECTOR_STRIDES)

    def find(self, pictures: Sequence[Picture]) -> list[PoseSeen | None]:
        """See `PoseDetector.find`."""
        people = zip(self.landmarks(pictures), pictures, strict=True)
        return [pose_seen(*person, *rgb.shape[:2]) if person is not None else None for person, rgb in people]

    def landmarks(self, pictures: Sequence[Picture]) -> list[tuple[Floats, Floats] | None]:
        """The surest person's 33 landmarks in each picture, x and y in pixels, and how visible each is, 0..1."""
        views = [letterbox(rgb.shape[1], rgb.shape[0]) for rgb in pictures]
        numbers, scores = self._detector.run(
            cut_all(list(zip(pictures, views, strict=True)), DETECTOR_SIDE, "black", lowest=-1.0)
        )
        places: list[tuple[int, Region]] = []
        for index, (view, values, sure) in enumerate(zip(views, numbers, scores, strict=True)):
            people = detections(values, sure, self._anchors, DETECTOR_SIDE, FINDING_CONFIDENCE)
            places.extend((index, _region(person, view)) for person in people[:1])
        values, presence, heat = self._landmarks.run(
            cut_all([(pictures[index], region) for index, region in places], LANDMARKS_SIDE, "edge")
        )
        found: list[tuple[Floats, Floats] | None] = [None] * len(pictures)
        for (index, region), person, sure, map_ in zip(places, values, presence.reshape(-1), heat, strict=True):
            if sure < FINDING_CONFIDENCE:
                continue
            points = person.reshape(LANDMARKS, 5)[:BODY].astype(np.float64)
            shares = refined(points[:, :2] / LANDMARKS_SIDE, map_)
            found[index] = region.points(shares), 1.0 / (1.0 + np.exp(-points[:, 3]))
        return found

    def close(self) -> None:
        """Nothing is held that does not go by itself."""


def refined(points: Floats, heat: NDArray[np.float32]) -> Floats:
    """Points (P x 2, in shares) moved to where the heat map (rows x columns x P or more, before the logistic function)
    is warm around them; those outside it, or without a warm place near by, stay."""
    rows, columns = heat.shape[:2]
    moved = points.copy()
    reach = KERNEL // 2
    for index, (x, y) in enumerate(points):
        column, row = int(x * columns), int(y * rows)
        if not (0 <= column < columns and 0 <= row < rows):
            continue
        left, top = max(0, column - reach), max(0, row - reach)
        patch = heat[top : row + reach + 1, left : column + reach + 1, index].astype(np.float64)
        sure = 1.0 / (1.0 + np.exp(-patch))
        if sure.max() < SURE_ENOUGH:
            continue
        total = sure.sum()
        moved[index, 0] = (sure.sum(axis=0) @ np.arange(left, left + sure.shape[1])) / total / columns
        moved[index, 1] = (sure.sum(axis=1) @ np.arange(top, top + sure.shape[0])) / total / rows
    return moved


def _region(person: Detection, view: Region) -> Region:
    points = view.points(person.points)
    hips, around = points[HIPS], points[AROUND]
    side = 2 * math.dist(hips, around)
    turn = turn_between(hips, around, math.pi / 2)
    return Region(float(hips[0]), float(hips[1]), side, side, turn).grown(REGION_SCALE)
