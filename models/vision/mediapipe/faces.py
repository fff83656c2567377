"""Faces by MediaPipe's own tasks: the reference that models/vision/networks/faces.py must agree with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.delivery.observations import Box, FaceSeen
from models.runtime.bundle import read_bundle
from models.vision.face import FINDING_CONFIDENCE, SAME_FACE, cutout, distinct, face_seen, tiles
from models.vision.mediapipe.tasks import close_at_exit, create, detect


class MediaPipeFaces:
    """`FaceDetector` by MediaPipe's face detector and Face Landmarker (478 points, 52 blendshapes), IMAGE mode."""

    def __init__(self, model: Path) -> None:
        """Load from a face_landmarker.task file.

        Raises:
            SystemPackageError: a system library is missing.
            WeightsError: the file is not what it should be.
        """

        def detector(vision: Any, base: Any) -> Any:
            options = vision.FaceDetectorOptions(base_options=base, min_detection_confidence=FINDING_CONFIDENCE)
            return vision.FaceDetector.create_from_options(options)

        def landmarker(vision: Any, base: Any) -> Any:
            options = vision.FaceLandmarkerOptions(
                base_options=base,
                num_faces=2,
                min_face_detection_confidence=FINDING_CONFIDENCE,
                min_face_presence_confidence=FINDING_CONFIDENCE,
                output_face_blendshapes=True,
                output_facial_transformation_matrixes=True,
            )
            return vision.FaceLandmarker.create_from_options(options)

        self._detector = create(detector, read_bundle(model, "face_detector.tflite")[0])
        self._landmarker = create(landmarker, model)
        self._closing = (close_at_exit(self, self._detector), close_at_exit(self, self._landmarker))

    def find(self, pictures: Sequence[NDArray[np.uint8]], tile: float | None = None) -> list[tuple[Box, ...]]:
        """See `FaceDetector.find`."""
        return [self._find(rgb, tile) for rgb in pictures]

    def measure(self, places: Sequence[tuple[NDArray[np.uint8], Box]]) -> list[FaceSeen | None]:
        """See `FaceDetector.measure`."""
        return [self._measure(rgb, box) for rgb, box in places]

    def close(self) -> None:
        """See `FaceDetector.close`."""
        for close in self._closing:
            close()

    def _find(self, rgb: NDArray[np.uint8], tile: float | None) -> tuple[Box, ...]:
        height, width = rgb.shape[:2]
        found: list[tuple[float, Box]] = []
        for left, top, cut in _pieces(rgb, tile):
            for detection in detect(self._detector, cut).detections:
                pixels = detection.bounding_box
                x, y = left + pixels.origin_x, top + pixels.origin_y
                box = Box(x / width, y / height, (x + pixels.width) / width, (y + pixels.height) / height)
                found.append((detection.categories[0].score, box))
        return distinct(found)

    def _measure(self, rgb: NDArray[np.uint8], box: Box) -> FaceSeen | None:
        height, width = rgb.shape[:2]
        left, top, side = cutout(height, width, box)
        cut = _cut(rgb, left, top, side)
        result = detect(self._landmarker, cut)
        best: FaceSeen | None = None
        for index, points in enumerate(result.face_landmarks):
            pixels = np.array([(left + point.x * side, top + point.y * side, point.z * side) for point in points])
            (first_x, first_y), (last_x, last_y) = pixels[:, :2].min(axis=0), pixels[:, :2].max(axis=0)
            place = Box(*(float(edge) for edge in (first_x / width, first_y / height, last_x / width, last_y / height)))
            if place.overlap(box) < SAME_FACE or (best is not None and place.area <= best.box.area):
                continue
            shapes = {shape.category_name: float(shape.score) for shape in result.face_blendshapes[index]}
            best = face_seen(place, rgb, pixels, result.facial_transformation_matrixes[index], shapes)
        return best


def _pieces(rgb: NDArray[np.uint8], tile: float | None) -> Iterator[tuple[int, int, NDArray[np.uint8]]]:
    """The whole picture, or its tiles, each with its left and top."""
    if tile is None:
        yield 0, 0, rgb
        return
    for left, top, side in tiles(rgb.shape[0], rgb.shape[1], tile):
        yield left, top, rgb[top : top + side, left : left + side]


def _cut(rgb: NDArray[np.uint8], left: int, top: int, side: int) -> NDArray[np.uint8]:
    """A square that is black outside the picture."""
    height, width = rgb.shape[:2]
    cut = np.zeros((side, side, 3), dtype=np.uint8)
    from_x, to_x = max(0, left), min(width, left + side)
    from_y, to_y = max(0, top), min(height, top + side)
    if from_x < to_x and from_y < to_y:
        cut[from_y - top : to_y - top, from_x - left : to_x - left] = rgb[from_y:to_y, from_x:to_x]
    return cut
