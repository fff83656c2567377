"""Pictures of faces whose mouth is covered, drawn over pictures whose mouth is seen: masks, a hand, a microphone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Points = NDArray[np.float64]
"""Landmarks of a face, 478 x 2 or more, in the picture's pixels."""

MASK_OUTLINE = (
    *(197, 196, 174, 217, 126, 142, 36, 205, 187, 147, 177, 215, 58, 172, 136, 150, 149, 176, 148, 152),
    *(377, 400, 378, 379, 365, 397, 288, 435, 401, 376, 411, 425, 266, 371, 355, 437, 399, 419),
)
"""From the bridge of the nose over one cheek to the chin and back over the other."""
CHEEKS = (50, 280, 101, 330)
UPPER_LIP, CHIN, MOUTH_ENDS = 13, 152, (61, 291)

CLOTHS = {
    "blue mask": (150, 190, 215),
    "white mask": (225, 225, 222),
    "black mask": (35, 35, 40),
    "pink mask": (228, 178, 170),
    "beige mask": (205, 180, 155),
}


def covers() -> dict[str, Callable[[Picture, Points], Picture]]:
    """Every way of covering a mouth, by name."""
    cloths = {name: (lambda rgb, points, cloth=cloth: masked(rgb, points, cloth)) for name, cloth in CLOTHS.items()}
    return {**cloths, "hand": behind_hand, "microphone": behind_microphone}


def masked(rgb: Picture, points: Points, colour: tuple[int, int, int]) -> Picture:
    """A cloth from the bridge of the nose to the chin, lit as the face under it is."""
    outline = cv2.convexHull(np.rint(points[list(MASK_OUTLINE), :2]).astype(np.int32))
    return _laid_over(rgb, outline, colour, folds=True)


def behind_hand(rgb: Picture, points: Points) -> Picture:
    """Four fingers of the colour of the cheeks before the mouth, side by side, with the shade between them."""
    skin = [int(channel) for channel in np.median(_around(rgb, points, CHEEKS), axis=0)]
    left, right = (points[place, :2] for place in MOUTH_ENDS)
    middle, across = (left + right) / 2, right - left
    down = np.array([-across[1], across[0]])
    drawn = rgb.copy()
    for finger in range(4):
        centre = middle + down * (0.42 * (finger - 1.3))
        size = (float(np.linalg.norm(across)) * 1.9, float(np.linalg.norm(across)) * 0.42)
        turn = float(np.degrees(np.arctan2(across[1], across[0])))
        box = (tuple(map(float, centre)), size, turn)
        shade = tuple(int(0.62 * channel) for channel in skin)
        cv2.ellipse(drawn, box, shade, -1, cv2.LINE_AA)
        lit = (box[0], (size[0] * 0.98, size[1] * 0.8), turn)
        cv2.ellipse(drawn, lit, tuple(skin), -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(drawn, (3, 3), 0), dtype=np.uint8)


def behind_microphone(rgb: Picture, points: Points) -> Picture:
    """A dark ball of foam before the lips, and the stand below it."""
    left, right = (points[place, :2] for place in MOUTH_ENDS)
    wide = float(np.linalg.norm(right - left))
    x, y = (left + right) / 2
    drawn = rgb.copy()
    cv2.line(drawn, (round(x), round(y)), (round(x), rgb.shape[0]), (25, 25, 25), max(2, round(0.3 * wide)))
    cv2.circle(drawn, (round(x), round(y)), round(0.8 * wide), (40, 40, 44), -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(drawn, (3, 3), 0), dtype=np.uint8)


def _laid_over(rgb: Picture, outline: NDArray[np.int32], colour: Sequence[int], *, folds: bool) -> Picture:
    """The outline filled with a colour, as bright as what it hides, smoothed, with a soft edge."""
    inside = np.zeros(rgb.shape[:2], np.uint8)
    cv2.fillConvexPoly(inside, outline, 255, cv2.LINE_AA)
    side = max(3, round(0.5 * np.sqrt((inside > 0).sum())) | 1)
    light = cv2.GaussianBlur(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), (side, side), 0).astype(np.float32)
    light /= max(1.0, float(np.median(light[inside > 0])))
    if folds:
        rows = np.arange(rgb.shape[0], dtype=np.float32)[:, np.newaxis]
        light = light * (1.0 + 0.06 * np.sin(rows * (12.0 / side) * 2))
    cloth = np.clip(light[..., np.newaxis] ** 0.6 * np.array(colour, np.float32), 0, 255)
    share = cv2.GaussianBlur(inside, (3, 3), 0).astype(np.float32)[..., np.newaxis] / 255
    return np.asarray(np.rint(rgb * (1 - share) + cloth * share), dtype=np.uint8)


def _around(rgb: Picture, points: Points, places: Sequence[int]) -> NDArray[np.uint8]:
    x, y = np.rint(points[list(places), :2]).astype(int).T
    return np.asarray(rgb[np.clip(y, 0, rgb.shape[0] - 1), np.clip(x, 0, rgb.shape[1] - 1)], dtype=np.uint8)
