"""Periodicity of sound by autocorrelation: the candidates from which pitch is tracked, and how periodic a moment is.

P. Boersma, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a sampled
sound", Proceedings of the Institute of Phonetic Sciences 17 (Amsterdam), 1993, 97-110: the autocorrelation of a
windowed stretch is divided by that of the window, and its maxima are the candidates of a frame. All frames are computed
together; the sound is first halved in rate, since no fundamental frequency and few useful harmonics lie above 4 kHz.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import firwin, upfirdn

from interview_engine.assessment.media import SAMPLE_RATE

STEP_S = 0.01
"""Seconds from frame to frame."""
FLOOR_HZ = 65.0
CEILING_HZ = 600.0
"""The range of speaking voices, low male to high female, with room for intonation."""
CANDIDATES = 6
"""Maxima kept for each frame."""
OCTAVE_COST = 0.01
"""By how much the shorter of two lags is preferred for each octave (Boersma's value)."""
WEAKEST = 0.2
"""Maxima below this are noise in any frame."""

_RATE = SAMPLE_RATE // 2
_HALF_BAND = firwin(33, 0.45).astype(np.float32)
"""Low pass at 3.6 kHz before every second sample is dropped."""
_BATCH = 1000
"""Frames computed together: bounds memory to about 17 MB."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Periodicity:
    """Frames at `STEP_S`.

    Args:
        times_s: the middle of each frame.
        hz, strength: frames x `CANDIDATES`, in no order, 0 where there are fewer; a strength of 1 is a periodic sound.
        intensity: greatest amplitude of each frame, re the loudest frame's.
    """

    times_s: Floats
    hz: NDArray[np.float32]
    strength: NDArray[np.float32]
    intensity: Floats

    @property
    def harmonicity(self) -> Floats:
        """How periodic each frame is, 0..1."""
        strongest: Floats = self.strength.max(axis=1, initial=0.0).astype(np.float64)
        return strongest


def periodicity(samples: NDArray[np.float32]) -> Periodicity:
    """The candidates of 16 kHz mono sound in -1..1; no frames when it is shorter than one window (46 ms)."""
    window_size = int(3 * _RATE / FLOOR_HZ)
    if samples.size // 2 < window_size:
        none = np.zeros((0, CANDIDATES), np.float32)
        return Periodicity(np.zeros(0), none, none, np.zeros(0))
    step = int(STEP_S * _RATE)
    frames = 1 + (samples.size // 2 - window_size) // step
    window = np.hanning(window_size).astype(np.float32)
    max_lag = int(_RATE / FLOOR_HZ) + 2
    size = _fast_size(window_size + max_lag)
    of_window = np.fft.irfft(np.abs(np.fft.rfft(window, size)) ** 2, size)
    weight = (of_window[0] / of_window[:max_lag]).astype(np.float32)
    # As precise as the correlation, and kept until the whole answer has been heard.
    hz = np.zeros((frames, CANDIDATES), np.float32)
    strength = np.zeros((frames, CANDIDATES), np.float32)
    peak = np.zeros(frames)
    for start in range(0, frames, _BATCH):
        batch = slice(start, min(start + _BATCH, frames))
        sound = _halved(samples, start * step, (batch.stop - 1) * step + window_size)
        views = np.lib.stride_tricks.sliding_window_view(sound, window_size)[::step]
        centred = views - views.mean(axis=1, keepdims=True)
        peak[batch] = np.abs(centred).max(axis=1)
        spectrum = np.fft.rfft(centred * window, size, axis=1)
        power = spectrum.real**2 + spectrum.imag**2
        correlation = np.fft.irfft(power, size, axis=1)[:, :max_lag].astype(np.float32)
        correlation *= weight / np.maximum(correlation[:, :1], 1e-12)
        hz[batch], strength[batch] = _maxima(correlation)
    times = (np.arange(frames) * step + window_size / 2) / _RATE
    return Periodicity(times, hz, strength, peak / max(float(peak.max()), 1e-9))


def _halved(samples: NDArray[np.float32], start: int, end: int) -> NDArray[np.float32]:
    """Samples `start` to `end` of the sound at half the rate."""
    reach = _HALF_BAND.size // 2
    first = max(0, 2 * start - 2 * reach)
    block = samples[first : 2 * end + 2 * reach]
    halved: NDArray[np.float32] = upfirdn(_HALF_BAND, block, down=2)[reach // 2 :]
    skip = start - first // 2
    return halved[skip : skip + end - start]


def _maxima(correlation: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """The highest maxima of each row by parabolic interpolation: frequencies and heights, 0 where there are fewer."""
    shortest = int(_RATE / CEILING_HZ)
    left, middle, right = correlation[:, shortest - 1 : -2], correlation[:, shortest:-1], correlation[:, shortest + 1 :]
    is_peak = (middle > left) & (middle >= right) & (middle > WEAKEST)
    lag = np.arange(shortest, shortest + middle.shape[1])
    # the shorter of two equally good lags is preferred (octave cost), also when choosing which maxima to keep
    rank = np.where(is_peak, middle + OCTAVE_COST * np.log2(_RATE / (FLOOR_HZ * lag)), -1.0)
    kept = np.argpartition(-rank, CANDIDATES - 1, axis=1)[:, :CANDIDATES]
    rows = np.arange(correlation.shape[0])[:, None]
    before, at, after = left[rows, kept], middle[rows, kept], right[rows, kept]
    bend = np.minimum(before - 2 * at + after, -1e-9)
    shift = np.clip(0.5 * (before - after) / bend, -0.5, 0.5)
    height = at - 0.25 * (before - after) * shift
    valid = rank[rows, kept] > 0
    hz = np.where(valid, _RATE / (kept + shortest + shift), 0.0)
    return hz, np.where(valid, np.minimum(height, 1.0), 0.0)


def _fast_size(least: int) -> int:
    """A length with small factors, for the Fourier transform."""
    size = least
    while True:
        rest = size
        for factor in (2, 3, 5):
            while rest % factor == 0:
                rest //= factor
        if rest == 1 and size % 2 == 0:
            return size
        size += 1
