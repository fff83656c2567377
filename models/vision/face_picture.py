"""What is seen of a face beside its landmarks: how lips stand out from skin, and its look without light and turn."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

LIPS = (
    ((0, 37, 267, 39, 269, 40, 270), (13, 82, 312, 81, 311, 80, 310)),
    ((17, 84, 314, 181, 405, 91, 321), (14, 87, 317, 178, 402, 88, 318)),
)
"""Landmarks on the outer and the inner edge of the upper and the lower lip; what is looked at lies between them."""

AROUND = (164, 167, 393, 165, 391, 18, 83, 313, 200, 201, 421, 199, 186, 410, 212, 432, 216, 436, 205, 425)
"""Landmarks between nose and upper lip, on the chin and beside the mouth."""

ABOVE = (117, 346, 118, 347, 101, 330, 9, 151, 108, 337, 69, 299)
"""Landmarks under the eyes and on the forehead, which nothing before the mouth hides."""

SIDE = 96
"""Pixels to which a face is brought before it is looked at: of larger ones that averages noise out."""

DARK = 8.0
"""Added to red and green, in levels of 255, so that the noise of dark pictures has no colour."""

LEAST_COLOUR = 0.04
"""Logarithm of red over green of the skin above, under which a picture has no colour to tell lips by (grey: 0)."""

LOOK_SIZE = (16, 14)
"""Columns and rows of a look."""

LOOK_EYES, LOOK_NOSE = 0.3, 0.8
LOOK_SIDES = (0.21, 0.79)
"""Where the eyes' middles and the base of the nose lie in a look, in shares of its rows and columns. Brows, eyes and
nose are in it; the mouth, which speaks, is not."""

LIGHT = 4.0
"""Standard deviation, in its pixels, of the smoothing that is taken off a look: what is as broad is light and shade."""

RIGHT_EYE, LEFT_EYE, NOSE_BASE = (33, 133), (362, 263), 2
"""Corners of the eyes, the person's own right and left, and the point under the nose."""

_OUTER = np.array([place for outer, _ in LIPS for place in outer])
_INNER = np.array([place for _, inner in LIPS for place in inner])
_BESIDE = np.array([*AROUND, *ABOVE])
_CORNERS = np.array([*RIGHT_EYE, *LEFT_EYE])
_WANTED = (
    np.array([[LOOK_SIDES[0], LOOK_EYES], [LOOK_SIDES[1], LOOK_EYES], [0.5, LOOK_NOSE]], np.float32) * LOOK_SIZE
).astype(np.float32)


@dataclass(frozen=True, slots=True)
class SmallFace:
    """A face cut out and brought to `SIDE` x `SIDE` pixels, and its landmarks (478 x 2) in these."""

    rgb: NDArray[np.uint8]
    points: NDArray[np.float64]


def small_face(rgb: NDArray[np.uint8], points: NDArray[np.float64]) -> SmallFace:
    """Cut a face out.

    Args:
        rgb: a picture, height x width x 3. points: landmarks of a face in it, 478 x 2 or more, in pixels.
    """
    height, width = rgb.shape[:2]
    x, y = points[:, 0], points[:, 1]
    left, top = _inside(float(x.min()), width - 1), _inside(float(y.min()), height - 1)
    right, bottom = max(left + 1, _inside(float(x.max()) + 2, width)), max(top + 1, _inside(float(y.max()) + 2, height))

    # Between pixels where the face is at most twice as large: as even as means over areas, at an eighth of their cost.
    how = cv2.INTER_LINEAR if max(right - left, bottom - top) <= 2 * SIDE else cv2.INTER_AREA
    face = cv2.resize(rgb[top:bottom, left:right], (SIDE, SIDE), interpolation=how)
    return SmallFace(face, (points[:, :2] - (left, top)) * (SIDE / (right - left), SIDE / (bottom - top)))


def _inside(place: float, most: int) -> int:
    return min(max(0, int(place)), most)


def lip_redness(face: SmallFace) -> float | None:
    """Mean of the lips less the median of the skin around, as logarithms of red over green; about 0 where one thing
    covers both. None where the skin has no colour: grey pictures."""
    lips = (face.points[_OUTER] + face.points[_INNER]) / 2
    places = np.concatenate([lips, face.points[_BESIDE]])
    x, y = places.astype(int).clip(0, SIDE - 1).T
    colours = face.rgb[y, x].astype(np.float64) + DARK
    redness = np.log(colours[:, 0] / colours[:, 1])
    around = len(lips) + len(AROUND)
    if _median(redness[around:]) < LEAST_COLOUR:
        return None
    return float(redness[: len(lips)].mean()) - _median(redness[len(lips) : around])


def _median(values: NDArray[np.float64]) -> float:
    """Of a few numbers, at a tenth of what `np.median` costs."""
    ordered = np.sort(values)
    return float(ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def face_look(face: SmallFace) -> bytes:
    """Brows, eyes and nose, upright, small and grey, without broad light and shade: `LOOK_SIZE` signed bytes, by rows.

    It tells two people in one recording apart, no more: kept while an answer is watched, never written anywhere.
    """
    right, left = face.points[_CORNERS].reshape(2, 2, 2).mean(axis=1)
    turn = cv2.getAffineTransform(np.array([right, left, face.points[NOSE_BASE]], np.float32), _WANTED)
    smooth = cv2.blur(cv2.cvtColor(face.rgb, cv2.COLOR_RGB2GRAY), (5, 5)).astype(np.float32)
    small = cv2.warpAffine(smooth, turn, LOOK_SIZE, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    plain = small - cv2.GaussianBlur(small, (0, 0), LIGHT)
    plain -= plain.mean()
    levels: NDArray[np.int8] = np.rint(plain * (127.0 / max(1.0, float(np.abs(plain).max())))).astype(np.int8)
    return levels.tobytes()
