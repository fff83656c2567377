"""The picture behind a figure, and the label burnt into every frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from bench.demo_making.figure import Floats
from bench.demo_making.stage import Image

FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


@dataclass(frozen=True, slots=True)
class Room:
    """Colours (sRGB 0..255) of the wall and what stands before it; `window`: its left edge, a share of the width."""

    wall: tuple[int, int, int]
    shelf: tuple[int, int, int]
    books: tuple[tuple[int, int, int], ...]
    window: float


def room(size: tuple[int, int], look: Room, seed: int) -> Image:
    """An out-of-focus room (h, w, 3): a wall, a bright window, a shelf with things on it, a plant."""
    width, height = size
    random = np.random.default_rng(seed)
    across, down = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    shade = 1.06 - 0.22 * np.abs(across - look.window - 0.1) - 0.12 * down
    picture = np.clip(np.array(look.wall) * shade[:, :, None], 0, 255).astype(np.uint8)
    left = int(look.window * width)
    cv2.rectangle(picture, (left, -10), (left + width // 6, int(0.55 * height)), (238, 240, 240), -1)
    cv2.line(picture, (left + width // 12, 0), (left + width // 12, int(0.55 * height)), (190, 192, 190), 6)
    start = int(0.62 * width) if look.window < 0.4 else int(0.02 * width)
    for level in (0.28, 0.60):
        floor = int(level * height)
        cv2.rectangle(picture, (start, floor), (start + int(0.34 * width), floor + 10), look.shelf, -1)
        at = start + 8
        while at < start + 0.30 * width:
            thick, tall = int(random.integers(8, 24)), int(random.integers(40, 78))
            colour = np.array(look.books[int(random.integers(len(look.books)))]) * random.uniform(0.8, 1.1)
            cv2.rectangle(picture, (at, floor - tall), (at + thick, floor), np.clip(colour, 0, 255).tolist(), -1)
            at += thick + int(random.integers(1, 14))
    for _ in range(26):
        centre = (int(start + 0.30 * width + random.normal(0, 16)), int(0.52 * height + random.normal(0, 34)))
        green = (int(random.integers(60, 95)), int(random.integers(95, 140)), int(random.integers(55, 85)))
        cv2.ellipse(picture, centre, (7, 26), float(random.uniform(-50, 50)), 0, 360, green, -1)
    blurred = cv2.GaussianBlur(picture, (0, 0), width / 62)
    grain = cv2.GaussianBlur(
        random.normal(0, 3.0, blurred.shape), (0, 0), 0.8
    )  # stays still: costs no bits, hides banding
    return np.asarray(np.clip(blurred + grain, 0, 255).astype(np.uint8))


def label(size: tuple[int, int], text: str) -> tuple[Floats, Floats]:
    """The label as colour (h, w, 3) 0..255 and cover (h, w, 1) 0..1, at the lower left."""
    width, height = size
    layer = Pillow.new("RGBA", size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    font = ImageFont.truetype(str(FONT), round(height / 22), index=2)  # 2: the simplified Chinese face
    box = draw.textbbox((0, 0), text, font=font)
    pad = round(height / 60)
    at = (round(width / 40), height - round(height / 40) - (box[3] - box[1]) - 2 * pad)
    draw.rounded_rectangle(
        (at[0], at[1], at[0] + box[2] - box[0] + 2 * pad, at[1] + box[3] - box[1] + 2 * pad),
        pad,
        fill=(20, 22, 28, 205),
    )
    draw.text((at[0] + pad - box[0], at[1] + pad - box[1]), text, font=font, fill=(255, 255, 255, 255))
    values = np.asarray(layer, dtype=np.float64)
    return values[:, :, :3], values[:, :, 3:] / 255
