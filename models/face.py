"""Faces: where they are, and the head, eyes and mouth of each, behind a protocol that another runtime can fill.

The MediaPipe implementation finds faces with the short-range detector and measures each on a square cut-out around it.
Measured: on the whole picture of a phone held upright (face 66 of 640 pixels) the landmark model lost the irises in 21
of 48 pictures; on cut-outs in none. The cut-out also makes head angles relative to the line of sight instead of the
picture's middle; against the whole picture they differ by a constant of up to 5 degrees for a face far off the middle.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.observations import Box, FaceSeen
from interview_engine.errors import Bilingual, WeightsError
from models.mediapipe_tasks import close_at_exit, create, detect
from models.registry import WeightStore

WEIGHT = "face-landmarker"

FINDING_CONFIDENCE = 0.5
"""Of the face detector and of the landmark model's own check; MediaPipe's defaults."""

CUTOUT = 2.0
"""Side of the cut-out over the face's longer side: room for the detector's margin and for a face that moves."""

SAME_FACE = 0.5
"""Overlap (of the smaller box) from which two boxes are one face."""


class FaceDetector(Protocol):
    """Finds and measures faces. Deterministic; keeps nothing from one picture to the next."""

    def find(self, rgb: NDArray[np.uint8], tile: float | None = None) -> tuple[Box, ...]:
        """Boxes of faces in a picture (uint8, height x width x 3), largest first.

        Args:
            tile: None looks at the whole picture at once; else at overlapping squares of this share of its shorter
                side, which finds smaller faces and costs as much more as there are squares.
        """
        ...

    def measure(self, rgb: NDArray[np.uint8], box: Box) -> FaceSeen | None:
        """Measure the face in `box`; None when there is none after all (the box was a false alarm)."""
        ...

    def close(self) -> None:
        """Free the models."""
        ...


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

        self._detector = create(detector, _inner_detector(model))
        self._landmarker = create(landmarker, model)
        self._closing = (close_at_exit(self, self._detector), close_at_exit(self, self._landmarker))

    def find(self, rgb: NDArray[np.uint8], tile: float | None = None) -> tuple[Box, ...]:
        """See `FaceDetector.find`."""
        height, width = rgb.shape[:2]
        found: list[tuple[float, Box]] = []
        for left, top, cut in _pieces(rgb, tile):
            for detection in detect(self._detector, cut).detections:
                pixels = detection.bounding_box
                x, y = left + pixels.origin_x, top + pixels.origin_y
                box = Box(x / width, y / height, (x + pixels.width) / width, (y + pixels.height) / height)
                found.append((detection.categories[0].score, box))
        distinct: list[Box] = []
        for _, box in sorted(found, key=lambda item: -item[0]):
            if all(box.overlap(other) < SAME_FACE for other in distinct):
                distinct.append(box)
        return tuple(sorted(distinct, key=lambda box: -box.area))

    def measure(self, rgb: NDArray[np.uint8], box: Box) -> FaceSeen | None:
        """See `FaceDetector.measure`."""
        height, width = rgb.shape[:2]
        left, top, cut = _cutout(rgb, box)
        result = detect(self._landmarker, cut)
        side = cut.shape[0]
        best: FaceSeen | None = None
        for index, points in enumerate(result.face_landmarks):
            xs = [left + point.x * side for point in points]
            ys = [top + point.y * side for point in points]
            place = Box(min(xs) / width, min(ys) / height, max(xs) / width, max(ys) / height)
            if place.overlap(box) < SAME_FACE or (best is not None and place.area <= best.box.area):
                continue
            shapes = {shape.category_name: float(shape.score) for shape in result.face_blendshapes[index]}
            best = _face(place, max(xs) - min(xs), result.facial_transformation_matrixes[index], shapes)
        return best

    def close(self) -> None:
        """Free the models."""
        for close in self._closing:
            close()


def load_faces(store: WeightStore) -> MediaPipeFaces:
    """The default detector from the weight store.

    Raises:
        WeightsError: the weights are missing or damaged. SystemPackageError: a system library is missing.
    """
    return MediaPipeFaces(store.locate(WEIGHT) / "face_landmarker.task")


def head_angles(matrix: NDArray[np.float64]) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees of a facial transformation matrix (4 x 4, metric face space to camera space).

    The face space has x to the picture's right, y up and z towards the camera. The rotation is taken apart as
    R = Ry(yaw) Rx(-pitch) Rz(-roll); signs as in `FaceSeen`.
    """
    rotation = np.asarray(matrix, dtype=np.float64)[:3, :3]
    rotation = rotation / np.linalg.norm(rotation, axis=0)
    forward = rotation[:, 2]
    yaw = math.degrees(math.atan2(forward[0], forward[2]))
    pitch = math.degrees(math.atan2(forward[1], math.hypot(forward[0], forward[2])))
    roll = -math.degrees(math.atan2(rotation[1, 0], rotation[1, 1]))
    return yaw, pitch, roll


def _face(box: Box, width_px: float, matrix: NDArray[np.float64], shapes: dict[str, float]) -> FaceSeen:
    yaw, pitch, roll = head_angles(matrix)
    to_left = shapes["eyeLookOutLeft"] + shapes["eyeLookInRight"]
    to_right = shapes["eyeLookInLeft"] + shapes["eyeLookOutRight"]
    up = shapes["eyeLookUpLeft"] + shapes["eyeLookUpRight"]
    down = shapes["eyeLookDownLeft"] + shapes["eyeLookDownRight"]
    return FaceSeen(
        box=box,
        width_px=width_px,
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        eye_left=(to_left - to_right) / 2,
        eye_up=(up - down) / 2,
        eyes_shut=(shapes["eyeBlinkLeft"] + shapes["eyeBlinkRight"]) / 2,
        smile=(shapes["mouthSmileLeft"] + shapes["mouthSmileRight"]) / 2,
    )


def _pieces(rgb: NDArray[np.uint8], tile: float | None) -> Iterator[tuple[int, int, NDArray[np.uint8]]]:
    """The whole picture, or squares of `tile` x its shorter side that overlap by half; with their left and top."""
    if tile is None:
        yield 0, 0, rgb
        return
    height, width = rgb.shape[:2]
    side = max(32, round(tile * min(height, width)))
    for top in _offsets(height, side):
        for left in _offsets(width, side):
            yield left, top, rgb[top : top + side, left : left + side]


def _offsets(length: int, side: int) -> list[int]:
    if side >= length:
        return [0]
    count = math.ceil(2 * (length - side) / side) + 1
    return [round(step * (length - side) / (count - 1)) for step in range(count)]


def _cutout(rgb: NDArray[np.uint8], box: Box) -> tuple[int, int, NDArray[np.uint8]]:
    """A black-bordered square around `box`, with its left and top in pixels (negative where it reaches outside)."""
    height, width = rgb.shape[:2]
    centre_x, centre_y = (box.left + box.right) / 2 * width, (box.top + box.bottom) / 2 * height
    longer = max((box.right - box.left) * width, (box.bottom - box.top) * height)
    side = max(16, round(CUTOUT * longer))
    left, top = round(centre_x - side / 2), round(centre_y - side / 2)
    cut = np.zeros((side, side, 3), dtype=np.uint8)
    from_x, to_x = max(0, left), min(width, left + side)
    from_y, to_y = max(0, top), min(height, top + side)
    if from_x < to_x and from_y < to_y:
        cut[from_y - top : to_y - top, from_x - left : to_x - left] = rgb[from_y:to_y, from_x:to_x]
    return left, top, cut


def _inner_detector(model: Path) -> bytes:
    """The face detector that the landmarker's own bundle (a zip file) carries."""
    try:
        with zipfile.ZipFile(model) as bundle:
            return bundle.read("face_detector.tflite")
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise WeightsError(
            "weights.unusable",
            Bilingual(
                f"模型文件 {model.name} 无法使用：{error}。", f"The model file {model.name} cannot be used: {error}."
            ),
            Bilingual("请运行 interview-engine models verify。", "Run `interview-engine models verify`."),
        ) from error
