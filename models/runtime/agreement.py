"""How far the torch graphs of the pinned networks are from the CPU's path: the proof that both compute the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.runtime.bundle import Numbers, read_bundle
from models.runtime.bundled_networks import NETWORKS, bundle_file
from models.runtime.openvino_network import OpenVinoNetwork
from models.runtime.tflite_file import read_tflite
from models.runtime.torch_network import Precision, TorchNetwork
from models.weights.registry import WeightStore


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the torch graph of a network is from the CPU path.

    Args:
        network: the .tflite file's name without its ending.
        output: the output's name in the file, and what part of it.
        difference: the largest over all pictures and numbers, in `unit`: "px" of the network's own input picture,
            "probability", "coefficient" (of a blendshape) or "m".
        limit: the largest that is accepted.
        ok: whether it is within the limit; never for a difference that is no number.
    """

    network: str
    output: str
    difference: float
    unit: str
    limit: float
    ok: bool


BATCHES = (1, 5)
"""Batch sizes that are compared, in turn."""


def check(
    bundles: WeightStore | Path,
    pictures: Sequence[NDArray[np.uint8]] = (),
    device: str = "cpu",
    precision: Precision = "f32",
    compiled: bool = False,
) -> list[Agreement]:
    """Compare the torch graph of every network with the CPU path, on pictures and on noise, in batches of 1 and 5.

    Args:
        bundles: the weight store, or a folder with the three .task files.
        pictures: uint8, height x width x 3; of people for choice. Some are drawn where there are none.
        device, precision, compiled: see `TorchNetwork`.

    Raises:
        WeightsError: a bundle is missing, damaged or not supported. UsageError: as `TorchNetwork`.
    """
    agreements: list[Agreement] = []
    face_points: Numbers | None = None
    for network in NETWORKS:
        (data,) = read_bundle(bundle_file(bundles, network), f"{network.name}.tflite")
        graph = read_tflite(data)
        shape = graph.tensors[graph.inputs[0]].shape[1:]
        batch = _inputs(pictures, shape, network.darkest) if len(shape) == 3 else _outlines(face_points, shape)
        expected = OpenVinoNetwork(data, network.outputs).run(batch)
        torch_network = TorchNetwork(data, network.outputs, device, precision, compiled)
        found = _in_batches(torch_network, batch)
        if network.name == "face_landmarks_detector":
            face_points = expected[0]
        for part in network.parts:
            place = network.outputs.index(part.output)
            difference = float(np.abs(part.take(expected[place]) - part.take(found[place])).max())
            ok = math.isfinite(difference) and difference <= part.limit
            name = f"{part.output}: {part.what}"
            agreements.append(Agreement(network.name, name, difference, part.unit, part.limit, ok))
    return agreements


def _in_batches(network: TorchNetwork, batch: Numbers) -> tuple[Numbers, ...]:
    """Every item, in batches of the sizes of `BATCHES` in turn."""
    pieces: list[tuple[Numbers, ...]] = []
    start = 0
    while start < len(batch):
        size = BATCHES[len(pieces) % len(BATCHES)]
        pieces.append(network.run(batch[start : start + size]))
        start += size
    return tuple(np.concatenate(values) for values in zip(*pieces, strict=True))


def _inputs(pictures: Sequence[NDArray[np.uint8]], shape: Sequence[int], darkest: float) -> Numbers:
    """Each picture and the middle of it as the network's input, then noise; at least as many as the batches take."""
    height, width = shape[:2]
    generator = np.random.default_rng(7)
    scaled = []
    for picture in pictures or _drawn(generator):
        middle = _middle(picture)
        scaled += [cv2.resize(view, (width, height), interpolation=cv2.INTER_LINEAR) for view in (picture, middle)]
    shown = np.stack(scaled).astype(np.float32) / 255
    noise = generator.random((2, *shape), dtype=np.float32)
    return (np.concatenate([shown, noise]) * (1 - darkest) + darkest).astype(np.float32)


def _drawn(generator: np.random.Generator) -> list[NDArray[np.uint8]]:
    """Smooth patches of colour, as pictures are: noise alone would not show a shift by half a pixel."""
    coarse = generator.integers(0, 256, (3, 6, 8, 3), dtype=np.uint8)
    return [cv2.resize(patches, (320, 240), interpolation=cv2.INTER_CUBIC) for patches in coarse]


def _outlines(face_points: Numbers | None, shape: Sequence[int]) -> Numbers:
    """Inputs of the blendshape network: points of the faces that the landmark network saw, and random ones."""
    generator = np.random.default_rng(8)
    noise = generator.random((6, *shape), dtype=np.float32) * 256
    if face_points is None:
        return noise
    seen = face_points.reshape(len(face_points), -1, 3)[:, : shape[0], : shape[1]]
    return np.concatenate([seen, noise]).astype(np.float32)


def _middle(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    return picture[height // 4 : height - height // 4, width // 4 : width - width // 4]
