"""How a head is turned: landmarks of a face laid over a canonical face by a rotation, a scale and a shift.

The canonical face and the weight of each of its points come in geometry_pipeline_metadata_landmarks.binarypb of the
Face Landmarker's bundle. The camera and the steps are those of MediaPipe's face geometry module; the weighted
orthogonal problem is solved as in D. Akca, "Generalized Procrustes analysis and its applications in photogrammetry",
2003, section 2.4, without reflections.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FIELD_OF_VIEW = 63.0
"""Degrees from top to bottom of the camera that the landmarks are taken to come from (FaceGeometry's default)."""

_POSITION_AND_TEXTURE = 5
"""Numbers a vertex: x, y, z and two of the texture."""


@dataclass(frozen=True, slots=True)
class CanonicalFace:
    """A neutral face. points: V x 3 in centimetres, x to the picture's right, y up, z to the camera. weights: V."""

    points: Floats
    weights: Floats


def read_canonical_face(data: bytes) -> CanonicalFace:
    """From the bytes of geometry_pipeline_metadata_landmarks.binarypb (GeometryPipelineMetadata, protocol buffers).

    Raises:
        ValueError: the bytes are something else.
    """
    vertices: list[float] = []
    weights: dict[int, float] = {}
    for field, value in _fields(data):
        if field == 1 and isinstance(value, bytes):  # canonical_mesh; its field 3 is vertex_buffer
            for inner, part in _fields(value):
                if inner == 3 and isinstance(part, bytes):
                    vertices.extend(struct.unpack(f"<{len(part) // 4}f", part))
        if field == 2 and isinstance(value, bytes):  # procrustes_landmark_basis: landmark_id, weight
            entry = dict(_fields(value))
            number, weight = entry.get(1, 0), entry.get(2)
            if not isinstance(number, int) or not isinstance(weight, bytes):
                raise ValueError("a weighted landmark without its weight")
            weights[number] = struct.unpack("<f", weight)[0]
    if not vertices or len(vertices) % _POSITION_AND_TEXTURE or not weights:
        raise ValueError("no canonical face")
    points = np.array(vertices, dtype=np.float64).reshape(-1, _POSITION_AND_TEXTURE)[:, :3]
    every = np.zeros(len(points))
    every[list(weights)] = list(weights.values())
    return CanonicalFace(points, every)


def face_matrices(landmarks: Floats, face: CanonicalFace) -> Floats:
    """Facial transformation matrices, N x 4 x 4: from the canonical face's space to the camera's, in centimetres.

    Args:
        landmarks: N x (V or more) x 3 in shares of a square picture's side, depth scaled like x and smaller nearer by.
    """
    used = face.weights > 0.0
    basis, weights = face.points[used], face.weights[used]
    near = 2 * math.tan(math.radians(FIELD_OF_VIEW) / 2)
    every = landmarks[:, : len(face.points)]
    offset = every[:, :, 2].mean(axis=1, keepdims=True) * near
    screen = every[:, used]
    across, up, depth = (screen[..., 0] - 0.5) * near, (0.5 - screen[..., 1]) * near, screen[..., 2] * near

    def metric(scale: Floats) -> Floats:
        away = (depth - offset + 1.0) / scale
        return np.stack([across * away, up * away, -away], axis=-1)

    flat = np.stack([across, up, -depth], axis=-1)
    first = np.linalg.norm(_laid_over(basis, flat, weights)[:, :3, 0], axis=1)[:, np.newaxis]
    second = np.linalg.norm(_laid_over(basis, metric(first), weights)[:, :3, 0], axis=1)[:, np.newaxis]
    return _laid_over(basis, metric(first * second), weights)


def _laid_over(source: Floats, targets: Floats, weights: Floats) -> Floats:
    """The N similarity transforms (4 x 4) that bring `source` (P x 3) closest to `targets` (N x P x 3)."""
    share = weights / weights.sum()
    source_middle = share @ source
    target_middle = np.einsum("p,npi->ni", share, targets)
    centred = source - source_middle
    left, _, right = np.linalg.svd(np.einsum("p,npi,pj->nij", weights, targets, centred))
    left[:, :, 2] *= np.sign(np.linalg.det(left) * np.linalg.det(right))[:, np.newaxis]
    rotation = left @ right
    turned = np.einsum("nij,pj->npi", rotation, centred)
    scale = np.einsum("p,npi,npi->n", weights, turned, targets) / np.einsum("p,pi,pi->", weights, centred, centred)
    found = np.tile(np.eye(4), (len(targets), 1, 1))
    found[:, :3, :3] = rotation * scale[:, np.newaxis, np.newaxis]
    found[:, :3, 3] = target_middle - np.einsum("nij,j->ni", found[:, :3, :3], source_middle)
    return found


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protocol buffers message: number and value (whole numbers as such, all else as bytes)."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(data, at)
            yield key >> 3, value
            continue
        if kind == 2:
            length, at = _varint(data, at)
        elif kind in (1, 5):
            length = 8 if kind == 1 else 4
        else:
            raise ValueError(f"wire type {kind}")
        if at + length > len(data):
            raise ValueError("cut off")
        yield key >> 3, data[at : at + length]
        at += length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise ValueError("cut off")
