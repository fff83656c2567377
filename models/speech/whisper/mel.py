"""Log-mel frames of many windows at once, on the device of the recogniser.

The numbers are those of faster-whisper's `FeatureExtractor` (and so of Whisper's own): 16 kHz, Hann window of 25 ms
every 10 ms, Slaney mel bands, log10 with everything more than 8 below the window's loudest cut off, (x + 4) / 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.speech.whisper.net import FRAMES_IN

FFT = 400
HOP = 160
_TAIL = 160
"""Zeros behind the samples, before the ends are mirrored."""

_MIRROR = FFT // 2
_ROOM = FRAMES_IN * HOP + _TAIL + 2 * _MIRROR


def log_mel(windows: Sequence[NDArray[np.float32]], mels: int, device: Any) -> torch.Tensor:
    """Log-mel frames of windows of at most 30 s, 16 kHz mono.

    Returns:
        float32 (N, mels, 3000) on the device; zeros after a window's last frame.
    """
    prepared = np.zeros((len(windows), _ROOM), np.float32)
    for row, samples in zip(prepared, windows, strict=True):
        mirrored = np.pad(np.pad(samples, (0, _TAIL)), _MIRROR, mode="reflect")
        row[: len(mirrored)] = mirrored
    kept = torch.tensor([frames(len(samples)) for samples in windows], device=device)
    window, bank = _constants(mels, str(device))
    spectrum = torch.stft(
        torch.from_numpy(prepared).to(device), FFT, HOP, window=window, center=False, return_complex=True
    )
    power = torch.view_as_real(spectrum[..., : FRAMES_IN + 1]).square().sum(-1)
    bands = torch.log10((bank @ power).clamp(min=1e-10))
    index = torch.arange(bands.shape[-1], device=device)
    # One more frame than is kept counts for the loudest, as in the reference.
    heard = index <= kept[:, None]
    loudest = bands.masked_fill(~heard[:, None], -torch.inf).amax(dim=(1, 2), keepdim=True)
    scaled = (torch.maximum(bands, loudest - 8.0) + 4.0) / 4.0
    return scaled.masked_fill((index >= kept[:, None])[:, None], 0.0)[..., :FRAMES_IN].contiguous()


def frames(samples: int) -> int:
    """Frames of a window of that many samples."""
    return min(samples // HOP, FRAMES_IN)


@cache
def _constants(mels: int, device: str) -> tuple[torch.Tensor, torch.Tensor]:
    window = np.hanning(FFT + 1)[:-1].astype(np.float32)
    return torch.from_numpy(window).to(device), torch.from_numpy(mel_bank(mels)).to(device)


def mel_bank(mels: int) -> NDArray[np.float32]:
    """Slaney's triangular bands of equal area, (mels, 201): linear to 1 kHz, then 27 bands to a factor of 6.4
    (Slaney 1998, Auditory Toolbox)."""
    top = _hertz_to_mel(8000.0)
    edges = _mel_to_hertz(np.linspace(0.0, top, mels + 2))
    bins = np.linspace(0.0, 8000.0, FFT // 2 + 1)
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    bands = np.maximum(0.0, np.minimum(rising, falling)) * (2.0 / (edges[2:] - edges[:-2]))[:, None]
    return bands.astype(np.float32)


_LINEAR_HZ = 200.0 / 3.0
_LOG_FROM_HZ = 1000.0
_LOG_STEP = np.log(6.4) / 27.0


def _hertz_to_mel(hertz: float) -> float:
    return float(_LOG_FROM_HZ / _LINEAR_HZ + np.log(hertz / _LOG_FROM_HZ) / _LOG_STEP)


def _mel_to_hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    edge = _LOG_FROM_HZ / _LINEAR_HZ
    logarithmic = _LOG_FROM_HZ * np.exp(_LOG_STEP * (mel - edge))
    return np.where(mel < edge, mel * _LINEAR_HZ, logarithmic)
