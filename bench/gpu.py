"""python -m bench gpu: recognition, watching and whole interviews on a GPU.

Rate of matrix products and the encoder's share of it; recognition (RTFx: seconds heard a second) with whisper-base
and, with random weights, in the shape of large-v3-turbo, at a fixed number of tokens a window, for several batches,
greedy and with beam 5; the networks for faces, hands and pose. With `--recordings` also: agreement of the texts with
the CPU's path, reading the files on all cores, and whole interviews by `interview-engine assess --device cuda` against
the slower of reading and recognition.

Exit status 3 where there is no CUDA device; `--device cpu --tiny` runs the same code on a tiny random network.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench.conventions import RunInfo, calibrate, drifted, installed, run_info, write_json
from bench.e2e_parts.target import Target
from bench.setting import ROOT, results_folder, weight_store
from interview_engine.errors import UsageError
from interview_engine.i18n import msg
from models.speech.torch_recogniser import CUDA_PRECISION

LIBRARIES = ("torch", "faster-whisper", "ctranslate2", "openvino", "numpy", "av", "mediapipe")

BATCHES = (1, 8, 32, 64, 128)
BEAMS = (1, 5)
TOKENS = 110
"""Of text in thirty seconds: English spoken at 160 words a minute."""

INTERVIEWS = 300
"""A recruiter's batch. Of few, loading and compiling would be most of the time."""

VISION_BATCHES = (1, 16, 64, 128)

NO_DEVICE = 3

RTFX_BAR, ENCODER_BAR, END_TO_END_BAR = 1500.0, 0.40, 0.80
"""Targets 7 and 2 of docs/performance.md."""

TINY_NAME = "tiny"

KIT, QUESTION = "customer-service", "q1"


def main(arguments: Sequence[str]) -> int:
    """Measure the networks on a device, print the figures and store them; returns the exit status."""
    options = _parser().parse_args(arguments)
    if options.device == "cpu" and not options.tiny:
        print("--device cpu takes --tiny: the real networks are measured by `python -m bench asr` and `e2e`")
        return 2
    missing = _missing(options.device)
    if missing:
        print(f"{missing}; `--device cpu --tiny` tries the code without one", file=sys.stderr)
        return NO_DEVICE
    info = run_info(installed(LIBRARIES), threads=1)
    document: dict[str, Any] = {"schema": "bench-gpu/1", "run": asdict(info), "device": _device(options.device)}
    document |= _speech(options)
    if not options.skip_vision:
        document["vision"] = _vision(options)
    if options.recordings:
        document |= _recordings(options)
    document["calibration_after_s"] = calibrate()
    document["invalid"] = drifted(info.calibration_s, document["calibration_after_s"])
    document["targets"] = [asdict(target) | {"met": target.met} for target in targets(document)]
    write_json(options.out, document)
    _print(document, info)
    print(f"→ {options.out}")
    return 0


def targets(document: dict[str, Any]) -> list[Target]:
    """The figures against their bars: of the large model with beam 5, at the best batch; a tiny one has no bars."""
    if document["largest"] == TINY_NAME:
        return []
    valid = not document["invalid"]
    found: list[Target] = []

    def best(part: str, figure: str, **wanted: Any) -> dict[str, Any] | None:
        rows = [
            row for row in document[part] if figure in row and all(row[name] == value for name, value in wanted.items())
        ]
        return max(rows, key=lambda row: float(row[figure]), default=None)

    name = document["largest"]
    if row := best("encoder", "share_of_gemm", model=name):
        of = f"{name}, {row['weights']}, batch {row['batch']}"
        found.append(Target("2", "encoder, share of products", row["share_of_gemm"], ENCODER_BAR, True, "", of, valid))
    if row := best("recognition", "rtfx", model=name, beam=5):
        of = f"{name}, {row['weights']}, batch {row['batch']}, beam 5, {row['tokens_a_window']} tokens a window"
        found.append(Target("7", "recognition", row["rtfx"], RTFX_BAR, True, "RTFx", of, valid))
    if "end_to_end" in document:
        row = document["end_to_end"]
        of = f"{row['interviews']} interviews, bound by {row['bound_by']}"
        share = row["share_of_bound"]
        found.append(Target("7", "end to end, share of the bound", share, END_TO_END_BAR, True, "", of, valid))
    return found


def _speech(options: argparse.Namespace) -> dict[str, Any]:
    import torch

    from bench.gpu_speech import GEMM_SIDE, TINY, Subject, gemm_tflops, measure_all
    from models.speech.whisper.layers import TURBO, load, random_network

    device, dtype = options.device, getattr(torch, options.precision)
    if options.tiny:
        gemm = gemm_tflops(device, torch.float32, 256)
        subjects = [Subject(TINY_NAME, "random weights", random_network(TINY, device, torch.float32))]
    else:
        gemm = gemm_tflops(device, dtype, GEMM_SIDE)
        subjects = [
            Subject("whisper-base", "real", load(weight_store().locate("whisper-base"), device, dtype)),
            Subject("large-v3-turbo", "random weights", random_network(TURBO, device, dtype)),
        ]
    measured = measure_all(subjects, options.batches, options.beams, options.tokens, device, gemm)
    precision = "float32" if options.tiny else options.precision
    return {"precision": precision, "gemm_tflops": round(gemm, 3), "largest": subjects[-1].name, **measured}


def _vision(options: argparse.Namespace) -> Any:
    from bench.gpu_vision import measure

    sizes, seconds = ((2,), 0.05) if options.tiny else (VISION_BATCHES, 2.0)
    return measure(options.device, sizes, seconds)


def _recordings(options: argparse.Namespace) -> dict[str, Any]:
    from models.convert import check_speech, windows_of

    folder = weight_store().locate("whisper-base")
    windows = [window for path in options.recordings for window in windows_of(path)]
    precision = "auto" if options.device == "cpu" else options.precision
    figures = check_speech(folder, folder, windows, options.device, precision)
    reading = read_on_all_cores(options.recordings)
    document: dict[str, Any] = {"agreement": [asdict(figure) for figure in figures], "reading": reading}
    whole = end_to_end(options.recordings, options.interviews, options.device)
    bounds = {"reading": reading["rtfx"]} | _recognition_bound(options, windows)
    bound_by = min(bounds, key=lambda name: bounds[name])
    whole |= {"bounds_rtfx": bounds, "bound_by": bound_by, "share_of_bound": whole["rtfx"] / bounds[bound_by]}
    return document | {"end_to_end": whole}


def _recognition_bound(options: argparse.Namespace, windows: Sequence[Any]) -> dict[str, float]:
    """How fast the recogniser of the settings hears these recordings when it is given all windows at once."""
    from models.speech.load import load_recogniser
    from models.speech.recogniser import DecodeRequest

    recogniser = load_recogniser(weight_store(), device=options.device)
    many = [windows[index % len(windows)] for index in range(max(len(windows), 2 * recogniser.batch))]

    def run(chosen: Sequence[Any]) -> None:
        encoded = recogniser.encode(chosen)
        known = [max(window.language_probabilities.items(), key=lambda item: item[1])[0] for window in encoded]
        recogniser.decode([DecodeRequest(window, code) for window, code in zip(encoded, known, strict=True)])

    run(many[: recogniser.batch])
    started = time.perf_counter()
    run(many)
    seconds = sum(len(window) for window in many) / 16_000
    return {"recognition": round(seconds / (time.perf_counter() - started), 1)}


def read_on_all_cores(recordings: Sequence[Path]) -> dict[str, Any]:
    """The product's ingest on every core at once: media seconds a second."""
    cores = os.cpu_count() or 1
    todo = [recordings[index % len(recordings)] for index in range(max(len(recordings), 2 * cores))]
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        list(pool.map(_read, todo[:cores]))
        started = time.perf_counter()
        media_s = sum(pool.map(_read, todo))
        wall = time.perf_counter() - started
    return {"files": len(todo), "cores": cores, "media_s": round(media_s, 1), "rtfx": round(media_s / wall, 1)}


def end_to_end(recordings: Sequence[Path], interviews: int, device: str) -> dict[str, Any]:
    """Interviews of one answer each through the command line, models loaded and results written: the whole wall time.

    Raises:
        UsageError: `bench.child_failed`.
    """
    with tempfile.TemporaryDirectory() as folder:
        manifests = [
            write_manifest(Path(folder), index, recordings[index % len(recordings)]) for index in range(interviews)
        ]
        command = [sys.executable, "-m", "api.cli.main", "assess", *map(str, manifests)]
        command += ["--device", device, "--out", str(Path(folder) / "out")]
        started = time.perf_counter()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
        wall = time.perf_counter() - started
    # 3 is: some could not be assessed, which a recording without an answer may well be.
    if done.returncode not in (0, 3):
        printed = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise UsageError(
            "bench.child_failed",
            msg("assess failed:\n{printed}", printed=printed),
            msg("Settle what it says, then run again."),
        )
    media_s = sum(_read(recordings[index % len(recordings)]) for index in range(min(interviews, len(recordings))))
    media_s *= interviews / min(interviews, len(recordings))
    return {
        "interviews": interviews,
        "media_s": round(media_s, 1),
        "wall_s": round(wall, 1),
        "rtfx": round(media_s / wall, 2),
    }


def write_manifest(folder: Path, index: int, recording: Path) -> Path:
    """An interview with one answer, as a file."""
    path = folder / f"bench-{index}.yaml"
    path.write_text(
        f"id: bench-{index}\ncandidate: Bench {index}\nkit: {KIT}\nlanguage: auto\n"
        # A JSON string is a YAML string, whatever is in it.
        f"answers:\n  {QUESTION}: {json.dumps(str(recording.resolve()))}\n",
        encoding="utf-8",
    )
    return path


def _read(path: Path) -> float:
    from pipelines.media.ingest import open_recording

    with open_recording(path) as recording:
        for _ in recording.frames():
            pass
        return recording.media().duration_s


def _missing(device: str) -> str:
    """Why the measurement cannot be made; empty when it can."""
    if importlib.util.find_spec("torch") is None:
        return "torch is not installed (pip install -e '.[gpu]')"
    import torch

    return "" if device == "cpu" or torch.cuda.is_available() else "torch finds no CUDA device here"


def _device(device: str) -> dict[str, Any]:
    if device == "cpu":
        return {"name": "cpu"}
    import torch

    properties = torch.cuda.get_device_properties(0)
    memory = round(properties.total_memory / 2**30, 1)
    return {"name": properties.name, "memory_gib": memory, "cuda": torch.version.cuda}


def _print(document: dict[str, Any], info: RunInfo) -> None:
    device = document["device"]["name"]
    state = " INVALID: the machine was disturbed" if document["invalid"] else ""
    print(f"{device}, {info.machine['processor']}, {info.machine['cores']} cores, git {info.git_revision[:12]}{state}")
    print(", ".join(f"{library} {version}" for library, version in info.versions.items()))
    print(f"matrix products in {document['precision']}: {document['gemm_tflops']} TFLOP/s")
    for part in ("encoder", "recognition"):
        print(f"\n{part}")
        for row in document[part]:
            print("  " + " · ".join(f"{name} {value}" for name, value in row.items() if value is not None))
    for part in ("vision", "agreement", "reading", "end_to_end"):
        if part in document:
            print(f"\n{part}: {document[part]}")
    print()
    for target in targets(document):
        print(target.line())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench gpu", description=__doc__)
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--tiny", action="store_true", help="a tiny random network instead of the real ones")
    parser.add_argument("--precision", default=CUDA_PRECISION, choices=("float16", "bfloat16", "float32"))
    parser.add_argument("--batches", type=int, nargs="+", default=list(BATCHES))
    parser.add_argument("--beams", type=int, nargs="+", default=list(BEAMS))
    parser.add_argument("--tokens", type=int, default=TOKENS, help="of text in every window (default %(default)s)")
    parser.add_argument("--recordings", type=Path, nargs="+", default=[], metavar="FILE")
    parser.add_argument("--interviews", type=int, default=INTERVIEWS, help="assessed end to end (default %(default)s)")
    parser.add_argument("--skip-vision", action="store_true")
    parser.add_argument("--out", type=Path, default=results_folder() / "gpu.json")
    return parser
