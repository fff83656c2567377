"""The seven networks of the pinned face, hand and pose bundles: what goes in, and what their outputs mean.

What each number means is from MediaPipe's published model cards and task graphs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.runtime.bundle import Numbers
from models.weights.registry import WeightStore


@dataclass(frozen=True, slots=True)
class Part:
    """Numbers of an output that share a unit: columns `first` to `until` of rows of `width`; all of them by default."""

    output: str
    what: str
    unit: str
    limit: float
    width: int = 1
    first: int = 0
    until: int | None = None
    logit: bool = False

    def take(self, values: Numbers) -> NDArray[np.float64]:
        """This part of the output of a batch, in its unit."""
        rows = values.reshape(len(values), -1, self.width)[:, :, self.first : self.until].astype(np.float64)
        return 0.5 + 0.5 * np.tanh(rows / 2) if self.logit else rows


@dataclass(frozen=True, slots=True)
class BundledNetwork:
    """A network of the pinned bundles: where it lies, from what to 1 its pictures range, and what it says."""

    name: str
    weight: str
    bundle: str
    darkest: float
    parts: tuple[Part, ...]

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the outputs that the parts need."""
        return tuple(dict.fromkeys(part.output for part in self.parts))


POINT_LIMIT_PX = 0.3
BLENDSHAPE_LIMIT = 0.02
PROBABILITY_LIMIT = 0.005
WORLD_LIMIT_M = 0.002

_FACE = ("face-landmarker", "face_landmarker.task")
_HAND = ("hand-landmarker", "hand_landmarker.task")
_POSE = ("pose-landmarker", "pose_landmarker.task")


def _points(output: str, what: str = "points", **where: Any) -> Part:
    return Part(output, what, "px", POINT_LIMIT_PX, **where)


def _probability(output: str, what: str, **where: Any) -> Part:
    return Part(output, what, "probability", PROBABILITY_LIMIT, **where)


NETWORKS = (
    BundledNetwork(
        "face_detector",
        *_FACE,
        -1.0,
        (_points("regressors", "boxes"), _probability("classificators", "score", logit=True)),
    ),
    BundledNetwork(
        "face_landmarks_detector",
        *_FACE,
        0.0,
        (
            _points("Identity"),
            _probability("Identity_1", "presence", logit=True),
            _probability("Identity_2", "tongue out"),
        ),
    ),
    BundledNetwork(
        "face_blendshapes",
        *_FACE,
        0.0,
        (Part("StatefulPartitionedCall:0", "blendshapes", "coefficient", BLENDSHAPE_LIMIT),),
    ),
    BundledNetwork(
        "hand_detector",
        *_HAND,
        0.0,
        (_points("Identity", "boxes"), _probability("Identity_1", "score", logit=True)),
    ),
    BundledNetwork(
        "hand_landmarks_detector",
        *_HAND,
        0.0,
        (
            _points("Identity"),
            _probability("Identity_1", "presence"),
            _probability("Identity_2", "right hand"),
            Part("Identity_3", "points in space", "m", WORLD_LIMIT_M),
        ),
    ),
    BundledNetwork(
        "pose_detector",
        *_POSE,
        -1.0,
        (_points("Identity", "boxes"), _probability("Identity_1", "score", logit=True)),
    ),
    BundledNetwork(
        "pose_landmarks_detector",
        *_POSE,
        0.0,
        (
            _points("Identity", width=5, until=3),
            _probability("Identity", "visibility and presence", width=5, first=3, logit=True),
            _probability("Identity_1", "presence"),
            _probability("Identity_3", "heatmap", logit=True),
            Part("Identity_4", "points in space", "m", WORLD_LIMIT_M),
        ),
    ),
)
"""With every output that is of use; the pose network's mask of the person is not."""


def bundle_file(bundles: WeightStore | Path, network: BundledNetwork) -> Path:
    """The .task file that holds a network.

    Raises:
        WeightsError: the weights are missing or damaged.
    """
    folder = bundles if isinstance(bundles, Path) else bundles.locate(network.weight)
    return folder / network.bundle
