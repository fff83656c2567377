"""Whose voice: 256 numbers for 1.6 s of speech, close together for one voice. Only for "there may be a second voice".

The encoder is Resemblyzer's (Apache-2.0), trained after L. Wan and others, "Generalized end-to-end loss for speaker
verification", ICASSP 2018: 40 mel energies each 10 ms, three LSTM layers of 256, the last state through a linear layer
and a rectifier, scaled to length one. It runs in OpenVINO, many windows together, without torch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.media import SAMPLE_RATE
from interview_engine.errors import WeightsError
from interview_engine.i18n import msg
from models.runtime.openvino_runtime import compile_model
from models.runtime.torch_file import read_tensors
from models.weights.registry import WeightStore

WINDOW_S = 1.6
"""Seconds of one window: what the encoder was trained on."""

_HOP = SAMPLE_RATE // 100
_FFT = SAMPLE_RATE // 40
_FRAMES = 160
_MELS = 40
_LAYERS = 3
_HIDDEN = 256
_LEVEL_DB = -30.0
_BATCH = 24
"""Windows computed together: more are not faster, only larger (measured, 2 MB a window)."""

Floats = NDArray[np.float32]


class VoiceEmbedder(Protocol):
    """Turns windows of speech into vectors; those of one voice are close to each other."""

    def embed(self, samples: Floats, starts_s: Sequence[float]) -> Floats:
        """Unit vectors, len(starts_s) x d, of the windows of `WINDOW_S` that begin at these seconds."""
        ...


class VoiceEncoder:
    """The encoder; its weights ("speaker") are read when it is first used.

    Args:
        store: where the weights are.
    """

    def __init__(self, store: WeightStore) -> None:
        self._store = store

    def embed(self, samples: Floats, starts_s: Sequence[float]) -> Floats:
        """Describe windows of 16 kHz mono sound.

        Each window is brought to the level the encoder was trained at, so that a raised voice stays the same voice.

        Args:
            samples: float32 in -1..1.
            starts_s: where each window of `WINDOW_S` begins; a window that reaches past the end is filled with silence.

        Returns:
            Unit vectors, len(starts_s) x 256, in order.

        Raises:
            WeightsError: the weights are missing or damaged.
        """
        parts = [
            self._encode(np.stack([_mel(samples, start_s) for start_s in starts_s[first : first + _BATCH]]))
            for first in range(0, len(starts_s), _BATCH)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, _HIDDEN), dtype=np.float32)

    @cached_property
    def _request(self) -> Any:
        path = self._store.locate("speaker") / "pretrained.pt"
        try:
            graph = encoder_graph(read_tensors(path, "model_state"))
        except (KeyError, ValueError) as error:
            raise WeightsError(
                "weights.unreadable",
                msg("{name} is not the voice encoder: {error}.", name=path.name, error=error),
                msg("Run `interview-engine models pull`."),
            ) from error
        return compile_model(graph).create_infer_request()

    def _encode(self, mels: Floats) -> Floats:
        """Windows x frames x mels to unit vectors."""
        return np.array(self._request.infer([mels])[0], dtype=np.float32)


def encoder_graph(tensors: Mapping[str, Floats]) -> Any:
    """The OpenVINO graph (windows x 160 x 40 in, windows x 256 unit vectors out) of a checkpoint's tensors.

    Raises:
        KeyError, ValueError: a tensor is missing or has another shape.
    """
    import openvino
    import openvino.opset13 as ops

    mels = ops.parameter([-1, _FRAMES, _MELS], np.float32, name="mels")
    windows = ops.gather(ops.shape_of(mels), np.array([0]), np.array(0))
    lengths = ops.broadcast(np.array(_FRAMES, dtype=np.int64), windows)
    nothing = ops.broadcast(np.float32(0.0), ops.concat([windows, np.array([1, _HIDDEN], dtype=np.int64)], 0))
    frames = mels
    for layer in range(_LAYERS):
        into = _gates(tensors, f"lstm.weight_ih_l{layer}", _MELS if layer == 0 else _HIDDEN)
        onward = _gates(tensors, f"lstm.weight_hh_l{layer}", _HIDDEN)
        bias = _gates(tensors, f"lstm.bias_ih_l{layer}") + _gates(tensors, f"lstm.bias_hh_l{layer}")
        lstm = ops.lstm_sequence(frames, nothing, nothing, lengths, into, onward, bias, _HIDDEN, "forward")
        frames, last = (ops.squeeze(lstm.output(place), np.array([1])) for place in (0, 1))
    linear = ops.matmul(last, np.ascontiguousarray(tensors["linear.weight"], dtype=np.float32), False, True)
    raw = ops.relu(ops.add(linear, np.asarray(tensors["linear.bias"], dtype=np.float32)))
    return openvino.Model([ops.normalize_l2(raw, np.array([1]), 1e-18, "max")], [mels], "voice-encoder")


def _gates(tensors: Mapping[str, Floats], name: str, *inputs: int) -> Floats:
    """Weights or biases of an LSTM as OpenVINO wants them: a leading 1, and the gates in the order forget, input, cell,
    output; PyTorch's is input, forget, cell, output."""
    stored = np.asarray(tensors[name], dtype=np.float32)
    if stored.shape != (4 * _HIDDEN, *inputs):
        raise ValueError(f"{name} has shape {stored.shape}")
    let_in, forget, cell, let_out = np.split(stored, 4)
    return np.concatenate([forget, let_in, cell, let_out])[None]


def _mel(samples: Floats, start_s: float) -> Floats:
    """Mel energies of one window, frames x mels, at the level the encoder was trained at."""
    half = _FFT // 2
    first = round(start_s * SAMPLE_RATE) - half
    length = (_FRAMES - 1) * _HOP + _FFT
    block = samples[max(0, first) : max(0, first + length)]
    block = np.pad(block, (max(0, -first), length - block.size - max(0, -first)))
    level = float(np.mean(block[half:-half] ** 2))
    views = np.lib.stride_tricks.sliding_window_view(block, _FFT)[::_HOP]
    spectrum = np.fft.rfft(views * _WINDOW, axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    gain = np.float32(10 ** (_LEVEL_DB / 10) / max(level, 1e-12))
    return (power @ _FILTERS * gain).astype(np.float32)


def _mel_filters() -> Floats:
    """Triangles of equal area on the mel scale of Slaney's Auditory Toolbox (1998), which the encoder was trained with:
    linear to 1 kHz (3 mel each 200 Hz), then 27 mel for each factor of 6.4. Bins x mels."""

    def to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
        linear = mel * 200.0 / 3.0
        return np.where(mel < 15.0, linear, 1000.0 * np.exp((mel - 15.0) * np.log(6.4) / 27.0))

    top = 15.0 + 27.0 * np.log(SAMPLE_RATE / 2 / 1000.0) / np.log(6.4)
    corners = to_hz(np.linspace(0.0, top, _MELS + 2))
    bins = np.fft.rfftfreq(_FFT, 1 / SAMPLE_RATE)
    low, middle, high = corners[:-2], corners[1:-1], corners[2:]
    rising = (bins[:, None] - low) / (middle - low)
    falling = (high - bins[:, None]) / (high - middle)
    triangles = np.maximum(0.0, np.minimum(rising, falling)) * 2.0 / (high - low)
    return triangles.astype(np.float32)


_WINDOW = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT) / _FFT)).astype(np.float32)
_FILTERS = _mel_filters()
