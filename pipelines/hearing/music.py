"""Whether a sound without voice is music: tones that are held, and begin and end. Hiss, wind and talk hold none, a hum
never ends.

The idea is that of long horizontal ridges in a spectrogram (M. J. Hawley, "Structure out of sound", MIT, 1993; K.
Minami and others, "Video handling with music and speech detection", IEEE Multimedia 5(3), 1998); the thresholds were
measured: docs/cues.md, "What is a signal and not a cue".
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from interview_engine.assessment.delivery.spans import Span, merge, total_s
from interview_engine.assessment.media import SAMPLE_RATE, as_floats

FRAME = 2048
"""Samples (128 ms) of a spectrum: its bins are 7.8 Hz wide, a semitone at 130 Hz."""
HOP = 512
"""Samples (32 ms) from spectrum to spectrum."""
LOWEST_HZ, HIGHEST_HZ = 120.0, 4000.0
NEIGHBOURS = 31
"""Bins (240 Hz) whose median is the floor a tone stands on."""
OVER_FLOOR_DB = 12.0
"""A tone stands this far above it. In noise, whose power is distributed exponentially, one bin in 60,000 does."""
HELD_FRAMES = 7
"""Spectra in a row, each tone at most one bin from the one before: held for 0.22 s, longer than a pitch of speech."""
ALWAYS = 0.8
"""A tone in this share of all spectra is a hum."""
PIECE_S = 2.0
"""Longer stretches are asked about in pieces of this length: music may begin or end in one."""
MUSICAL_SHARE = 0.7
"""Share of the spectra with a held tone from which a stretch is music (docs/cues.md)."""


def music_of(samples: NDArray[np.int16], spans: Sequence[Span]) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Which stretches of sound without voice are music, and which are noise; those too short to tell (0.35 s) are what
    most of the others are.

    Args:
        samples: 16-bit, 16 kHz mono. spans: in order, none touching the next.
    """
    pieces = [piece for span in spans for piece in _pieces(span)]
    shares = tone_shares(samples, pieces)
    music = [piece for piece, share in zip(pieces, shares, strict=True) if share is not None and share >= MUSICAL_SHARE]
    noise = [piece for piece, share in zip(pieces, shares, strict=True) if share is not None and share < MUSICAL_SHARE]
    short = [piece for piece, share in zip(pieces, shares, strict=True) if share is None]
    (music if total_s(music) > total_s(noise) else noise).extend(short)
    return merge(music), merge(noise)


def _pieces(span: Span) -> list[Span]:
    count = math.ceil(span.duration_s / PIECE_S)
    edges = [span.start_s + index * span.duration_s / count for index in range(count)] + [span.end_s]
    return [Span(start_s, end_s) for start_s, end_s in itertools.pairwise(edges)]


def tone_shares(samples: NDArray[np.int16], spans: Sequence[Span]) -> list[float | None]:
    """Share of the spectra of each span with a held tone that is no hum, 0..1; None of a span that is too short."""
    peaks = [_peaks(as_floats(samples[round(s.start_s * SAMPLE_RATE) : round(s.end_s * SAMPLE_RATE)])) for s in spans]
    count = sum(len(part) for part in peaks)
    if count == 0:
        return [None] * len(spans)
    hum = sum(_widened(part).sum(axis=0) for part in peaks) >= ALWAYS * count
    return [float((_held(part) & ~hum).any(axis=1).mean()) if len(part) else None for part in peaks]


def _peaks(sound: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Spectra x bins: where a tone stands out."""
    low, high = round(LOWEST_HZ * FRAME / SAMPLE_RATE), round(HIGHEST_HZ * FRAME / SAMPLE_RATE)
    if sound.size < FRAME + HELD_FRAMES * HOP:
        return np.zeros((0, high - low), dtype=bool)
    frames = np.lib.stride_tricks.sliding_window_view(sound, FRAME)[::HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(FRAME).astype(np.float32), axis=1)) ** 2
    level = 10 * np.log10(power[:, : high + NEIGHBOURS] + 1e-12)
    floor = median_filter(level, (1, NEIGHBOURS))
    top = (level[:, 1:-1] > level[:, :-2]) & (level[:, 1:-1] >= level[:, 2:])
    found = np.zeros(level.shape, dtype=bool)
    found[:, 1:-1] = top & (level[:, 1:-1] > floor[:, 1:-1] + OVER_FLOOR_DB)
    return found[:, low:high]


def _widened(found: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Each mark with its neighbours on either side."""
    wide = found.copy()
    wide[:, 1:] |= found[:, :-1]
    wide[:, :-1] |= found[:, 1:]
    return wide


def _held(peaks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The marks that belong to a tone held for `HELD_FRAMES`."""
    if len(peaks) < HELD_FRAMES:
        return np.zeros_like(peaks)
    forward, backward = np.zeros(peaks.shape, np.int32), np.zeros(peaks.shape, np.int32)
    for run, order in ((forward, range(len(peaks))), (backward, range(len(peaks) - 1, -1, -1))):
        before = np.zeros(peaks.shape[1], np.int32)
        for index in order:
            longest = before.copy()
            longest[1:] = np.maximum(longest[1:], before[:-1])
            longest[:-1] = np.maximum(longest[:-1], before[1:])
            before = np.where(peaks[index], longest + 1, 0)
            run[index] = before
    return peaks & (forward + backward - 1 >= HELD_FRAMES)
