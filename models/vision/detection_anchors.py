"""What single-shot detectors found: from numbers at anchors to boxes with key points.

Anchors as in "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs" (Bazarevsky et al., 2019) with fixed
anchor size; blending of overlapping boxes instead of choosing one as in its section 4. Thresholds are those of
MediaPipe's graphs FaceDetectorGraph, HandDetectorGraph and PoseDetectorGraph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SCORE_LIMIT = 100.0
"""Raw scores are clipped to this before the logistic function (score_clipping_thresh)."""

SAME_OBJECT = 0.3
"""Intersection over union above which two boxes are blended into one (min_suppression_threshold)."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Detection:
    """One found object; coordinates in shares of the detector's square input.

    Args:
        box: left, top, right, bottom. points: K x 2 key points. score: 0..1.
    """

    box: Floats
    points: Floats
    score: float


def anchor_centres(side: int, strides: Sequence[int]) -> Floats:
    """Centres of the anchors, A x 2 in shares of the input, in the order of the detector's output.

    Every layer has two anchors in every cell of its grid; layers that follow each other with the same stride share one.

    Args:
        side: of the input in pixels. strides: of the layers in pixels, rising.
    """
    parts = []
    for stride in dict.fromkeys(strides):
        cells = side // stride
        middle = (np.arange(cells) + 0.5) / cells
        grid = np.stack(np.meshgrid(middle, middle), axis=-1).reshape(-1, 1, 2)
        parts.append(np.repeat(grid, 2 * strides.count(stride), axis=1).reshape(-1, 2))
    return np.concatenate(parts)


def detections(
    numbers: NDArray[np.float32], scores: NDArray[np.float32], anchors: Floats, side: int, least: float
) -> list[Detection]:
    """What one picture's detector output says, best first.

    Args:
        numbers: A x (4 + 2 K): centre x and y, width, height, then the key points, in pixels from the anchor.
        scores: A raw scores. side: of the input in pixels. least: lowest score that counts, 0..1.
    """
    raw = np.clip(scores.reshape(-1).astype(np.float64), -SCORE_LIMIT, SCORE_LIMIT)
    sure = 1.0 / (1.0 + np.exp(-raw))
    kept = np.flatnonzero(sure >= least)
    if not kept.size:
        return []
    kept = kept[np.argsort(-sure[kept], kind="stable")]
    sure = sure[kept]
    shares = numbers[kept].astype(np.float64) / side
    centre, size = shares[:, :2] + anchors[kept], shares[:, 2:4]
    boxes = np.concatenate([centre - size / 2, centre + size / 2], axis=1)
    points = shares[:, 4:].reshape(len(kept), (shares.shape[1] - 4) // 2, 2) + anchors[kept][:, np.newaxis]
    proper = np.all(size >= 0.0, axis=1)
    return _blended(boxes[proper], points[proper], sure[proper])


def _blended(boxes: Floats, points: Floats, scores: Floats) -> list[Detection]:
    """Groups of boxes that overlap the best one left, each as the mean of the group weighted by score."""
    found: list[Detection] = []
    left = np.arange(len(boxes))
    while len(left):
        same = _overlap(boxes[left[0]], boxes[left]) > SAME_OBJECT
        if not same[0]:  # a box without area is like no other, not even itself
            same[0] = True
        group, left = left[same], left[~same]
        weights = scores[group] / scores[group].sum()
        found.append(
            Detection(weights @ boxes[group], np.tensordot(weights, points[group], 1), float(scores[group[0]]))
        )
    return found


def _overlap(box: Floats, others: Floats) -> Floats:
    """Intersection over union of one box with each of several."""
    corner = np.minimum(others[:, 2:], box[2:]) - np.maximum(others[:, :2], box[:2])
    shared = np.prod(np.maximum(corner, 0.0), axis=1)
    union = np.prod(box[2:] - box[:2]) + np.prod(others[:, 2:] - others[:, :2], axis=1) - shared
    share: Floats = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0.0)
    return share
