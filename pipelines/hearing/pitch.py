"""The fundamental frequency of a voice: the best path through the candidates of periodicity.py.

The path and its costs are those of P. Boersma, "Accurate short-term analysis of the fundamental frequency and the
harmonics-to-noise ratio of a sampled sound", Proceedings of the Institute of Phonetic Sciences 17 (Amsterdam), 1993,
97-110. The second pass, in a range of the speaker's own, guards against octave errors; it follows C. De Looze and D.
Hirst, "Detecting changes in key and range for the automatic modelling and coding of intonation", Speech Prosody 2008.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.delivery.spans import Span
from pipelines.hearing.activity import true_runs
from pipelines.hearing.periodicity import CANDIDATES, CEILING_HZ, FLOOR_HZ, OCTAVE_COST, Floats, Periodicity

LEAST_VOICED = 20
"""Voiced frames that the second pass needs to know the speaker's range."""

# Boersma's standard values, which he states for a step of 10 ms.
_VOICING_THRESHOLD = 0.45
_SILENCE_THRESHOLD = 0.03
_OCTAVE_JUMP_COST = 0.35
_VOICED_UNVOICED_COST = 0.14


@dataclass(frozen=True, slots=True)
class PitchTrack:
    """Frames at `periodicity.STEP_S`: the middle of each and its fundamental frequency, 0 where it is unvoiced."""

    times_s: Floats
    hz: Floats


def track_pitch(found: Periodicity, spans: Sequence[Span] | None = None) -> PitchTrack:
    """Fundamental frequency of a voice.

    Args:
        found: the candidates.
        spans: only here may a frame be voiced (speech); everywhere by default.
    """
    allowed = np.ones(found.times_s.size, dtype=bool) if spans is None else frames_inside(found.times_s, spans)
    hz = _best_path(found, allowed, FLOOR_HZ, CEILING_HZ)
    voiced = hz[hz > 0]
    if voiced.size >= LEAST_VOICED:
        low, high = np.quantile(voiced, (0.25, 0.75))
        hz = _best_path(found, allowed, max(FLOOR_HZ, 0.75 * low), min(CEILING_HZ, 1.5 * high))
    return PitchTrack(found.times_s, hz)


def frames_inside(times_s: Floats, spans: Sequence[Span]) -> NDArray[np.bool_]:
    """Which of the ascending times lie inside a span."""
    inside = np.zeros(times_s.size, dtype=bool)
    for span in spans:
        inside[np.searchsorted(times_s, span.start_s) : np.searchsorted(times_s, span.end_s)] = True
    return inside


def _best_path(found: Periodicity, allowed: NDArray[np.bool_], floor_hz: float, ceiling_hz: float) -> Floats:
    """The path of least cost (Viterbi) through the candidates inside a range; 0 where it is unvoiced.

    Where no candidate is left the path can only be unvoiced, so the stretches between such frames do not depend on one
    another and are solved side by side, those of about the same length together.
    """
    usable = (found.hz >= floor_hz) & (found.hz <= ceiling_hz) & allowed[:, None]
    octave = np.log2(np.where(usable, found.hz, floor_hz))
    quiet = np.maximum(0.0, 2.0 - found.intensity * (1.0 + _VOICING_THRESHOLD) / _SILENCE_THRESHOLD)
    unvoiced = _VOICING_THRESHOLD + quiet
    voiced = np.where(usable, found.strength + OCTAVE_COST * (octave - np.log2(floor_hz)), -np.inf)
    gains = np.concatenate([unvoiced[:, None], voiced], axis=1)
    track = np.zeros(found.times_s.size)
    by_length: dict[int, list[tuple[int, int]]] = {}
    for start, end in true_runs(np.any(usable, axis=1)):
        by_length.setdefault((end - start).bit_length(), []).append((start, end))
    for stretches in by_length.values():
        longest = max(end - start for start, end in stretches)
        padded = np.stack([np.minimum(np.arange(start, start + longest), end - 1) for start, end in stretches])
        past = np.arange(longest) >= np.array([[end - start] for start, end in stretches])
        block = np.where(past[:, :, None], np.array([0.0] + [-np.inf] * CANDIDATES), gains[padded])
        states = _solve(block, octave[padded])
        rows = padded[~past]
        state = states[~past]
        track[rows] = np.where(state > 0, found.hz[rows, np.maximum(state - 1, 0)], 0.0)
    return track


def _solve(gains: Floats, octave: Floats) -> NDArray[np.int8]:
    """States (0 is unvoiced) of greatest gain; gains are stretches x frames x states, before each is unvoiced."""
    stretches, frames, states = gains.shape
    back = np.zeros(gains.shape, dtype=np.int8)
    best = gains[:, 0].copy()
    best[:, 1:] -= _VOICED_UNVOICED_COST
    cost = np.full((stretches, states, states), _VOICED_UNVOICED_COST)
    cost[:, 0, 0] = 0.0
    for frame in range(1, frames):
        cost[:, 1:, 1:] = _OCTAVE_JUMP_COST * np.abs(octave[:, frame - 1, :, None] - octave[:, frame, None, :])
        total = best[:, :, None] - cost
        back[:, frame] = total.argmax(axis=1)
        best = total.max(axis=1) + gains[:, frame]
    path = np.zeros((stretches, frames), dtype=np.int8)
    everyone = np.arange(stretches)
    path[:, -1] = best.argmax(axis=1)
    for frame in range(frames - 1, 0, -1):
        path[:, frame - 1] = back[everyone, frame, path[:, frame]]
    return path
