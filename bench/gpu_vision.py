"""python -m bench gpu_vision: the face, hand and pose networks on a GPU: agreement with the CPU path, and speed.

A row a network and batch size: pictures a second as the product runs them (from numbers in memory and back), those the
device alone computes, and the share of the device's rate on large matrix products, measured in the same run and
precision. The networks are small and mostly depthwise, so memory's speed binds them long before that rate; the share
says how much dearer a larger model could be. The last rows put them together as the product looks at a video. Nothing
here decodes or cuts out pictures. Without a GPU it runs on the CPU and says so.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bench.conventions import calibrate, drifted, installed, run_info, write_json
from bench.setting import results_folder, weight_store
from models.runtime.agreement import check
from models.runtime.bundle import read_bundle
from models.runtime.bundled_networks import NETWORKS, bundle_file
from models.runtime.tflite_file import TfliteGraph, read_tflite
from models.runtime.torch_network import BUCKETS, Precision, TorchNetwork
from models.weights.registry import WeightStore

LIBRARIES = ("numpy", "openvino", "torch", "triton")

FACE_FPS = 5.0
POSE_FPS = 2.5
HANDS_SHARE = 0.25
"""The product's cadence; hands are looked for only while the pose says that one can be seen: here a quarter of the
time."""

CADENCE: Mapping[str, float] = {
    "face_detector": FACE_FPS,
    "face_landmarks_detector": FACE_FPS,
    "face_blendshapes": FACE_FPS,
    "pose_detector": POSE_FPS,
    "pose_landmarks_detector": POSE_FPS,
    "hand_detector": FACE_FPS * HANDS_SHARE,
    "hand_landmarks_detector": 2 * FACE_FPS * HANDS_SHARE,
}
"""Runs a second of video with one person in it, whose two hands are seen in `HANDS_SHARE` of it."""

PRODUCT_OUTPUTS: Mapping[str, tuple[str, ...]] = {
    "face_landmarks_detector": ("Identity", "Identity_1"),
    "hand_landmarks_detector": ("Identity", "Identity_1"),
}
"""What the product asks for where that is less than everything of use."""

GEMM_SIDE = {"cuda": 8192, "cpu": 1024}
MULTIPLYING = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")


def main(arguments: Sequence[str]) -> int:
    """Check, measure, print, store. The exit code is 1 when a network does not agree with the CPU path."""
    parser = argparse.ArgumentParser(prog="python -m bench gpu_vision", description=__doc__)
    parser.add_argument("--device", default=default_device(), help="torch's name: cuda, cuda:1, cpu")
    parser.add_argument("--batches", default=",".join(str(size) for size in BUCKETS), help="batch sizes")
    parser.add_argument("--seconds", type=float, default=1.0, help="for each figure")
    parser.add_argument("--precision", choices=("f32", "f16", "bf16"), default="f32")
    parser.add_argument("--compiled", action="store_true", help="with torch.compile: minutes at first")
    parser.add_argument("--out", type=Path, default=results_folder() / "gpu-vision.json")
    options = parser.parse_args(arguments)
    sizes = [int(size) for size in options.batches.split(",")]
    info = run_info(installed(LIBRARIES), threads=_threads())
    agreements = check(weight_store(), (), options.device, options.precision, options.compiled)
    rows = measure(options.device, sizes, options.seconds, options.precision, options.compiled)
    after = calibrate()
    document = {
        "schema": "bench-gpu-vision/1",
        "run": asdict(info),
        "valid": not drifted(info.calibration_s, after),
        "device": device_name(options.device),
        "agreement": [asdict(agreement) for agreement in agreements],
        "rows": rows,
    }
    write_json(options.out, document)
    _print(document)
    print(f"→ {options.out}")
    return 0 if all(agreement.ok for agreement in agreements) else 1


def measure(
    device: str,
    batch_sizes: Sequence[int],
    seconds: float,
    precision: Precision = "f32",
    compiled: bool = False,
    store: WeightStore | None = None,
) -> list[dict[str, Any]]:
    """Speed of the seven networks.

    Args:
        device: torch's name of it.
        batch_sizes: each is captured on a GPU as it is.
        seconds: of measuring for each figure, after a warm-up that is not counted.
        precision, compiled: see `TorchNetwork`.
        store: the weights; those of this machine by default.

    Returns: rows with the keys `network`, `batch`, `device`, `precision`, `compiled`, and: `pictures_per_s` with
        transfers, `device_pictures_per_s` without, `gflop_per_picture`, `gemm_gflops` (the device's measured rate) and
        `share_of_gemm`; then a row `cadence` a batch size with `video_s_per_s` and `device_video_s_per_s`, seconds of
        video a second.

    Raises:
        UsageError: `gpu.no_torch`, `gpu.no_device`. WeightsError: the weights are missing.
    """
    weights = store or weight_store()
    common = {"device": device_name(device), "precision": precision, "compiled": compiled}
    rows: list[dict[str, Any]] = []
    gemm = 0.0
    for described in NETWORKS:
        (data,) = read_bundle(bundle_file(weights, described), f"{described.name}.tflite")
        outputs = PRODUCT_OUTPUTS.get(described.name, described.outputs)
        gemm = gemm or gemm_gflops(device, precision, seconds)
        graph = read_tflite(data)
        work = gflop(graph, outputs)
        for size in batch_sizes:
            network = TorchNetwork(data, outputs, device, precision, compiled, (size,))
            whole, alone = _rates(network, graph, device, size, seconds)
            rows.append(
                {
                    "network": described.name,
                    "batch": size,
                    **common,
                    "pictures_per_s": whole,
                    "device_pictures_per_s": alone,
                    "gflop_per_picture": work,
                    "gemm_gflops": gemm,
                    "share_of_gemm": alone * work / gemm,
                }
            )
    return rows + [_cadence(rows, size) | common for size in batch_sizes]


def gflop(graph: TfliteGraph, outputs: Sequence[str]) -> float:
    """Multiplications and additions, in 1e9, of the convolutions and matrix products that outputs of a picture need."""
    from models.runtime.torch_graph import needed

    numbers = [number for number in graph.outputs if graph.tensors[number].name in outputs]
    total = 0
    for operator in needed(graph, numbers):
        if operator.kind in MULTIPLYING:
            filters = graph.tensors[operator.inputs[1]].shape
            each = filters[1:3] if operator.kind == "DEPTHWISE_CONV_2D" else filters[1:]
            total += 2 * int(np.prod(graph.tensors[operator.outputs[0]].shape)) * int(np.prod(each))
    return total / 1e9


def gemm_gflops(device: str, precision: Precision, seconds: float) -> float:
    """The device's rate on a large square matrix product in this precision, in GFLOP/s; "f32" without TF32."""
    import torch

    side = GEMM_SIDE["cuda" if device.startswith("cuda") else "cpu"]
    kind = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}[precision]
    left, right = (torch.randn(side, side, device=device).to(kind) for _ in range(2))
    return _runs_per_s(lambda: left @ right, device, seconds) * 2 * side**3 / 1e9


def default_device() -> str:
    """ "cuda" where torch can use one, else "cpu"."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def device_name(device: str) -> str:
    """What a result says it was measured on: the GPU's model, or "cpu"."""
    import torch

    return str(torch.cuda.get_device_name(device)) if device.startswith("cuda") else "cpu"


def _rates(network: TorchNetwork, graph: TfliteGraph, device: str, size: int, seconds: float) -> tuple[float, float]:
    """Pictures a second with transfers, and of the device alone (on a CPU there is nothing to transfer to)."""
    import torch

    shape = graph.tensors[graph.inputs[0]].shape[1:]
    batch = np.random.default_rng(0).random((2 * size, *shape), dtype=np.float32)
    whole = _runs_per_s(lambda: network.run(batch), device, seconds) * len(batch)
    if device.startswith("cuda"):
        captured = network.captured(size)
        return whole, _runs_per_s(captured.replay, device, seconds) * size
    tensor = torch.from_numpy(batch[:size])
    return whole, _runs_per_s(lambda: network.forward(tensor), device, seconds) * size


def _runs_per_s(run: Callable[[], object], device: str, seconds: float) -> float:
    """After one run that is not counted; the device has finished when the clock is read."""
    import torch

    def finish() -> None:
        if device.startswith("cuda"):
            torch.cuda.synchronize(device)

    run()
    finish()
    count, together, passed = 0, 1, 0.0
    started = time.perf_counter()
    while count == 0 or passed < seconds:
        for _ in range(together):
            run()
        finish()
        passed = time.perf_counter() - started
        count += together
        together = min(2 * together, 64)
    return count / passed


def _cadence(rows: Sequence[Mapping[str, Any]], size: int) -> dict[str, Any]:
    """Seconds of video whose runs by `CADENCE` take a second, one network after the other."""
    of_size = [row for row in rows if row["batch"] == size]

    def video(rate: str) -> float:
        return 1.0 / sum(CADENCE[row["network"]] / float(row[rate]) for row in of_size)

    return {
        "network": "cadence",
        "batch": size,
        "video_s_per_s": video("pictures_per_s"),
        "device_video_s_per_s": video("device_pictures_per_s"),
        "face_fps": FACE_FPS,
        "pose_fps": POSE_FPS,
        "hands_share": HANDS_SHARE,
    }


def _threads() -> int:
    import torch

    return int(torch.get_num_threads())


def _print(document: Mapping[str, Any]) -> None:
    print(f"device: {document['device']}")
    if document["device"] == "cpu":
        print("no CUDA device was used: these figures are of the CPU and say nothing about a GPU")
    for agreement in document["agreement"]:
        verdict = "agrees" if agreement["ok"] else "DOES NOT AGREE"
        print(
            f"  {agreement['network']:<24} {agreement['output']:<40} {agreement['difference']:.2g} "
            f"{agreement['unit']} (limit {agreement['limit']}) {verdict}"
        )
    print(f"{'network':<26}{'batch':>6}{'pictures/s':>12}{'device only':>12}{'of GEMM rate':>13}")
    for row in document["rows"]:
        if row["network"] != "cadence":
            print(
                f"{row['network']:<26}{row['batch']:>6}{row['pictures_per_s']:>12.1f}"
                f"{row['device_pictures_per_s']:>12.1f}{row['share_of_gemm']:>13.2%}"
            )
    for row in document["rows"]:
        if row["network"] == "cadence":
            print(
                f"faces {row['face_fps']} and pose {row['pose_fps']} a second, hands {row['hands_share']:.0%} of the "
                f"time, batch {row['batch']}: {row['video_s_per_s']:.2f} s of video a second "
                f"(device only: {row['device_video_s_per_s']:.2f})"
            )
    if not document["valid"]:
        print("the machine was disturbed: this run is not valid")
