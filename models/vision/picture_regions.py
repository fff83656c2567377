"""Square regions of a picture, turned as the part in them is: cut out for a network, and its points brought back.

Coordinates are pixels of the picture, x to the right, y down; angles are radians, clockwise as seen. The formulas are
those of MediaPipe's calculators ImageToTensor, DetectionsToRects, RectTransformation and LandmarkProjection.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

cv2.setNumThreads(1)  # one process a core, one thread each: more threads only get into each other's way

Picture = NDArray[np.uint8]
Border = Literal["black", "edge"]


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle by its centre, width, height and rotation; may reach outside the picture."""

    x: float
    y: float
    width: float
    height: float
    rotation: float = 0.0

    def points(self, normalised: NDArray[np.floating]) -> NDArray[np.float64]:
        """Points of the region (... x 2, or x 3 with depth; 0..1 over its width and height) in the picture's pixels.

        Depth comes back in pixels as well: it is scaled like the width.
        """
        across = (np.asarray(normalised[..., 0], dtype=np.float64) - 0.5) * self.width
        down = (np.asarray(normalised[..., 1], dtype=np.float64) - 0.5) * self.height
        cos, sin = math.cos(self.rotation), math.sin(self.rotation)
        found = np.empty(normalised.shape, dtype=np.float64)
        found[..., 0] = self.x + cos * across - sin * down
        found[..., 1] = self.y + sin * across + cos * down
        if normalised.shape[-1] == 3:
            found[..., 2] = normalised[..., 2] * self.width
        return found

    def grown(self, scale: float, *, shift_down: float = 0.0, square: bool = False) -> Region:
        """Shifted along its own downward axis by a share of its height, then scaled; `square`: as the longer side."""
        x = self.x - self.height * shift_down * math.sin(self.rotation)
        y = self.y + self.height * shift_down * math.cos(self.rotation)
        longer = max(self.width, self.height)
        width, height = (longer, longer) if square else (self.width, self.height)
        return Region(x, y, width * scale, height * scale, self.rotation)


def letterbox(width: int, height: int) -> Region:
    """The smallest square around a whole picture that has its centre."""
    side = float(max(width, height))
    return Region(width / 2, height / 2, side, side)


def turn_between(start: NDArray[np.floating], end: NDArray[np.floating], upright: float) -> float:
    """By how much a part is turned whose axis from `start` to `end` points at `upright` when it is not (-pi..pi).

    `upright` counts anticlockwise from the x axis: 0 for eyes from the picture's left to right, pi / 2 for upwards.
    """
    angle = upright - math.atan2(-(float(end[1]) - float(start[1])), float(end[0]) - float(start[0]))
    return angle - 2 * math.pi * math.floor((angle + math.pi) / (2 * math.pi))


def cut(picture: Picture, region: Region, side: int, border: Border) -> Picture:
    """The region as a square picture of `side` pixels, upright, by bilinear interpolation.

    Places between pixels are rounded to 1/32 pixel: MediaPipe's OpenCV does it so, and with it a network gets the same
    numbers as there (interpolating without that rounding moves landmarks by up to 0.3 pixels).

    Args:
        border: what lies outside the picture: black, or its outermost pixels again.
    """
    whole, part = _upright_places(region, side) if region.rotation == 0.0 else _places(region, side)
    mode = cv2.BORDER_REPLICATE if border == "edge" else cv2.BORDER_CONSTANT
    return np.asarray(cv2.remap(picture, whole, part, cv2.INTER_LINEAR, borderMode=mode), dtype=np.uint8)


def _places(region: Region, side: int) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
    """Of every pixel of the cut the place in the picture: whole pixels (x, y), and 1/32 pixels as OpenCV counts."""
    cos, sin = math.cos(region.rotation), math.sin(region.rotation)
    steps = np.arange(side) / side - 0.5
    along, down = (steps * region.width)[np.newaxis, :], (steps * region.height)[:, np.newaxis]
    x = (region.x + cos * along).astype(np.float32) - (sin * down).astype(np.float32)
    y = (region.y + sin * along).astype(np.float32) + (cos * down).astype(np.float32)
    whole, part = cv2.convertMaps(x, y, cv2.CV_16SC2)
    return np.asarray(whole, dtype=np.int16), np.asarray(part, dtype=np.uint16)


_upright_places = lru_cache(maxsize=64)(_places)
"""Kept, because the whole picture and its tiles come again and again (0.1 MB each for the face detector)."""


def cut_all(
    places: Sequence[tuple[Picture, Region]], side: int, border: Border, lowest: float = 0.0
) -> NDArray[np.float32]:
    """Regions for a network: N x side x side x 3, values `lowest`..1."""
    values = np.arange(256, dtype=np.float32) * np.float32((1.0 - lowest) / 255.0) + np.float32(lowest)
    batch = np.empty((len(places), side, side, 3), dtype=np.float32)
    for index, (picture, region) in enumerate(places):
        cv2.LUT(cut(picture, region, side, border), values, dst=batch[index])
    return batch
