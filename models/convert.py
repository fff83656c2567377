"""python -m models.convert: the pinned weights in GPU format, with the proof that they compute the same.

Speech: CTranslate2's model.bin becomes model.safetensors (the same numbers under the same names, float16 as pinned)
beside config.json and tokenizer.json. `TorchRecogniser` reads such a folder and CTranslate2's own alike, so converting
is no step that one must take: it is for machines that shall hold one format only, and for the check.

The check compares with the CPU's path: the encoder's output, the texts of recordings (`--check`), and the outputs of
the networks for faces, hands and pose. Exit status 1 when anything disagrees; then nothing should be used.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.media import SAMPLE_RATE
from interview_engine.errors import InterviewEngineError
from models.runtime.agreement import check
from models.speech.faster_whisper_recogniser import FasterWhisperRecogniser
from models.speech.recogniser import DecodeRequest
from models.speech.torch_recogniser import TorchRecogniser
from models.speech.whisper.weights import read_variables, unreadable
from models.weights.registry import WeightStore, default_root
from models.weights.sources import sha256_of

WINDOW_S = 28

ENCODER_LIMITS = {"float32": 1e-3, "float16": 1e-2, "bfloat16": 5e-2}
"""Largest accepted ‖difference‖ ÷ ‖output‖ of the encoder: rounding of each type through all layers, with room."""

TEXT_SHARE = 0.99
"""Windows that must give the same text."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the check: what was compared, the difference, what is accepted."""

    name: str
    value: float
    limit: float
    ok: bool


def main(arguments: Sequence[str]) -> int:
    """Convert, check, print; the exit status says whether everything agrees."""
    options = _parser().parse_args(arguments)
    root = options.weights or default_root()
    store = WeightStore(root)
    source = store.locate(options.model) if options.model in store.names() else Path(options.model)
    out = options.out or root / f"{source.name}-gpu"
    convert_speech(source, out)
    print(f"{source / 'model.bin'} → {out}")
    windows = [window for path in options.check for window in windows_of(path)]
    figures = check_speech(source, out, windows, options.device, options.precision)
    if not options.speech_only:
        figures += check_vision(store, options.device)
    width = max(len(figure.name) for figure in figures)
    for figure in figures:
        state = "ok" if figure.ok else "DISAGREES"
        print(f"{figure.name:<{width}}  {figure.value:.3g}  (limit {figure.limit:.3g})  {state}")
    return 0 if all(figure.ok for figure in figures) else 1


def convert_speech(source: Path, out: Path) -> None:
    """Write a CTranslate2 Whisper in GPU format. conversion.json comes last: a folder without it is not whole.

    Raises:
        WeightsError: `weights.unreadable`: the model cannot be read or is quantised.
    """
    from safetensors.numpy import save_file

    from models.speech.whisper.layers import CONVERTED, sizes_of, variable_shapes
    from models.speech.whisper.text import read_config

    path = source / "model.bin"
    variables = read_variables(path)
    read_config(source)
    try:
        wanted = {name: variables[name] for name in variable_shapes(sizes_of(variables))}
        if not all(np.issubdtype(array.dtype, np.floating) for array in wanted.values()):
            raise ValueError("quantised weights")
    except (KeyError, ValueError) as error:
        raise unreadable(path, str(error)) from error
    # A scalar of the file that no weight's shape says.
    wanted["decoder/num_heads"] = np.asarray(variables["decoder/num_heads"])
    out.mkdir(parents=True, exist_ok=True)
    temporary = out / (CONVERTED + ".tmp")
    save_file({name: np.ascontiguousarray(array) for name, array in wanted.items()}, temporary)
    temporary.chmod(0o644)  # the library makes it readable by its owner only
    os.replace(temporary, out / CONVERTED)
    for name in ("config.json", "tokenizer.json"):
        shutil.copyfile(source / name, out / name)
    record = {"schema": "whisper-gpu/1", "source_sha256": sha256_of(path), "sha256": sha256_of(out / CONVERTED)}
    (out / "conversion.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def check_speech(
    source: Path, converted: Path, windows: Sequence[NDArray[np.float32]], device: str, precision: Any = "auto"
) -> list[Figure]:
    """Compare the converted model with the CPU's path.

    Args:
        windows: float32 samples, 16 kHz, at most 30 s each; a made-up sound is always compared too.
        device, precision: as `TorchRecogniser` takes them.
    """
    fast = TorchRecogniser(converted, device, precision)
    # Without the CPU's rounding to 8 bits and to bf16: what is checked is the conversion.
    plain = FasterWhisperRecogniser(source, compute_type="float32", precision="f32")
    limit = ENCODER_LIMITS[fast.precision]
    sounds = [made_up_sound(), *windows]
    expected, found = plain.encode(sounds), fast.encode(sounds)
    difference = max(
        _relative(np.asarray(there.state.output.float().cpu()), np.asarray(here.state[0])[0])
        for here, there in zip(expected, found, strict=True)
    )
    languages = max(
        abs(here.language_probabilities[code] - probability)
        for here, there in zip(expected, found, strict=True)
        for code, probability in there.language_probabilities.items()
    )
    figures = [
        Figure(f"encoder {fast.precision}: relative difference", difference, limit, difference <= limit),
        Figure(f"languages {fast.precision}: largest difference", languages, limit, languages <= limit),
    ]
    if not windows:
        return figures
    texts = []
    for recogniser, encoded in ((plain, expected[1:]), (fast, found[1:])):
        requests = [
            DecodeRequest(window, max(known.language_probabilities.items(), key=lambda item: item[1])[0])
            for window, known in zip(encoded, expected[1:], strict=True)
        ]
        texts.append([heard.text for heard in recogniser.decode(requests)])
    same = float(np.mean([here == there for here, there in zip(*texts, strict=True)]))
    return [*figures, Figure(f"texts of {len(windows)} windows: share equal", same, TEXT_SHARE, same >= TEXT_SHARE)]


def check_vision(store: WeightStore, device: str) -> list[Figure]:
    """Compare the torch networks for faces, hands and pose with the CPU's path."""
    return [
        Figure(f"{found.network} {found.output} [{found.unit}]", found.difference, found.limit, found.ok)
        for found in check(store, device=device)
    ]


def windows_of(path: Path) -> list[NDArray[np.float32]]:
    """A recording in windows of 28 s, the last of at least one second."""
    from faster_whisper.audio import decode_audio

    samples: NDArray[np.float32] = decode_audio(str(path), SAMPLE_RATE)
    length = WINDOW_S * SAMPLE_RATE
    windows = [samples[first : first + length] for first in range(0, len(samples), length)]
    return [window for window in windows if len(window) >= SAMPLE_RATE]


def made_up_sound() -> NDArray[np.float32]:
    """Ten seconds of rising tones under noise: always the same."""
    time_s = np.arange(10 * SAMPLE_RATE) / SAMPLE_RATE
    tones = sum(np.sin(2 * np.pi * (base + 40.0 * time_s) * time_s) for base in (110.0, 330.0, 900.0))
    noise = np.random.default_rng(0).standard_normal(len(time_s))
    return (0.05 * tones + 0.02 * noise).astype(np.float32)


def _relative(found: NDArray[np.float32], expected: NDArray[np.float32]) -> float:
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models.convert", description=__doc__)
    parser.add_argument("--weights", type=Path, help="folder of the weight store; the user's by default")
    parser.add_argument("--model", default="whisper-base", help="a weight's name, or a folder in CTranslate2 form")
    parser.add_argument("--out", type=Path, help="folder of the result; beside the weights by default")
    parser.add_argument("--device", default="cpu", help="torch's name of the device to check on")
    parser.add_argument("--precision", default="auto", choices=("auto", *ENCODER_LIMITS))
    parser.add_argument("--check", type=Path, nargs="+", default=[], metavar="AUDIO", help="recordings to compare")
    parser.add_argument("--speech-only", action="store_true", help="leave out faces, hands and pose")
    return parser


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except InterviewEngineError as error:
        print(f"{error.text('zh')}\n{error.text('en')}", file=sys.stderr)
        sys.exit(2)
    except (OSError, ValueError) as error:  # a recording that is none, a disk that is full
        print(error, file=sys.stderr)
        sys.exit(2)
