"""Faces by the networks of the Face Landmarker's bundle, with our own steps before and after them, in batches.

Agrees with MediaPipe's Face Detector and Face Landmarker in IMAGE mode; tests/models/vision/test_faces.py says how
closely.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.delivery.observations import Box, FaceSeen
from models.runtime.bundle import Numbers, read_bundle, unusable
from models.runtime.device import Device
from models.runtime.load import load_network
from models.vision.detection_anchors import Detection, anchor_centres, detections
from models.vision.face import FINDING_CONFIDENCE, SAME_FACE, cutout, distinct, face_seen, tiles
from models.vision.face_geometry import face_matrices, read_canonical_face
from models.vision.picture_regions import Picture, Region, cut_all, letterbox, turn_between

DETECTOR_SIDE = 128
DETECTOR_STRIDES = (8, 16, 16, 16)
LANDMARKS_SIDE = 256
LANDMARKS = 478
"""Inputs in pixels, the detector's layers (FaceDetectorGraph; BlazeFace model card, short range), and landmarks."""

REGION_SCALE = 1.5
"""Side of the landmark model's region over the detector's box (FaceDetectorGraph, RectTransformation)."""

RIGHT_EYE, LEFT_EYE = 0, 1
"""Key points of the detector between which a face that is upright is level; the person's own right and left."""

_TOGETHER = 2
"""Measured, milliseconds a picture on one thread: detector 1.8 alone, 1.6 by two, 1.5 by four, of which more come to
nothing in a search that is no multiple of it; landmarks 9.3 alone, 5.7 by two, 6.2 by four. Blendshapes, 0.9, cannot be
batched on the CPU."""

# fmt: off
SHAPE_POINTS = (
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70, 78, 80, 81,
    82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149, 150, 152, 153, 154,
    155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249, 251, 263,
    267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314, 317, 318, 321,
    323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382, 384, 385, 386, 387,
    388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, 468, 469, 470, 471, 472, 473, 474, 475, 476, 477,
)
# fmt: on
"""The 146 landmarks that the blendshape model wants, in pixels of a picture (FaceBlendshapesGraph)."""

SHAPES = {
    "eyeBlinkLeft": 9,
    "eyeBlinkRight": 10,
    "eyeLookDownLeft": 11,
    "eyeLookDownRight": 12,
    "eyeLookInLeft": 13,
    "eyeLookInRight": 14,
    "eyeLookOutLeft": 15,
    "eyeLookOutRight": 16,
    "eyeLookUpLeft": 17,
    "eyeLookUpRight": 18,
    "mouthSmileLeft": 44,
    "mouthSmileRight": 45,
}
"""Those of the 52 blendshapes that we use, by their place in the model's output (FaceBlendshapesGraph)."""


@dataclass(frozen=True, slots=True)
class FaceFound:
    """A face the detector sees. box: left, top, right, bottom in pixels. region: where to look for landmarks."""

    score: float
    box: NDArray[np.float64]
    region: Region


class NetworkFaces:
    """`FaceDetector` over batches, on the CPU or a GPU."""

    def __init__(self, bundle: Path, device: Device = "cpu") -> None:
        """Load from a face_landmarker.task file.

        Raises:
            WeightsError: the file is not what it should be.
        """
        detector, landmarks, shapes, geometry = read_bundle(
            bundle,
            "face_detector.tflite",
            "face_landmarks_detector.tflite",
            "face_blendshapes.tflite",
            "geometry_pipeline_metadata_landmarks.binarypb",
        )
        outputs = ("regressors", "classificators")
        self._detector = load_network(detector, outputs, device, _TOGETHER)
        self._landmarks = load_network(landmarks, ("Identity", "Identity_1"), device, _TOGETHER)
        self._shapes = load_network(shapes, ("StatefulPartitionedCall:0",), device)
        self._anchors = anchor_centres(DETECTOR_SIDE, DETECTOR_STRIDES)
        try:
            self._canonical = read_canonical_face(geometry)
        except ValueError as error:
            raise unusable(bundle.name, str(error)) from error

    def find(self, pictures: Sequence[Picture], tile: float | None = None) -> list[tuple[Box, ...]]:
        """See `FaceDetector.find`."""
        searches = [(index, region) for index, rgb in enumerate(pictures) for region in _regions(rgb, tile)]
        found: list[list[tuple[float, Box]]] = [[] for _ in pictures]
        places = [(pictures[index], region) for index, region in searches]
        for (index, _), faces in zip(searches, self.detect(places), strict=True):
            found[index].extend((face.score, _share(_whole(face.box), pictures[index])) for face in faces)
        return [distinct(boxes) for boxes in found]

    def measure(self, places: Sequence[tuple[Picture, Box]]) -> list[FaceSeen | None]:
        """See `FaceDetector.measure`."""
        squares = [cutout(rgb.shape[0], rgb.shape[1], box) for rgb, box in places]
        views = [Region(left + side / 2, top + side / 2, side, side) for left, top, side in squares]
        looks = self.detect([(rgb, view) for (rgb, _), view in zip(places, views, strict=True)])
        chosen = [_same(faces, rgb, box) for faces, (rgb, box) in zip(looks, places, strict=True)]
        there = [index for index, face in enumerate(chosen) if face is not None]
        regions = [(places[index][0], face.region) for index, face in enumerate(chosen) if face is not None]
        points, sure = self.landmarks(regions)
        boxes = [
            _share(np.concatenate([face[:, :2].min(axis=0), face[:, :2].max(axis=0)]), places[index][0])
            for index, face in zip(there, points, strict=True)
        ]
        kept = [
            number
            for number, index in enumerate(there)
            if sure[number] >= FINDING_CONFIDENCE and boxes[number].overlap(places[index][1]) >= SAME_FACE
        ]
        origins = np.array([(squares[there[k]][0], squares[there[k]][1], 0.0) for k in kept]).reshape(-1, 1, 3)
        sides = np.array([squares[there[k]][2] for k in kept], dtype=np.float64).reshape(-1, 1, 1)
        seen: list[FaceSeen | None] = [None] * len(places)
        inside = points[kept] - origins
        matrices = face_matrices(inside / sides, self._canonical)
        for number, matrix, shapes in zip(kept, matrices, self.shapes(inside), strict=True):
            named = {name: float(shapes[place]) for name, place in SHAPES.items()}
            seen[there[number]] = face_seen(boxes[number], places[there[number]][0], points[number], matrix, named)
        return seen

    def detect(self, places: Sequence[tuple[Picture, Region]]) -> list[list[FaceFound]]:
        """Faces in square regions of pictures, surest first."""
        numbers, scores = self._detector.run(cut_all(places, DETECTOR_SIDE, "black", lowest=-1.0))
        looks = []
        for (_, view), values, sure in zip(places, numbers, scores, strict=True):
            faces = detections(values, sure, self._anchors, DETECTOR_SIDE, FINDING_CONFIDENCE)
            looks.append([_found(face, view) for face in faces])
        return looks

    def landmarks(self, places: Sequence[tuple[Picture, Region]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Landmarks of the faces in regions, N x 478 x 3 in pixels, and how sure the model is of a face there, N."""
        values, raw = self._landmarks.run(cut_all(places, LANDMARKS_SIDE, "edge"))
        shares = values.reshape(len(places), LANDMARKS, 3) / LANDMARKS_SIDE
        points = [region.points(face) for (_, region), face in zip(places, shares, strict=True)]
        sure = 1.0 / (1.0 + np.exp(-raw.reshape(-1).astype(np.float64)))
        return np.array(points, dtype=np.float64).reshape(shares.shape), sure

    def shapes(self, points: NDArray[np.float64]) -> Numbers:
        """The 52 blendshapes of landmarks (N x 478 x 3 in pixels), N x 52."""
        return self._shapes.run(points[:, SHAPE_POINTS, :2].astype(np.float32))[0]

    def close(self) -> None:
        """Nothing is held that does not go by itself."""


def _regions(rgb: Picture, tile: float | None) -> list[Region]:
    """Where to look for faces: the whole picture in a square, or its tiles, cut off by the picture, in squares."""
    height, width = rgb.shape[:2]
    if tile is None:
        return [letterbox(width, height)]
    return [Region(left + side / 2, top + side / 2, side, side) for left, top, side in tiles(height, width, tile)]


def _found(face: Detection, view: Region) -> FaceFound:
    corners, points = view.points(face.box.reshape(2, 2)), view.points(face.points)
    middle, size = corners.mean(axis=0), corners[1] - corners[0]
    turn = turn_between(points[RIGHT_EYE], points[LEFT_EYE], 0.0)
    region = Region(float(middle[0]), float(middle[1]), float(size[0]), float(size[1]), turn).grown(REGION_SCALE)
    return FaceFound(face.score, corners.reshape(-1), region)


def _whole(pixels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Left, top, width and height without what is behind the point, as MediaPipe's Face Detector gives them.

    It is a pixel at most, but it decides where the second look is centred: head angles change by up to a degree.
    """
    corner = np.trunc(pixels[:2])
    return np.concatenate([corner, corner + np.trunc(pixels[2:] - pixels[:2])])


def _same(faces: Sequence[FaceFound], rgb: Picture, box: Box) -> FaceFound | None:
    """The largest face of a second look that lies where the first one saw it."""
    near = [face for face in faces if _share(face.box, rgb).overlap(box) >= SAME_FACE]
    return max(near, key=lambda face: _share(face.box, rgb).area, default=None)


def _share(pixels: NDArray[np.float64], rgb: Picture) -> Box:
    height, width = rgb.shape[:2]
    left, top, right, bottom = (float(value) for value in pixels)
    return Box(left / width, top / height, right / width, bottom / height)
