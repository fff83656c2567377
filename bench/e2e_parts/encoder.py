"""Target 2: what share of this core's rate of matrix products the speech encoder reaches, on full windows of speech.

`python -m bench.e2e_parts.encoder CLIP --result FILE` measures in a process of its own.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bench.clips import Clip
from bench.conventions import calibrate, drifted
from bench.e2e_parts.target import Target
from bench.process_cost import answer, run_alone

TIMES = 6


def measure(clip: Clip) -> dict[str, Any]:
    """The encoder over full windows of the clip's sound, repeated where it is short."""
    found: dict[str, Any] = run_alone("bench.e2e_parts.encoder", [str(clip.path)])
    return found


def targets(found: dict[str, Any]) -> list[Target]:
    """The share of the rate in the encoder's own number format."""
    share = found["share_of_rate"]
    of = f"{found['precision']}, {found['cpu_ms']:.0f} CPU-ms a window of 30 s"
    valid = not found["invalid"]
    return [Target("2", "encoder, share of the rate of matrix products", share, 0.4, True, "", of, valid)]


def operations(layers: int, width: int, mels: int, frames: int = 3000) -> float:
    """Operations (a multiplication and an addition are two) of Whisper's encoder over a window.

    Two convolutions of 3 moments, then by layer four products of width x width, two of width x 4 width and the two of
    attention over all pairs of moments (A. Radford et al. 2022, section 2.2).
    """
    moments = frames // 2
    convolutions = 3 * mels * width * frames + 3 * width * width * moments
    layer = 12 * width * width * moments + 2 * moments * moments * width
    return 2.0 * (convolutions + layers * layer)


def _measure(path: Path) -> dict[str, Any]:
    from bench.machine import cpu_rates
    from bench.setting import weight_store
    from interview_engine.assessment.media import SAMPLE_RATE, as_floats
    from models.speech.faster_whisper_recogniser import load
    from models.speech.recogniser import MAX_WINDOW_S
    from models.speech.whisper.encoder import MEL_FRAMES, WhisperEncoder
    from models.speech.whisper.weights import read_variables
    from pipelines.media.ingest import open_recording

    folder = weight_store().locate("whisper-base")
    with open_recording(path) as recording:
        audio = recording.media().audio
    if audio is None:
        raise ValueError("the clip has no sound")
    window = np.resize(as_floats(audio.samples), round(MAX_WINDOW_S * SAMPLE_RATE))
    encoder = WhisperEncoder(folder)
    other = load(folder, "int8", 1)  # faster-whisper's own, for comparison
    features = np.ascontiguousarray(other.feature_extractor(window)[:, :MEL_FRAMES], dtype=np.float32)
    before_s = calibrate()
    rates = cpu_rates()
    ours: list[float] = []
    theirs: list[float] = []
    encoder(features)
    other.encode(features)
    for _ in range(TIMES):
        for run, times in ((encoder, ours), (other.encode, theirs)):
            started = time.process_time()
            run(features)
            times.append(time.process_time() - started)
    after_s = calibrate()
    variables = read_variables(folder / "model.bin")
    width, mels = variables["encoder/conv1/weight"].shape[:2]
    layers = sum(name.startswith("encoder/") and name.endswith("ffn/linear_0/weight") for name in variables)
    work = operations(layers, width, mels)
    rate = max(rates[name] for name in rates if name.split()[1] in _names(encoder.precision))
    reached = work / median(ours) / 1e9
    return {
        "precision": encoder.precision,
        "cpu_ms": 1000 * median(ours),
        "faster_whisper_int8_cpu_ms": 1000 * median(theirs),
        "giga_operations": work / 1e9,
        "giga_operations_per_cpu_s": reached,
        "machine_rates": rates,
        "share_of_rate": reached / rate,
        "calibration_s": [before_s, after_s],
        "invalid": drifted(before_s, after_s),
    }


def _names(precision: str) -> tuple[str, ...]:
    return ("f32", "float32") if precision == "f32" else (precision,)


def _main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("clip", type=Path)
    parser.add_argument("--result", type=Path, required=True)
    options = parser.parse_args(arguments)
    return answer(options.result, lambda: _measure(options.clip))


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
