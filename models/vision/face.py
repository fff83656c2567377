"""Faces: where they are, and the head, eyes and mouth of each, behind a protocol that several runtimes fill.

A face is found with MediaPipe's short-range detector on the whole picture, found again on a square twice its size, and
measured where that second look says it is. Measured: with only the first look the landmark model lost the irises of a
face of 66 pixels in a picture of 640 in 21 of 48 pictures; with the second in none. Head angles are relative to the
line of sight from the camera to the face, because the landmarks are taken as seen by a camera that looks at that
square; against the whole picture they differ by a constant of up to 5 degrees for a face far off the middle.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.delivery.observations import Box, FaceSeen
from models.vision.face_picture import face_look, lip_redness, small_face

WEIGHT = "face-landmarker"
BUNDLE = "face_landmarker.task"

FINDING_CONFIDENCE = 0.5
"""Of the face detector and of the landmark model's own check; MediaPipe's defaults (min_detection_confidence)."""

CUTOUT = 2.0
"""Side of the square of the second look over the face's longer side: room for the detector and a face that moves."""

SAME_FACE = 0.5
"""Overlap (of the smaller box) from which two boxes are one face."""

TILES_OVERLAP = {1.0: 0.5}
"""By tile size, the share of their side by which tiles overlap at least: a face that large is whole in one of them."""

SMALL_TILES_OVERLAP = 0.4
"""The same for smaller tiles. What is looked for there are faces up to a third of the tile, with margin for the
detector; larger ones are found on the whole picture."""


class FaceDetector(Protocol):
    """Finds and measures faces. Deterministic; keeps nothing from one picture to the next."""

    def find(self, pictures: Sequence[NDArray[np.uint8]], tile: float | None = None) -> list[tuple[Box, ...]]:
        """Boxes of faces in each picture (uint8, height x width x 3), largest first.

        Args:
            tile: None looks at the whole picture at once; else at overlapping squares of this share of its shorter
                side, which finds smaller faces and costs as much more as there are squares.
        """
        ...

    def measure(self, places: Sequence[tuple[NDArray[np.uint8], Box]]) -> list[FaceSeen | None]:
        """Measure the face in each box of a picture; None where there is none after all (a false alarm)."""
        ...

    def close(self) -> None:
        """Free the models' memory; the detector cannot be used afterwards."""
        ...


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


def face_seen(
    box: Box,
    rgb: NDArray[np.uint8],
    points: NDArray[np.float64],
    matrix: NDArray[np.float64],
    shapes: Mapping[str, float],
) -> FaceSeen:
    """A face's measures.

    Args:
        rgb, points: the picture, and the face's landmarks in its pixels, 478 x 3.
        matrix: the facial transformation matrix. shapes: blendshapes by MediaPipe's names, 0..1.
    """
    yaw, pitch, roll = head_angles(matrix)
    face = small_face(rgb, points)
    to_left = shapes["eyeLookOutLeft"] + shapes["eyeLookInRight"]
    to_right = shapes["eyeLookInLeft"] + shapes["eyeLookOutRight"]
    up = shapes["eyeLookUpLeft"] + shapes["eyeLookUpRight"]
    down = shapes["eyeLookDownLeft"] + shapes["eyeLookDownRight"]
    return FaceSeen(
        box=box,
        width_px=float(np.ptp(points[:, 0])),
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        eye_left=(to_left - to_right) / 2,
        eye_up=(up - down) / 2,
        eyes_shut=(shapes["eyeBlinkLeft"] + shapes["eyeBlinkRight"]) / 2,
        smile=(shapes["mouthSmileLeft"] + shapes["mouthSmileRight"]) / 2,
        lips=lip_redness(face),
        look=face_look(face),
    )


def distinct(found: Iterable[tuple[float, Box]]) -> tuple[Box, ...]:
    """Of boxes with their scores the surest of each face, largest first."""
    kept: list[Box] = []
    for _, box in sorted(found, key=lambda item: -item[0]):
        if all(box.overlap(other) < SAME_FACE for other in kept):
            kept.append(box)
    return tuple(sorted(kept, key=lambda box: -box.area))


def tiles(height: int, width: int, tile: float) -> Iterator[tuple[int, int, int]]:
    """Left, top and side in pixels of overlapping squares that cover a picture; `tile` is their side over its shorter.

    A tile that is larger than the picture is cut off by it.
    """
    side = max(32, round(tile * min(height, width)))
    for top in _offsets(height, side, tile):
        for left in _offsets(width, side, tile):
            yield left, top, side


def _offsets(length: int, side: int, tile: float) -> list[int]:
    if side >= length:
        return [0]
    step = side * (1 - TILES_OVERLAP.get(tile, SMALL_TILES_OVERLAP))
    count = math.ceil((length - side) / step) + 1
    return [round(index * (length - side) / (count - 1)) for index in range(count)]


def cutout(height: int, width: int, box: Box) -> tuple[int, int, int]:
    """Left, top and side in pixels of the square for the second look; it may reach outside the picture."""
    centre_x, centre_y = (box.left + box.right) / 2 * width, (box.top + box.bottom) / 2 * height
    longer = max((box.right - box.left) * width, (box.bottom - box.top) * height)
    side = max(16, round(CUTOUT * longer))
    return round(centre_x - side / 2), round(centre_y - side / 2), side
