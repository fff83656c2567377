"""Paints lips, brows, lid lines, stubble and blush on a figure, where MediaPipe's Face Landmarker finds them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import mediapipe as mp
import numpy as np
from scipy.interpolate import LinearNDInterpolator

from bench.demo_making.figure import Figure, Floats, normals
from bench.demo_making.stage import Image

_SIDE = 1024
# indices of the landmarker's 478 points, along each contour
_LIPS = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
_BROWS = (((70, 63, 105, 66, 107), (46, 53, 52, 65, 55)), ((300, 293, 334, 296, 336), (276, 283, 282, 295, 285)))
_UPPER_LIDS = ((33, 246, 161, 160, 159, 158, 157, 173, 133), (263, 466, 388, 387, 386, 385, 384, 398, 362))
_LOWER_LIDS = ((33, 7, 163, 144, 145, 153, 154, 155, 133), (263, 249, 390, 373, 374, 380, 381, 382, 362))
_CHEEKS = (50, 280)
_BEARD = (
    132,
    58,
    172,
    136,
    150,
    149,
    176,
    148,
    152,
    377,
    400,
    378,
    379,
    365,
    397,
    288,
    361,
    323,
    436,
    391,
    2,
    164,
    216,
    93,
)


@dataclass(frozen=True, slots=True)
class Paint:
    """How strongly to paint, 0..1 each."""

    brows: float = 0.9
    brow_height: float = 1.0
    lids: float = 0.8
    lips: float = 0.75
    stubble: float = 0.0
    blush: float = 0.4


def find_points(picture: Image, landmarker: Path) -> Floats:
    """The landmarker's points (478, 2) in pixels of an RGB picture.

    Raises:
        ValueError: no face is found.
    """
    tasks = mp.tasks.vision
    options = tasks.FaceLandmarkerOptions(
        base_options=mp.tasks.BaseOptions(model_asset_path=str(landmarker)), running_mode=tasks.RunningMode.IMAGE
    )
    with tasks.FaceLandmarker.create_from_options(options) as detector:
        found = detector.detect(mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(picture)))
    if not found.face_landmarks:
        raise ValueError("the landmarker finds no face on the unpainted figure")
    height, width, _ = picture.shape
    return np.array([[point.x * width, point.y * height] for point in found.face_landmarks[0]])


def on_body(points: Floats, figure: Figure, view_projection: Floats, size: tuple[int, int]) -> Floats:
    """Carry picture points (k, 2) back to the front view of the figure at rest: (k, 2) dm."""
    rest = figure.shape({})
    skin = next(part for part in figure.parts if part.name == "skin").triangles
    front = (normals(rest, skin)[:, 2] > 0.05) & (rest[:, 2] > figure.joints["l-eye"][2] - 0.6)
    flat = np.concatenate([rest, np.ones((len(rest), 1))], axis=1)[front] @ view_projection.T
    screen = (flat[:, :2] / flat[:, 3:] * [0.5, -0.5] + 0.5) * size
    return np.asarray(LinearNDInterpolator(screen, rest[front, :2])(points))


def paint(points: Floats, amounts: Paint, seed: int) -> tuple[Image, tuple[float, float, float, float]]:
    """Masks (1024, 1024, 4) of lips, brows and lids, stubble, blush; the area they cover (x0, y0, width, height) dm.

    Args:
        points: the landmarks on the body (478, 2), NaN where a point lies off the face.
    """
    random = np.random.default_rng(seed)
    low, high = np.nanmin(points, axis=0) - 0.15, np.nanmax(points, axis=0) + 0.15
    extent = float(max(high - low))
    centre = (low + high) / 2
    corner = centre - extent / 2
    scale = _SIDE / extent
    spots = (points - corner) * scale
    spots[:, 1] = _SIDE - spots[:, 1]
    lips = _filled(spots[list(_LIPS)], blur=scale * 0.018) * amounts.lips
    hairs = np.maximum(_brows(spots, scale, amounts, random), _lids(spots, scale) * amounts.lids)
    stubble = _stubble(spots, scale, random) * amounts.stubble if amounts.stubble else np.zeros_like(lips)
    stubble *= 1 - _filled(spots[list(_LIPS)], blur=scale * 0.02)
    blush = sum(_glow(spots[index], scale * 0.22) for index in _CHEEKS) * amounts.blush
    blush = np.maximum(blush, _glow(spots[4], scale * 0.12) * amounts.blush * 0.6)
    masks = np.stack([lips, hairs, stubble, np.clip(blush, 0, 1)], axis=2)
    area = (float(corner[0]), float(corner[1]), extent, extent)
    return (np.clip(masks, 0, 1) * 255).astype(np.uint8), area


def _filled(outline: Floats, blur: float) -> Floats:
    mask = np.zeros((_SIDE, _SIDE), np.float32)
    cv2.fillPoly(mask, [np.round(outline * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), blur))


def _glow(centre: Floats, radius: float) -> Floats:
    rows, columns = np.mgrid[0:_SIDE, 0:_SIDE]
    return np.asarray(np.exp(-((columns - centre[0]) ** 2 + (rows - centre[1]) ** 2) / (2 * radius**2)))


def _line(path: Floats, count: int) -> Floats:
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    at = np.linspace(0, along[-1], count)
    return np.stack([np.interp(at, along, path[:, axis]) for axis in range(2)], axis=1)


def _brows(spots: Floats, scale: float, amounts: Paint, random: np.random.Generator) -> Floats:
    mask = np.zeros((_SIDE, _SIDE), np.float32)
    for upper, lower in _BROWS:
        top, bottom = _line(spots[list(upper)], 60), _line(spots[list(lower)], 60)  # outer end first
        top = bottom + (top - bottom) * amounts.brow_height
        for _ in range(520):
            share = random.random()
            index = int(share * 59)
            thickness = np.interp(share, [0, 0.25, 0.8, 1.0], [0.15, 0.6, 1.0, 0.85])
            across = 0.5 + (random.random() - 0.5) * thickness
            root = bottom[index] + (top[index] - bottom[index]) * across
            outward = top[max(index - 6, 0)] - top[min(index + 6, 59)]
            outward = outward / max(float(np.linalg.norm(outward)), 1e-6)
            rise = np.interp(share, [0, 0.6, 1.0], [0.1, 0.35, 1.1]) * (1.2 - across)
            tip = root + scale * 0.055 * (outward + np.array([0.0, -rise])) * (0.7 + 0.6 * random.random())
            hair = np.zeros_like(mask)
            box = np.round(np.stack([root, tip]) * 16).astype(int)
            cv2.line(hair, box[0].tolist(), box[1].tolist(), 0.55, max(1, round(scale * 0.006)), cv2.LINE_AA, 4)
            mask = mask + hair * (1 - mask)
        bed = _filled(np.concatenate([bottom * 0.75 + top * 0.25, (top * 0.75 + bottom * 0.25)[::-1]]), scale * 0.02)
        mask = np.maximum(mask, 0.45 * bed)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), scale * 0.004) * amounts.brows)


def _lids(spots: Floats, scale: float) -> Floats:
    mask = np.zeros((_SIDE, _SIDE), np.float32)
    for paths, strength, width in ((_UPPER_LIDS, 0.95, 0.022), (_LOWER_LIDS, 0.4, 0.012)):
        for path in paths:
            line = np.round(_line(spots[list(path)], 40) * 16).astype(np.int32)
            layer = np.zeros_like(mask)
            cv2.polylines(layer, [line], False, strength, max(1, round(scale * width)), cv2.LINE_AA, 4)
            mask = np.maximum(mask, layer)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), scale * 0.006))


def _stubble(spots: Floats, scale: float, random: np.random.Generator) -> Floats:
    area = cv2.convexHull(spots[list(_BEARD)].astype(np.float32))[:, 0]
    mask = np.zeros((_SIDE, _SIDE), np.float32)
    cv2.fillPoly(mask, [area.astype(np.int32)], 1.0)
    mask = cv2.GaussianBlur(mask, (0, 0), scale * 0.07)
    grain = cv2.GaussianBlur(random.random((_SIDE, _SIDE)).astype(np.float32), (0, 0), scale * 0.004)
    grain = np.clip((grain - grain.mean()) / grain.std() * 0.35 + 0.6, 0.2, 1.0)
    return np.asarray(mask * grain)
