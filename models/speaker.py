"""Whose voice: 256 numbers for 1.6 s of speech, close together for one voice. Only for "there may be a second voice".

The encoder is Resemblyzer's (Apache-2.0), trained after L. Wan and others, "Generalized end-to-end loss for speaker
verification", ICASSP 2018: 40 mel energies each 10 ms, three LSTM layers of 256, the last state through a linear layer
and a rectifier, scaled to length one. It is computed here in numpy, all windows together, without torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.media import SAMPLE_RATE
from interview_engine.errors import Bilingual, WeightsError
from models.registry import WeightStore
from models.torch_file import read_tensors

WINDOW_S = 1.6
"""Seconds of one window: what the encoder was trained on."""

_HOP = SAMPLE_RATE // 100
_FFT = SAMPLE_RATE // 40
_FRAMES = 160
_MELS = 40
_LAYERS = 3
_HIDDEN = 256
_LEVEL_DB = -30.0
_BATCH = 64
"""Windows computed together: about 60 MB."""

Floats = NDArray[np.float32]


class VoiceEmbedder(Protocol):
    """Describes voices."""

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
    def _weights(self) -> dict[str, Floats]:
        path = self._store.locate("speaker") / "pretrained.pt"
        tensors = read_tensors(path, "model_state")
        weights: dict[str, Floats] = {}
        # the sigmoid gates are computed as (1 + tanh(x / 2)) / 2, so that one tanh serves all four gates
        half = np.repeat(np.array([0.5, 0.5, 1.0, 0.5], dtype=np.float32), _HIDDEN)
        try:
            for layer in range(_LAYERS):
                inputs = _MELS if layer == 0 else _HIDDEN
                weights[f"in{layer}"] = (_shaped(tensors, f"lstm.weight_ih_l{layer}", inputs) * half[:, None]).T.copy()
                weights[f"state{layer}"] = (_shaped(tensors, f"lstm.weight_hh_l{layer}", 256) * half[:, None]).T.copy()
                bias = tensors[f"lstm.bias_ih_l{layer}"] + tensors[f"lstm.bias_hh_l{layer}"]
                weights[f"bias{layer}"] = bias * half
            weights["linear"] = tensors["linear.weight"].T.copy()
            weights["linear_bias"] = tensors["linear.bias"]
        except (KeyError, ValueError) as error:
            raise WeightsError(
                "weights.unreadable",
                Bilingual(
                    f"{path.name} 不是所需的声纹权重：{error}。", f"{path.name} is not the voice encoder: {error}."
                ),
                Bilingual("请运行 interview-engine models pull。", "Run `interview-engine models pull`."),
            ) from error
        return weights

    def _encode(self, mels: Floats) -> Floats:
        """Windows x frames x mels to unit vectors."""
        weights = self._weights
        sequence = np.ascontiguousarray(mels.transpose(1, 0, 2))
        for layer in range(_LAYERS):
            sequence = _lstm(sequence, weights[f"in{layer}"], weights[f"state{layer}"], weights[f"bias{layer}"])
        raw = np.maximum(sequence[-1] @ weights["linear"] + weights["linear_bias"], 0.0)
        unit: Floats = raw / np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-9)
        return unit


def _shaped(tensors: dict[str, Floats], name: str, inputs: int) -> Floats:
    if tensors[name].shape != (4 * _HIDDEN, inputs):
        raise ValueError(f"{name} has shape {tensors[name].shape}")
    return tensors[name]


def _lstm(sequence: Floats, into: Floats, onward: Floats, bias: Floats) -> Floats:
    """One LSTM layer over frames x windows x inputs; the states of all frames. Gates in the order input, forget, cell,
    output; the sigmoid gates' weights come halved (see `_weights`)."""
    frames, windows, _ = sequence.shape
    driven = sequence.reshape(frames * windows, -1) @ into
    driven = driven.reshape(frames, windows, -1)
    driven += bias
    states = np.empty((frames, windows, _HIDDEN), dtype=np.float32)
    state = np.zeros((windows, _HIDDEN), dtype=np.float32)
    cell = np.zeros((windows, _HIDDEN), dtype=np.float32)
    for frame in range(frames):
        gates = state @ onward
        gates += driven[frame]
        np.tanh(gates, out=gates)
        let_in, keep, new, let_out = (gates[:, at * _HIDDEN : (at + 1) * _HIDDEN] for at in range(4))
        cell *= 0.5 * keep + 0.5
        cell += (0.5 * let_in + 0.5) * new
        state = (0.5 * let_out + 0.5) * np.tanh(cell)
        states[frame] = state
    return states


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
