"""python -m bench machine: what this machine is, and the rates its cores and its GPU reach on work like ours.

Rates are of one thread, in a process of its own: matrix products of the shape of Whisper base's feed-forward layer
(1500 x 512 x 2048 and back), in float32, 8-bit and bf16 where there is hardware for it, by the libraries the product
and its comparisons run on; and the memory's rate of copying. Every other figure is read against these.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bench.conventions import calibrate, drifted, installed, run_info, write_json
from bench.process_cost import answer, run_alone
from bench.setting import results_folder

LIBRARIES = ("numpy", "openvino", "onnxruntime", "ctranslate2", "torch", "mediapipe", "av", "opencv-python-headless")

ROWS, WIDTH, WIDER = 1500, 512, 2048
"""Moments, width and inner width of Whisper base's encoder."""

LAYERS = 6
TIMES = 12

COPY_MIB = 512
GPU_SIDE = 8192
GPU_TIMES = 30


def main(arguments: Sequence[str]) -> int:
    """Measure what this machine computes a second, print it and store it; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench machine", description=__doc__)
    parser.add_argument("--out", type=Path, default=results_folder() / "machine.json")
    options = parser.parse_args(arguments)
    info = run_info(installed(LIBRARIES), threads=1)
    rates = run_alone("bench.machine", [])
    document = {"schema": "bench-machine/1", "run": asdict(info), **rates}
    write_json(options.out, document)
    _print(document)
    print(f"→ {options.out}")
    return 0


def cpu_rates() -> dict[str, float]:
    """GFLOP/s (for 8-bit: G operations/s) of one thread by library and number format.

    The process must have been started with one thread a library.
    """
    rates = {"numpy float32": _numpy_rate()}
    for precision in ("f32", "bf16", "int8"):
        rate = openvino_rate(precision)
        if rate is not None:
            rates[f"openvino {precision}"] = rate
    if importlib.util.find_spec("torch"):
        rates |= _torch_rates()
    return {name: round(rate, 1) for name, rate in rates.items()}


def openvino_rate(precision: str) -> float | None:
    """G operations a CPU second of OpenVINO: "f32", "bf16" or "int8"; None where the hardware does not do it."""
    import openvino
    import openvino.opset13 as ops

    from models.runtime.openvino_runtime import compile_model, has_bf16

    if precision == "bf16" and not has_bf16():
        return None
    generator = np.random.default_rng(0)
    values = ops.parameter([ROWS, WIDTH], np.float32)

    def quantised(node: Any, levels: int) -> Any:
        low, high = ops.constant(np.float32(-1.0)), ops.constant(np.float32(1.0))
        return ops.fake_quantize(node, low, high, low, high, levels)

    node = values
    for _ in range(LAYERS):
        for wide, deep in ((WIDER, WIDTH), (WIDTH, WIDER)):
            matrix: Any = ops.constant(generator.uniform(-0.05, 0.05, (wide, deep)).astype(np.float32))
            if precision == "int8":
                node, matrix = quantised(node, 256), quantised(matrix, 255)
            node = ops.matmul(node, matrix, False, True)
    model = openvino.Model([node], [values], "products")
    request = compile_model(model, "bf16" if precision == "bf16" else "f32").create_infer_request()
    batch = [generator.uniform(-1, 1, (ROWS, WIDTH)).astype(np.float32)]
    return _rate(lambda: request.infer(batch), LAYERS * 2 * 2 * ROWS * WIDTH * WIDER)


def _numpy_rate() -> float:
    generator = np.random.default_rng(0)
    left = generator.standard_normal((ROWS, WIDTH), dtype=np.float32)
    right = generator.standard_normal((WIDTH, WIDER), dtype=np.float32)
    return _rate(lambda: left @ right, 2 * ROWS * WIDTH * WIDER)


def _torch_rates() -> dict[str, float]:
    import torch

    from models.runtime.openvino_runtime import has_bf16

    torch.set_num_threads(1)
    work = 2 * ROWS * WIDTH * WIDER
    left, right = torch.randn(ROWS, WIDTH), torch.randn(WIDTH, WIDER)
    rates = {"torch float32": _rate(lambda: left @ right, work)}
    if has_bf16():
        small_left, small_right = left.bfloat16(), right.bfloat16()
        rates["torch bf16"] = _rate(lambda: small_left @ small_right, work)
    return rates


def _rate(run: Callable[[], object], operations: float) -> float:
    """The best of `TIMES`, in G operations a CPU second: others on the machine only ever slow it down."""
    run()
    best = float("inf")
    for _ in range(TIMES):
        started = time.process_time()
        run()
        best = min(best, time.process_time() - started)
    return operations / best / 1e9


def copy_rate() -> float:
    """GB/s of memory read and written by one thread that copies `COPY_MIB`."""
    source = np.ones(COPY_MIB * 2**20 // 8)
    target = np.empty_like(source)
    best = float("inf")
    for _ in range(5):
        started = time.perf_counter()
        np.copyto(target, source)
        best = min(best, time.perf_counter() - started)
    return round(2 * source.nbytes / best / 1e9, 1)


def gpu() -> dict[str, Any] | None:
    """The first CUDA device that torch sees with its rates in TFLOP/s and GB/s; None where there is none."""
    if not importlib.util.find_spec("torch"):
        return None
    import torch

    if not torch.cuda.is_available():
        return None
    properties = torch.cuda.get_device_properties(0)
    found: dict[str, Any] = {
        "name": properties.name,
        "memory_gib": round(properties.total_memory / 2**30, 1),
        "multiprocessors": properties.multi_processor_count,
        "capability": f"{properties.major}.{properties.minor}",
        "cuda": torch.version.cuda,
    }
    torch.backends.cuda.matmul.allow_tf32 = False
    for label, kind in (("float32", torch.float32), ("float16", torch.float16), ("bf16", torch.bfloat16)):
        left = torch.randn(GPU_SIDE, GPU_SIDE, device="cuda").to(kind)
        right = torch.randn(GPU_SIDE, GPU_SIDE, device="cuda").to(kind)
        seconds = _gpu_seconds(lambda a=left, b=right: a @ b)  # type: ignore[misc]
        found[f"{label}_tflops"] = round(2 * GPU_SIDE**3 / seconds / 1e12, 1)
    source = torch.empty(2**30, dtype=torch.uint8, device="cuda")
    target = torch.empty_like(source)
    found["copy_gb_s"] = round(2 * 2**30 / _gpu_seconds(lambda: target.copy_(source)) / 1e9, 0)
    return found


def _gpu_seconds(run: Callable[[], object]) -> float:
    import torch

    for _ in range(5):
        run()
    begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    begin.record()
    for _ in range(GPU_TIMES):
        run()
    end.record()
    torch.cuda.synchronize()
    return float(begin.elapsed_time(end)) / 1000 / GPU_TIMES


def _measure(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--result", type=Path, required=True)
    options = parser.parse_args(arguments)
    return answer(options.result, _rates)


def _rates() -> dict[str, Any]:
    before_s = calibrate()
    document: dict[str, Any] = {"giga_operations_per_cpu_s": cpu_rates(), "copy_gb_s": copy_rate(), "gpu": gpu()}
    after_s = calibrate()
    return {**document, "calibration_s": [before_s, after_s], "invalid": drifted(before_s, after_s)}


def _print(document: dict[str, Any]) -> None:
    run = document["run"]
    machine = run["machine"]
    print(f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, load {run['load']:.1f}")
    print("instructions:", ", ".join(machine["instructions"]) or "none of those that matter here")
    print(", ".join(f"{name} {version}" for name, version in run["versions"].items()))
    for name, rate in document["giga_operations_per_cpu_s"].items():
        print(f"  {name:<16} {rate:8.1f} G operations/s, one thread")
    print(f"  {'copying':<16} {document['copy_gb_s']:8.1f} GB/s, one thread")
    print(f"  calibration      {document['calibration_s'][0]:8.4f} s, {document['calibration_s'][1]:.4f} s after")
    if document["gpu"]:
        print("  " + ", ".join(f"{name} {value}" for name, value in document["gpu"].items()))
    else:
        print("  no GPU that torch can use")
    if document["invalid"]:
        print("INVALID: the machine was disturbed while this ran")


if __name__ == "__main__":
    sys.exit(_measure(sys.argv[1:]))
