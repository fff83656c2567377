"""Hair as strands: roots scattered on the scalp, each strand combed along a field and kept outside the head."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.spatial import cKDTree

from bench.demo_making.figure import Figure, Floats, normals

Style = Literal["tied", "crop", "bob"]

_AZIMUTH = np.radians([0, 25, 45, 62, 76, 88, 104, 122, 145, 180])  # 0 the face, 180 the back of the head
_HAIRLINE = np.radians([25, 23, 13, -6, -28, -4, -6, -32, -42, -46])  # elevation over the middle of the head

_FREE = 0.12  # dm around an ear
_NEAR = 0.03  # dm
_FINE = 6  # points looked at between two of a strand
_COMPANY = 3  # points within _NEAR: no more than a strand's own


@dataclass(frozen=True, slots=True)
class Hair:
    """Strands of one head at rest.

    Args:
        points: (strands, k, 3) dm.
        shade: (strands,) brightness about 1.
        depth: (strands,) 0 next to the scalp .. 1 outermost.
        scalp: (m,) share 0..1 with which a fine vertex of the figure lies under hair.
    """

    points: Floats
    shade: Floats
    depth: Floats
    scalp: Floats


def grow(figure: Figure, style: Style, strands: int, seed: int) -> Hair:
    """Grow `strands` strands of `style` on `figure`; the same seed gives the same hair."""
    random = np.random.default_rng(seed)
    rest = figure.shape({})
    skin = next(part for part in figure.parts if part.name == "skin").triangles
    normal = normals(rest, skin)
    middle = _middle(figure)
    scalp = _under_hair(rest, middle) * ~figure.ears
    roots, out = _scatter(rest, normal, scalp, skin, strands, random)
    depth = random.random(strands)
    on_skin = np.unique(skin)
    tree = cKDTree(rest[on_skin])
    surface = (tree, rest[on_skin], normal[on_skin])
    field, length, lift = _comb(style, roots, out, middle, figure, random)
    points = _trace(roots, out, field, length, lift * (0.35 + depth), surface, random, steps=11)
    behind = points[:, :, 2].max(axis=1) < middle[2] - 0.25  # a camera in front never sees most of these
    kept = ~_kinked(points) & ~_astray(points, style, rest[figure.ears]) & (~behind | (random.random(strands) < 0.3))
    shade = 0.75 + 0.5 * random.random(strands)
    return Hair(points=points[kept], shade=shade[kept], depth=depth[kept], scalp=scalp)


def _middle(figure: Figure) -> Floats:
    eyes = (figure.joints["l-eye"] + figure.joints["r-eye"]) / 2
    return np.asarray(eyes + np.array([0.0, 0.22, -0.78]))


def _under_hair(points: Floats, middle: Floats) -> Floats:
    offset = points - middle
    azimuth = np.arctan2(np.abs(offset[:, 0]), offset[:, 2])
    elevation = np.arctan2(offset[:, 1], np.hypot(offset[:, 0], offset[:, 2]))
    wave = 0.03 * np.sin(azimuth * 23) + 0.02 * np.sin(azimuth * 51 + 1)
    margin = elevation - np.interp(azimuth, _AZIMUTH, _HAIRLINE) - wave
    return np.asarray(np.clip(margin / 0.10 + 0.2, 0.0, 1.0))


def _scatter(
    rest: Floats, normal: Floats, scalp: Floats, skin: np.ndarray, strands: int, random: np.random.Generator
) -> tuple[Floats, Floats]:
    a, b, c = (rest[skin[:, i]] for i in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1) * scalp[skin].mean(axis=1) ** 1.5
    chosen = random.choice(len(skin), strands, p=area / area.sum())
    mix = random.dirichlet([1.0, 1.0, 1.0], strands)
    corner = skin[chosen]
    roots = (rest[corner] * mix[:, :, None]).sum(axis=1)
    out = (normal[corner] * mix[:, :, None]).sum(axis=1)
    return roots, out / np.linalg.norm(out, axis=1, keepdims=True)


def _comb(
    style: Style, roots: Floats, out: Floats, middle: Floats, figure: Figure, random: np.random.Generator
) -> tuple[Callable[[Floats, Floats, float], Floats], Floats, Floats]:
    """The field (points, directions, share of the strand) → wish, the lengths (dm) and the lifts off the scalp (dm)."""
    count = len(roots)
    vary = random.random(count)
    if style == "tied":
        knot = middle + np.array([0.0, -0.15, -1.15])

        def to_knot(points: Floats, _before: Floats, _share: float) -> Floats:
            return np.asarray(1.6 * _unit(knot - points) + 0.15 * out)

        return to_knot, np.linalg.norm(knot - roots, axis=1) * (0.95 + 0.1 * vary), np.full(count, 0.07)
    top = np.clip((roots[:, 1] - middle[1] - 0.25) / 0.55, 0.0, 1.0)
    if style == "crop":
        swept = np.array([0.55, -0.15, 0.75])

        def forward(points: Floats, _before: Floats, share: float) -> Floats:
            down = np.array([0.0, -0.8, 0.05])
            along = top[:, None] * swept + (1 - top[:, None]) * down
            return np.asarray((0.8 * top[:, None] + 0.25 - 0.7 * share) * out + along)

        return forward, 0.10 + 0.34 * top**1.5 * (0.7 + 0.3 * vary), 0.02 + 0.11 * top
    parting = middle[0] + 0.28
    side = np.where(roots[:, 0] > parting, 1.0, -1.0)
    front = np.clip((roots[:, 2] - middle[2] + 0.1) / 0.6, 0.0, 1.0)
    temple = np.stack(
        [side * 1.05, np.full(count, middle[1] - 0.05), np.minimum(roots[:, 2], middle[2] + 0.30)], axis=1
    )

    def fall(points: Floats, _before: Floats, _share: float) -> Floats:
        inward = -0.35 * np.sign(points[:, 0]) * (np.abs(points[:, 0]) > 0.85)
        down = np.stack([inward, np.full(count, -1.0), np.zeros(count)], axis=1)
        above = np.clip((points[:, 1] - temple[:, 1]) / 0.35, 0.0, 1.0) * np.maximum(front, 0.35)
        return np.asarray(above[:, None] * _unit(temple - points) * 2.0 + (1 - above[:, None]) * down)

    floor = figure.joints["neck"][1] + 0.75 + 0.12 * vary
    return fall, np.maximum(roots[:, 1] - floor, 0.3) + 0.45 * top + 0.5 * front, np.full(count, 0.13)


def _trace(
    roots: Floats,
    out: Floats,
    field: Callable[[Floats, Floats, float], Floats],
    length: Floats,
    lift: Floats,
    surface: tuple[cKDTree, Floats, Floats],
    random: np.random.Generator,
    steps: int,
) -> Floats:
    tree, at, normal = surface
    points = [roots]
    direction = out.copy()
    wave = random.normal(0.0, 0.05, (len(roots), 3))
    for step in range(steps):
        share = (step + 1) / steps
        wish = field(points[-1], direction, share) + wave
        direction = _unit(0.75 * direction + 0.6 * _unit(wish))
        moved = points[-1] + direction * (length / steps)[:, None]
        _, nearest = tree.query(moved)
        height = ((moved - at[nearest]) * normal[nearest]).sum(axis=1)
        least = np.minimum(lift, lift * 3 * share) * (1.0 - 0.15 * share)
        moved += np.maximum(least - height, 0.0)[:, None] * normal[nearest]
        direction = _unit(moved - points[-1])
        points.append(moved)
    return np.stack(points, axis=1)


def _kinked(points: Floats) -> np.ndarray:
    """Strands (strands,) that turn by more than 40 degrees somewhere past the root: they lost their way."""
    steps = _unit(np.diff(points[:, 2:], axis=1).reshape(-1, 3)).reshape(len(points), -1, 3)
    return np.asarray((steps[:, 1:] * steps[:, :-1]).sum(axis=2).min(axis=1) < np.cos(np.radians(40)))


def _astray(points: Floats, style: Style, ears: Floats) -> np.ndarray:
    """Strands (strands,) that would be seen as single dark lines: far from the others for a while, or across an ear
    that the style leaves free.

    Args:
        ears: (k, 3) dm, the vertices of the ears.
    """
    share = np.linspace(0, 1, _FINE, endpoint=False)[None, None, :, None]
    body = points[:, :-2, None] * (1 - share) + points[:, 1:-1, None] * share  # tips may end alone
    body = body.reshape(len(points), -1, 3)
    distance, _ = cKDTree(ears).query(points.reshape(-1, 3))
    crossing = (style == "tied") & (distance.reshape(points.shape[:2]).min(axis=1) < _FREE)
    flat = body.reshape(-1, 3)
    near = cKDTree(flat).query_ball_point(flat, _NEAR, return_length=True).reshape(body.shape[:2])
    return np.asarray(crossing | ((near <= _COMPANY).sum(axis=1) >= 5))


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))
