"""Loudness of speech: K-weighted level of ITU-R BS.1770-4 in its "momentary" blocks of 400 ms, dB re full scale.

The weighting of the standard is given as coefficients for 48 kHz; here it is computed for the product's 16 kHz from the
analogue prototype behind them (B. De Man, "Evaluation of implementations of the EBU R128 loudness measurement", AES
Convention e-Brief 2018), which gives the standard's own numbers at 48 kHz. A block of 400 ms holds about two syllables,
so the range is that of phrases and stresses, not of single vowels against consonants.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import sosfilt

from interview_engine.assessment.delivery.spans import Span
from interview_engine.assessment.media import SAMPLE_RATE
from pipelines.hearing.periodicity import Floats

HOP_S = 0.1
BLOCK_HOPS = 4
"""A block is 400 ms, a new one begins every 100 ms (BS.1770-4)."""
GATE_DB = -70.0
"""Blocks below are silence (the absolute gate of BS.1770-4)."""
SPEECH_SHARE = 0.75
"""A block counts as speech when at least this share of it is."""

_OFFSET_DB = -0.691
_SHELF_HZ, _SHELF_DB, _SHELF_Q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
_SHELF_MIDDLE = 0.4996667741545416
_HIGH_PASS_HZ, _HIGH_PASS_Q = 38.13547087602444, 0.5003270373238773
_CHUNK_HOPS = 600
"""Hops filtered at once (one minute): bounds memory."""


@dataclass(frozen=True, slots=True)
class LoudnessTrack:
    """One level for each block: the middle of the block and its dB re full scale (never below `GATE_DB`)."""

    times_s: Floats
    db: Floats


def loudness_track(samples: NDArray[np.float32], gain_db: float = 0.0) -> LoudnessTrack:
    """Levels of 16 kHz mono sound.

    Args:
        samples: float32.
        gain_db: what the samples were amplified by beforehand; taken off again.
    """
    hop = int(HOP_S * SAMPLE_RATE)
    hops = samples.size // hop
    power = np.zeros(hops)
    weighting = k_weighting(SAMPLE_RATE)
    state = np.zeros((weighting.shape[0], 2))
    for start in range(0, hops, _CHUNK_HOPS):
        end = min(start + _CHUNK_HOPS, hops)
        weighted, state = sosfilt(weighting, samples[start * hop : end * hop], zi=state)
        power[start:end] = np.mean(weighted.reshape(-1, hop) ** 2, axis=1)
    blocks = hops - BLOCK_HOPS + 1
    if blocks < 1:
        return LoudnessTrack(np.zeros(0), np.zeros(0))
    mean: Floats = np.lib.stride_tricks.sliding_window_view(power, BLOCK_HOPS).mean(axis=1)
    db = np.asarray(_OFFSET_DB - gain_db + 10 * np.log10(np.maximum(mean, 1e-20)), dtype=np.float64)
    times: Floats = np.arange(blocks, dtype=np.float64) * HOP_S + BLOCK_HOPS * HOP_S / 2
    return LoudnessTrack(times, np.maximum(db, GATE_DB))


def speech_blocks(track: LoudnessTrack, spans: Sequence[Span]) -> NDArray[np.bool_]:
    """Which blocks are speech: `SPEECH_SHARE` of them inside the spans, and above the gate."""
    half = BLOCK_HOPS * HOP_S / 2
    covered = np.zeros(track.times_s.size)
    for span in spans:
        first, last = np.searchsorted(track.times_s, (span.start_s - half, span.end_s + half))
        times = track.times_s[first:last]
        inside = np.minimum(times + half, span.end_s) - np.maximum(times - half, span.start_s)
        covered[first:last] += np.maximum(inside, 0.0)
    return (covered >= SPEECH_SHARE * 2 * half - 1e-9) & (track.db > GATE_DB)


def k_weighting(rate: int) -> Floats:
    """The two filter stages of BS.1770-4 as second-order sections for a sampling rate in Hz."""
    tangent = np.tan(np.pi * _SHELF_HZ / rate)
    high = 10 ** (_SHELF_DB / 20)
    middle = high**_SHELF_MIDDLE
    scale = 1 + tangent / _SHELF_Q + tangent**2
    shelf = [
        (high + middle * tangent / _SHELF_Q + tangent**2) / scale,
        2 * (tangent**2 - high) / scale,
        (high - middle * tangent / _SHELF_Q + tangent**2) / scale,
        1.0,
        2 * (tangent**2 - 1) / scale,
        (1 - tangent / _SHELF_Q + tangent**2) / scale,
    ]
    tangent = np.tan(np.pi * _HIGH_PASS_HZ / rate)
    scale = 1 + tangent / _HIGH_PASS_Q + tangent**2
    high_pass = [
        1.0,
        -2.0,
        1.0,
        1.0,
        2 * (tangent**2 - 1) / scale,
        (1 - tangent / _HIGH_PASS_Q + tangent**2) / scale,
    ]
    return np.array([shelf, high_pass])
